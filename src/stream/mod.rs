//! The headless front end: events and what they changed as JSON lines on standard output.
//!
//! `docs/stream.md` describes the records and promises what stays compatible. A change here that breaks the
//! promise needs another [`records::monitor::SCHEMA`].

mod filter;
mod periodic;
mod records;
#[cfg(test)]
mod tests;
mod write;

pub use records::Record;
pub use write::write_lines;

use crate::chain::Network;
use crate::event::{Event, EventKind, PeerEvent, PeerId, TxSource};
use crate::model::{Change, Ending, Model, Notice, Outcome};
use crate::query::{Query, Transactions};
use crate::util::time::Timestamp;
use filter::Filter;
use periodic::Periodic;
use records::Body;
use records::alert::AlertRecord;
use records::blocks::{BlockRecord, MissingRecord, ReorgRecord};
use records::estimates::EstimatesRecord;
use records::monitor::{BackfillRecord, BootstrapRecord, RestorationRecord, StartRecord, WarningRecord};
use records::peers::{AnnouncedRecord, ConnectedRecord, DisconnectedRecord, InvalidDataLog, PongRecord};
use records::transactions::{DoubleSpendRecord, FeeRecord, RemovedRecord, ReturnedRecord, TransactionRecord};
use records::values::{PeerFields, milliseconds};
use records::watch::WatchRecord;

/// The first record of a stream.
pub fn start(network: Network, now: Timestamp) -> Record {
    Record::new(Body::Start(StartRecord::new(network)), now)
}

/// Turns events and their outcomes into records.
#[derive(Debug, Default)]
pub struct Stream {
    /// Whether transactions come with their bytes.
    raw: bool,
    /// Which transactions are written; `None` writes everything.
    filter: Option<Filter>,
    periodic: Periodic,
    invalid: InvalidDataLog,
}

impl Stream {
    /// A stream that includes the bytes of transactions if `raw`. With a query, only what happens to matching
    /// transactions is written.
    pub fn new(raw: bool, query: Option<Box<Query<Transactions>>>) -> Self {
        Self {
            raw,
            filter: query.map(Filter::new),
            periodic: Periodic::default(),
            invalid: InvalidDataLog::default(),
        }
    }

    /// Returns the records of `event` and of `outcome`, which `model` has just returned for it.
    pub fn records(&mut self, event: &Event, model: &Model, outcome: &Outcome) -> Vec<Record> {
        let time = model.wall_offset().wall(event.time);
        if let Some(mut filter) = self.filter.take() {
            let write = |change: &Change| self.of_change(change, event, model);
            let bodies = filter.bodies(event.time, model, outcome, self.raw, write);
            self.filter = Some(filter);
            return bodies.into_iter().map(|body| Record::new(body, time)).collect();
        }
        let invalid = match &event.kind {
            EventKind::Peer(peer, of_peer) => self.invalid.note(event.time, *peer, of_peer, model),
            _ => None,
        };
        let changes = outcome.changes.iter().filter_map(|change| self.of_change(change, event, model));
        let notices = outcome.notices.iter().filter_map(|notice| match notice {
            Notice::Restoration(milestone) => Some(Body::Restoration(RestorationRecord::new(milestone))),
            _ => None,
        });
        let estimates = outcome.changes.iter().filter_map(|change| match change {
            Change::Block(figures) => Some(Body::Estimates(EstimatesRecord::new(figures.height, model))),
            _ => None,
        });
        let of_event = invalid.into_iter().map(Body::Invalid).chain(of_event(event, model, outcome));
        let bodies = of_event.chain(notices).chain(changes).chain(estimates);
        bodies.map(|body| Record::new(body, time)).collect()
    }

    /// Returns the records that are due at `now` without an event. Meant to be called once a second.
    pub fn due(&mut self, now: Timestamp, model: &Model) -> Vec<Record> {
        if self.filter.is_some() {
            return Vec::new();
        }
        let time = model.wall_offset().wall(now);
        let invalid = self.invalid.due(now, model).into_iter().map(Body::Invalid);
        let bodies = self.periodic.due(now, model).into_iter().chain(invalid);
        bodies.map(|body| Record::new(body, time)).collect()
    }

    /// Returns the records of the alerts in `outcome`, when no event caused it.
    pub fn alerts(outcome: &Outcome, model: &Model, now: Timestamp) -> Vec<Record> {
        let time = model.wall_offset().wall(now);
        let record = |change: &Change| match change {
            Change::Alert(alert) => Some(Record::new(Body::Alert(AlertRecord::new(alert, model)), time)),
            _ => None,
        };
        outcome.changes.iter().filter_map(record).collect()
    }

    fn of_change(&self, change: &Change, event: &Event, model: &Model) -> Option<Body> {
        Some(match change {
            Change::Accepted(wtxid) => {
                let entry = model.transaction(wtxid)?;
                let sender = match event.kind {
                    EventKind::Peer(sender, _) if entry.source() != TxSource::Restored => Some(sender),
                    _ => None,
                };
                Body::Transaction(Box::new(TransactionRecord::new(entry, sender, self.raw, model)))
            }
            Change::Fee(txid) => Body::Fee(FeeRecord::new(model.transaction_by_txid(*txid)?)),
            Change::Removed(txid, reason) => Body::Removed(RemovedRecord::new(*txid, *reason)),
            &Change::Returned { txid, height, block } => {
                Body::Returned(ReturnedRecord::new(txid, height, block))
            }
            Change::DoubleSpend(spend) => Body::DoubleSpend(DoubleSpendRecord::new(spend)),
            Change::Warning(warning) => Body::Warning(WarningRecord::new(warning)),
            Change::Alert(alert) => Body::Alert(AlertRecord::new(alert, model)),
            Change::Watch(notice) => Body::Watch(WatchRecord::new(notice)),
            Change::Block(figures) => Body::Block(Box::new(BlockRecord::new(figures, model)?)),
            Change::BlockOutputs(_) | Change::RestoredDropped(_) => return None,
        })
    }
}

fn of_event(event: &Event, model: &Model, outcome: &Outcome) -> Option<Body> {
    Some(match &event.kind {
        EventKind::Peer(peer, event) => return of_peer(*peer, event, model, outcome),
        EventKind::Seed { name, answer: Err(failure) } => {
            Body::Warning(WarningRecord::dns_seed(name, failure))
        }
        EventKind::Warning(warning) => Body::Warning(WarningRecord::new(warning)),
        EventKind::BlocksDisconnected { blocks, tip } => Body::Reorg(ReorgRecord::new(blocks, tip)),
        EventKind::MissingBlocks(missing) => Body::BlockMissing(MissingRecord::new(*missing, model)),
        &EventKind::Backfill { fetched, requested, given_up } => Body::Backfill(BackfillRecord {
            fetched_count: fetched,
            requested_count: requested,
            given_up_count: given_up,
        }),
        EventKind::Bootstrap(progress) => Body::Bootstrap(BootstrapRecord::new(*progress)),
        _ => return None,
    })
}

fn of_peer(peer: PeerId, event: &PeerEvent, model: &Model, outcome: &Outcome) -> Option<Body> {
    let of = || PeerFields::new(peer, model);
    Some(match event {
        PeerEvent::Ready(info) => Body::PeerConnected(ConnectedRecord::new(peer, info, model)),
        PeerEvent::Disconnected { reason, .. } => {
            let was_connected = outcome.notices.iter().any(was_connected);
            Body::PeerDisconnected(DisconnectedRecord::new(of(), was_connected, reason))
        }
        PeerEvent::Pong { rtt } => Body::Pong(PongRecord { peer: of(), rtt_ms: milliseconds(*rtt) }),
        PeerEvent::Announced { count, .. } => {
            Body::Announced(AnnouncedRecord { peer: of(), tx_count: *count })
        }
        _ => return None,
    })
}

/// Whether a notice is about the end of a connection that had completed its handshake.
fn was_connected(notice: &Notice) -> bool {
    match notice {
        Notice::Disconnected { kind, .. } => match kind {
            Ending::Lost | Ending::ShortLived => true,
            Ending::NotReached | Ending::ChosenNotReached => false,
        },
        _ => false,
    }
}
