//! Why a transaction left the mempool.

use crate::wire::{BlockHash, Txid};

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
        /// Whether an ancestor was replaced and the transaction was removed with it.
        with_ancestor: bool,
    },
    /// A block spent an output that the transaction, or one of its ancestors, spends; `None` if the ancestor
    /// arrived after the block and the block's transaction is no longer known.
    Conflict(Option<BlockConflict>),
    /// The mempool exceeded its memory limit. Transactions that a single netgroup vouches for go first, then
    /// those with the lowest chunk fee rates, each with its descendants.
    SizeLimit,
    /// The transaction was unconfirmed for 14 days.
    Expired,
    /// A reorg disconnected its parent, which did not return to the mempool.
    Reorg,
    /// An earlier run saved the transaction, but a peer's whole-mempool list lacks it, and no peer has
    /// announced it since.
    NotRelayed,
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

impl RemovalReason {
    /// The identifier of the reason, in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed { .. } => "confirmed",
            Self::Replaced { .. } => "replaced",
            Self::Conflict(_) => "conflict",
            Self::SizeLimit => "size_limit",
            Self::Expired => "expired",
            Self::Reorg => "reorg",
            Self::NotRelayed => "not_relayed",
        }
    }
}
