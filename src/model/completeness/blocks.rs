//! How much of the last blocks was already in the mempool.

use crate::model::blocks::Blocks;
use crate::model::blocks::figures::BlockFigures;
use crate::util::share::share;
use std::sync::Arc;

/// How many blocks to consider: an hour's worth.
const BLOCKS: usize = 6;

/// How much of the last blocks was already in the mempool.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SeenInBlocks {
    /// The number of blocks.
    pub blocks: usize,
    /// The share (0–1), by size, of their transactions, excluding coinbases; `None` if there are no others.
    pub share: Option<f32>,
}

/// Returns how much of the best chain's last blocks since startup was already in the mempool; `None` if there
/// was no block.
pub(crate) fn seen(blocks: &Blocks) -> Option<SeenInBlocks> {
    let here = |figures: &&Arc<BlockFigures>| !figures.stale && figures.arrival.is_some();
    let last = || blocks.newest().filter(here).take(BLOCKS);
    let seen = last().filter_map(|figures| figures.arrival.as_ref()).map(|arrival| arrival.seen_weight).sum();
    let all = last().map(|figures| figures.paying_weight).sum();
    let count = last().count();
    (count > 0).then(|| SeenInBlocks { blocks: count, share: share(seen, all) })
}
