//! Transactions that a block left out although they pay more than others that it contains.
//!
//! A transaction is expected in a block if its chunk fee rate is exact and higher than that of the block's
//! cheapest part, if it was in the mempool for a minute before the block was first announced (so that the
//! miner had it for the template), and if no time lock keeps it out.

use crate::chain::limits::LOCKTIME_THRESHOLD;
use crate::model::blocks::figures::{BlockFigures, Missing};
use crate::model::blocks::new_block::NewBlock;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::wire::BlockHeader;
use std::time::Duration;

/// How long before the block a transaction must have been in the mempool: it has to reach the miners, who
/// renew their templates every half minute or so.
const SEEN_BEFORE: Duration = Duration::from_mins(1);

/// How far the median time past (BIP113), by which time locks are judged, may lie behind the block's own
/// time, in s.
const MEDIAN_TIME_LAG: u32 = 4 * 60 * 60;

/// The expected transactions that a block left out.
#[derive(Debug, Default)]
pub(super) struct Expected {
    pub(super) count: usize,
    /// Those with the highest chunk fee rates; at most [`BlockFigures::LISTED`].
    pub(super) highest: Vec<Missing>,
}

/// Returns what a block left out, after its transactions left the mempool. Goes through the whole mempool,
/// once per block.
pub(super) fn left_out(mempool: &Mempool, new: &NewBlock<'_>, price: Option<f64>) -> Expected {
    let Some(price) = price else { return Expected::default() };
    let before = new.announced.unwrap_or(new.now) - SEEN_BEFORE;
    let expected = mempool.entries().iter().filter_map(|(key, entry)| {
        let rate = entry.chunk_fee_rate().filter(|&rate| rate > price && entry.counts())?;
        let is_ready = entry.first_seen() <= before && !is_locked(entry, new.height, &new.block.header);
        is_ready.then(|| Missing {
            key,
            txid: entry.tx().txid(),
            chunk_fee_rate: rate,
            vsize: entry.tx().vsize(),
            waited: new.now.since(entry.first_seen()),
        })
    });
    let mut highest: Vec<_> = expected.collect();
    let count = highest.len();
    highest.sort_by(|a, b| b.chunk_fee_rate.total_cmp(&a.chunk_fee_rate));
    highest.truncate(BlockFigures::LISTED);
    Expected { count, highest }
}

/// Whether a time lock (BIP65, BIP68) keeps the transaction out of the block. In doubt, it does.
fn is_locked(entry: &MempoolEntry, height: u32, header: &BlockHeader) -> bool {
    let tx = entry.tx();
    let is_open = match tx.lock_time() {
        0 => true,
        until if until < LOCKTIME_THRESHOLD => until < height,
        until => until < header.time.saturating_sub(MEDIAN_TIME_LAG),
    };
    let is_final = || tx.inputs().all(|input| input.sequence == u32::MAX);
    let is_relative = |sequence: u32| sequence >> 31 == 0 && sequence & 0xffff > 0;
    let waits = || tx.version() >= 2 && tx.inputs().any(|input| is_relative(input.sequence));
    !(is_open || is_final()) || waits()
}
