//! What happens to watch targets.

use crate::model::mempool::{BlockConflict, RemovalReason};
use crate::wire::{BlockHash, Txid};

/// Something happened to a transaction that touches a watch target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchMatch {
    /// The target, as the user wrote it.
    pub target: String,
    /// The transaction.
    pub txid: Txid,
    /// What the transaction pays to the target, in sat.
    pub received: u64,
    /// What the transaction spends of the target's outputs, in sat, as far as known.
    pub spent: u64,
    /// What happened.
    pub event: WatchEvent,
    /// The block that confirms the transaction; `None` unless it is confirmed.
    pub block: Option<BlockHash>,
}

/// What happened to a transaction that touches a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WatchEvent {
    /// The transaction entered the mempool.
    Arrived,
    /// The transaction was replaced.
    Replaced {
        /// The replacement.
        by: Txid,
    },
    /// A conflicting transaction is being relayed concurrently, or is in a block.
    DoubleSpent {
        /// The conflicting transaction.
        by: Txid,
        /// Height of its block, if it is in one.
        height: Option<u32>,
    },
    /// The transaction is in a block; reported for the first and the sixth confirmation.
    Confirmed {
        /// Height of the block.
        height: u32,
        /// Number of confirmations.
        confirmations: u32,
    },
    /// A reorg disconnected the block of the transaction.
    Unconfirmed,
    /// The transaction left the mempool for another reason.
    Removed {
        /// Why it was removed.
        reason: RemovalReason,
    },
}

impl WatchEvent {
    /// The name of the event in the stream and in `MEMPULSE_EVENT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Replaced { .. } => "replaced",
            Self::DoubleSpent { .. } => "double_spent",
            Self::Confirmed { .. } => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Removed { .. } => "removed",
        }
    }

    /// Whether the event is part of a transaction's normal life.
    pub const fn is_expected(self) -> bool {
        matches!(self, Self::Arrived | Self::Confirmed { .. })
    }

    /// The conflicting transaction, if there is one.
    pub const fn by(self) -> Option<Txid> {
        match self {
            Self::Replaced { by } | Self::DoubleSpent { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The height of the block that confirms the transaction or the conflicting one.
    pub const fn height(self) -> Option<u32> {
        match self {
            Self::Confirmed { height, .. } => Some(height),
            Self::DoubleSpent { height, .. } => height,
            _ => None,
        }
    }

    /// The number of confirmations, if the transaction is confirmed.
    pub const fn confirmations(self) -> Option<u32> {
        match self {
            Self::Confirmed { confirmations, .. } => Some(confirmations),
            _ => None,
        }
    }

    /// The reason for a removal, unless another event represents it.
    pub const fn reason(self) -> Option<RemovalReason> {
        match self {
            Self::Removed { reason } => Some(reason),
            _ => None,
        }
    }

    /// Maps a removal to a watch event; a confirmation is reported with its block instead.
    pub(crate) fn of_removal(reason: RemovalReason) -> Option<Self> {
        match reason {
            RemovalReason::Confirmed { .. } => None,
            RemovalReason::Replaced { by, .. } => Some(Self::Replaced { by }),
            RemovalReason::Conflict(Some(BlockConflict { by, height, .. })) => {
                Some(Self::DoubleSpent { by, height: Some(height) })
            }
            RemovalReason::Conflict(None)
            | RemovalReason::SizeLimit
            | RemovalReason::Expired
            | RemovalReason::Reorg
            | RemovalReason::NotRelayed => Some(Self::Removed { reason }),
        }
    }
}
