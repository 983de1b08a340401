//! The headless frontend: one JSON object per line on standard output.

mod record;
#[cfg(test)]
mod tests;
mod write;

pub use record::Record;
pub use write::write_lines;

use crate::event::{Event, EventKind, PeerEvent, PeerId, Transport};
use crate::model::classify::Kind;
use crate::model::{Change, MempoolEntry, Model, Outcome, RemovalReason, WatchMatch};
use crate::snapshot::{BlockFigures, Missing, Unseen};
use crate::util::text::hex;
use crate::util::time::Timestamp;
use crate::wire::{Txid, Wtxid};
use record::{BlockBody, Body, MissingBody, PaysBody, UnseenBody};

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
        EventKind::BlocksDisconnected { blocks } => {
            Body::Reorg { disconnected: blocks.iter().map(|(_, hash)| hash.to_string()).collect() }
        }
        EventKind::Backfill { fetched, requested, given_up } => {
            Body::Backfill { fetched: *fetched, wanted: *requested, given_up: *given_up }
        }
        EventKind::Warning(warning) => Body::Warning { message: warning.to_string() },
        EventKind::Seed { name, answer: Err(why) } => {
            Body::Warning { message: format!("DNS seed {name}: {why}") }
        }
        _ => return None,
    })
}

fn of_change(change: &Change, event: &Event, model: &Model) -> Option<Body> {
    match change {
        Change::Accepted(wtxid) => transaction(wtxid, event, model),
        Change::Removed(txid, why) => Some(departure(*txid, *why)),
        Change::Fee(txid) => {
            let entry = model.transaction_by_txid(*txid)?;
            Some(Body::Fee { txid: txid.to_string(), pays: pays(entry) })
        }
        Change::BlockOutputs(_) => None,
        Change::Watch(notice) => Some(watch(notice)),
        Change::Returned(txid) => Some(Body::Returned { txid: txid.to_string() }),
        Change::Block(figures) => Some(Body::Block(Box::new(block(figures, model)))),
        Change::DoubleSpend(spend) => Some(Body::Conflict {
            txid: spend.txid.to_string(),
            with: spend.conflict.to_string(),
            txid_peers: spend.txid_peers,
            with_peers: spend.conflict_peers,
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
    let missing = |missing: &Missing| MissingBody {
        txid: missing.txid.to_string(),
        chunk_fee_rate: missing.chunk_fee_rate,
    };
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

fn watch(notice: &WatchMatch) -> Body {
    Body::Watch {
        what: notice.event.name(),
        target: notice.target.clone(),
        txid: notice.txid.to_string(),
        received: notice.received,
        spent: notice.spent,
        by: notice.event.by().map(|by| by.to_string()),
        height: notice.event.height(),
        confirmations: notice.event.confirmations(),
        reason: notice.event.reason().map(|why| why.to_string()),
    }
}

/// Why a transaction is no longer part of the mempool.
fn departure(txid: Txid, why: RemovalReason) -> Body {
    let txid = txid.to_string();
    match why {
        RemovalReason::Confirmed { height, .. } => Body::Confirmed { txid, height },
        RemovalReason::Replaced { by, with_ancestor } => {
            Body::Replaced { txid, by: by.to_string(), descendant: with_ancestor }
        }
        RemovalReason::Conflict(_)
        | RemovalReason::SizeLimit
        | RemovalReason::Expired
        | RemovalReason::Reorg => Body::Evicted { txid, reason: why.to_string() },
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
        pays: pays(entry),
        ancestors: model.ancestors(entry),
        replaceable: model.is_replaceable(entry),
        kinds: model.kinds(entry).iter().map(Kind::name).collect(),
        peer: address(model, entry.first_announcer().unwrap_or(sender)),
    })
}

fn pays(entry: &MempoolEntry) -> PaysBody {
    let rate = entry.fee_rate();
    PaysBody {
        fee: entry.fee(),
        fee_rate: rate.exact(),
        fee_rate_min: rate.min(),
        fee_rate_max: rate.max(),
        chunk_fee_rate: entry.chunk_fee_rate(),
    }
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
