//! A block, and how it arrived.

use crate::address::PeerAddress;
use crate::model::{BlockFigures, Model, Spread};
use std::sync::Arc;
use std::time::Duration;

/// A block, and how it arrived.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockDetail {
    /// The contents of the block.
    pub figures: Arc<BlockFigures>,
    /// How the block spread; `None` if no peer announced it or it is too old.
    pub spread: Option<Spread>,
    /// The time since the previous block; `None` if unknown.
    pub interval: Option<Interval>,
    /// The address of the peer that delivered the block; `None` if the peer is forgotten, or the block is from
    /// before startup.
    pub delivered_by: Option<PeerAddress>,
    /// The address of the peer that announced it first.
    pub first_announced_by: Option<PeerAddress>,
    /// The number of live peers that relay transactions.
    pub announcers: usize,
}

/// The time between two blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interval {
    /// Between their arrivals here.
    Arrivals(Duration),
    /// Between the times in their headers, which miners may set wrong by hours; zero if the later block
    /// claims to be older.
    Headers(Duration),
}

impl BlockDetail {
    pub(crate) fn take(model: &Model, figures: &Arc<BlockFigures>, announcers: usize) -> Self {
        let address = |peer| model.peers().address(peer).cloned();
        let spread = model.block_relay().spread(figures.hash);
        Self {
            interval: model.blocks().before(figures).map(|previous| Interval::between(previous, figures)),
            delivered_by: figures.arrival.as_ref().and_then(|arrival| address(arrival.peer)),
            first_announced_by: spread.as_ref().and_then(|spread| address(spread.first_peer)),
            announcers,
            figures: Arc::clone(figures),
            spread,
        }
    }
}

impl Interval {
    fn between(previous: &BlockFigures, block: &BlockFigures) -> Self {
        match (previous.announced_arrival(), block.announced_arrival()) {
            (Some(previous), Some(block)) => Self::Arrivals(block.since(previous)),
            _ => Self::Headers(Duration::from_secs(block.time.saturating_sub(previous.time).into())),
        }
    }
}
