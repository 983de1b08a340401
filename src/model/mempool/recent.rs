//! Transactions that recently left the mempool, or that must not enter it.

use crate::model::mempool::key::TxKey;
use crate::model::mempool::removal::RemovalReason;
use crate::util::bounded::{BoundedSet, Ring};
use crate::wire::{OutPoint, TxHash, Txid, Wtxid};

/// The number of transactions to keep: about as many as in ten full blocks.
const MAX_TXS: usize = 40_000;

/// The number of outpoints spent by blocks to keep: about ten full blocks' worth as well.
const MAX_SPENT: usize = 100_000;

/// What recently left the mempool and why, and what blocks and replacements exclude from it (Core:
/// `m_recent_confirmed_transactions`, `m_recent_rejects`).
#[derive(Debug, Default)]
pub(super) struct RecentTxs {
    /// Oldest first.
    removals: Ring<(TxKey, Txid, RemovalReason), MAX_TXS>,
    /// Ids, of both kinds, of transactions in blocks of the best chain.
    confirmed: BoundedSet<[u8; 32], { 2 * MAX_TXS }>,
    /// Ids, of both kinds, of transactions that were replaced, lost a conflict, or spend an output of such a
    /// transaction.
    rejected: BoundedSet<[u8; 32], { 2 * MAX_TXS }>,
    /// Transactions that were evicted or expired here: other nodes probably still have them.
    elsewhere: BoundedSet<Txid, MAX_TXS>,
    /// The outpoints that blocks of the best chain spent.
    spent: BoundedSet<OutPoint, MAX_SPENT>,
}

impl RecentTxs {
    /// Records that a transaction left the mempool.
    pub(super) fn record(&mut self, key: TxKey, txid: Txid, reason: RemovalReason) {
        if matches!(reason, RemovalReason::SizeLimit | RemovalReason::Expired) {
            self.elsewhere.insert(txid);
        }
        self.removals.push((key, txid, reason));
    }

    /// Returns the txid of a removed entry and why it left.
    pub(super) fn removal(&self, key: TxKey) -> Option<(Txid, RemovalReason)> {
        let removal = self.removals.iter().rev().find(|(removed, ..)| *removed == key);
        removal.map(|&(_, txid, reason)| (txid, reason))
    }

    /// Returns why a transaction last left, unless a reorg has disconnected the block that confirmed it.
    pub(super) fn last_removal(&self, txid: Txid) -> Option<RemovalReason> {
        let (.., reason) = *self.removals.iter().rev().find(|(_, removed, _)| *removed == txid)?;
        (!matches!(reason, RemovalReason::Confirmed { .. }) || self.is_confirmed(txid)).then_some(reason)
    }

    /// Returns whether a block of the best chain contains the transaction.
    fn is_confirmed(&self, txid: Txid) -> bool {
        self.confirmed.contains(&txid.0)
    }

    /// Records that a block contains the transaction. This overrides a rejection, even if the block is
    /// disconnected later.
    pub(super) fn confirm(&mut self, txid: Txid, wtxid: Wtxid) {
        self.rejected.remove(&txid.0);
        self.rejected.remove(&wtxid.0);
        // For good: if the block is disconnected, the transaction returns or its children go.
        self.elsewhere.remove(&txid);
        self.confirmed.insert(txid.0);
        self.confirmed.insert(wtxid.0);
    }

    /// Records that the block with the transaction was disconnected.
    pub(super) fn unconfirm(&mut self, txid: Txid, wtxid: Wtxid) {
        self.confirmed.remove(&txid.0);
        self.confirmed.remove(&wtxid.0);
    }

    /// Records that a block spent an output.
    pub(super) fn spend(&mut self, outpoint: OutPoint) {
        self.spent.insert(outpoint);
    }

    /// Records that the block that spent an output was disconnected.
    pub(super) fn unspend(&mut self, outpoint: &OutPoint) {
        self.spent.remove(outpoint);
    }

    /// Records that a transaction was replaced, lost a conflict, or spends such a one.
    pub(super) fn reject(&mut self, txid: Txid, wtxid: Wtxid) {
        self.rejected.insert(txid.0);
        self.rejected.insert(wtxid.0);
    }

    /// Returns whether a transaction of this id must not enter the mempool: it is confirmed or rejected.
    pub(super) fn is_excluded(&self, hash: TxHash) -> bool {
        let (TxHash::Txid(Txid(id)) | TxHash::Wtxid(Wtxid(id))) = hash;
        self.confirmed.contains(&id) || self.rejected.contains(&id)
    }

    /// Returns whether a transaction was rejected, so that nothing can spend its outputs.
    pub(super) fn is_rejected(&self, txid: Txid) -> bool {
        self.rejected.contains(&txid.0) && !self.confirmed.contains(&txid.0)
    }

    /// Returns whether other nodes probably still have the transaction: it was evicted or expired here
    /// and has not been confirmed since.
    pub(super) fn is_elsewhere(&self, txid: Txid) -> bool {
        self.elsewhere.contains(&txid)
    }

    /// Returns whether a block of the best chain recently spent an output.
    pub(super) fn is_spent(&self, outpoint: &OutPoint) -> bool {
        self.spent.contains(outpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::BlockHash;

    #[test]
    fn both_ids_are_excluded() {
        let mut recent = RecentTxs::default();
        recent.confirm(Txid([1; 32]), Wtxid([2; 32]));
        recent.reject(Txid([3; 32]), Wtxid([4; 32]));
        assert!(recent.is_excluded(TxHash::Txid(Txid([1; 32]))));
        assert!(recent.is_excluded(TxHash::Wtxid(Wtxid([2; 32]))));
        assert!(recent.is_excluded(TxHash::Txid(Txid([3; 32]))));
        assert!(recent.is_excluded(TxHash::Wtxid(Wtxid([4; 32]))));
        assert!(!recent.is_excluded(TxHash::Txid(Txid([5; 32]))));
    }

    #[test]
    fn a_block_has_the_last_word_about_who_lost() {
        let mut recent = RecentTxs::default();
        let (txid, wtxid) = (Txid([1; 32]), Wtxid([2; 32]));
        recent.reject(txid, wtxid);
        assert!(recent.is_rejected(txid));
        recent.confirm(txid, wtxid);
        assert!(!recent.is_rejected(txid));
        recent.unconfirm(txid, wtxid);
        assert!(!recent.is_rejected(txid) && !recent.is_excluded(TxHash::Wtxid(wtxid)));
    }

    #[test]
    fn what_was_confirmed_is_nowhere_else_however_many_are_confirmed_after_it() {
        let mut recent = RecentTxs::default();
        let (txid, wtxid) = (Txid([1; 32]), Wtxid([2; 32]));
        recent.record(TxKey::new(4, 4), txid, RemovalReason::Expired);
        assert!(recent.is_elsewhere(txid));
        recent.confirm(txid, wtxid);
        for number in 0..=2 * MAX_TXS {
            let mut id = [3; 32];
            id[..8].copy_from_slice(&number.to_le_bytes());
            recent.confirm(Txid(id), Wtxid(id));
        }
        assert!(!recent.is_excluded(TxHash::Txid(txid)), "the block is forgotten");
        assert!(!recent.is_elsewhere(txid));
    }

    #[test]
    fn a_removal_is_recorded_with_its_reason() {
        const CONFIRMED: RemovalReason =
            RemovalReason::Confirmed { height: 923_114, block: BlockHash([8; 32]) };
        let mut recent = RecentTxs::default();
        recent.record(TxKey::new(4, 4), Txid([9; 32]), CONFIRMED);
        let (txid, why) = recent.removal(TxKey::new(4, 4)).unwrap();
        assert_eq!((txid, why), (Txid([9; 32]), CONFIRMED));
        assert_eq!(recent.removal(TxKey::new(5, 5)), None);
    }
}
