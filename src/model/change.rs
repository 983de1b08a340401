//! What an event led to: the model's own news, for whoever hands them on.

use crate::model::blocks::figures::BlockFigures;
use crate::model::fees::prevouts::BlockOutputs;
use crate::model::mempool::RemovalReason;
use crate::model::mempool::conflicts::double_spend::DoubleSpend;
use crate::model::watchlist::WatchNotice;
use crate::wire::{Txid, Wtxid};
use std::sync::Arc;

/// What came of an event.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Outcome {
    /// What changed that is worth telling, in order.
    pub changes: Vec<Change>,
}

impl Outcome {
    /// An event that led to one change.
    pub(crate) fn of(change: Change) -> Self {
        Self { changes: vec![change] }
    }
}

/// One change.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A transaction that was not held, and that lost against none that is, is held now.
    Accepted(Wtxid),
    /// What is known of the fee rate of a held transaction changed.
    Fee(Txid),
    /// A transaction is no longer held.
    Removed(Txid, RemovalReason),
    /// A transaction of a block that left the best chain is held again.
    Returned(Txid),
    /// A block was taken into account.
    Block(Arc<BlockFigures>),
    /// The outputs of a block are known that were not.
    BlockOutputs(Arc<BlockOutputs>),
    /// Something happened with what the user watches.
    Watch(WatchNotice),
    /// A held transaction and another one that spends the same are both alive.
    DoubleSpend(DoubleSpend),
}
