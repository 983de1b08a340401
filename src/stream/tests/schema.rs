//! `docs/stream.md` describes every record, field and word that the stream can write, and no other.

use crate::stream::records::alert::{AlertRecord, FigureFields};
use crate::stream::records::blocks::{DisconnectedBlock, MissingRecord, MissingTx, UnexpectedTx, UnseenTx};
use crate::stream::records::estimates::EstimateFields;
use crate::stream::records::mempool::{BandFields, ExtraKind, ListDifferenceRecord, MempoolRecord};
use crate::stream::records::peers::InvalidRecord;
use crate::stream::records::transactions::FeeFields;
use crate::stream::records::values::PeerFields;
use crate::stream::records::words::{
    ConnectionKind, DisconnectReason, InvalidData, Kind, RemovalReason, RestorationState, TxSource,
    UnseenReason, WarningSubject, WatchChange,
};
use crate::stream::*;
use crate::util::time::Rfc3339;
use crate::wire::{BlockHash, Txid, Wtxid};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = include_str!("../../../docs/stream.md");

/// The types of the fields of each record.
type Records = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Two of each record: one with all optional values, one with nulls.
fn examples() -> Vec<Body> {
    [true, false].into_iter().flat_map(|full| ALL.map(|example| example(full))).collect()
}

/// A new record needs an example here, or this does not compile.
const fn assert_has_example(body: &Body) {
    match body {
        Body::Start(_)
        | Body::PeerConnected(_)
        | Body::PeerDisconnected(_)
        | Body::Pong(_)
        | Body::Announced(_)
        | Body::Invalid(_)
        | Body::Transaction(_)
        | Body::Fee(_)
        | Body::Removed(_)
        | Body::Returned(_)
        | Body::DoubleSpend(_)
        | Body::Mempool(_)
        | Body::ListDifference(_)
        | Body::Watch(_)
        | Body::Alert(_)
        | Body::Block(_)
        | Body::BlockMissing(_)
        | Body::Estimates(_)
        | Body::Reorg(_)
        | Body::Backfill(_)
        | Body::Bootstrap(_)
        | Body::Restoration(_)
        | Body::Warning(_) => {}
    }
}

const ALL: [fn(bool) -> Body; 23] = [
    |_| Body::Start(StartRecord::new(Network::Mainnet)),
    |full| {
        Body::PeerConnected(ConnectedRecord {
            peer: peer(full),
            kind: full.then_some(ConnectionKind::Outbound),
            user_agent: text(),
            protocol_version: 1,
            services: vec![text()],
            start_height: 1,
            relay: true,
            transport: full.then(text),
            session_id: full.then(text),
        })
    },
    |full| {
        Body::PeerDisconnected(DisconnectedRecord {
            peer: peer(full),
            was_connected: true,
            reason: DisconnectReason::PingTimeout,
            message: text(),
        })
    },
    |full| Body::Pong(PongRecord { peer: peer(full), rtt_ms: 1.5 }),
    |full| Body::Announced(AnnouncedRecord { peer: peer(full), tx_count: 1 }),
    |full| {
        Body::Invalid(InvalidRecord {
            peer: peer(full),
            what: InvalidData::Malformed,
            invalid_count: 1,
            message: text(),
        })
    },
    |full| {
        Body::Transaction(Box::new(TransactionRecord {
            txid: Txid::default(),
            wtxid: Wtxid::default(),
            vsize_vb: 1,
            weight_wu: 1,
            input_count: 1,
            output_count: 1,
            output_value_sat: 1,
            fee: fee(full),
            ancestor_count: 1,
            replaceable: true,
            kinds: vec![Kind::Payment],
            source: TxSource::Relay,
            by_one_peer: false,
            first_seen: time(),
            peer: PeerFields { peer: full.then(text), sensor: full.then(text) },
            raw: full.then(text),
        }))
    },
    |full| Body::Fee(FeeRecord { txid: Txid::default(), fee: fee(full) }),
    |full| {
        Body::Removed(RemovedRecord {
            txid: Txid::default(),
            reason: RemovalReason::Conflict,
            by: full.then(Txid::default),
            with_ancestor: full.then_some(true),
            height: full.then_some(1),
            block: full.then(BlockHash::default),
        })
    },
    |_| Body::Returned(ReturnedRecord { txid: Txid::default(), height: 1, block: BlockHash::default() }),
    |_| {
        Body::DoubleSpend(DoubleSpendRecord {
            txid: Txid::default(),
            conflict: Txid::default(),
            txid_peer_count: 1,
            conflict_peer_count: 1,
        })
    },
    |full| {
        Body::Mempool(Box::new(MempoolRecord {
            tx_count: 1,
            vsize_vb: 1,
            memory_bytes: 1,
            by_one_netgroup_count: 1,
            exact_vsize_vb: 1,
            within_vsize_vb: 1,
            open_vsize_vb: 1,
            bands: vec![BandFields { fee_rate_from: 1.5, vsize_vb: 1 }],
            minimum_fee_rate: 1.5,
            estimates: vec![estimate(full)],
        }))
    },
    |full| {
        Body::ListDifference(ListDifferenceRecord {
            peer: peer(full),
            listed_at: time(),
            listed_count: 1,
            here_count: 1,
            by_one_netgroup_count: 1,
            missing_count: 1,
            extra_count: 1,
            extra_vsize_vb: 1,
            extra_kinds: vec![ExtraKind { kind: full.then_some(Kind::Data), tx_count: 1, vsize_vb: 1 }],
        })
    },
    |full| {
        Body::Alert(AlertRecord {
            rule: text(),
            skipped_count: 1,
            txid: full.then(text),
            height: full.then_some(1),
            block: full.then(text),
            pool: full.then(text),
            peer: PeerFields { peer: full.then(text), sensor: full.then(text) },
            target: full.then(text),
            figures: vec![FigureFields { name: text(), value: full.then_some(1.5) }],
        })
    },
    |full| {
        Body::Watch(WatchRecord {
            change: WatchChange::Arrived,
            target: text(),
            txid: Txid::default(),
            received_sat: 1,
            spent_sat: 1,
            by: full.then(Txid::default),
            height: full.then_some(1),
            block: full.then(BlockHash::default),
            confirmations: full.then_some(1),
            reason: full.then_some(RemovalReason::Expired),
        })
    },
    |full| {
        Body::Block(Box::new(BlockRecord {
            hash: BlockHash::default(),
            height: 1,
            block_time: time(),
            tx_count: 1,
            size_bytes: 1,
            weight_wu: 1,
            paying_weight_wu: 1,
            subsidy_sat: 1,
            fees_sat: full.then_some(1),
            fee_rate: full.then_some(1.5),
            fee_rate_min: full.then_some(1.5),
            fee_rate_median: full.then_some(1.5),
            fee_rate_max: full.then_some(1.5),
            known_fee_count: 1,
            tag: text(),
            pool: full.then_some("Luxor"),
            seen_count: 1,
            seen_weight_wu: 1,
            unseen: vec![UnseenTx { txid: Txid::default(), reason: UnseenReason::NotReceived }],
            conflict_count: 1,
            median_wait_ms: full.then_some(1.5),
            expected_count: 1,
            missing: vec![MissingTx { txid: Txid::default(), chunk_fee_rate: 1.5 }],
            unexpected_count: 1,
            unexpected: vec![UnexpectedTx { txid: Txid::default(), chunk_fee_rate: 1.5 }],
            match_share: full.then_some(0.5),
            left_count: 1,
            left_vsize: 1,
            arrived_after_ms: full.then_some(1.5),
            peer: peer(full),
        }))
    },
    |full| {
        Body::BlockMissing(MissingRecord {
            height: full.then_some(1),
            hash: full.then(BlockHash::default),
            block_count: 1,
            since: full.then(time),
        })
    },
    |full| {
        Body::Estimates(EstimatesRecord {
            height: 1,
            minimum_fee_rate: 1.5,
            estimates: vec![estimate(full)],
            full_block_count: 1,
            known_block_count: 1,
            blocks_seen_share: full.then_some(0.5),
            list_share: full.then_some(0.5),
        })
    },
    |full| {
        Body::Reorg(ReorgRecord {
            disconnected: vec![DisconnectedBlock { height: 1, hash: BlockHash::default() }],
            from_height: full.then_some(1),
            tip_height: 1,
            tip_hash: BlockHash::default(),
        })
    },
    |_| Body::Backfill(BackfillRecord { fetched_count: 1, requested_count: 1, given_up_count: 1 }),
    |_| Body::Bootstrap(BootstrapRecord { listed: 1, fetched: 1, done: false }),
    |full| {
        Body::Restoration(RestorationRecord {
            state: RestorationState::Entered,
            tx_count: 1,
            saved: full.then(time),
        })
    },
    |_| Body::Warning(WarningRecord { subject: WarningSubject::Store, message: text() }),
];

fn text() -> String {
    "text".to_owned()
}

fn peer(full: bool) -> PeerFields {
    PeerFields { peer: text(), sensor: full.then(text) }
}

fn time() -> Rfc3339 {
    Timestamp::default().rfc3339()
}

fn fee(full: bool) -> FeeFields {
    FeeFields {
        fee_sat: full.then_some(1),
        fee_rate: full.then_some(1.5),
        fee_rate_lower: full.then_some(1.5),
        fee_rate_upper: full.then_some(1.5),
        chunk_fee_rate: full.then_some(1.5),
        chunk_fee_rate_lower: full.then_some(1.5),
        chunk_fee_rate_upper: full.then_some(1.5),
    }
}

fn estimate(full: bool) -> EstimateFields {
    EstimateFields {
        block_count: 1,
        fee_rate: full.then_some(1.5),
        is_lower_bound: true,
        hit_count: 1,
        judged_count: 1,
    }
}

#[test]
fn the_document_describes_every_record_and_field_and_no_other() {
    let mut written = Records::new();
    for body in examples() {
        assert_has_example(&body);
        let Value::Object(mut record) =
            serde_json::to_value(Record::new(body, Timestamp::from_secs(0))).unwrap()
        else {
            panic!("a record is an object")
        };
        let name = record.remove("event").unwrap().as_str().unwrap().to_owned();
        assert!(record.remove("time").unwrap().is_string());
        let fields = written.entry(name).or_default();
        record.iter().for_each(|(field, value)| collect(fields, field, value));
    }
    assert_eq!(documented(), written);
}

/// Collects the type of a field, and of the fields of objects in it.
fn collect(fields: &mut BTreeMap<String, BTreeSet<String>>, field: &str, value: &Value) {
    let of = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(items) if items.iter().all(Value::is_string) => "array of strings",
        Value::Array(items) => {
            for (inner, value) in items.iter().filter_map(Value::as_object).flatten() {
                collect(fields, &format!("{field}[].{inner}"), value);
            }
            "array of objects"
        }
        Value::Object(_) => panic!("{field}: an object stands in arrays only"),
    };
    fields.entry(field.to_owned()).or_default().insert(of.to_owned());
}

/// The records of the document.
fn documented() -> Records {
    let mut records = Records::new();
    for part in part("Records").split("\n### `").skip(1) {
        let (name, text) = part.split_once('`').unwrap();
        let fields = records.entry(name.to_owned()).or_default();
        for [field, types, meaning] in rows(text) {
            let types: BTreeSet<String> = types.split(" or ").map(str::to_owned).collect();
            assert!(
                !types.contains("null") || meaning.contains("null") || meaning.starts_with("As in"),
                "{field}"
            );
            assert!(
                fields.insert(field.trim_matches('`').to_owned(), types).is_none(),
                "{field} stands twice"
            );
        }
    }
    records
}

#[test]
fn the_document_lists_every_word_and_no_other() {
    fn words<T: Serialize>(all: &[T]) -> Vec<String> {
        let word = |word| serde_json::to_value(word).unwrap().as_str().unwrap().to_owned();
        all.iter().map(word).collect()
    }
    let written = BTreeMap::from([
        ("Kinds", words(Kind::ALL)),
        ("Connection kinds", words(ConnectionKind::ALL)),
        ("Sources", words(TxSource::ALL)),
        ("Restoration states", words(RestorationState::ALL)),
        ("Removal reasons", words(RemovalReason::ALL)),
        ("Disconnect reasons", words(DisconnectReason::ALL)),
        ("Invalid data", words(InvalidData::ALL)),
        ("Unseen reasons", words(UnseenReason::ALL)),
        ("Watch changes", words(WatchChange::ALL)),
        ("Warning subjects", words(WarningSubject::ALL)),
    ]);
    let mut documented = BTreeMap::new();
    for list in part("Words").split("\n### ").skip(1) {
        let (title, text) = list.split_once('\n').unwrap();
        let words = rows(text).map(|[word, _]| word.trim_matches('`').to_owned()).collect();
        documented.insert(title, words);
    }
    assert_eq!(documented, written);
}

#[test]
fn the_document_names_the_version_of_the_schema() {
    assert!(DOCUMENT.contains(&format!("**schema {}**", records::monitor::SCHEMA)));
}

/// The part of the document under a heading.
fn part(title: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("\n## {title}\n")).unwrap();
    rest.split_once("\n## ").map_or(rest, |(part, _)| part)
}

/// The rows of a table of `N` columns.
fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [&str; N]> {
    text.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.try_into().unwrap()
    })
}
