//! The last blocks: their figures, and what is needed to disconnect them.

pub(crate) mod arrival;
pub(crate) mod backfill;
mod expected;
pub(crate) mod figures;
mod measure;
pub(in crate::model) mod new_block;
mod saved;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::model::blocks::figures::BlockFigures;
use crate::model::blocks::measure::Comparison;
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

/// How many blocks are kept whole, so that they can be disconnected. Mainnet has not seen deeper reorgs for
/// years. With what is remembered of its transactions, a full block takes about 3 MB.
const MAX_KEPT: usize = 6;

/// The last blocks.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// By height; within a height, in order of arrival.
    figures: Ring<Arc<BlockFigures>, MAX_FIGURES>,
    kept: Ring<KeptBlock, MAX_KEPT>,
    changes: u64,
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
    /// Connects a block: its transactions leave the mempool. Returns the block's figures.
    pub(in crate::model) fn connect(
        &mut self,
        mempool: &mut Mempool,
        new: &NewBlock<'_>,
        changes: &mut Changes,
    ) -> Arc<BlockFigures> {
        let NewBlock { now, network, height, block, .. } = *new;
        let projected_price = expected::projected_price(mempool);
        let mut connected = mempool.connect_block(now, block, height, changes);
        let confirmed = std::mem::take(&mut connected.confirmed);
        let weight = block.weight();
        let rated = std::mem::take(&mut connected.rated);
        let taken = rated.iter().map(|tx| tx.chunk_fee_rate).collect();
        let cheapest = block_prices::cheapest(taken, weight);
        let missing = expected::left_out(mempool, new, cheapest);
        let unexpected = expected::unexpected(rated, projected_price);
        let left = mempool.sums().counted;
        let price = BlockPrice::of(cheapest, weight, left.vsize);
        let comparison = Comparison { connected, missing, unexpected, left, price };
        let arrival = Some(measure::arrival(new, comparison));
        let figures = Arc::new(BlockFigures { arrival, ..measure::measure(network, height, block) });
        self.keep_figures(Arc::clone(&figures));
        self.kept.push(KeptBlock { height, block: Arc::clone(block), confirmed });
        figures
    }

    /// Adds a block from before startup.
    pub(in crate::model) fn past_block(&mut self, network: Network, height: u32, block: &Block) {
        if self.get(block.hash).is_none() {
            self.keep_figures(Arc::new(measure::measure(network, height, block)));
        }
    }

    /// The longest encoding, in bytes.
    pub(crate) const LONGEST: usize = MAX_FIGURES * saved::LONGEST;

    /// Encodes the figures of the best chain's blocks, lowest block first.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let kept = self.figures.iter().filter(|figures| !figures.stale);
        kept.for_each(|figures| saved::encode(figures, &mut bytes));
        bytes
    }

    /// Decodes the result of [`Blocks::encode`]; `None` if `bytes` is anything else.
    pub(crate) fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut blocks = Self::default();
        while !bytes.is_empty() {
            blocks.keep_figures(Arc::new(saved::decode(&mut bytes)?));
        }
        Some(blocks)
    }

    /// Adds a block by height. A block of an earlier run at the same height is removed: a reorg has since
    /// replaced it.
    fn keep_figures(&mut self, figures: Arc<BlockFigures>) {
        self.figures.retain(|other| other.height != figures.height || other.arrival.is_some());
        let above = self.figures.iter().rev().take_while(|other| other.height > figures.height).count();
        let index = self.figures.len() - above;
        self.figures.insert(index, figures);
        // Otherwise it is older than all that are kept.
        self.changes += u64::from(above < MAX_FIGURES);
    }

    /// Counts the changes to the result of [`Blocks::encode`].
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Disconnects blocks, newest first: their transactions return to the mempool, provided the blocks are
    /// still kept. Returns a change for each of them.
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
                self.changes += 1;
            }
            if let Some(index) = self.kept.iter().position(|kept| kept.block.hash == *hash) {
                disconnected.extend(self.kept.remove(index));
            }
        }
        for kept in &disconnected {
            mempool.disconnect_block(&kept.block, changes);
        }
        // Oldest first, so that parents come before their children.
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

    /// Iterates over the figures, the highest block first.
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

    /// Returns the figures of the block before `figures`.
    pub(crate) fn before(&self, figures: &BlockFigures) -> Option<&Arc<BlockFigures>> {
        self.get(figures.previous)
    }

    /// Returns the figures of a block.
    pub(crate) fn get(&self, hash: BlockHash) -> Option<&Arc<BlockFigures>> {
        self.newest().find(|figures| figures.hash == hash)
    }
}
