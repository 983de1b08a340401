//! What the stream writes for events.

use super::*;
use crate::address::PeerAddress;
use crate::event::{ConnectionKind, DisconnectReason, PeerInfo};
use crate::model::testing::info;
use crate::model::{BlockConflict, ModelSettings, RemovalReason, WatchEvent, WatchMatch};
use crate::util::time::WallOffset;
use crate::wire::{BlockHash, Txid};
use serde_json::Value;
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const PEER: PeerId = PeerId(1);

fn model() -> Model {
    Model::new(ModelSettings {
        network: Network::Regtest,
        demo: false,
        chosen_peers: true,
        max_mempool: 1 << 20,
        started: NOW,
    })
}

/// The lines for what happens with one peer.
fn lines(events: Vec<PeerEvent>) -> Vec<String> {
    let mut model = model();
    let records = events.into_iter().flat_map(|event| {
        let event = Event { time: NOW, kind: EventKind::Peer(PEER, event) };
        let outcome = model.apply(&event);
        records(&event, &model, &outcome)
    });
    records.map(|record| serde_json::to_string(&record).unwrap()).collect()
}

fn dialling(address: &str) -> PeerEvent {
    PeerEvent::Dialling {
        address: PeerAddress::parse(address, 1).unwrap(),
        kind: ConnectionKind::Outbound,
        attempt: 1,
    }
}

#[test]
fn a_record_names_the_event_the_time_and_the_peer() {
    let lines =
        lines(vec![dialling("[2001:db8::7]:8333"), PeerEvent::Pong { rtt: Duration::from_micros(41_234) }]);
    assert_eq!(
        lines,
        [r#"{"event":"pong","peer":"[2001:db8::7]:8333","rtt_ms":41.234,"time":"2023-11-14T22:13:20.000Z"}"#]
    );
}

#[test]
fn the_end_of_a_connection_has_a_word_and_a_message() {
    let reason = DisconnectReason::VersionTooOld(31_800);
    let lines = lines(vec![dialling("10.0.0.1"), PeerEvent::Disconnected { reason, retry_at: None }]);
    let fields =
        r#""peer":"10.0.0.1:1","reason":"version_too_old","message":"protocol version 31800 is too old""#;
    assert!(lines[0].contains(fields), "{lines:?}");
}

#[test]
fn a_wrong_clock_is_warned_of_and_a_correction_is_followed() {
    let mut model = model();
    let mut lines = |kind| {
        let event = Event { time: NOW, kind };
        let outcome = model.apply(&event);
        let records = records(&event, &model, &outcome).into_iter();
        records.map(|record| serde_json::to_value(&record).unwrap()).collect::<Vec<_>>()
    };
    let three_days = Duration::from_hours(72);
    let ready = |number| {
        let info = PeerInfo { clock_offset: -259_200, ..info() };
        EventKind::Peer(PeerId(number), PeerEvent::Ready(Box::new(info)))
    };
    let before: Vec<Value> = (1..=5).flat_map(|number| lines(ready(number))).collect();
    let is_clock = |record: &&Value| record["subject"] == "clock";
    let warnings: Vec<_> = before.iter().filter(is_clock).collect();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0]["message"], "this machine's clock is 3 days ahead of the clocks of the peers");
    assert_eq!(warnings[0]["time"], "2023-11-14T22:13:20.000Z");
    let after = lines(EventKind::WallClock(WallOffset::between(NOW, NOW - three_days)));
    assert_eq!(after[0]["message"], "this machine's clock agrees with the clocks of the peers again");
    assert_eq!(after[0]["time"], "2023-11-11T22:13:20.000Z");
}

#[test]
fn the_first_line_names_schema_version_and_network() {
    let line = serde_json::to_string(&start(Network::Signet, NOW)).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let begin = format!(r#"{{"event":"start","schema":2,"version":"{version}","network":"signet","time":"#);
    assert!(line.starts_with(&begin), "{line}");
}

#[test]
fn a_watched_double_spend_names_the_other_transaction_and_its_block() {
    let record = |event| {
        let found = WatchMatch { target: "51".to_owned(), txid: Txid([1; 32]), received: 5, spent: 0, event };
        serde_json::to_value(WatchRecord::new(&found)).unwrap()
    };
    let by = Txid([2; 32]);
    let spent = record(WatchEvent::DoubleSpent { by, height: Some(9) });
    assert_eq!((&spent["change"], &spent["by"]), (&"double_spent".into(), &by.to_string().into()));
    assert_eq!((&spent["height"], &spent["reason"]), (&9.into(), &Value::Null));
    let removed = record(WatchEvent::Removed { reason: RemovalReason::Expired });
    assert_eq!((&removed["change"], &removed["reason"]), (&"removed".into(), &"expired".into()));
}

#[test]
fn a_removed_transaction_has_what_applies_to_the_reason() {
    let record = |reason| serde_json::to_value(RemovedRecord::new(Txid([1; 32]), reason)).unwrap();
    let (by, block) = (Txid([2; 32]), BlockHash([3; 32]));
    let confirmed = record(RemovalReason::Confirmed { height: 9, block });
    assert_eq!(confirmed["reason"], "confirmed");
    assert_eq!((&confirmed["height"], &confirmed["block"]), (&9.into(), &block.to_string().into()));
    assert_eq!((&confirmed["by"], &confirmed["with_ancestor"]), (&Value::Null, &Value::Null));
    let replaced = record(RemovalReason::Replaced { by, with_ancestor: true });
    assert_eq!((&replaced["by"], &replaced["with_ancestor"]), (&by.to_string().into(), &true.into()));
    assert_eq!((&replaced["height"], &replaced["block"]), (&Value::Null, &Value::Null));
    let conflict = record(RemovalReason::Conflict(Some(BlockConflict { by, height: 9, block })));
    assert_eq!((&conflict["by"], &conflict["height"]), (&by.to_string().into(), &9.into()));
    for (reason, word) in [
        (RemovalReason::Conflict(None), "conflict"),
        (RemovalReason::SizeLimit, "size_limit"),
        (RemovalReason::Expired, "expired"),
        (RemovalReason::Reorg, "reorg"),
        (RemovalReason::NotRelayed, "not_relayed"),
    ] {
        let removed = record(reason);
        assert_eq!(removed["reason"], word);
        assert!(["by", "with_ancestor", "height", "block"].iter().all(|field| removed[field].is_null()));
    }
}

#[test]
fn an_event_that_says_nothing_new_is_not_written() {
    assert_eq!(lines(vec![dialling("10.0.0.1"), PeerEvent::Pinged]), Vec::<String>::new());
}

#[test]
fn a_transaction_is_written_once_and_its_replacement_removes_it() {
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
    let other = spend(5);
    assert_eq!(lines(vec![dialling("10.0.0.1"), other.clone()]).len(), 1);
    let lines = lines(vec![dialling("10.0.0.1"), spend(6), spend(6), other.clone(), spend(6), other]);
    let names: Vec<_> = lines.iter().map(|line| &line[..line.find(',').unwrap()]).collect();
    let [transaction, removed] = [r#"{"event":"transaction""#, r#"{"event":"removed""#];
    assert_eq!(names, [transaction, transaction, removed]);
}
