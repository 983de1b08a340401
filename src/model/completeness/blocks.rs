//! How much of the last blocks was in the mempool before.

use crate::model::blocks::Blocks;
use crate::util::share::share;

/// How many blocks are looked at: an hour's worth.
const BLOCKS: usize = 6;

/// How much of the last blocks was in the mempool before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SeenInBlocks {
    /// The number of blocks.
    pub blocks: usize,
    /// The share (0–1) by size of their transactions, coinbases aside; `None` if there are no others.
    pub share: Option<f32>,
}

/// Returns how much of the last blocks of the best chain was in the mempool before; `None` if there was no block.
pub(crate) fn seen(blocks: &Blocks) -> Option<SeenInBlocks> {
    let last = || blocks.newest().filter(|figures| !figures.stale).take(BLOCKS);
    let seen = last().map(|figures| figures.seen_weight).sum();
    let all = last().map(|figures| figures.paying_weight).sum();
    let count = last().count();
    (count > 0).then(|| SeenInBlocks { blocks: count, share: share(seen, all) })
}
