//! The details of a block.

use crate::address::PeerAddress;
use crate::model::{BlockFigures, Model};
use crate::snapshot::blocks::BlockRow;
use std::sync::Arc;

/// The details of a block.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockDetail {
    /// The row of the list.
    pub row: BlockRow,
    /// The address of the peer that delivered the block; `None` if the peer is forgotten.
    pub delivered_by: Option<PeerAddress>,
    /// The address of the peer that announced it first.
    pub first_announced_by: Option<PeerAddress>,
    /// The number of live peers that relay transactions.
    pub announcers: usize,
}

impl BlockDetail {
    pub(super) fn take(model: &Model, figures: &Arc<BlockFigures>, announcers: usize) -> Self {
        let address = |peer| model.peers().address(peer).cloned();
        let row = BlockRow::take(model, figures);
        Self {
            delivered_by: address(figures.peer),
            first_announced_by: row.spread.as_ref().and_then(|spread| address(spread.first_peer)),
            announcers,
            row,
        }
    }
}
