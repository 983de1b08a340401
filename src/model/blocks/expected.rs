//! Which transactions a block left out although they pay more than what it took.
//!
//! Expected are held transactions whose mining rate is certain and higher than what the block's
//! cheapest part pays, that were known for a minute before the block was first announced (so that
//! the miner had them when it made its template), and that no lock keeps out.

use crate::chain::limits::LOCKTIME_THRESHOLD;
use crate::model::blocks::Arrived;
use crate::model::blocks::figures::{BlockFigures, Missing};
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::block::ConnectedBlock;
use crate::wire::BlockHeader;
use std::time::Duration;

/// How long before the block a transaction must have been known: miners renew their templates every
/// half minute or so, and it has to reach them.
const SEEN_BEFORE: Duration = Duration::from_mins(1);

/// From this weight on a block is full: miners leave room for the coinbase and for what does not fit.
const FULL: u64 = 3_900_000;

/// Of a full block, the cheapest part that does not set the price, in percent: what fills the last
/// gaps, and what miners were paid for otherwise.
const CHEAPEST: usize = 10;

/// How far the time by which locks are judged may lie behind the block's own, in s: it is the median
/// of eleven blocks (BIP113), which may be hours old.
const MEDIAN_TIME_LAG: u32 = 4 * 60 * 60;

/// What was left out.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    pub(crate) count: usize,
    pub(crate) highest: Vec<Missing>,
}

/// What the block left out. It is no longer in the mempool. Looks at every transaction: once per
/// block.
pub(crate) fn left_out(mempool: &Mempool, arrived: &Arrived<'_>, connected: &ConnectedBlock) -> Expected {
    let Some(price) = price(connected.chunk_fee_rates.clone(), arrived.block.weight()) else {
        return Expected::default();
    };
    let before = arrived.announced.unwrap_or(arrived.now) - SEEN_BEFORE;
    let expected = mempool.entries().iter().filter_map(|(&key, entry)| {
        let rate = entry.chunk_fee_rate().filter(|&rate| rate > price)?;
        let is_ready =
            entry.first_seen() <= before && !is_locked(entry, arrived.height, &arrived.block.header);
        is_ready.then(|| Missing {
            key,
            txid: entry.tx().txid(),
            chunk_fee_rate: rate,
            vsize: entry.tx().vsize(),
            waited: arrived.now.since(entry.first_seen()),
        })
    });
    let mut highest: Vec<_> = expected.collect();
    let count = highest.len();
    highest.sort_by(|a, b| b.chunk_fee_rate.total_cmp(&a.chunk_fee_rate));
    highest.truncate(BlockFigures::LISTED);
    Expected { count, highest }
}

/// What a transaction had to pay to be in a block, in sat/vB; `None` if nothing is known.
fn price(mut chunk_fee_rates: Vec<f64>, weight: u64) -> Option<f64> {
    chunk_fee_rates.sort_by(f64::total_cmp);
    let cheapest = if weight >= FULL { chunk_fee_rates.len() * CHEAPEST / 100 } else { 0 };
    chunk_fee_rates.get(cheapest).copied()
}

/// Whether a lock (BIP65, BIP68) may keep it out of a block. When in doubt, it does.
fn is_locked(entry: &MempoolEntry, height: u32, header: &BlockHeader) -> bool {
    let tx = entry.tx();
    let open = match tx.lock_time() {
        0 => true,
        until if until < LOCKTIME_THRESHOLD => until < height,
        until => until < header.time.saturating_sub(MEDIAN_TIME_LAG),
    };
    let is_final = || tx.inputs().all(|input| input.sequence == u32::MAX);
    let is_relative = |sequence: u32| sequence >> 31 == 0 && sequence & 0xffff > 0;
    let waits = || tx.version() >= 2 && tx.inputs().any(|input| is_relative(input.sequence));
    !(open || is_final()) || waits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_of_a_full_block_is_not_set_by_its_cheapest_part() {
        let rates: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(price(rates.clone(), FULL), Some(11.0));
        assert_eq!(price(rates, FULL - 1), Some(1.0));
        assert_eq!(price(vec![], FULL), None);
    }
}
