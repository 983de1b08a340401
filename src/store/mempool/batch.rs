//! Changes of the mempool since the last write.

use crate::event::{Knowledge, RestoredTx};
use crate::store::mempool::frame::{self, FULL};
use crate::store::mempool::record::Record;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};

/// Changes of the mempool since the last write, as of one moment.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(in crate::store) struct Batch {
    /// The moment.
    pub(in crate::store) time: Timestamp,
    /// The transactions that left.
    pub(in crate::store) removed: Vec<Txid>,
    /// The transactions that entered.
    pub(in crate::store) added: Vec<RestoredTx>,
    /// What else is known about others.
    pub(in crate::store) updated: Vec<(Txid, Knowledge)>,
    /// The blocks that were connected, oldest first.
    pub(in crate::store) blocks: Vec<(u32, BlockHash)>,
}

impl Batch {
    /// Appends the batch's frames to `frames`. The blocks come last: if only a part of the batch is written,
    /// they are fetched again.
    pub(super) fn encode(&self, frames: &mut Vec<u8>) {
        let removed = self.removed.iter().map(|&txid| Record::Remove { txid });
        let added = self.added.iter().map(|RestoredTx { tx, first_seen, knowledge }| Record::Add {
            first_seen: *first_seen,
            knowledge: knowledge.clone(),
            raw: tx.raw(),
        });
        let updated =
            self.updated.iter().map(|(txid, known)| Record::Update { txid: *txid, knowledge: known.clone() });
        let blocks = self.blocks.iter().map(|&(height, hash)| Record::Block { height, hash });
        let mut records = Vec::new();
        for record in removed.chain(added).chain(updated).chain(blocks) {
            record.encode(&mut records);
            if records.len() >= FULL {
                frames.extend(frame::seal(self.time, &records));
                records.clear();
            }
        }
        // An empty frame says that the state has not changed.
        frames.extend(frame::seal(self.time, &records));
    }
}
