//! The details of a peer, a transaction or a block.

mod block;
mod op_return;
mod parts;
mod peer;
mod removed;
mod replaced;
#[cfg(test)]
mod tests;
mod transaction;

pub use block::{BlockDetail, Interval};
pub use parts::{InputRow, OutputRow, ValueSource};
pub use peer::PeerDetail;
pub use removed::{RemovedTransaction, Successor};
pub use replaced::ReplacedRow;
pub use transaction::{Cluster, TransactionDetail};

use crate::event::PeerId;
use crate::model::{Model, TxKey};
use crate::util::time::Timestamp;
use crate::wire::BlockHash;

/// The subject of open details.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// A peer.
    Peer(PeerId),
    /// A transaction.
    Transaction(TxKey),
    /// A block.
    Block(BlockHash),
}

/// The details of an open subject.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail {
    /// A peer.
    Peer(Box<PeerDetail>),
    /// A transaction in the mempool.
    Transaction(Box<TransactionDetail>),
    /// A transaction that was removed from the mempool.
    Removed(Box<RemovedTransaction>),
    /// A block.
    Block(Box<BlockDetail>),
    /// The model no longer knows the peer, the transaction or the block.
    Forgotten,
}

impl Detail {
    /// `announcers` is the number of live peers that relay transactions.
    pub(super) fn take(model: &Model, open: Open, announcers: usize, now: Timestamp) -> Self {
        Self::find(model, open, announcers, now).unwrap_or(Self::Forgotten)
    }

    fn find(model: &Model, open: Open, announcers: usize, now: Timestamp) -> Option<Self> {
        Some(match open {
            Open::Peer(id) => {
                let peer = model.peers().get(id)?;
                Self::Peer(Box::new(PeerDetail::take(model, id, peer, now)))
            }
            Open::Transaction(key) => match model.mempool().get(key) {
                Some(entry) => {
                    let detail = TransactionDetail::take(model, key, entry, announcers, now);
                    Self::Transaction(Box::new(detail))
                }
                None => Self::Removed(Box::new(RemovedTransaction::take(model.mempool(), key)?)),
            },
            Open::Block(hash) => {
                let figures = model.blocks().get(hash)?;
                Self::Block(Box::new(BlockDetail::take(model, figures, announcers)))
            }
        })
    }
}
