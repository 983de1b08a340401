//! A consistent set of coins: every transaction spends existing outputs exactly once, except for deliberate
//! replacements, and creates no money.

pub(super) mod coin;
mod confirmed;
mod draft;
#[cfg(test)]
mod tests;

use super::random::{generator, log_normal, weighted, whole};
use super::script::{ScriptType, bytes, inscription};
use crate::wire::Txid;
use coin::{Coin, Origin, Spend};
use confirmed::{Age, Confirmed, take};
use draft::{Draft, FINAL, REPLACEABLE};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::{HashSet, VecDeque};

/// Coins below this value, in sat, are not spent: the fee would consume too much of them.
const MIN_COIN: u64 = 5_000;

/// With fewer confirmed coins, payments are split; with more, coins are consolidated.
const FEW_COINS: usize = 500;
const MANY_COINS: usize = 60_000;

/// How many of the latest replaceable transactions may be replaced.
const REPLACEABLES: usize = 64;

/// How many recipes are tried for one transaction; each rarely fails.
const ATTEMPTS: usize = 16;

/// The median fee rate and the spread of its logarithm, in sat/kvB, as in a quiet week on mainnet.
const FEE_RATE_MEDIAN: f64 = 2_500.0;
const FEE_RATE_SIGMA: f64 = 1.1;

/// Core's default minimum for relay (`DEFAULT_MIN_RELAY_TX_FEE`), in sat/kvB.
const MIN_FEE_RATE: u64 = 100;
const MAX_FEE_RATE: u64 = 500_000;

/// Below this fee rate, in sat/kvB, a transaction may be bumped.
const SLOW: u64 = 1_500;

/// How much more a replacement pays, in sat/kvB of its own size. Core's default
/// (`DEFAULT_INCREMENTAL_RELAY_FEE`) is a tenth of it, but wallets keep to the old 1 sat/vB.
const INCREMENTAL_RATE: u64 = 1_000;

/// A recipe for a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Recipe {
    /// A payment with change.
    Payment,
    /// A payment of whole coins, without change.
    Sweep,
    /// A child that pays for its slow parent (CPFP).
    Boost,
    /// A payment to many receivers.
    Batch,
    /// Many coins into one.
    Consolidation,
    /// A few bytes in an `OP_RETURN` output.
    Data,
    /// Data in a large witness.
    Inscription,
    /// A replacement with a higher fee (BIP125).
    Replacement,
}

/// How often each recipe is used, in 1/1000.
const RECIPES: [(u32, Recipe); 8] = [
    (630, Recipe::Payment),
    (130, Recipe::Sweep),
    (20, Recipe::Boost),
    (60, Recipe::Batch),
    (45, Recipe::Consolidation),
    (50, Recipe::Data),
    (35, Recipe::Inscription),
    (30, Recipe::Replacement),
];

/// How often coins of each age are spent, in 1/100 of the transactions; `None`: an unconfirmed coin, which
/// large consolidations never spend. On mainnet, by vB, about 25 % spend only unconfirmed coins, 22 % also
/// coins that are at most 6 blocks old, 17 % at most 144, 16 % at most 4,032, and the others older ones. Here
/// 288 blocks stand for 4,032: no node serves more.
const AGES: [(u32, Option<Age>); 5] =
    [(37, None), (19, Some(Age::Hour)), (15, Some(Age::Day)), (13, Some(Age::Served)), (16, Some(Age::Old))];

/// The coins, and the unconfirmed transactions that may be replaced.
pub(super) struct Coins {
    rng: StdRng,
    confirmed: Confirmed,
    pending: Vec<Coin>,
    /// Transactions that are unconfirmed, announced and replaceable, and have no spent output.
    replaceable: VecDeque<(Txid, u64, Draft)>,
}

impl Coins {
    /// Returns an empty set; see [`Coins::fund`].
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: generator(seed, "coins", 0),
            confirmed: Confirmed::default(),
            pending: vec![],
            replaceable: VecDeque::new(),
        }
    }

    /// Adds a confirmed coin from outside.
    pub(super) fn fund(&mut self, coin: Coin) {
        self.confirmed.add(coin);
    }

    /// Returns a locking script for a miner.
    pub(super) fn miner_script(&mut self) -> (ScriptType, Vec<u8>) {
        let script = ScriptType::random(&mut self.rng);
        (script, script.locking(&mut self.rng))
    }

    /// Divides `coin`, which comes from outside, among `count` owners.
    pub(super) fn divide(&mut self, coin: Coin, count: usize) -> Option<Spend> {
        let mut draft = Draft::spending(&mut self.rng, vec![coin], FINAL, 0);
        for _ in 0..count {
            let share = log_normal(&mut self.rng, 1.0, 1.5);
            draft.pay(&mut self.rng, share);
        }
        let spend = draft.finish(draft.vsize()?)?;
        self.keep(&spend);
        Some(spend)
    }

    /// Returns the next transaction, or `None` if hardly any coins are left before the next block.
    pub(super) fn next(&mut self) -> Option<Spend> {
        (0..ATTEMPTS).find_map(|_| {
            let recipe = match weighted(&mut self.rng, &RECIPES) {
                Recipe::Batch if self.confirmed.len() > MANY_COINS => Recipe::Consolidation,
                Recipe::Consolidation if self.confirmed.len() < FEW_COINS => Recipe::Batch,
                recipe => recipe,
            };
            match recipe {
                Recipe::Replacement => self.replace(),
                recipe => self.spend(recipe),
            }
        })
    }

    /// Confirms the outputs of `txids` in a block at `height`.
    pub(super) fn confirm(&mut self, height: u32, txids: &HashSet<Txid>) {
        self.confirmed.grow_older(height);
        for coin in self.pending.extract_if(.., |coin| txids.contains(&coin.outpoint.txid)) {
            self.confirmed.add(Coin { origin: Origin::Block(height), ..coin });
        }
        self.replaceable.retain(|(txid, ..)| !txids.contains(txid));
    }

    fn spend(&mut self, recipe: Recipe) -> Option<Spend> {
        let coins = self.choose(recipe);
        let sequence = if self.rng.random_bool(0.75) { REPLACEABLE } else { FINAL };
        let lock_time = if self.rng.random_bool(0.5) { self.confirmed.height() } else { 0 };
        let rate = self.fee_rate(recipe, &coins);
        let mut draft = Draft::spending(&mut self.rng, coins, sequence, lock_time);
        self.fill(recipe, &mut draft);
        let Some(mut spend) = draft.vsize().and_then(|vsize| draft.finish((rate * vsize).div_ceil(1_000)))
        else {
            self.give_back(draft.into_coins());
            return None;
        };
        spend.secret = spend.parent.is_none() && self.rng.random_bool(0.015);
        if spend.secret {
            // It cannot be spent from before a block reveals it.
            spend.made.iter_mut().for_each(|coin| coin.origin = Origin::Mempool { fee_rate: rate, room: 0 });
        }
        self.replaceable.retain(|(txid, ..)| Some(*txid) != spend.parent);
        if !spend.secret && recipe != Recipe::Inscription && draft.is_replaceable() {
            self.keep_replaceable(&spend, draft);
        }
        self.keep(&spend);
        Some(spend)
    }

    /// Takes the coins for a recipe; empty if none are suitable.
    fn choose(&mut self, recipe: Recipe) -> Vec<Coin> {
        let rng = &mut self.rng;
        let age = weighted(rng, &AGES);
        let suits = |coin: &Coin| match recipe {
            Recipe::Inscription => coin.script == ScriptType::P2tr,
            Recipe::Boost => coin.parent_rate().is_some_and(|rate| rate < SLOW),
            _ => true,
        };
        let unconfirmed = |coin: &Coin| coin.room() > 0 && suits(coin);
        let count = match recipe {
            Recipe::Payment => weighted(rng, &[(70, 1), (20, 2), (7, 3), (3, 5)]),
            Recipe::Consolidation => rng.random_range(5..=40),
            Recipe::Sweep | Recipe::Boost | Recipe::Data | Recipe::Inscription => 1,
            Recipe::Batch | Recipe::Replacement => rng.random_range(1..=2),
        };
        match (recipe, age) {
            (Recipe::Consolidation, None) => vec![],
            (Recipe::Boost, _) | (_, None) => Vec::from_iter(take(rng, &mut self.pending, unconfirmed)),
            (_, Some(age)) => (0..count).filter_map(|_| self.confirmed.take(rng, age, suits)).collect(),
        }
    }

    /// Adds the outputs of a recipe.
    fn fill(&mut self, recipe: Recipe, draft: &mut Draft) {
        let rng = &mut self.rng;
        match recipe {
            Recipe::Payment => {
                let amount = log_normal(rng, 0.1, 1.2).min(0.95);
                draft.pay(rng, amount);
                draft.pay(rng, 1.0 - amount);
            }
            Recipe::Batch => {
                for _ in 0..whole(log_normal(rng, 9.0, 0.8)).clamp(3, 200) {
                    let share = log_normal(rng, 0.01, 0.8);
                    draft.pay(rng, share);
                }
                draft.pay(rng, 0.5);
            }
            Recipe::Data => {
                let size = rng.random_range(8..=80);
                let data = bytes(rng, size);
                draft.attach(&data);
                draft.pay(rng, 1.0);
            }
            Recipe::Inscription => {
                let size = whole(log_normal(rng, 1_500.0, 1.3)).clamp(60, 100_000);
                draft.unlock_first(inscription(rng, usize::try_from(size).unwrap_or(60)));
                draft.pay(rng, 1.0);
            }
            Recipe::Sweep | Recipe::Boost | Recipe::Consolidation | Recipe::Replacement => {
                draft.pay(rng, 1.0);
            }
        }
    }

    /// Draws a fee rate for a recipe, in sat/kvB.
    fn fee_rate(&mut self, recipe: Recipe, coins: &[Coin]) -> u64 {
        let rate = log_normal(&mut self.rng, FEE_RATE_MEDIAN, FEE_RATE_SIGMA);
        let rate = match recipe {
            // Large transactions pay no less than others: otherwise those left over would become larger and
            // fewer.
            Recipe::Boost => rate * 5.0,
            _ => rate,
        };
        let parent = coins.iter().filter_map(Coin::parent_rate).max().unwrap_or(0);
        let floor = if recipe == Recipe::Boost { parent * 3 } else { MIN_FEE_RATE };
        whole(rate).clamp(MIN_FEE_RATE, MAX_FEE_RATE).max(floor)
    }

    /// Replaces an unconfirmed transaction by one with a higher fee.
    fn replace(&mut self) -> Option<Spend> {
        if self.replaceable.is_empty() {
            return None;
        }
        let index = self.rng.random_range(0..self.replaceable.len());
        let (replaced, fee, old) = self.replaceable.remove(index)?;
        let take_back = self.rng.random_bool(0.2);
        let mut draft = old.again(&mut self.rng, take_back);
        let more = whole(log_normal(&mut self.rng, 0.6, 0.5) * 1_000.0);
        let least = (draft.vsize()? * INCREMENTAL_RATE).div_ceil(1_000);
        let mut spend = draft.finish(fee + (fee * more / 1_000).max(least))?;
        spend.replaces = Some(replaced);
        self.pending.retain(|coin| coin.outpoint.txid != replaced);
        self.keep_replaceable(&spend, draft);
        self.keep(&spend);
        Some(spend)
    }

    fn keep_replaceable(&mut self, spend: &Spend, draft: Draft) {
        if self.replaceable.len() == REPLACEABLES {
            self.replaceable.pop_front();
        }
        self.replaceable.push_back((spend.tx.txid(), spend.fee, draft));
    }

    fn keep(&mut self, spend: &Spend) {
        self.pending.extend(spend.made.iter().filter(|coin| coin.value >= MIN_COIN));
    }

    fn give_back(&mut self, coins: Vec<Coin>) {
        for coin in coins {
            if coin.parent_rate().is_none() { self.confirmed.add(coin) } else { self.pending.push(coin) }
        }
    }
}
