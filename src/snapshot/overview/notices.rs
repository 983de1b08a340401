//! The last notices, and what each of them is about.

use crate::model::{Model, Notice, NoticeEntry, RemovalReason};
use crate::snapshot::detail::Open;
use crate::wire::{TxHash, Txid};

/// A notice, and what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct NoticeRow {
    /// The notice.
    pub entry: NoticeEntry,
    /// The peer, transaction or block that it is about, if it can still be opened.
    pub about: Option<Open>,
}

/// Takes up to `count` notices, newest first.
pub(super) fn take(model: &Model, count: usize) -> Vec<NoticeRow> {
    let row = |entry: NoticeEntry| NoticeRow { about: about(model, &entry.notice), entry };
    model.newest_notices(count).into_iter().map(row).collect()
}

fn about(model: &Model, notice: &Notice) -> Option<Open> {
    match notice {
        Notice::PeerReady { peer, .. }
        | Notice::Disconnected { peer, .. }
        | Notice::Misbehaved { peer, .. }
        | Notice::Anomaly { peer, .. } => model.peers().get(*peer).map(|_| Open::Peer(*peer)),
        Notice::Block(figures) => model.blocks().get(figures.hash).map(|_| Open::Block(figures.hash)),
        Notice::Replacement { by, .. } => transaction(model, *by),
        Notice::DoubleSpend(spend) => {
            transaction(model, spend.txid).or_else(|| transaction(model, spend.conflict))
        }
        Notice::Watch(found) => transaction(model, found.txid).or_else(|| {
            let block = found.block?;
            model.blocks().get(block).map(|_| Open::Block(block))
        }),
        Notice::Seed { .. }
        | Notice::Warning(_)
        | Notice::Reorg { .. }
        | Notice::BackfillDone(_)
        | Notice::Restoration(_) => None,
    }
}

/// The transaction or, once it is confirmed, its block.
fn transaction(model: &Model, txid: Txid) -> Option<Open> {
    if let Some(key) = model.mempool().key(TxHash::Txid(txid)) {
        return Some(Open::Transaction(key));
    }
    match model.mempool().last_removal(txid)? {
        RemovalReason::Confirmed { block, .. } => model.blocks().get(block).map(|_| Open::Block(block)),
        _ => None,
    }
}
