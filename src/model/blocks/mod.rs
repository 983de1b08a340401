//! The last blocks: their figures, and what it takes to disconnect them.

pub(crate) mod backfill;
mod expected;
pub(crate) mod figures;
mod measure;
pub(in crate::model) mod new_block;
#[cfg(test)]
mod tests;

use crate::model::blocks::figures::BlockFigures;
use crate::model::blocks::new_block::NewBlock;
use crate::model::change::Change;
use crate::model::fees::estimates::block_prices::{self, BlockPrice};
use crate::model::mempool::Mempool;
use crate::model::mempool::block::ConfirmedEntry;
use crate::model::mempool::changes::Changes;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, Txid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// How many blocks' figures are kept: about a day's worth.
const MAX_FIGURES: usize = 144;

/// How many blocks are kept as a whole, so that they can be disconnected. Deeper reorgs have not been seen
/// on mainnet for years. With what is remembered of its transactions, a full block takes about 3 MB.
const MAX_KEPT: usize = 6;

/// The last blocks, in the order of their arrival.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    figures: Ring<Arc<BlockFigures>, MAX_FIGURES>,
    kept: Ring<KeptBlock, MAX_KEPT>,
}

/// A block of the best chain that can be disconnected.
#[derive(Debug)]
struct KeptBlock {
    height: u32,
    block: Arc<Block>,
    /// Its transactions that were in the mempool.
    confirmed: HashMap<Txid, ConfirmedEntry, RandomState>,
}

impl Blocks {
    /// Connects a block: its transactions leave the mempool. Returns the figures of the block.
    pub(in crate::model) fn connect(
        &mut self,
        mempool: &mut Mempool,
        new: &NewBlock<'_>,
        changes: &mut Changes,
    ) -> Arc<BlockFigures> {
        let NewBlock { now, height, block, .. } = *new;
        let mut connected = mempool.connect_block(now, block, height, changes);
        let confirmed = std::mem::take(&mut connected.confirmed).into_iter().collect();
        let weight = block.weight();
        let rates = std::mem::take(&mut connected.chunk_fee_rates);
        let cheapest = block_prices::cheapest(rates, weight);
        let expected = expected::left_out(mempool, new, cheapest);
        let price = BlockPrice::of(cheapest, weight, mempool.sums().counted.vsize);
        let figures = Arc::new(measure::measure(new, connected, expected, price));
        self.figures.push(Arc::clone(&figures));
        self.kept.push(KeptBlock { height, block: Arc::clone(block), confirmed });
        figures
    }

    /// Disconnects blocks, newest first: their transactions return to the mempool, as far as the blocks are
    /// still kept. Returns a change for each that returned.
    pub(in crate::model) fn disconnect(
        &mut self,
        now: Timestamp,
        mempool: &mut Mempool,
        hashes: &[BlockHash],
        changes: &mut Changes,
    ) -> Vec<Change> {
        let mut disconnected = Vec::new();
        for hash in hashes {
            for figures in self.figures.iter_mut().filter(|figures| figures.hash == *hash) {
                Arc::make_mut(figures).stale = true;
            }
            if let Some(index) = self.kept.iter().position(|kept| kept.block.hash == *hash) {
                disconnected.extend(self.kept.remove(index));
            }
        }
        for kept in &disconnected {
            mempool.disconnect_block(&kept.block, changes);
        }
        // The oldest first: parents come before their children.
        let mut returned = Vec::new();
        for KeptBlock { height, block, mut confirmed } in disconnected.into_iter().rev() {
            for tx in block.transactions.iter().skip(1) {
                let entry = confirmed.remove(&tx.txid());
                let entry = entry.unwrap_or_else(|| ConfirmedEntry::unannounced(now));
                let change = Change::Returned { txid: tx.txid(), height, block: block.hash };
                returned.extend(mempool.restore(tx, entry, changes).then_some(change));
            }
        }
        returned
    }

    /// Iterates over the figures, newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Arc<BlockFigures>> {
        self.figures.iter().rev()
    }

    /// Iterates over the last blocks of the best chain with their heights, oldest first.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (u32, &Arc<Block>)> {
        self.kept.iter().map(|kept| (kept.height, &kept.block))
    }

    /// Returns the height of the last block of the best chain, or 0 if there was none.
    pub(crate) fn tip(&self) -> u32 {
        self.newest().find(|figures| !figures.stale).map_or(0, |figures| figures.height)
    }

    /// Returns the hash of the block of the best chain at `height`, if its figures are kept.
    pub(crate) fn hash_at(&self, height: u32) -> Option<BlockHash> {
        let is_it = |figures: &&Arc<BlockFigures>| figures.height == height && !figures.stale;
        self.newest().find(is_it).map(|figures| figures.hash)
    }

    /// Returns the figures of a block.
    pub(crate) fn get(&self, hash: BlockHash) -> Option<&Arc<BlockFigures>> {
        self.newest().find(|figures| figures.hash == hash)
    }
}
