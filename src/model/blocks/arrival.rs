//! How a block arrived, and how it compares with the mempool before it.

use crate::event::PeerId;
use crate::model::fees::coverage::Amount;
use crate::model::fees::estimates::block_prices::BlockPrice;
use crate::model::mempool::key::TxKey;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::cmp::Ordering;
use std::time::Duration;

/// What is known only about a block that arrived since startup.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockArrival {
    /// When the whole block had arrived.
    pub at: Timestamp,
    /// The time from the first announcement to the arrival; `None` if no peer announced the block.
    pub after: Option<Duration>,
    /// The peer that delivered the block.
    pub peer: PeerId,
    /// The lowest, the median and the highest fee rate, in sat/vB, of the transactions whose fee was
    /// known; `None` if there were none.
    pub fee_rates: Option<[f64; 3]>,
    /// The number of transactions whose fee was known.
    pub fees_known: usize,
    /// The number of transactions received before the block, excluding the coinbase.
    pub seen: usize,
    /// The weight of the transactions received before the block, in WU.
    pub seen_weight: u64,
    /// The transactions not received before; at most [`BlockArrival::LISTED`].
    pub unseen: Vec<(Txid, Unseen)>,
    /// The number of mempool transactions that conflict with the block.
    pub conflicted: usize,
    /// The median time that the block's transactions had spent in the mempool.
    pub median_wait: Option<Duration>,
    /// The transactions that the block left out although they pay more than its price, highest chunk fee rate
    /// first.
    pub missing: Mismatches,
    /// The transactions in the block, received before it, that pay less than the projected next block would
    /// have taken, lowest chunk fee rate first.
    pub unexpected: Mismatches,
    /// What stayed in the mempool.
    pub left: Amount,
    /// The fee rate needed to be in the block.
    pub price: BlockPrice,
}

impl BlockArrival {
    /// The most transactions in [`BlockArrival::unseen`] and in [`Mismatches::listed`].
    pub const LISTED: usize = 100;
}

/// Why a transaction of a block had not been received before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unseen {
    /// No peer announced it.
    NeverAnnounced,
    /// A peer announced it, but it did not arrive in time.
    NotReceived,
    /// It conflicts with a mempool transaction.
    Conflicting,
}

/// Transactions that a block treats differently than expected.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Mismatches {
    /// Their number.
    pub count: usize,
    /// Their size, in vB.
    pub vsize: u64,
    /// The first of them; at most [`BlockArrival::LISTED`].
    pub listed: Vec<Mismatch>,
}

impl Mismatches {
    /// Counts all, and lists the first of them by `order`, earlier arrivals first.
    pub(super) fn of(mut all: Vec<Mismatch>, order: impl Fn(&Mismatch, &Mismatch) -> Ordering) -> Self {
        let vsize = all.iter().map(|one| u64::from(one.vsize)).sum();
        let count = all.len();
        let order = |a: &Mismatch, b: &Mismatch| order(a, b).then(a.key.cmp(&b.key));
        if count > BlockArrival::LISTED {
            // A block may leave out most of the mempool, and sorting all of it would take long.
            all.select_nth_unstable_by(BlockArrival::LISTED, order);
            all.truncate(BlockArrival::LISTED);
        }
        all.sort_unstable_by(order);
        // The list is kept for a day; the memory for all of them must not be.
        all.shrink_to_fit();
        Self { count, vsize, listed: all }
    }
}

/// A transaction with a known chunk fee rate that a block treats differently than expected.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mismatch {
    /// The key of the mempool entry.
    pub key: TxKey,
    /// The txid.
    pub txid: Txid,
    /// The chunk fee rate, in sat/vB.
    pub chunk_fee_rate: f64,
    /// The size, in vB.
    pub vsize: u32,
    /// The time in the mempool.
    pub waited: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_many_mismatches_are_kept_in_order_without_the_memory_of_all() {
        let mismatch = |number: u16| Mismatch {
            key: TxKey::new(number.into(), number.into()),
            txid: Txid([0; 32]),
            // Each rate twice.
            chunk_fee_rate: f64::from(number * 19 % 1_000),
            vsize: 100,
            waited: Duration::ZERO,
        };
        let all: Vec<_> = (0..2_000).map(mismatch).collect();
        let highest = |a: &Mismatch, b: &Mismatch| b.chunk_fee_rate.total_cmp(&a.chunk_fee_rate);
        let mut sorted = all.clone();
        sorted.sort_by(highest);
        let Mismatches { count, vsize, listed } = Mismatches::of(all, highest);
        assert_eq!((count, vsize), (2_000, 200_000));
        assert_eq!(listed, sorted[..BlockArrival::LISTED]);
        assert!(listed.capacity() < 2 * BlockArrival::LISTED, "{}", listed.capacity());
    }
}
