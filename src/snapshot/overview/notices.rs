//! The last notices, with their subjects.

use crate::event::PeerId;
use crate::model::{AlertItem, Model, Notice, NoticeEntry, RemovalReason, WatchMatch};
use crate::snapshot::detail::Open;
use crate::wire::{BlockHash, TxHash, Txid};

/// A notice and its subject.
#[derive(Clone, PartialEq, Debug)]
pub struct NoticeRow {
    /// The notice.
    pub entry: NoticeEntry,
    /// The peer, transaction or block it is about, if that can still be opened.
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
        | Notice::Anomaly { peer, .. } => peer_page(model, *peer),
        Notice::Block(figures) => block(model, figures.hash),
        Notice::Replacement { by, .. } => transaction(model, *by),
        Notice::DoubleSpend(spend) => {
            transaction(model, spend.txid).or_else(|| transaction(model, spend.conflict))
        }
        Notice::Watch(found) => watched(model, found),
        Notice::Alert(alert) => match &alert.item {
            AlertItem::Transaction(txid) => transaction(model, *txid),
            AlertItem::Block { hash, .. } => block(model, *hash),
            AlertItem::Peer { peer, .. } => peer_page(model, *peer),
            AlertItem::Watch(found) => watched(model, found),
            AlertItem::Figures(_) | AlertItem::Nothing => None,
        },
        Notice::Seed { .. }
        | Notice::Warning(_)
        | Notice::Reorg { .. }
        | Notice::BackfillDone(_)
        | Notice::Sensor { .. }
        | Notice::Restoration(_) => None,
    }
}

fn peer_page(model: &Model, peer: PeerId) -> Option<Open> {
    model.peers().get(peer).map(|_| Open::Peer(peer))
}

fn block(model: &Model, hash: BlockHash) -> Option<Open> {
    model.blocks().get(hash).map(|_| Open::Block(hash))
}

fn watched(model: &Model, found: &WatchMatch) -> Option<Open> {
    transaction(model, found.txid).or_else(|| block(model, found.block?))
}

/// The transaction or, once it is confirmed, its block.
fn transaction(model: &Model, txid: Txid) -> Option<Open> {
    if let Some(key) = model.mempool().key(TxHash::Txid(txid)) {
        return Some(Open::Transaction(key));
    }
    match model.mempool().last_removal(txid)? {
        RemovalReason::Confirmed { block: hash, .. } => block(model, hash),
        _ => None,
    }
}
