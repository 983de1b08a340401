//! Transactions that are no longer held: why they went, and that they must not come back.

use crate::model::mempool::key::TxKey;
use crate::util::bounded::BoundedSet;
use crate::wire::{BlockHash, OutPoint, TxHash, Txid, Wtxid};
use std::collections::VecDeque;
use std::fmt;

/// How many transactions are remembered: about what ten full blocks contain.
const REMEMBERED: usize = 40_000;

/// How many outpoints that blocks spent are remembered: about ten full blocks as well.
const SPENT_REMEMBERED: usize = 100_000;

/// Why a transaction left the mempool (Core: `MemPoolRemovalReason`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RemovalReason {
    /// A block confirmed the transaction.
    Confirmed {
        /// The block's height.
        height: u32,
        /// The block's hash.
        block: BlockHash,
    },
    /// A replacement spends an output that the transaction, or one of its ancestors, spends.
    Replaced {
        /// The replacement.
        by: Txid,
        /// Whether an ancestor was replaced and the transaction went with it.
        with_ancestor: bool,
    },
    /// A block spent an output that the transaction, or one of its ancestors, spends; `None` if the
    /// ancestor arrived after the block and the block's transaction is no longer known.
    Conflict(Option<BlockConflict>),
    /// The mempool exceeded its memory limit, and the transaction was the oldest.
    SizeLimit,
    /// The transaction was unconfirmed for 14 days.
    Expired,
    /// A reorg disconnected its parent, which did not return to the mempool.
    Reorg,
}

/// The confirmed transaction that made others invalid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockConflict {
    /// The confirmed transaction.
    pub by: Txid,
    /// The height of its block.
    pub height: u32,
    /// The hash of its block.
    pub block: BlockHash,
}

impl fmt::Display for RemovalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed { height, .. } => write!(f, "confirmed in block {height}"),
            Self::Conflict(Some(conflict)) => write!(f, "conflicts with block {}", conflict.height),
            Self::Conflict(None) => f.write_str("conflicts with a block"),
            Self::Replaced { by, with_ancestor: false } => write!(f, "replaced by {by}"),
            Self::Replaced { by, with_ancestor: true } => write!(f, "its parent was replaced by {by}"),
            Self::SizeLimit => f.write_str("evicted: memory limit reached"),
            Self::Expired => f.write_str("expired after 14 days"),
            Self::Reorg => f.write_str("its parent was in a block that a reorg disconnected"),
        }
    }
}

/// The last departures.
#[derive(Debug, Default)]
pub(crate) struct Departed {
    /// Since [`Departed::take_news`] was called.
    news: Vec<(Txid, RemovalReason)>,
    reasons: VecDeque<(TxKey, Txid, RemovalReason)>,
    /// Ids, of both kinds, of transactions in blocks.
    mined: BoundedSet<[u8; 32], { 2 * REMEMBERED }>,
    /// Ids, of both kinds, of transactions that lost against others.
    refused: BoundedSet<[u8; 32], { 2 * REMEMBERED }>,
    /// Those that nodes probably still hold.
    dropped: BoundedSet<Txid, REMEMBERED>,
    /// What blocks spent.
    spent: BoundedSet<OutPoint, SPENT_REMEMBERED>,
}

impl Departed {
    /// A held transaction went.
    pub(crate) fn record(&mut self, key: TxKey, txid: Txid, departure: RemovalReason) {
        self.news.push((txid, departure));
        if matches!(departure, RemovalReason::SizeLimit | RemovalReason::Expired) {
            self.dropped.insert(txid);
        }
        if self.reasons.len() >= REMEMBERED {
            self.reasons.pop_front();
        }
        self.reasons.push_back((key, txid, departure));
    }

    /// What went since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<(Txid, RemovalReason)> {
        std::mem::take(&mut self.news)
    }

    /// Which transaction it was and why it went, if it did so lately.
    pub(crate) fn reason(&self, key: TxKey) -> Option<(Txid, RemovalReason)> {
        self.reasons.iter().rev().find(|(departed, ..)| *departed == key).map(|&(_, txid, why)| (txid, why))
    }

    /// Why a transaction went last, if it did so lately and still holds.
    pub(crate) fn last_reason(&self, txid: Txid) -> Option<RemovalReason> {
        let (.., why) = *self.reasons.iter().rev().find(|(_, departed, _)| *departed == txid)?;
        (!matches!(why, RemovalReason::Confirmed { .. }) || self.is_mined(txid)).then_some(why)
    }

    /// Whether a block of the best chain contains it.
    pub(crate) fn is_mined(&self, txid: Txid) -> bool {
        self.mined.contains(&txid.0)
    }

    /// A block contains it, which has the last word about who lost: it has not, even if the block is
    /// undone.
    pub(crate) fn mine(&mut self, txid: Txid, wtxid: Wtxid) {
        self.refused.remove(&txid.0);
        self.refused.remove(&wtxid.0);
        self.mined.insert(txid.0);
        self.mined.insert(wtxid.0);
    }

    /// The block that contained it is not in the best chain any more.
    pub(crate) fn unmine(&mut self, txid: Txid, wtxid: Wtxid) {
        self.mined.remove(&txid.0);
        self.mined.remove(&wtxid.0);
    }

    /// The block that spent it is not in the best chain any more.
    pub(crate) fn unspend(&mut self, outpoint: &OutPoint) {
        self.spent.remove(outpoint);
    }

    /// It lost against another one, or spends what did.
    pub(crate) fn refuse(&mut self, txid: Txid, wtxid: Wtxid) {
        self.refused.insert(txid.0);
        self.refused.insert(wtxid.0);
    }

    /// Whether a transaction of this id must not come back.
    pub(crate) fn is_barred(&self, hash: TxHash) -> bool {
        let (TxHash::Txid(Txid(id)) | TxHash::Wtxid(Wtxid(id))) = hash;
        self.mined.contains(&id) || self.refused.contains(&id)
    }

    /// Whether it lost against another one, so that nothing can spend it. A block has the last word.
    pub(crate) fn is_refused(&self, txid: Txid) -> bool {
        self.refused.contains(&txid.0) && !self.mined.contains(&txid.0)
    }

    /// Whether it was held, left for no fault of its own, and is in no block since.
    pub(crate) fn is_dropped(&self, txid: Txid) -> bool {
        self.dropped.contains(&txid) && !self.mined.contains(&txid.0)
    }

    /// A block spent an output.
    pub(crate) fn spend(&mut self, outpoint: OutPoint) {
        self.spent.insert(outpoint);
    }

    /// Whether a block has lately spent an output.
    pub(crate) fn is_spent(&self, outpoint: &OutPoint) -> bool {
        self.spent.contains(outpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ids_are_barred() {
        let mut departed = Departed::default();
        departed.mine(Txid([1; 32]), Wtxid([2; 32]));
        departed.refuse(Txid([3; 32]), Wtxid([4; 32]));
        assert!(departed.is_barred(TxHash::Txid(Txid([1; 32]))));
        assert!(departed.is_barred(TxHash::Wtxid(Wtxid([2; 32]))));
        assert!(departed.is_barred(TxHash::Txid(Txid([3; 32]))));
        assert!(departed.is_barred(TxHash::Wtxid(Wtxid([4; 32]))));
        assert!(!departed.is_barred(TxHash::Txid(Txid([5; 32]))));
    }

    #[test]
    fn a_block_has_the_last_word_about_who_lost() {
        let mut departed = Departed::default();
        let (txid, wtxid) = (Txid([1; 32]), Wtxid([2; 32]));
        departed.refuse(txid, wtxid);
        assert!(departed.is_refused(txid));
        departed.mine(txid, wtxid);
        assert!(!departed.is_refused(txid));
        departed.unmine(txid, wtxid);
        assert!(!departed.is_refused(txid) && !departed.is_barred(TxHash::Wtxid(wtxid)));
    }

    #[test]
    fn departures_are_told_with_their_reason() {
        const CONFIRMED: RemovalReason =
            RemovalReason::Confirmed { height: 923_114, block: BlockHash([8; 32]) };
        let mut departed = Departed::default();
        departed.record(TxKey(4), Txid([9; 32]), CONFIRMED);
        assert_eq!(departed.take_news(), [(Txid([9; 32]), CONFIRMED)]);
        assert_eq!(departed.take_news(), []);
        let (txid, why) = departed.reason(TxKey(4)).unwrap();
        assert_eq!((txid, why.to_string().as_str()), (Txid([9; 32]), "confirmed in block 923114"));
        assert_eq!(departed.reason(TxKey(5)), None);
    }
}
