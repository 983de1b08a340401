//! The world behind all nodes: what is spent, what is unconfirmed, what is mined, and when.
//!
//! It is a pure function of the seed and the time since the start, except for the times in block headers.

use super::chain::Chain;
use super::coins::Coins;
use super::coins::coin::{Coin, Origin};
use super::ledger::{Ledger, News};
use super::mempool::{Mempool, MempoolTx, Order};
use super::random::{exponential, generator, share_of, whole};
use crate::chain::limits::{BLOCK_TEMPLATE_WEIGHT, COINBASE_MATURITY};
use crate::wire::{Block, OutPoint, TxHash};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The mean time between two blocks; shorter if blocks could not otherwise contain all transactions.
const BLOCK_INTERVAL: Duration = Duration::from_mins(1);

/// The time to the first block, short so that one is seen soon.
const FIRST_BLOCK: Duration = Duration::from_secs(30);

/// The mean weight of a transaction, rather too high than too low.
const MEAN_WEIGHT: f64 = 1_300.0;

/// The tolerance within which a block leaves the mempool at its initial size.
const SIZE_TOLERANCE: f64 = 0.01;

/// Blocks after which a coinbase may be spent.
const MATURITY: usize = COINBASE_MATURITY as usize;

/// How many blocks ago the first coins were divided among owners: so that there are some of every age that
/// `Coins` distinguishes, and most of those up to a day old are in the demo's backfill.
const DIVIDED_AGO: [usize; 22] =
    [310, 305, 300, 295, 290, 270, 240, 205, 180, 155, 130, 55, 45, 35, 20, 12, 6, 5, 4, 3, 2, 1];

/// The number of outputs of a transaction that divides a coin; standard ones stay below 100 kvB.
const MIN_DIVISION: u64 = 300;
const MAX_DIVISION: u64 = 2_500;

/// About how many initial transactions each output of such a transaction pays for.
const SPENT_PER_DIVISION: u64 = 6;

/// How long coins of every age last, in s.
const FUNDED_FOR: f64 = 300.0;

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
    /// The weight of the mempool at the start. Blocks take the excess.
    weight: u64,
    /// The start, in s since the UNIX epoch.
    started: u32,
}

impl World {
    /// Returns a world at `started` (in s since the UNIX epoch) with `unconfirmed` transactions in the mempool
    /// and `rate` more per second.
    pub(super) fn new(seed: u64, rate: f64, unconfirmed: usize, started: u32) -> Self {
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
            weight: 0,
            started,
        };
        let needed = unconfirmed as u64 + whole(rate * FUNDED_FOR);
        world.make_history((needed / SPENT_PER_DIVISION).clamp(MIN_DIVISION, MAX_DIVISION));
        // Each replacement removes one again, and an attempt fails if no coin is suitable.
        for _ in 0..unconfirmed * 2 {
            if world.mempool.len() < unconfirmed {
                world.spend();
            }
        }
        world.weight = world.mempool.weight();
        world
    }

    /// Returns a world with few transactions.
    #[cfg(test)]
    pub(super) fn small(seed: u64, rate: f64) -> Self {
        Self::new(seed, rate, 300, 1_800_000_000)
    }

    fn spend(&mut self) -> Option<Arc<MempoolTx>> {
        let spend = self.coins.next()?;
        Some(self.mempool.accept(spend))
    }

    /// Makes the blocks before the start. Those that spend anything divide a coin into `outputs`.
    fn make_history(&mut self, outputs: u64) {
        let outputs = usize::try_from(outputs).unwrap_or(usize::MAX);
        let blocks = MATURITY + DIVIDED_AGO[0];
        for ago in (1..=blocks).rev() {
            let seconds = u32::try_from(ago as u64 * BLOCK_INTERVAL.as_secs()).unwrap_or(u32::MAX);
            let divides = DIVIDED_AGO.contains(&ago);
            let coin = if divides { self.mature() } else { None };
            let division = coin.and_then(|coin| self.coins.divide(coin, outputs));
            let txs = Vec::from_iter(division.map(|spend| self.mempool.accept(spend)));
            self.mine(&txs, self.started.saturating_sub(seconds));
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
        let origin = Origin::Block(self.chain.height());
        self.coinbases.push_back(Coin { outpoint, value, script, origin });
        block
    }
}

impl Ledger for World {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn accepted(&self) -> u64 {
        self.mempool.accepted()
    }

    fn announced(&self, hash: TxHash) -> Option<&Arc<MempoolTx>> {
        self.mempool.announced(hash)
    }

    fn all_announced(&self, order: Order) -> Vec<Arc<MempoolTx>> {
        self.mempool.all_announced(order)
    }

    fn sorted(&self, order: Order, txs: Vec<Arc<MempoolTx>>) -> Vec<Arc<MempoolTx>> {
        self.mempool.sorted(order, txs)
    }

    fn next_at(&self) -> Duration {
        self.next_transaction.min(self.next_block)
    }

    fn advance(&mut self, elapsed: Duration) -> Vec<News> {
        let mut news = vec![];
        while self.next_at() <= elapsed {
            if self.next_transaction < self.next_block {
                self.next_transaction += exponential(&mut self.rng, self.mean_arrival);
                news.extend(self.spend().filter(|tx| !tx.secret).map(News::Transaction));
            } else {
                let seconds = u32::try_from(self.next_block.as_secs()).unwrap_or(u32::MAX);
                self.next_block += self.block_interval.mul_f64(self.rng.random_range(0.6..1.4));
                let kept = 1.0 + self.rng.random_range(-SIZE_TOLERANCE..SIZE_TOLERANCE);
                let template = self.mempool.template(share_of(self.weight, kept), &mut self.rng);
                news.push(News::Block(self.mine(&template, self.started.saturating_add(seconds))));
                if let Some(coin) = self.mature() {
                    self.coins.fund(coin);
                }
            }
        }
        news
    }
}

#[cfg(test)]
mod tests;
