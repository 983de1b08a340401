//! The world behind all nodes: what is spent, what is unconfirmed, what is mined, and when.
//!
//! It is a pure function of the seed and the time since the start, except for the times in block headers.

use super::chain::Chain;
use super::coins::Coins;
use super::coins::coin::Coin;
use super::mempool::{Mempool, MempoolTx};
use super::random::{exponential, generator, share_of, whole};
use crate::chain::limits::{BLOCK_TEMPLATE_WEIGHT, COINBASE_MATURITY};
use crate::p2p::DEFAULT_BACKFILL;
use crate::wire::{Block, OutPoint};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::{HashSet, VecDeque};
use std::iter;
use std::sync::Arc;
use std::time::Duration;

/// The mean time between two blocks; it is shorter if blocks could not contain all transactions otherwise.
const BLOCK_INTERVAL: Duration = Duration::from_mins(1);

/// The time to the first block, short so that one is seen soon.
const FIRST_BLOCK: Duration = Duration::from_secs(30);

/// The mean weight of a transaction, rather too high than too low.
const MEAN_WEIGHT: f64 = 1_100.0;

/// Blocks after which a coinbase may be spent.
const MATURITY: usize = COINBASE_MATURITY as usize;

/// For how long, in s, the coins of the start last without any from new blocks.
const FUNDED_FOR: f64 = 200.0;

/// The number of outputs of a transaction that divides the first coins; standard ones stay below 100 kvB.
const DIVIDED_BY: usize = 2_500;

/// How many such transactions fit into a block.
const DIVISIONS_PER_BLOCK: usize = 8;

/// How many such transactions the coinbases before the first halving (150 blocks) can pay.
const MAX_DIVISIONS: usize = 24;

/// How many blocks lie between the first such transactions and the others: more than `--backfill` fetches
/// by default, so that some prevouts stay unknown, as on other networks.
const OLDER_BY: usize = DEFAULT_BACKFILL as usize + 1;

/// For how long, in s, there have been transactions before the demo starts, and how many at most.
const POOL_BEFORE: f64 = 25.0;
const MAX_POOL_BEFORE: u64 = 3_000;

/// News that nodes learn.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A new transaction.
    Transaction(Arc<MempoolTx>),
    /// A new tip of the chain.
    Block(Arc<Block>),
}

/// The world.
pub(super) struct World {
    coins: Coins,
    pub(super) mempool: Mempool,
    pub(super) chain: Chain,
    /// Coinbases that cannot be spent yet, oldest first.
    coinbases: VecDeque<Coin>,
    /// Draws the times of events and what the miner overlooks.
    rng: StdRng,
    mean_arrival: Duration,
    block_interval: Duration,
    next_transaction: Duration,
    next_block: Duration,
    /// The start, in s since the UNIX epoch.
    started: u32,
}

impl World {
    /// Returns a world at `started` (in s since the UNIX epoch) with enough coins for `rate` transactions per
    /// second.
    pub(super) fn new(seed: u64, rate: f64, started: u32) -> Self {
        let capacity = share_of(BLOCK_TEMPLATE_WEIGHT.into(), 0.8 / MEAN_WEIGHT);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let fills_in = Duration::from_secs_f64(capacity as f64 / rate);
        let mut rng = generator(seed, "world", 0);
        let mut world = Self {
            coins: Coins::new(seed),
            mempool: Mempool::default(),
            chain: Chain::new(),
            coinbases: VecDeque::new(),
            mean_arrival: Duration::from_secs_f64(1.0 / rate),
            block_interval: BLOCK_INTERVAL.min(fills_in),
            next_transaction: Duration::ZERO,
            next_block: FIRST_BLOCK.min(fills_in).mul_f64(rng.random_range(0.8..1.2)),
            rng,
            started,
        };
        world.make_history(rate);
        world
    }

    /// Returns the time of the next event, since the start.
    pub(super) fn next_at(&self) -> Duration {
        self.next_transaction.min(self.next_block)
    }

    /// Advances to `elapsed` after the start; returns the news for nodes.
    pub(super) fn advance(&mut self, elapsed: Duration) -> Vec<News> {
        let mut news = vec![];
        while self.next_at() <= elapsed {
            if self.next_transaction < self.next_block {
                self.next_transaction += exponential(&mut self.rng, self.mean_arrival);
                news.extend(self.spend().filter(|tx| !tx.secret).map(News::Transaction));
            } else {
                let seconds = u32::try_from(self.next_block.as_secs()).unwrap_or(u32::MAX);
                self.next_block += self.block_interval.mul_f64(self.rng.random_range(0.6..1.4));
                let template = self.mempool.template(&mut self.rng);
                news.push(News::Block(self.mine(&template, self.started.saturating_add(seconds))));
                if let Some(coin) = self.mature() {
                    self.coins.fund(coin);
                }
            }
        }
        news
    }

    fn spend(&mut self) -> Option<Arc<MempoolTx>> {
        let spend = self.coins.next()?;
        Some(self.mempool.accept(spend))
    }

    /// Makes the blocks and transactions before the start.
    fn make_history(&mut self, rate: f64) {
        let needed = usize::try_from(whole(rate * FUNDED_FOR)).unwrap_or(usize::MAX);
        let divisions = needed.div_ceil(DIVIDED_BY).clamp(3, MAX_DIVISIONS);
        let empty = MATURITY + divisions;
        let blocks = empty + 1 + OLDER_BY + (divisions - 1).div_ceil(DIVISIONS_PER_BLOCK);
        let interval = BLOCK_INTERVAL.as_secs();
        let times: Vec<u32> = (1..=blocks as u64)
            .rev()
            .map(|ago| self.started.saturating_sub(u32::try_from(ago * interval).unwrap_or(u32::MAX)))
            .collect();
        let (times_of_empty, later) = times.split_at(empty);
        let (times_of_oldest, times_of_full) = later.split_at(1 + OLDER_BY);
        let mut mature = vec![];
        for &time in times_of_empty {
            self.mine(&[], time);
            mature.extend(self.mature());
        }
        let divided: Vec<_> = mature
            .into_iter()
            .filter_map(|coin| self.coins.divide(coin, DIVIDED_BY))
            .map(|spend| self.mempool.accept(spend))
            .collect();
        let (oldest, others) = divided.split_at(1);
        let blocks_of_oldest = [oldest].into_iter().chain(iter::repeat(&[][..]));
        for (txs, &time) in blocks_of_oldest.zip(times_of_oldest) {
            self.mine(txs, time);
        }
        for (txs, &time) in others.chunks(DIVISIONS_PER_BLOCK).zip(times_of_full) {
            self.mine(txs, time);
        }
        let before = whole(rate * POOL_BEFORE).min(MAX_POOL_BEFORE);
        for _ in 0..before {
            self.spend();
        }
    }

    /// Returns the oldest coinbase, if it is mature.
    fn mature(&mut self) -> Option<Coin> {
        if self.coinbases.len() > MATURITY { self.coinbases.pop_front() } else { None }
    }

    fn mine(&mut self, txs: &[Arc<MempoolTx>], time: u32) -> Arc<Block> {
        let (script, script_pubkey) = self.coins.miner_script();
        let fees = txs.iter().map(|tx| tx.fee).sum();
        let transactions = txs.iter().map(|tx| tx.tx.clone()).collect();
        let block = self.chain.mine(transactions, fees, script_pubkey, time);
        let txids: HashSet<_> = txs.iter().map(|tx| tx.tx.txid()).collect();
        self.coins.confirm(self.chain.height(), &txids);
        for txid in txids {
            self.mempool.remove(txid);
        }
        let coinbase = &block.transactions[0];
        let outpoint = OutPoint { txid: coinbase.txid(), vout: 0 };
        let value = coinbase.output_value();
        self.coinbases.push_back(Coin { outpoint, value, script, depth: 0, parent_rate: 0 });
        block
    }
}

#[cfg(test)]
mod tests;
