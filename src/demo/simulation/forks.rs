//! Blocks outside the best chain, which some nodes serve.

use crate::demo::chain::{Place, mined};
use crate::demo::random::generator;
use crate::wire::{Block, BlockHash};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::VecDeque;
use std::sync::Arc;

/// How often a block has a competitor.
const SHARE: f64 = 0.15;

/// How often a fork is extended by another block.
const GROWS: f64 = 0.4;

/// How many of the latest such blocks are served.
const KEPT: usize = 20;

/// The blocks.
#[derive(Debug)]
pub(super) struct Forks {
    rng: StdRng,
    blocks: VecDeque<Arc<Block>>,
    /// The tip of a fork that may be extended.
    open: Option<BlockHash>,
}

impl Forks {
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: generator(seed, "forks", 0), blocks: VecDeque::new(), open: None }
    }

    /// Returns a competitor of `block` at this height, if there is one.
    pub(super) fn rival(&mut self, block: &Block, height: u32) -> Option<Arc<Block>> {
        let previous = match self.open.take().filter(|_| self.rng.random_bool(GROWS)) {
            Some(fork) => fork,
            None if self.rng.random_bool(SHARE) => block.header.previous,
            None => return None,
        };
        // The other miner has not seen the latest transactions.
        let count = self.rng.random_range(1..=block.transactions.len());
        let transactions = block.transactions[1..count].to_vec();
        let place = Place { previous, height, time: block.header.time };
        let rival = Arc::new(mined(place, transactions, 0, vec![0x52]));
        self.open = Some(rival.hash);
        self.blocks.push_back(Arc::clone(&rival));
        if self.blocks.len() > KEPT {
            self.blocks.pop_front();
        }
        Some(rival)
    }

    pub(super) fn block(&self, hash: BlockHash) -> Option<&Arc<Block>> {
        self.blocks.iter().find(|block| block.hash == hash)
    }
}
