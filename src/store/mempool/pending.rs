//! Unwritten changes of the mempool, by txid: the state itself is taken from the model when written.

use crate::event::{Event, EventKind, PeerEvent, RestoredTx, TxSource};
use crate::model::{Change, MempoolEntry, Model, Outcome};
use crate::store::mempool::batch::Batch;
use crate::store::mempool::replay::LastBlocks;
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{BlockHash, TxHash, Txid};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The most transactions with unwritten changes during a series of failures: a few days of mainnet.
const MAX_CHANGES: usize = 1_000_000;

/// A batch is full at this many bytes of transactions.
const MAX_BATCH: usize = 16 << 20;

/// The most transactions in a batch: collecting them takes the main task a few milliseconds.
pub(super) const MAX_BATCH_TXS: usize = 20_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pending {
    /// It entered the mempool, and the journal does not have it.
    Added,
    /// More is known about it.
    Updated,
    /// It left the mempool, and the journal may have it.
    Removed,
}

/// Unwritten changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    txs: HashMap<Txid, Pending, RandomState>,
    blocks: Vec<(u32, BlockHash)>,
    last_blocks: LastBlocks,
    /// Whether there were too many changes to remember.
    pub(super) overflowed: bool,
}

impl Changes {
    /// Notes an event that the model has applied, with its outcome.
    pub(super) fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        for change in &outcome.changes {
            match change {
                Change::Accepted(wtxid) => {
                    // Restored transactions are already in the journal.
                    let entry = model.transaction(wtxid);
                    if let Some(entry) = entry.filter(|entry| entry.source() != TxSource::Restored) {
                        self.added(entry.tx().txid());
                    }
                }
                Change::Returned { txid, .. } => self.added(*txid),
                Change::Fee(txid) => self.updated(*txid),
                Change::Removed(txid, _) => self.removed(*txid),
                Change::RestoredDropped(txids) => txids.iter().for_each(|txid| self.removed(*txid)),
                _ => {}
            }
        }
        match &event.kind {
            EventKind::Peer(_, PeerEvent::Announced { txs, .. }) => {
                for &hash in txs {
                    let txid = match hash {
                        TxHash::Txid(txid) => Some(txid),
                        TxHash::Wtxid(wtxid) => model.transaction(&wtxid).map(|entry| entry.tx().txid()),
                    };
                    if let Some(txid) = txid.filter(|txid| model.transaction_by_txid(*txid).is_some()) {
                        self.updated(txid);
                    }
                }
            }
            EventKind::Tip(tip) if self.last_blocks.newest().is_none() => self.block(tip.height, tip.hash),
            EventKind::Block { height, block, .. } => {
                self.connected(*height, block.hash, block.header.previous);
            }
            _ => {}
        }
        if self.txs.len() > MAX_CHANGES {
            self.forget();
        }
    }

    /// Notes a connected block. One that does not follow the last one is ignored: the blocks between them may
    /// arrive later, and a later run fetches all of them.
    fn connected(&mut self, height: u32, hash: BlockHash, previous: BlockHash) {
        let follows =
            |(below, its): (u32, BlockHash)| below.checked_add(1) == Some(height) && its == previous;
        if self.last_blocks.iter().any(follows) {
            self.block(height, hash);
        }
    }

    fn block(&mut self, height: u32, hash: BlockHash) {
        self.last_blocks.add(height, hash);
        self.blocks.push((height, hash));
    }

    fn added(&mut self, txid: Txid) {
        self.txs.insert(txid, Pending::Added);
    }

    fn updated(&mut self, txid: Txid) {
        self.txs.entry(txid).or_insert(Pending::Updated);
    }

    fn removed(&mut self, txid: Txid) {
        self.txs.insert(txid, Pending::Removed);
    }

    /// Stops remembering individual changes: the journal will be rewritten.
    pub(super) fn forget(&mut self) {
        self.txs = HashMap::default();
        self.overflowed = true;
    }

    /// Starts over: the whole mempool will be written.
    pub(super) fn start_over(&mut self, model: &Model) {
        self.txs = model.transactions().map(|entry| (entry.tx().txid(), Pending::Added)).collect();
        self.blocks = self.last_blocks.iter().rev().collect();
        self.overflowed = false;
    }

    /// The number of changed transactions.
    pub(super) fn len(&self) -> usize {
        self.txs.len()
    }

    /// Whether no changed transaction is left; blocks may be waiting.
    pub(super) fn has_no_txs(&self) -> bool {
        self.txs.is_empty()
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.txs.is_empty() && self.blocks.is_empty()
    }

    /// Takes out what fits into a batch. Blocks are part of the last one, and only if the mempool
    /// `counts_blocks`: while restored transactions wait for blocks, these are still as of an earlier block.
    pub(super) fn take(&mut self, model: &Model, counts_blocks: bool, time: Timestamp) -> Batch {
        // A later run starts with the wall clock's time.
        let wall = model.wall_offset();
        let mut batch = Batch { time: wall.wall(time), ..Batch::default() };
        let (mut bytes, mut left) = (0, MAX_BATCH_TXS);
        self.txs.retain(|&txid, pending| {
            if bytes >= MAX_BATCH || left == 0 {
                return true;
            }
            left -= 1;
            match (model.transaction_by_txid(txid), *pending) {
                (None, _) => batch.removed.push(txid),
                (Some(entry), Pending::Updated) => batch.updated.push((txid, entry.knowledge())),
                (Some(entry), Pending::Added | Pending::Removed) => {
                    bytes += entry.tx().raw().len();
                    batch.added.push(saved(entry, wall));
                }
            }
            false
        });
        // Parents come before their children, provided they arrived first.
        batch.added.sort_by_key(|tx| tx.first_seen);
        if counts_blocks && self.txs.is_empty() {
            batch.blocks = std::mem::take(&mut self.blocks);
        }
        batch
    }
}

fn saved(entry: &MempoolEntry, wall: WallOffset) -> RestoredTx {
    let (tx, first_seen) = (entry.tx().clone(), wall.wall(entry.first_seen()));
    RestoredTx { tx, first_seen, knowledge: entry.knowledge() }
}
