//! What undoing a block does to the mempool (Core: `UpdateMempoolForReorg`).

use crate::model::blocks::Kept;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::conflicts::Conflict;
use crate::wire::{Block, Transaction};
use std::sync::Arc;

impl Mempool {
    /// Nothing that a block contains is mined or spent by it any longer.
    pub(crate) fn undo(&mut self, block: &Block) {
        for tx in block.transactions.iter().skip(1) {
            self.departed.unmine(tx.txid(), tx.wtxid());
            self.unsettle_children_of_dropped(tx);
            tx.inputs().for_each(|input| self.departed.unspend(&input.prevout));
        }
    }

    /// A transaction of a block that was undone comes back, unless another one has taken its place.
    pub(crate) fn restore(&mut self, tx: &Transaction, kept: Kept) -> bool {
        let mut prevouts = self.prevouts_of(tx);
        if let Some(kept) = &kept.prevouts {
            prevouts.learn_all(tx.input_count(), kept);
        }
        let alone =
            matches!(self.conflict(tx, &prevouts), Conflict::Replaces { rivals, .. } if rivals.is_empty());
        if !alone || self.by_txid(tx.txid()).is_some() {
            return false;
        }
        // Its bytes are those of the whole block.
        self.insert(MempoolEntry::new(Arc::new(tx.detached()), kept.sighting, prevouts, kept.replaces));
        self.learn_outputs(tx);
        self.evict();
        true
    }
}
