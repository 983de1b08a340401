//! What is told of what is watched.

use crate::model::mempool::{BlockConflict, RemovalReason};
use crate::wire::Txid;

/// Something happened with what is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchNotice {
    /// What is watched, as the user wrote it.
    pub target: String,
    /// The transaction.
    pub txid: Txid,
    /// What it pays to the target, in sat.
    pub received: u64,
    /// What it spends of the target's, as far as that is known, in sat.
    pub spent: u64,
    /// What happened.
    pub event: WatchEvent,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WatchEvent {
    /// The transaction came.
    Arrived,
    /// Another one took its place.
    Replaced {
        /// Which.
        by: Txid,
    },
    /// Another one that spends the same is alive as well, or in a block.
    DoubleSpent {
        /// Which.
        by: Txid,
        /// The block's height.
        height: Option<u32>,
    },
    /// It is in a block; told for the first and the sixth confirmation.
    Confirmed {
        /// The block's height.
        height: u32,
        /// How many blocks, that one included.
        confirmations: u32,
    },
    /// Its block is not in the best chain any more.
    Unconfirmed,
    /// It was dropped from the mempool.
    Left {
        /// Why.
        why: RemovalReason,
    },
}

impl WatchEvent {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Replaced { .. } => "replaced",
            Self::DoubleSpent { .. } => "double_spent",
            Self::Confirmed { .. } => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Left { .. } => "left",
        }
    }

    /// The other transaction, if there is one.
    pub const fn by(self) -> Option<Txid> {
        match self {
            Self::Replaced { by } | Self::DoubleSpent { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The height of the block that did it, if one did.
    pub const fn height(self) -> Option<u32> {
        match self {
            Self::Confirmed { height, .. } => Some(height),
            Self::DoubleSpent { height, .. } => height,
            _ => None,
        }
    }

    /// How many blocks confirm it, if that is what is told.
    pub const fn confirmations(self) -> Option<u32> {
        match self {
            Self::Confirmed { confirmations, .. } => Some(confirmations),
            _ => None,
        }
    }

    /// Why it was dropped, if it was.
    pub const fn reason(self) -> Option<RemovalReason> {
        match self {
            Self::Left { why } => Some(why),
            _ => None,
        }
    }

    /// What the end of a transaction in the mempool is for who watches it; a block tells of its own.
    pub(crate) fn of_departure(why: RemovalReason) -> Option<Self> {
        match why {
            RemovalReason::Confirmed { .. } => None,
            RemovalReason::Replaced { by, .. } => Some(Self::Replaced { by }),
            RemovalReason::Conflict(Some(BlockConflict { by, height, .. })) => {
                Some(Self::DoubleSpent { by, height: Some(height) })
            }
            RemovalReason::Conflict(None)
            | RemovalReason::SizeLimit
            | RemovalReason::Expired
            | RemovalReason::Reorg => Some(Self::Left { why }),
        }
    }
}
