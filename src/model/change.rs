//! The outcome of an event.

use crate::event::{Request, Warning};
use crate::model::alert::Alert;
use crate::model::blocks::figures::BlockFigures;
use crate::model::fees::prevouts::BlockOutputs;
use crate::model::mempool::RemovalReason;
use crate::model::mempool::conflicts::double_spend::DoubleSpend;
use crate::model::notice::Notice;
use crate::model::watchlist::WatchMatch;
use crate::wire::{BlockHash, Txid, Wtxid};
use std::sync::Arc;

/// The outcome of an event.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Outcome {
    /// What changed in the model, in order.
    pub changes: Vec<Change>,
    /// The notices, in order.
    pub notices: Vec<Notice>,
    /// What the network should fetch.
    pub requests: Vec<Request>,
}

impl Outcome {
    /// Appends another outcome.
    pub(crate) fn extend(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.notices.extend(other.notices);
        self.requests.extend(other.requests);
    }
}

/// One change of the model.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// A transaction entered the mempool.
    Accepted(Wtxid),
    /// The fee rate or chunk fee rate of a transaction in the mempool changed, or more is known about it.
    Fee(Txid),
    /// A transaction left the mempool.
    Removed(Txid, RemovalReason),
    /// Transactions of an earlier run will not enter the mempool.
    RestoredDropped(Vec<Txid>),
    /// A transaction of a disconnected block returned to the mempool.
    Returned {
        /// The transaction.
        txid: Txid,
        /// The height of the block.
        height: u32,
        /// The hash of the block.
        block: BlockHash,
    },
    /// A block was connected to the best chain.
    Block(Arc<BlockFigures>),
    /// The outputs of a block became known.
    BlockOutputs(Arc<BlockOutputs>),
    /// Something happened to a target of the watch list.
    Watch(WatchMatch),
    /// A rule of the user fired.
    Alert(Arc<Alert>),
    /// The user should know of a problem that the model has found.
    Warning(Warning),
    /// A transaction in the mempool and one that conflicts with it are being relayed concurrently.
    DoubleSpend(DoubleSpend),
}
