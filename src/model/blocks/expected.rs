//! What was expected of a block: which transactions it is missing, and which are unexpected.
//!
//! A transaction is missing if it was expected but is not in the block. It is expected if its chunk fee rate
//! is exact and higher than that of the block's cheapest part, if it was in the mempool for a minute before
//! the block was first announced (so that the miner had it for the template), and if no time lock keeps it
//! out.
//!
//! A transaction is unexpected if it was in the mempool, the projected next block was full, and the
//! transaction's exact chunk fee rate is below the lowest rate in it: its miner was paid out of band, or did
//! not know transactions that pay more.

use crate::chain::limits::LOCKTIME_THRESHOLD;
use crate::model::blocks::arrival::{Mismatch, Mismatches};
use crate::model::blocks::new_block::NewBlock;
use crate::model::fees::projection::{ProjectedBlock, project};
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::wire::BlockHeader;
use std::time::Duration;

/// How long before the block a transaction must have been in the mempool: it has to reach the miners, who
/// renew their templates about every half minute.
const SEEN_BEFORE: Duration = Duration::from_mins(1);

/// How far the median time past (BIP113), which time locks are compared with, may lie behind the block's own
/// time, in s.
const MEDIAN_TIME_LAG: u32 = 4 * 60 * 60;

/// A rate just below the projected block's is no surprise: the miner's template is older than the block.
const TOLERANCE: f64 = 0.95;

/// Returns the lowest rate (sat/vB) of the projected next block; `None` if it has room for more.
pub(super) fn projected_price(mempool: &Mempool) -> Option<f64> {
    let next = project(mempool.histogram()).into_iter().next()?;
    let [low, ..] = next.rates().filter(|_| next.filled() >= ProjectedBlock::ROOM)?;
    Some(low)
}

/// Returns those of a block's transactions with a known chunk fee rate that pay less than the projected next
/// block would have taken (sat/vB).
pub(super) fn unexpected(rated: Vec<Mismatch>, price: Option<f64>) -> Mismatches {
    let Some(price) = price else { return Mismatches::default() };
    let is_cheap = |tx: &Mismatch| tx.chunk_fee_rate < price * TOLERANCE;
    let cheap = rated.into_iter().filter(is_cheap).collect();
    Mismatches::of(cheap, |a, b| a.chunk_fee_rate.total_cmp(&b.chunk_fee_rate))
}

/// Returns what a block left out, after its transactions left the mempool. Goes through the whole mempool
/// once per block.
pub(super) fn left_out(mempool: &Mempool, new: &NewBlock<'_>, price: Option<f64>) -> Mismatches {
    let Some(price) = price else { return Mismatches::default() };
    let before = new.announced.unwrap_or(new.now) - SEEN_BEFORE;
    let expected = mempool.entries().iter().filter_map(|(key, entry)| {
        let rate = entry.chunk_fee_rate().filter(|&rate| rate > price && entry.counts())?;
        let is_ready = entry.first_seen() <= before && !is_locked(entry, new.height, &new.block.header);
        is_ready.then(|| Mismatch {
            key,
            txid: entry.tx().txid(),
            chunk_fee_rate: rate,
            vsize: entry.tx().vsize(),
            waited: new.now.since(entry.first_seen()),
        })
    });
    Mismatches::of(expected.collect(), |a, b| b.chunk_fee_rate.total_cmp(&a.chunk_fee_rate))
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
