//! The headless frontend: one JSON object per line on standard output.

use crate::event::{Event, EventKind, PeerEvent, PeerId, Transport};
use crate::model::kinds::{Kind, Kinds};
use crate::model::{Change, Departure, Model, Outcome, WatchEvent, WatchNotice};
use crate::snapshot::{BlockFigures, Missing, Unseen};
use crate::text::hex;
use crate::time::Timestamp;
use crate::wire::{Txid, Wtxid};
use serde::Serialize;
use std::io::{self, Write};
use tokio::sync::mpsc;

/// What one line tells.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Record {
    #[serde(flatten)]
    body: Body,
    /// RFC 3339, UTC, ms.
    time: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Body {
    PeerConnected {
        peer: String,
        user_agent: String,
        version: i32,
        services: Vec<String>,
        start_height: i32,
        relay: bool,
        /// `v1` or `v2`.
        transport: Option<String>,
        /// In hexadecimal digits; of a v2 connection only.
        session_id: Option<String>,
    },
    PeerDisconnected {
        peer: String,
        reason: String,
    },
    Pong {
        peer: String,
        rtt_ms: f64,
    },
    Announced {
        peer: String,
        count: usize,
    },
    Transaction {
        txid: String,
        wtxid: String,
        vsize: u32,
        weight: u32,
        inputs: u32,
        outputs: u32,
        output_value: u64,
        fee: Option<u64>,
        fee_rate: Option<f64>,
        /// That of its package, in sat/vB.
        chunk_fee_rate: Option<f64>,
        /// Held ones.
        ancestors: usize,
        replaceable: bool,
        kinds: Vec<&'static str>,
        peer: String,
    },
    /// A held transaction is in a block.
    Confirmed {
        txid: String,
        height: u32,
    },
    /// A held transaction gave way to another.
    Replaced {
        txid: String,
        by: String,
        /// Whether it was an ancestor of it that the other one conflicts with.
        descendant: bool,
    },
    /// Another transaction spends the same as a held one, and both are alive.
    Conflict {
        txid: String,
        with: String,
        /// Peers that announced only this one of the two.
        txid_peers: usize,
        with_peers: usize,
    },
    /// A held transaction was dropped for another reason.
    Evicted {
        txid: String,
        reason: String,
    },
    /// Something happened with what the user watches.
    Watch {
        what: &'static str,
        target: String,
        txid: String,
        received: u64,
        spent: u64,
        by: Option<String>,
        height: Option<u32>,
        confirmations: Option<u32>,
    },
    /// Blocks left the best chain, newest first.
    Reorg {
        disconnected: Vec<String>,
    },
    /// A transaction of such a block is held again.
    Returned {
        txid: String,
    },
    Block(Box<BlockBody>),
    /// How far the fetching of past blocks is.
    Backfill {
        fetched: u32,
        wanted: u32,
        given_up: u32,
    },
    Warning {
        message: String,
    },
}

/// The figures of a block; see [`BlockFigures`].
#[derive(Clone, PartialEq, Debug, Serialize)]
struct BlockBody {
    hash: String,
    height: u32,
    /// The miner's clock, RFC 3339.
    block_time: String,
    transactions: usize,
    size: u32,
    weight: u64,
    paying_weight: u64,
    subsidy: u64,
    fees: Option<u64>,
    fee_rate: Option<f64>,
    fee_rate_min: Option<f64>,
    fee_rate_median: Option<f64>,
    fee_rate_max: Option<f64>,
    fees_known: usize,
    tag: String,
    seen: usize,
    seen_weight: u64,
    unseen: Vec<UnseenBody>,
    conflicted: usize,
    median_wait_ms: Option<f64>,
    expected: usize,
    missing: Vec<MissingBody>,
    arrived_after_ms: Option<f64>,
    peer: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct UnseenBody {
    txid: String,
    why: &'static str,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct MissingBody {
    txid: String,
    mining_rate: f64,
}

/// What the stream tells of `event`, which `model` has applied already, and of what it led to.
pub fn records(event: &Event, model: &Model, outcome: &Outcome) -> Vec<Record> {
    let changes = outcome.changes.iter().filter_map(|change| of_change(change, event, model));
    let bodies = of_event(event, model).into_iter().chain(changes);
    bodies.map(|body| Record { body, time: event.time.rfc3339() }).collect()
}

fn of_event(event: &Event, model: &Model) -> Option<Body> {
    let name = |peer: PeerId| address(model, peer);
    Some(match &event.kind {
        EventKind::Peer(peer, what) => match what {
            PeerEvent::Ready(info) => Body::PeerConnected {
                peer: name(*peer),
                user_agent: info.user_agent.clone(),
                version: info.version,
                services: info.services.names(),
                start_height: info.start_height,
                relay: info.relay,
                transport: model.peer_transport(*peer).map(|transport| transport.to_string()),
                session_id: session_id(model, *peer),
            },
            PeerEvent::Disconnected { reason, .. } => {
                Body::PeerDisconnected { peer: name(*peer), reason: reason.to_string() }
            }
            PeerEvent::Pong { rtt } => Body::Pong { peer: name(*peer), rtt_ms: milliseconds(*rtt) },
            PeerEvent::Announced { count, .. } => Body::Announced { peer: name(*peer), count: *count },
            _ => return None,
        },
        EventKind::Disconnected { blocks } => {
            Body::Reorg { disconnected: blocks.iter().map(|(_, hash)| hash.to_string()).collect() }
        }
        EventKind::Backfill { fetched, wanted, given_up } => {
            Body::Backfill { fetched: *fetched, wanted: *wanted, given_up: *given_up }
        }
        EventKind::Warning(message) => Body::Warning { message: message.clone() },
        EventKind::Seed { name, answer: Err(why) } => {
            Body::Warning { message: format!("DNS seed {name}: {why}") }
        }
        _ => return None,
    })
}

fn of_change(change: &Change, event: &Event, model: &Model) -> Option<Body> {
    match change {
        Change::Accepted(wtxid) => transaction(wtxid, event, model),
        Change::Left(txid, why) => Some(departure(*txid, *why)),
        Change::Coins(_) => None,
        Change::Watch(notice) => Some(watch(notice)),
        Change::Returned(txid) => Some(Body::Returned { txid: txid.to_string() }),
        Change::Block(figures) => Some(Body::Block(Box::new(block(figures, model)))),
        Change::DoubleSpend(spend) => Some(Body::Conflict {
            txid: spend.held.to_string(),
            with: spend.lost.to_string(),
            txid_peers: spend.held_only,
            with_peers: spend.lost_only,
        }),
    }
}

fn block(figures: &BlockFigures, model: &Model) -> BlockBody {
    let unseen = |&(txid, why): &(Txid, Unseen)| UnseenBody {
        txid: txid.to_string(),
        why: match why {
            Unseen::NeverAnnounced => "never_announced",
            Unseen::NotReceived => "not_received",
            Unseen::Conflicting => "conflicting",
        },
    };
    let missing =
        |missing: &Missing| MissingBody { txid: missing.txid.to_string(), mining_rate: missing.mining_rate };
    let rate = |index: usize| figures.fee_rates.map(|rates| rates[index]);
    BlockBody {
        hash: figures.hash.to_string(),
        height: figures.height,
        block_time: Timestamp::from_secs(figures.time.into()).rfc3339(),
        transactions: figures.transactions,
        size: figures.size,
        weight: figures.weight,
        paying_weight: figures.paying_weight,
        subsidy: figures.subsidy,
        fees: figures.fees,
        fee_rate: figures.fee_rate(),
        fee_rate_min: rate(0),
        fee_rate_median: rate(1),
        fee_rate_max: rate(2),
        fees_known: figures.fees_known,
        tag: figures.tag.clone(),
        seen: figures.seen,
        seen_weight: figures.seen_weight,
        unseen: figures.unseen.iter().map(unseen).collect(),
        conflicted: figures.conflicted,
        median_wait_ms: figures.median_wait.map(milliseconds),
        expected: figures.expected,
        missing: figures.missing.iter().map(missing).collect(),
        arrived_after_ms: figures.arrived_after.map(milliseconds),
        peer: address(model, figures.peer),
    }
}

fn watch(notice: &WatchNotice) -> Body {
    let (mut by, mut height, mut confirmations) = (None, None, None);
    match notice.event {
        WatchEvent::Replaced { by: other } | WatchEvent::DoubleSpent { by: other } => {
            by = Some(other.to_string());
        }
        WatchEvent::Confirmed { height: at, confirmations: count } => {
            (height, confirmations) = (Some(at), Some(count));
        }
        WatchEvent::Arrived | WatchEvent::Unconfirmed | WatchEvent::Left => {}
    }
    Body::Watch {
        what: notice.event.name(),
        target: notice.target.clone(),
        txid: notice.txid.to_string(),
        received: notice.received,
        spent: notice.spent,
        by,
        height,
        confirmations,
    }
}

/// Why a transaction is no longer part of the mempool.
fn departure(txid: Txid, why: Departure) -> Body {
    let txid = txid.to_string();
    match why {
        Departure::Mined(height) => Body::Confirmed { txid, height },
        Departure::Replaced(by) => Body::Replaced { txid, by: by.to_string(), descendant: false },
        Departure::ReplacedWithParent(by) => Body::Replaced { txid, by: by.to_string(), descendant: true },
        Departure::Conflicted(_) | Departure::Orphaned | Departure::Evicted | Departure::Expired => {
            Body::Evicted { txid, reason: why.to_string() }
        }
    }
}

/// A transaction is told once, when it becomes part of the mempool.
fn transaction(wtxid: &Wtxid, event: &Event, model: &Model) -> Option<Body> {
    let EventKind::Peer(sender, _) = event.kind else { return None };
    let entry = model.transaction(wtxid)?;
    let tx = entry.tx();
    Some(Body::Transaction {
        txid: tx.txid().to_string(),
        wtxid: tx.wtxid().to_string(),
        vsize: tx.vsize(),
        weight: tx.weight(),
        inputs: tx.input_count(),
        outputs: tx.output_count(),
        output_value: tx.output_value(),
        fee: entry.fee(),
        fee_rate: entry.fee_rate(),
        chunk_fee_rate: entry.mining_rate(),
        ancestors: model.ancestors(entry),
        replaceable: model.is_replaceable(entry),
        kinds: Kinds::of(tx).iter().map(Kind::name).collect(),
        peer: address(model, entry.first_announcer().unwrap_or(sender)),
    })
}

fn session_id(model: &Model, peer: PeerId) -> Option<String> {
    match model.peer_transport(peer)? {
        Transport::V1 => None,
        Transport::V2 { session_id } => Some(hex(&session_id)),
    }
}

/// `address:port`. A peer has a name as long as it has events.
fn address(model: &Model, peer: PeerId) -> String {
    model.peer_address(peer).map(ToString::to_string).unwrap_or_default()
}

/// Milliseconds, to the µs.
fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Writes records as lines until their source ends or the reader goes away.
///
/// A line is flushed as soon as no other waits behind it. Blocks: meant for a thread of its own.
///
/// # Errors
///
/// Anything but the reader's going away, which is an ordinary end.
pub fn write_lines(mut records: mpsc::Receiver<Record>, output: impl Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    let mut write = || -> io::Result<()> {
        while let Some(record) = records.blocking_recv() {
            serde_json::to_writer(&mut output, &record)?;
            output.write_all(b"\n")?;
            if records.is_empty() {
                output.flush()?;
            }
        }
        output.flush()
    };
    match write() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PeerAddress;
    use crate::chain::Network;
    use crate::event::DisconnectReason;
    use crate::model::ModelSettings;
    use crate::time::Timestamp;
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
        let lines = told(vec![
            dialling("[2001:db8::7]:8333"),
            PeerEvent::Pong { rtt: Duration::from_micros(41_234) },
        ]);
        assert_eq!(
            lines,
            [
                r#"{"event":"pong","peer":"[2001:db8::7]:8333","rtt_ms":41.234,"time":"2023-11-14T22:13:20.000Z"}"#
            ]
        );
    }

    #[test]
    fn an_end_is_told_with_its_reason() {
        let reason = DisconnectReason::PingTimeout;
        let lines = told(vec![dialling("10.0.0.1"), PeerEvent::Disconnected { reason, retry_at: None }]);
        assert!(lines[0].contains(r#""peer":"10.0.0.1:1","reason":"ping timeout""#), "{lines:?}");
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

    /// Takes some bytes, then nothing more.
    struct Pipe(usize);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_an_ordinary_end() {
        let (sender, records) = mpsc::channel(8);
        let record = Record { body: Body::Warning { message: "x".to_owned() }, time: NOW.rfc3339() };
        sender.try_send(record.clone()).unwrap();
        sender.try_send(record).unwrap();
        drop(sender);
        assert!(write_lines(records, Pipe(100)).is_ok());
    }
}
