//! One peer's list.

use crate::event::PeerId;
use crate::model::completeness::comparison::{ListComparison, Tally};
use crate::model::completeness::ids::ListedIds;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash};

/// A peer's whole-mempool list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) peer: PeerId,
    pub(super) voucher: Vouchers,
    /// When its first part arrived.
    pub(super) taken: Timestamp,
    /// Whether its last part arrived.
    pub(super) is_complete: bool,
    /// Whether it was truncated because it was too long.
    is_cut: bool,
    ids: ListedIds,
    /// The counts of the current walk; `None` if the list grew since the walk began.
    pub(super) tally: Option<Tally>,
    /// The result of the last walk.
    pub(super) compared: Option<ListComparison>,
}

impl List {
    pub(super) fn new(peer: PeerId, voucher: Vouchers, taken: Timestamp) -> Self {
        let ids = ListedIds::default();
        Self { peer, voucher, taken, is_complete: false, is_cut: false, ids, tally: None, compared: None }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, txs: &[TxHash], is_complete: bool) {
        self.is_cut |= !self.ids.add(txs);
        self.is_complete = is_complete;
        self.tally = None;
    }

    pub(super) fn contains(&self, tx: &Transaction) -> bool {
        let [wtxid, txid] = tx.hashes();
        self.ids.contains(wtxid) || self.ids.contains(txid)
    }

    /// Notes that a transaction left the mempool.
    pub(super) fn left(&mut self, hashes: [TxHash; 2]) {
        for hash in hashes {
            self.ids.set_left(hash, true);
        }
    }

    /// Notes that a transaction is in the mempool. It may have left it, and returned in a reorg.
    pub(super) fn is_here(&mut self, tx: &Transaction) {
        for hash in tx.hashes() {
            self.ids.set_left(hash, false);
        }
    }

    /// Starts a comparison at the start of a walk.
    pub(super) fn begin(&mut self) {
        self.tally = Some(Tally::default());
    }

    /// Completes the comparison at the end of a walk.
    pub(super) fn complete(&mut self) {
        let tally = self.tally.take().filter(|_| self.is_complete && !self.is_cut);
        if let Some(tally) = tally {
            self.compared = Some(tally.complete(self.taken, self.ids.waiting()));
        }
    }
}
