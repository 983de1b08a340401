//! Which events become lines, and how they read.

use super::*;
use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::DisconnectReason;
use crate::model::ModelSettings;
use crate::util::time::Timestamp;
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const PEER: PeerId = PeerId(1);

fn told(events: Vec<PeerEvent>) -> Vec<String> {
    let mut model = Model::new(ModelSettings {
        network: Network::Regtest,
        demo: false,
        listed_peers: true,
        max_mempool: 1 << 20,
        started: NOW,
    });
    let told = events.into_iter().flat_map(|event| {
        let event = Event { time: NOW, kind: EventKind::Peer(PEER, event) };
        let outcome = model.apply(&event);
        records(&event, &model, &outcome)
    });
    told.map(|record| serde_json::to_string(&record).unwrap()).collect()
}

fn dialling(address: &str) -> PeerEvent {
    PeerEvent::Dialling { address: PeerAddress::parse(address, 1).unwrap(), attempt: 1 }
}

#[test]
fn a_record_names_the_event_the_time_and_the_peer() {
    let lines =
        told(vec![dialling("[2001:db8::7]:8333"), PeerEvent::Pong { rtt: Duration::from_micros(41_234) }]);
    assert_eq!(
        lines,
        [r#"{"event":"pong","peer":"[2001:db8::7]:8333","rtt_ms":41.234,"time":"2023-11-14T22:13:20.000Z"}"#]
    );
}

#[test]
fn an_end_is_told_with_its_reason() {
    let reason = DisconnectReason::PingTimeout;
    let lines = told(vec![dialling("10.0.0.1"), PeerEvent::Disconnected { reason, retry_at: None }]);
    assert!(lines[0].contains(r#""peer":"10.0.0.1:1","reason":"ping timeout""#), "{lines:?}");
}

#[test]
fn a_watched_double_spend_names_the_other_one_and_its_block() {
    use crate::model::WatchEvent;
    let told = |event| {
        let notice =
            WatchMatch { target: "51".to_owned(), txid: Txid([1; 32]), received: 5, spent: 0, event };
        serde_json::to_value(Record { body: watch(&notice), time: NOW.rfc3339() }).unwrap()
    };
    let by = Txid([2; 32]);
    let spent = told(WatchEvent::DoubleSpent { by, height: Some(9) });
    assert_eq!((&spent["what"], &spent["by"]), (&"double_spent".into(), &by.to_string().into()));
    assert_eq!((&spent["height"], &spent["reason"]), (&9.into(), &serde_json::Value::Null));
    let removed = told(WatchEvent::Removed { reason: RemovalReason::Expired });
    assert_eq!(removed["reason"], "expired after 14 days");
}

#[test]
fn what_is_of_no_interest_is_not_told() {
    assert_eq!(told(vec![dialling("10.0.0.1"), PeerEvent::Pinged]), Vec::<String>::new());
}

#[test]
fn a_transaction_is_told_once() {
    use crate::wire::OutPoint;
    use crate::wire::transaction::{InputParts, OutputParts, TxParts};
    let spend = |value| {
        let prevout = OutPoint { txid: Txid([7; 32]), vout: 0 };
        let (script_sig, sequence) = (vec![1], u32::MAX);
        let inputs = vec![InputParts { prevout, script_sig, sequence, witness: Vec::new() }];
        let outputs = vec![OutputParts { value, script_pubkey: vec![0x51] }];
        let tx = TxParts { version: 2, inputs, outputs, lock_time: 0 }.build().unwrap();
        PeerEvent::Transaction { tx: tx.into(), answered_after: Duration::ZERO }
    };
    let rival = spend(5);
    assert_eq!(told(vec![dialling("10.0.0.1"), rival.clone()]).len(), 1, "it could be told");
    let lines = told(vec![dialling("10.0.0.1"), spend(6), spend(6), rival.clone(), spend(6), rival]);
    let told: Vec<_> = lines.iter().map(|line| &line[..line.find(',').unwrap()]).collect();
    let [transaction, replaced] = [r#"{"event":"transaction""#, r#"{"event":"replaced""#];
    assert_eq!(told, [transaction, transaction, replaced], "the second one replaces the first");
}
