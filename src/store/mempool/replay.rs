//! The state that results from a journal's records.

use crate::event::{Knowledge, RestoredTx, Saved};
use crate::store::mempool::record::Record;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction, Txid};
use bytes::Bytes;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// How many of the last blocks are kept, so that after a reorg while the program is off, one of them is still
/// on the best chain.
const MAX_BLOCKS: usize = 10;

/// The last blocks that the mempool took into account, newest first.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct LastBlocks(VecDeque<(u32, BlockHash)>);

impl LastBlocks {
    /// Adds a newer block, or one that replaces others after a reorg.
    pub(super) fn add(&mut self, height: u32, hash: BlockHash) {
        self.0.retain(|&(lower, _)| lower < height);
        self.0.push_front((height, hash));
        self.0.truncate(MAX_BLOCKS);
    }

    /// The newest block.
    pub(super) fn newest(&self) -> Option<(u32, BlockHash)> {
        self.0.front().copied()
    }

    /// The blocks, newest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, BlockHash)> {
        self.0.iter().copied()
    }
}

/// The state of the mempool while its journal is read.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// The transactions by txid, with the number of their record.
    txs: HashMap<Txid, (u64, RestoredTx), RandomState>,
    adds: u64,
    time: Timestamp,
    blocks: LastBlocks,
}

impl Replay {
    /// Applies the records of a frame; `None` if this program did not write them. None of that frame's
    /// transactions are applied then.
    pub(super) fn apply(&mut self, time: Timestamp, mut records: &[u8]) -> Option<()> {
        let mut frame = Vec::new();
        while !records.is_empty() {
            frame.push(match Record::decode(&mut records)? {
                Record::Add { first_seen, knowledge, raw } => {
                    let tx = Transaction::parse(Bytes::copy_from_slice(raw)).ok()?;
                    tx.check().ok()?;
                    Step::Add(RestoredTx { tx: Arc::new(tx), first_seen, knowledge })
                }
                Record::Update { txid, knowledge } => Step::Update(txid, knowledge),
                Record::Remove { txid } => Step::Remove(txid),
                Record::Block { height, hash } => Step::Block(height, hash),
            });
        }
        for step in frame {
            match step {
                Step::Add(tx) => {
                    self.adds += 1;
                    self.txs.insert(tx.tx.txid(), (self.adds, tx));
                }
                Step::Update(txid, knowledge) => {
                    if let Some((_, tx)) = self.txs.get_mut(&txid) {
                        tx.knowledge = knowledge;
                    }
                }
                Step::Remove(txid) => {
                    self.txs.remove(&txid);
                }
                Step::Block(height, hash) => self.blocks.add(height, hash),
            }
        }
        self.time = time;
        Some(())
    }

    /// The number of transactions that were added and have left again.
    pub(super) fn removed(&self) -> u64 {
        self.adds - self.txs.len() as u64
    }

    /// The number of transactions that were added.
    pub(super) fn adds(&self) -> u64 {
        self.adds
    }

    /// Returns the transactions in the order in which they were added, and the state they belong to.
    pub(super) fn finish(self) -> (Vec<RestoredTx>, Saved) {
        let mut txs: Vec<_> = self.txs.into_values().collect();
        txs.sort_unstable_by_key(|(number, _)| *number);
        let saved = Saved { time: self.time, blocks: self.blocks.iter().collect() };
        (txs.into_iter().map(|(_, tx)| tx).collect(), saved)
    }
}

enum Step {
    Add(RestoredTx),
    Update(Txid, Knowledge),
    Remove(Txid),
    Block(u32, BlockHash),
}

/// The parts of a journal to keep when compacting: which transaction records are in use, and the latest
/// knowledge. It keeps no transactions in memory.
#[derive(Debug, Default)]
pub(super) struct Survey {
    txs: HashMap<Txid, (u64, Option<Knowledge>), RandomState>,
    adds: u64,
    pub(super) time: Timestamp,
    pub(super) blocks: LastBlocks,
}

impl Survey {
    /// Notes the records of a frame.
    pub(super) fn note(&mut self, time: Timestamp, mut records: &[u8]) {
        while let Some(record) = Record::decode(&mut records) {
            match record {
                Record::Add { raw, .. } => {
                    self.adds += 1;
                    if let Some(txid) = txid(raw) {
                        self.txs.insert(txid, (self.adds, None));
                    }
                }
                Record::Update { txid, knowledge } => {
                    if let Some((_, known)) = self.txs.get_mut(&txid) {
                        *known = Some(knowledge);
                    }
                }
                Record::Remove { txid } => {
                    self.txs.remove(&txid);
                }
                Record::Block { height, hash } => self.blocks.add(height, hash),
            }
        }
        self.time = time;
    }

    /// The number of transactions in the mempool.
    pub(super) fn len(&self) -> u64 {
        self.txs.len() as u64
    }

    /// Returns the records of a frame that are in use, with the latest knowledge. Call [`Survey::rewind`]
    /// after the last frame was noted, then this for each frame again, in order.
    pub(super) fn keep<'a>(&mut self, mut records: &'a [u8], mut each: impl FnMut(Record<'a>)) {
        while let Some(record) = Record::decode(&mut records) {
            let Record::Add { first_seen, knowledge, raw } = record else { continue };
            self.adds += 1;
            if let Some(txid) = txid(raw)
                && let Some((_, known)) = self.txs.get(&txid).filter(|(number, _)| *number == self.adds)
            {
                let knowledge = known.clone().unwrap_or(knowledge);
                each(Record::Add { first_seen, knowledge, raw });
            }
        }
    }

    /// Goes back to the first record.
    pub(super) fn rewind(&mut self) {
        self.adds = 0;
    }
}

fn txid(raw: &[u8]) -> Option<Txid> {
    Transaction::parse(Bytes::copy_from_slice(raw)).ok().map(|tx| tx.txid())
}
