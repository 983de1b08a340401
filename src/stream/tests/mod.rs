//! What the stream writes for events.

mod schema;

use super::*;
use crate::address::PeerAddress;
use crate::event::{ConnectionKind, DisconnectReason, Misbehaviour, PeerInfo, SensorEvent, SensorId, Tip};
use crate::model::testing::{Scene, info, loose};
use crate::model::{BlockConflict, ModelSettings, RemovalReason, WatchEvent, WatchMatch};
use crate::util::time::WallOffset;
use crate::wire::transaction::TransactionError;
use crate::wire::{BlockHash, TxHash, Txid};
use serde_json::Value;
use std::sync::Arc;
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
    lines_of(events.into_iter().map(|event| EventKind::Peer(PEER, event)))
}

/// The lines for these events.
fn lines_of(events: impl IntoIterator<Item = EventKind>) -> Vec<String> {
    let (mut model, mut stream) = (model(), Stream::default());
    let records = events.into_iter().flat_map(|kind| {
        let event = Event { time: NOW, kind };
        let outcome = model.apply(&event);
        stream.records(&event, &model, &outcome)
    });
    records.map(|record| serde_json::to_string(&record).unwrap()).collect()
}

/// The records called `name`, as JSON.
fn values(records: Vec<Record>, name: &str) -> Vec<Value> {
    let values = records.into_iter().map(|record| serde_json::to_value(record).unwrap());
    values.filter(|value| value["event"] == name).collect()
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
        [
            r#"{"event":"pong","peer":"[2001:db8::7]:8333","sensor":null,"rtt_ms":41.234,"time":"2023-11-14T22:13:20.000Z"}"#
        ]
    );
}

#[test]
fn a_record_names_the_sensor_whose_peer_it_is_about() {
    let sensor = SensorId(1);
    let peer = sensor.peer(PEER).unwrap();
    let lines = lines_of([
        EventKind::Sensor(sensor, SensorEvent::Joined("fra1".to_owned())),
        EventKind::Peer(peer, dialling("10.0.0.1:8333")),
        EventKind::Peer(peer, PeerEvent::Pong { rtt: Duration::from_millis(1) }),
    ]);
    assert!(lines[0].starts_with(r#"{"event":"pong","peer":"10.0.0.1:8333","sensor":"fra1","#), "{lines:?}");
}

#[test]
fn the_end_of_a_connection_has_a_word_and_a_message() {
    let reason = DisconnectReason::VersionTooOld(31_800);
    let lines = lines(vec![dialling("10.0.0.1"), PeerEvent::Disconnected { reason, retry_at: None }]);
    let fields =
        r#""was_connected":false,"reason":"version_too_old","message":"protocol version 31800 is too old""#;
    assert!(lines[0].contains(fields), "{lines:?}");
}

#[test]
fn a_lost_connection_and_a_failed_attempt_are_distinguished() {
    let lost = || PeerEvent::Disconnected { reason: DisconnectReason::ClosedByPeer, retry_at: None };
    let ready = PeerEvent::Ready(Box::new(info()));
    let lines = lines(vec![dialling("10.0.0.1"), lost(), dialling("10.0.0.1"), ready, lost()]);
    let connected = |line: &String| serde_json::from_str::<Value>(line).unwrap()["was_connected"].clone();
    assert_eq!(lines.iter().map(connected).collect::<Vec<_>>(), [false.into(), Value::Null, true.into()]);
}

#[test]
fn the_bytes_of_a_transaction_are_written_if_asked_for() {
    let tx = loose(1);
    let raw = |raw| {
        let (mut model, mut stream) = (model(), Stream::new(raw, None));
        let event = PeerEvent::Bootstrapped { tx: Arc::clone(&tx) };
        let event = Event { time: NOW, kind: EventKind::Peer(PEER, event) };
        let outcome = model.apply(&event);
        let record = stream.records(&event, &model, &outcome).remove(0);
        serde_json::to_value(record).unwrap()["raw"].clone()
    };
    assert_eq!(raw(false), Value::Null);
    assert_eq!(raw(true), crate::util::text::hex(tx.raw()));
}

#[test]
fn the_mempool_is_summed_up_every_ten_seconds() {
    let (mut scene, mut stream) = (Scene::new(), Stream::default());
    scene.connect(1).deliver(1, &loose(1));
    let mut counts_at = |secs, scene: &Scene| {
        let due = values(stream.due(NOW + Duration::from_secs(secs), &scene.model), "mempool");
        due.iter().map(|record| record["tx_count"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let none = Vec::<u64>::new();
    assert_eq!([0, 9].map(|secs| counts_at(secs, &scene)), [none.clone(), none.clone()]);
    assert_eq!([10, 11, 20].map(|secs| counts_at(secs, &scene)), [vec![1], none, vec![1]]);
    scene.deliver(1, &loose(2));
    assert_eq!(counts_at(31, &scene), [2]);
}

#[test]
fn the_difference_to_a_list_is_written_when_it_changes_at_most_once_a_minute() {
    let (mut scene, mut stream) = (Scene::new(), Stream::default());
    let [first, second] = [1, 2].map(loose);
    scene.connect_all(1..=2).deliver(1, &first);
    let txs = [&first, &second].map(|tx| TxHash::Wtxid(tx.wtxid())).to_vec();
    scene.peer(2, PeerEvent::Listed { txs, is_complete: true });
    let mut written = Vec::new();
    for secs in 0..150 {
        scene.pass(1).peer(1, PeerEvent::Pinged);
        if secs == 30 {
            scene.deliver(1, &second);
        }
        for record in values(stream.due(scene.now, &scene.model), "list_difference") {
            let [here, missing] =
                ["here_count", "missing_count"].map(|field| record[field].as_u64().unwrap());
            written.push((secs, here, missing));
        }
    }
    assert_eq!(written, [(10, 1, 1), (70, 2, 0)]);
}

#[test]
fn a_stream_that_reaches_no_peer_says_why_once() {
    let mut settings = model().settings().clone();
    settings.chosen_peers = false;
    let (mut model, mut stream) = (Model::new(settings), Stream::default());
    let mut at = |secs, model: &Model| {
        let due = values(stream.due(NOW + Duration::from_secs(secs), model), "warning");
        due.into_iter().map(|record| record["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(at(1, &model).is_empty(), "the first dials need a moment");
    let expected = "no peer can be reached: regtest has no DNS seeds: name a node with --peer HOST:PORT";
    assert_eq!((at(6, &model), at(60, &model)), (vec![expected.to_owned()], vec![]));
    for event in [dialling("10.0.0.1"), PeerEvent::Ready(Box::new(info()))] {
        model.apply(&Event { time: NOW + Duration::from_secs(61), kind: EventKind::Peer(PEER, event) });
    }
    assert_eq!((at(62, &model), at(63, &model)), (vec!["a peer is reached again".to_owned()], vec![]));
}

#[test]
fn a_reorg_names_its_heights_and_the_new_tip() {
    let blocks = [(9, BlockHash([9; 32])), (8, BlockHash([8; 32]))];
    let tip = Tip { hash: BlockHash([7; 32]), height: 10, time: 0 };
    let record = serde_json::to_value(ReorgRecord::new(&blocks, &tip)).unwrap();
    assert_eq!((&record["from_height"], &record["tip_height"]), (&8.into(), &10.into()));
    assert_eq!(record["tip_hash"], tip.hash.to_string());
    assert_eq!(record["disconnected"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_wrong_clock_causes_a_warning_and_a_correction_is_followed() {
    let mut model = model();
    let mut lines = |kind| {
        let event = Event { time: NOW, kind };
        let outcome = model.apply(&event);
        let records = Stream::default().records(&event, &model, &outcome).into_iter();
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
        let found = WatchMatch {
            target: "51".to_owned(),
            txid: Txid([1; 32]),
            received: 5,
            spent: 0,
            event,
            block: None,
        };
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

/// The records `invalid` after `event` at `now`.
fn invalid(stream: &mut Stream, model: &mut Model, now: Timestamp, event: PeerEvent) -> Vec<Value> {
    let event = Event { time: now, kind: EventKind::Peer(PEER, event) };
    let outcome = model.apply(&event);
    values(stream.records(&event, model, &outcome), "invalid")
}

#[test]
fn invalid_data_is_written_with_its_kind_and_silence_is_not() {
    let (mut model, mut stream) = (model(), Stream::default());
    let mut write = |event| invalid(&mut stream, &mut model, NOW, event);
    write(dialling("10.0.0.1"));
    let bad = Misbehaviour::InvalidTransaction(TransactionError::NoInputs);
    let records = write(PeerEvent::Tolerated(bad));
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["what"], "transaction");
    assert_eq!(records[0]["peer"], "10.0.0.1:1");
    assert_eq!(records[0]["message"], "invalid transaction: no inputs");
    assert!(write(PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction)).is_empty());
    assert!(write(PeerEvent::RequestTimedOut { count: 100 }).is_empty());
    let reason = DisconnectReason::WrongMagic([1; 4]);
    let records = write(PeerEvent::Disconnected { reason, retry_at: None });
    assert_eq!(records[0]["what"], "wrong_magic", "what ends the connection counts too");
}

#[test]
fn a_flood_of_invalid_data_is_one_record_a_minute_and_none_of_it_is_lost_from_the_counts() {
    let (mut model, mut stream) = (model(), Stream::default());
    let kinds = [Misbehaviour::NoCommand, Misbehaviour::InvalidTransaction(TransactionError::NoInputs)];
    let (mut written, mut counted) = (0, 0);
    let mut count = |records: Vec<Value>| {
        written += records.len();
        counted += records.iter().map(|record| record["invalid_count"].as_u64().unwrap()).sum::<u64>();
    };
    // A thousand of each kind per second for ten minutes, then a minute and a half of silence.
    for second in 0..690 {
        let now = NOW + Duration::from_secs(second);
        let flood = if second < 600 { 1_000 } else { 0 };
        for kind in kinds.iter().flat_map(|kind| std::iter::repeat_n(kind, flood)) {
            count(invalid(&mut stream, &mut model, now, PeerEvent::Tolerated(kind.clone())));
        }
        count(values(stream.due(now, &model), "invalid"));
    }
    assert_eq!(counted, 2 * 600 * 1_000);
    assert!(written <= 2 * 12, "{written}");
}
