//! The details of a peer, a transaction or a block.

mod block;
mod op_return;
mod parts;
mod peer;
mod rivals;
#[cfg(test)]
mod tests;
mod transaction;

pub use block::BlockDetail;
pub use parts::{InputRow, OutputRow, ValueSource};
pub use peer::PeerDetail;
pub use rivals::RivalRow;
pub use transaction::{Family, TransactionDetail};

use crate::event::PeerId;
use crate::model::mempool::Mempool;
use crate::model::mempool::RemovalReason;
use crate::model::{Model, TxKey};
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, TxHash, Txid};

/// What is open in detail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// A peer.
    Peer(PeerId),
    /// A transaction.
    Transaction(TxKey),
    /// A block.
    Block(BlockHash),
}

/// The details of what is open.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail {
    /// A peer.
    Peer(Box<PeerDetail>),
    /// A transaction.
    Transaction(Box<TransactionDetail>),
    /// A block.
    Block(Box<BlockDetail>),
    /// What was open is no longer known.
    Gone {
        /// Which transaction it was, if it was one and that is known.
        txid: Option<Txid>,
        /// What became of it, one line each.
        why: Vec<String>,
        /// The transaction that is held in its place; it may be the same.
        successor: Option<TxKey>,
    },
}

impl Detail {
    /// `announcers` is the number of live peers that relay transactions.
    pub(super) fn take(model: &Model, open: Open, announcers: usize, now: Timestamp) -> Self {
        match open {
            Open::Block(hash) => {
                let figures = model.blocks().get(hash);
                let detail = figures.map(|figures| BlockDetail::take(model, figures, announcers));
                detail.map_or_else(
                    || no_longer("this block was long ago"),
                    |detail| Self::Block(Box::new(detail)),
                )
            }
            Open::Peer(id) => {
                let detail = model.peers().get(id).map(|peer| PeerDetail::take(model, id, peer, now));
                detail.map_or_else(
                    || no_longer("this peer was dropped a while ago"),
                    |detail| Self::Peer(Box::new(detail)),
                )
            }
            Open::Transaction(key) => {
                let entry = model.mempool().get(key);
                let detail = entry.map(|entry| TransactionDetail::take(model, key, entry, announcers, now));
                detail
                    .map_or_else(|| gone(model.mempool(), key), |detail| Self::Transaction(Box::new(detail)))
            }
        }
    }
}

/// That something is not known any more.
fn no_longer(why: &str) -> Detail {
    Detail::Gone { txid: None, why: vec![why.to_owned()], successor: None }
}

/// What became of a transaction that is not held any more, and what is held in its place.
fn gone(mempool: &Mempool, key: TxKey) -> Detail {
    let Some((txid, first)) = mempool.removal(key) else { return no_longer("no longer held") };
    // Since then it may have come again and gone again.
    let reason = mempool.last_removal(txid);
    let mut why = vec![reason.unwrap_or(first).to_string()];
    if reason.is_none() {
        why.push("which is not in the best chain any more".to_owned());
    }
    let mut successor = mempool.key(TxHash::Txid(txid));
    if successor.is_some() {
        why.push("it is held again".to_owned());
    } else if let Some(RemovalReason::Replaced { by, .. }) = reason {
        let further = mempool.replacements_of(by);
        why.extend(further.iter().map(|by| format!("which was replaced by {by}")));
        successor = mempool.key(TxHash::Txid(*further.last().unwrap_or(&by)));
    }
    Detail::Gone { txid: Some(txid), why, successor }
}
