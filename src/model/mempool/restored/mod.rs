//! The mempool of an earlier run, until it is merged with today's.
//!
//! Its transactions wait until the blocks since then are known; those that these blocks confirm or make
//! invalid never enter the mempool. The others enter, parents first, a few with each event. A peer vouches
//! for them by announcing them or by having them in its whole-mempool list (BIP35). Those missing from a
//! complete list are requested from peers, and leave if no peer sends or announces them within some minutes.
//! Without a list they stay, however old.

mod enter;
mod keyframe;
#[cfg(test)]
mod tests;
mod waiting_room;

pub(in crate::model::mempool) use enter::add_bounds;

use crate::event::{CatchUp, CatchUpFailure, CatchUpFrom, Request, Restored, RestoredTx, Saved};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::{Mempool, MempoolEntry};
use crate::util::time::Timestamp;
use crate::wire::{Block, TxHash, Txid, Wtxid};
use foldhash::fast::RandomState;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use waiting_room::WaitingRoom;

/// How many transactions enter the mempool per event: a few milliseconds' worth.
const MAX_STEP: usize = 100;

/// How many list entries are remembered until all transactions have entered.
const MAX_LISTED: usize = 500_000;

/// How long peers have to announce a transaction missing from a whole-mempool list before it is removed.
const GRACE: Duration = Duration::from_mins(3);

/// The most transactions that peers are asked to send because a list lacks them: about a tenth of a mempool
/// that differs greatly.
const MAX_RESENT: usize = 5_000;

/// The mempool of an earlier run.
#[derive(Debug, Default)]
pub(in crate::model) struct Restoration {
    phase: Phase,
    saved: Timestamp,
    room: WaitingRoom,
    /// The transactions still to enter, next one last.
    queue: Vec<Txid>,
    /// Those that entered and have since been neither announced, listed nor sent, by the beginning of their
    /// txids.
    unconfirmed: HashSet<u64, RandomState>,
    /// The beginnings of listed ids, until everything has entered.
    listed: HashSet<u64, RandomState>,
    has_list: bool,
    /// The fee rate below which the lists contain nothing, in sat/vB.
    list_floor: Option<f64>,
    /// When the unconfirmed ones are removed.
    leave_at: Option<Timestamp>,
    /// Those that entered, oldest first.
    expiring: VecDeque<TxKey>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Phase {
    /// There is nothing to restore, or nothing left to do.
    #[default]
    None,
    /// Transactions are being loaded, if there are any.
    Loading,
    /// Blocks since the earlier run are missing; their number, if known.
    Waiting(Option<u32>),
    /// The transactions are entering the mempool.
    Entering,
    /// All transactions have entered.
    Entered,
}

/// The result of a step of the restoration.
#[derive(Debug, Default)]
pub(in crate::model) struct Progress {
    /// The transactions that entered the mempool.
    pub(in crate::model) entered: Vec<Wtxid>,
    /// The transactions that will not enter it.
    pub(in crate::model) dropped: Vec<Txid>,
    /// Requests to the network.
    pub(in crate::model) requests: Vec<Request>,
    /// A milestone that was reached.
    pub(in crate::model) milestone: Option<Milestone>,
}

/// A milestone in restoring an earlier run's mempool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Milestone {
    /// Its transactions are entering the mempool.
    Restored {
        /// The number of transactions.
        transactions: usize,
        /// When the mempool was saved.
        saved: Timestamp,
    },
    /// It is discarded, because it is unknown what blocks have confirmed since.
    Discarded {
        /// The number of transactions.
        transactions: usize,
        /// When the mempool was saved.
        saved: Timestamp,
        /// Why.
        why: CatchUpFailure,
    },
    /// It was compared with a whole-mempool list.
    Reconciled {
        /// The number of transactions removed because no peer has them.
        removed: usize,
    },
}

/// The status of an earlier run's mempool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RestoredStatus {
    /// The number of transactions that are waiting, or that have been neither announced nor listed since.
    pub transactions: usize,
    /// When the mempool was saved.
    pub saved: Timestamp,
    /// What the transactions are waiting for, if they do not count yet.
    pub waits_for: Option<WaitsFor>,
}

/// What restored transactions are waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitsFor {
    /// The rest of the transactions.
    Loading,
    /// A peer that knows the best chain.
    Peers,
    /// This many blocks.
    Blocks(u32),
    /// Their turn to enter the mempool.
    Entering,
}

impl Restoration {
    /// An earlier run may have saved something.
    pub(in crate::model) fn expected() -> Self {
        Self { phase: Phase::Loading, ..Self::default() }
    }

    /// Adds a part of what an earlier run saved. At most `max_memory` bytes may wait.
    pub(in crate::model) fn load(&mut self, part: &Restored, max_memory: u64) -> Progress {
        let mut progress = Progress::default();
        match part {
            Restored::Transactions(txs) => {
                let mut known = Vec::new();
                for tx in txs {
                    if self.room.insert(tx.clone(), max_memory) {
                        known.push(Arc::clone(&tx.tx));
                    } else {
                        progress.dropped.push(tx.tx.txid());
                    }
                }
                progress.requests.push(Request::Known(known));
            }
            Restored::Complete(_) | Restored::Nothing if self.room.len() == 0 => *self = Self::default(),
            Restored::Nothing | Restored::Continue => {}
            Restored::Complete(Saved { time, blocks }) => {
                self.saved = *time;
                self.phase = Phase::Waiting(None);
                let since = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
                let from = if blocks.is_empty() {
                    CatchUpFrom::Time(since)
                } else {
                    CatchUpFrom::Blocks(blocks.clone())
                };
                progress.requests.push(Request::CatchUp(from));
            }
        }
        progress
    }

    /// Notes the progress of downloading the blocks since then.
    pub(in crate::model) fn catch_up(&mut self, catch_up: CatchUp) -> Progress {
        let mut progress = Progress::default();
        if !matches!(self.phase, Phase::Waiting(_)) {
            return progress;
        }
        let saved = self.saved;
        match catch_up {
            CatchUp::Missing(blocks) => self.phase = Phase::Waiting(Some(blocks)),
            CatchUp::Complete => {
                self.phase = Phase::Entering;
                self.queue = self.room.by_age().rev().collect();
                let transactions = self.room.len();
                progress.milestone = Some(Milestone::Restored { transactions, saved });
            }
            CatchUp::Failed(why) => {
                let txs = std::mem::take(self).room.take_all();
                progress.milestone = Some(Milestone::Discarded { transactions: txs.len(), saved, why });
                progress.dropped = txs.iter().map(|tx| tx.tx.txid()).collect();
                // They are fetched like any others if peers still have them.
                let ids = txs.iter().map(|tx| (tx.tx.txid(), tx.tx.wtxid()));
                progress.requests.extend([Request::Forget(ids.collect()), Request::Relist]);
            }
        }
        progress
    }

    /// Notes a block, past or new. Returns the waiting transactions that it confirms or makes invalid.
    pub(in crate::model) fn connect(&mut self, block: &Block) -> Vec<Txid> {
        if self.room.len() == 0 { Vec::new() } else { self.room.connect(block) }
    }

    /// Notes an announcement by a peer.
    pub(in crate::model) fn announced(&mut self, mempool: &Mempool, txs: &[TxHash]) {
        if !self.unconfirmed.is_empty() {
            for &hash in txs {
                self.confirm(mempool, hash);
            }
        }
    }

    /// Notes a transaction from a peer.
    pub(in crate::model) fn sent(&mut self, txid: Txid) {
        self.unconfirmed.remove(&beginning(txid.0));
    }

    /// Notes a part of a peer's whole-mempool list. `floor` is the fee rate below which the peer has nothing,
    /// in sat/vB.
    pub(in crate::model) fn listed(
        &mut self,
        mempool: &Mempool,
        txs: &[TxHash],
        is_complete: bool,
        floor: Option<f64>,
    ) {
        for &hash in txs {
            self.confirm(mempool, hash);
            if !matches!(self.phase, Phase::None | Phase::Entered) && self.listed.len() < MAX_LISTED {
                self.listed.insert(beginning(bytes(hash)));
            }
        }
        if is_complete {
            // The lowest floor counts: everything above it could have been on one of the lists.
            let lower = |known: f64| floor.map(|floor| floor.min(known));
            self.list_floor = if self.has_list { self.list_floor.and_then(lower) } else { floor };
            self.has_list = true;
        }
    }

    /// Notes a transaction that left the mempool.
    pub(in crate::model) fn removed(&mut self, txid: Txid) {
        if !self.unconfirmed.is_empty() {
            self.unconfirmed.remove(&beginning(txid.0));
        }
    }

    /// Moves transactions into or out of the mempool, as is due.
    pub(in crate::model) fn step(
        &mut self,
        mempool: &mut Mempool,
        now: Timestamp,
        changes: &mut Changes,
    ) -> Progress {
        let mut progress = Progress::default();
        match self.phase {
            Phase::None | Phase::Loading | Phase::Waiting(_) => {}
            Phase::Entering => self.enter_some(mempool, now, changes, &mut progress),
            Phase::Entered => {
                let is_missing = |entry: &MempoolEntry| {
                    self.unconfirmed.contains(&beginning(entry.tx().txid().0))
                        && !is_below(entry, self.list_floor)
                };
                if self.has_list && self.leave_at.is_none() {
                    self.leave_at = Some(now + GRACE);
                    let missing: Vec<_> = mempool.missing(is_missing).take(MAX_RESENT).collect();
                    progress.requests.extend((!missing.is_empty()).then_some(Request::Resend(missing)));
                } else if self.leave_at.is_some_and(|at| at <= now) {
                    let removed = mempool.remove_missing(is_missing, changes);
                    progress.milestone = Some(Milestone::Reconciled { removed: removed.len() });
                    progress.requests.push(Request::Forget(removed));
                    self.unconfirmed = HashSet::default();
                    self.phase = Phase::None;
                }
            }
        }
        while let Some(&oldest) = self.expiring.front()
            && mempool.expire_restored(oldest, now, changes)
        {
            self.expiring.pop_front();
        }
        progress
    }

    fn enter_some(
        &mut self,
        mempool: &mut Mempool,
        now: Timestamp,
        changes: &mut Changes,
        progress: &mut Progress,
    ) {
        for _ in 0..MAX_STEP {
            let Some(&txid) = self.queue.last() else {
                self.phase = Phase::Entered;
                (self.room, self.queue, self.listed) = Default::default();
                return;
            };
            let before = self.queue.len();
            self.queue.extend(self.room.parents(txid));
            if self.queue.len() > before {
                continue;
            }
            self.queue.pop();
            // A block may have confirmed it since, or it entered before one of its children.
            let Some(restored) = self.room.take(txid) else { continue };
            let Some(key) = mempool.enter(now, &restored, changes) else {
                if mempool.by_txid(txid).is_none() {
                    progress.dropped.push(txid);
                }
                continue;
            };
            self.expiring.push_back(key);
            progress.entered.push(restored.tx.wtxid());
            if !self.is_confirmed(mempool, &restored) {
                self.unconfirmed.insert(beginning(txid.0));
            }
        }
    }

    fn is_confirmed(&self, mempool: &Mempool, restored: &RestoredTx) -> bool {
        let (txid, wtxid) = (restored.tx.txid(), restored.tx.wtxid());
        let is_announced = mempool.by_txid(txid).is_some_and(|entry| entry.announcements().next().is_some());
        is_announced || [txid.0, wtxid.0].iter().any(|id| self.listed.contains(&beginning(*id)))
    }

    fn confirm(&mut self, mempool: &Mempool, hash: TxHash) {
        if let Some(entry) = mempool.key(hash).and_then(|key| mempool.get(key)) {
            self.unconfirmed.remove(&beginning(entry.tx().txid().0));
        }
    }

    /// Whether the transaction is waiting: it is here, although it does not count yet.
    pub(in crate::model) fn waits(&self, txid: Txid) -> bool {
        self.room.contains(txid)
    }

    /// Whether there are blocks that the waiting transactions do not account for yet.
    pub(in crate::model) fn awaits_blocks(&self) -> bool {
        matches!(self.phase, Phase::Loading | Phase::Waiting(_))
    }

    /// Whether an earlier run may have saved something that has not been loaded yet.
    pub(in crate::model) fn is_loading(&self) -> bool {
        self.phase == Phase::Loading
    }

    /// Whether the next event will move transactions into the mempool.
    pub(in crate::model) fn is_entering(&self) -> bool {
        self.phase == Phase::Entering
    }

    /// Returns the status; `None` if nothing was restored, or once every transaction is vouched for.
    pub(in crate::model) fn status(&self) -> Option<RestoredStatus> {
        let waits_for = match self.phase {
            Phase::None => return None,
            Phase::Loading => Some(WaitsFor::Loading),
            Phase::Waiting(None) => Some(WaitsFor::Peers),
            Phase::Waiting(Some(blocks)) => Some(WaitsFor::Blocks(blocks)),
            Phase::Entering => Some(WaitsFor::Entering),
            Phase::Entered => None,
        };
        let transactions = self.room.len() + self.unconfirmed.len();
        (transactions > 0).then_some(RestoredStatus { transactions, saved: self.saved, waits_for })
    }
}

/// Returns whether a transaction pays less than `floor` (sat/vB), so that a list need not contain it.
fn is_below(entry: &MempoolEntry, floor: Option<f64>) -> bool {
    let rate = entry.chunk_fee_rate().or(entry.fee_rate().exact());
    floor.zip(rate).is_some_and(|(floor, rate)| rate < floor)
}

fn bytes(hash: TxHash) -> [u8; 32] {
    match hash {
        TxHash::Txid(txid) => txid.0,
        TxHash::Wtxid(wtxid) => wtxid.0,
    }
}

/// The beginning of an id. Finding two ids with the same beginning takes an attacker 2⁶⁴ hashes, and only
/// keeps a transaction that no other node has.
fn beginning(id: [u8; 32]) -> u64 {
    id.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
