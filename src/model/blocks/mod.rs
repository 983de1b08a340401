//! The last blocks: what they contained, and what it takes to undo them.

pub(crate) mod backfill;
mod count;
mod expected;
pub(crate) mod figures;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::event::PeerId;
use crate::model::blocks::figures::BlockFigures;
use crate::model::mempool::Mempool;
use crate::model::mempool::block::ConfirmedEntry;
use crate::model::mempool::changes::Changes;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, Txid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// Of how many blocks the figures are kept: about a day's.
const FIGURES_KEPT: usize = 144;

/// How many blocks are kept whole, so that they can be undone. Deeper reorgs have not been seen on
/// mainnet for years. With what is remembered of their transactions, full blocks take about 3 MB each.
const WHOLE_KEPT: usize = 6;

/// The blocks that came, in their order.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    figures: Ring<Arc<BlockFigures>, FIGURES_KEPT>,
    whole: Ring<Whole, WHOLE_KEPT>,
}

/// A block that can be undone.
#[derive(Debug)]
struct Whole {
    height: u32,
    block: Arc<Block>,
    /// Its transactions that were in the mempool.
    confirmed: HashMap<Txid, ConfirmedEntry, RandomState>,
}

/// A block that came, and what is known of its way.
#[derive(Debug)]
pub(crate) struct Arrived<'a> {
    pub(crate) now: Timestamp,
    pub(crate) network: Network,
    pub(crate) peer: PeerId,
    pub(crate) height: u32,
    pub(crate) block: &'a Arc<Block>,
    /// When it was first announced.
    pub(crate) announced: Option<Timestamp>,
}

impl Blocks {
    /// Takes a block into account, and its transactions out of the mempool.
    pub(in crate::model) fn connect(
        &mut self,
        mempool: &mut Mempool,
        arrived: &Arrived<'_>,
        changes: &mut Changes,
    ) -> Arc<BlockFigures> {
        let Arrived { now, height, block, .. } = *arrived;
        let mut connected = mempool.connect_block(now, block, height, changes);
        let confirmed = std::mem::take(&mut connected.confirmed).into_iter().collect();
        let expected = expected::left_out(mempool, arrived, &connected);
        let figures = Arc::new(count::of(arrived, connected, expected));
        self.figures.push(Arc::clone(&figures));
        self.whole.push(Whole { height, block: Arc::clone(block), confirmed });
        figures
    }

    /// Blocks left the best chain, newest first: what they took returns to the mempool, as far as
    /// they are still known. Which transactions returned.
    pub(in crate::model) fn disconnect(
        &mut self,
        now: Timestamp,
        mempool: &mut Mempool,
        hashes: &[BlockHash],
        changes: &mut Changes,
    ) -> Vec<Txid> {
        let mut undone = Vec::new();
        for hash in hashes {
            for figures in self.figures.iter_mut().filter(|figures| figures.hash == *hash) {
                Arc::make_mut(figures).stale = true;
            }
            if let Some(index) = self.whole.iter().position(|whole| whole.block.hash == *hash) {
                undone.extend(self.whole.remove(index));
            }
        }
        for whole in &undone {
            mempool.disconnect_block(&whole.block, changes);
        }
        // The oldest first: parents come before their children.
        let mut returned = Vec::new();
        for Whole { block, mut confirmed, .. } in undone.into_iter().rev() {
            for tx in block.transactions.iter().skip(1) {
                let entry = confirmed.remove(&tx.txid());
                let entry = entry.unwrap_or_else(|| ConfirmedEntry::unannounced(now));
                returned.extend(mempool.restore(tx, entry, changes).then(|| tx.txid()));
            }
        }
        returned
    }

    /// The figures, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Arc<BlockFigures>> {
        self.figures.iter().rev()
    }

    /// The last blocks of the best chain with their heights, oldest first.
    pub(crate) fn whole(&self) -> impl Iterator<Item = (u32, &Arc<Block>)> {
        self.whole.iter().map(|whole| (whole.height, &whole.block))
    }

    /// The height of the last block of the best chain; 0 if none came.
    pub(crate) fn tip(&self) -> u32 {
        self.newest().find(|figures| !figures.stale).map_or(0, |figures| figures.height)
    }

    /// The block of the best chain at a height, if it came lately.
    pub(crate) fn hash_at(&self, height: u32) -> Option<BlockHash> {
        let is_it = |figures: &&Arc<BlockFigures>| figures.height == height && !figures.stale;
        self.newest().find(is_it).map(|figures| figures.hash)
    }

    /// The figures of one block.
    pub(crate) fn get(&self, hash: BlockHash) -> Option<&Arc<BlockFigures>> {
        self.newest().find(|figures| figures.hash == hash)
    }
}
