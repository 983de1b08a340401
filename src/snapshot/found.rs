//! Looks up 64 hexadecimal digits.

use crate::model::{Model, RemovalReason, TxKey};
use crate::wire::{BlockHash, TxHash, Txid, Wtxid};

/// What the model knows about 64 hexadecimal digits: a txid, a wtxid or a block hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The digits.
    pub id: Txid,
    /// The transaction in the mempool.
    pub transaction: Option<TxKey>,
    /// Why it left, if it was there recently.
    pub removed: Option<RemovalReason>,
    /// The block, if it is a recent one.
    pub block: Option<BlockHash>,
}

impl Found {
    pub(super) fn take(model: &Model, id: Txid) -> Self {
        let mempool = model.mempool();
        let by_txid = || mempool.key(TxHash::Txid(id));
        let hash = BlockHash(id.0);
        Self {
            id,
            transaction: by_txid().or_else(|| mempool.key(TxHash::Wtxid(Wtxid(id.0)))),
            removed: mempool.last_removal(id),
            block: model.blocks().get(hash).map(|_| hash),
        }
    }
}
