//! What happened to a transaction that is no longer in the mempool.

use crate::model::mempool::Mempool;
use crate::model::{RemovalReason, TxKey};
use crate::wire::{TxHash, Txid};

/// A transaction that was removed from the mempool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemovedTransaction {
    /// The txid.
    pub txid: Txid,
    /// Why it was removed.
    pub reason: RemovalReason,
    /// Whether a reorg has since disconnected the block named in the reason.
    pub is_undone: bool,
    /// The transactions that replaced its replacement, in order.
    pub later_replacements: Vec<Txid>,
    /// The mempool entry that took its place.
    pub successor: Option<Successor>,
}

/// The mempool entry that took the place of a removed transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Successor {
    /// The same transaction: it returned.
    Same(TxKey),
    /// The last one in the chain of replacements.
    Replacement(TxKey),
}

impl Successor {
    /// The key of the mempool entry.
    pub const fn key(self) -> TxKey {
        match self {
            Self::Same(key) | Self::Replacement(key) => key,
        }
    }
}

impl RemovedTransaction {
    /// Returns `None` if the removal is too long ago.
    pub(super) fn take(mempool: &Mempool, key: TxKey) -> Option<Self> {
        let (txid, first) = mempool.removal(key)?;
        // It may have returned since, and been removed again.
        let last = mempool.last_removal(txid);
        let mut removed = Self {
            txid,
            reason: last.unwrap_or(first),
            is_undone: last.is_none(),
            later_replacements: Vec::new(),
            successor: mempool.key(TxHash::Txid(txid)).map(Successor::Same),
        };
        if let (None, Some(RemovalReason::Replaced { by, .. })) = (removed.successor, last) {
            removed.later_replacements = mempool.replacements_of(by);
            let newest = removed.later_replacements.last().unwrap_or(&by);
            removed.successor = mempool.key(TxHash::Txid(*newest)).map(Successor::Replacement);
        }
        Some(removed)
    }
}
