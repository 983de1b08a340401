//! How a block came, and how it compares with the mempool before it.

use crate::event::PeerId;
use crate::model::fees::coverage::Amount;
use crate::model::fees::estimates::block_prices::BlockPrice;
use crate::model::mempool::key::TxKey;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// What is known only of a block that came since startup.
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
    /// The number of transactions received before the block, coinbase aside.
    pub seen: usize,
    /// The weight of the transactions received before the block, in WU.
    pub seen_weight: u64,
    /// The transactions not received before; at most [`BlockArrival::LISTED`].
    pub unseen: Vec<(Txid, Unseen)>,
    /// The number of mempool transactions that conflict with the block.
    pub conflicted: usize,
    /// The median time that the block's transactions had spent in the mempool.
    pub median_wait: Option<Duration>,
    /// The transactions that the block left out although they pay more than its price, the highest chunk fee
    /// rate first.
    pub missing: Mismatches,
    /// The transactions received before that the block contains although they pay less than the projected next
    /// block took, the lowest chunk fee rate first.
    pub unexpected: Mismatches,
    /// What stayed in the mempool.
    pub left: Amount,
    /// The fee rate that it took to be in the block.
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

/// Transactions that a block does not treat as expected.
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
    /// Counts all, and lists the first of them.
    pub(super) fn of(mut all: Vec<Mismatch>) -> Self {
        let vsize = all.iter().map(|one| u64::from(one.vsize)).sum();
        let count = all.len();
        all.truncate(BlockArrival::LISTED);
        Self { count, vsize, listed: all }
    }
}

/// A transaction of known chunk fee rate that a block does not treat as expected.
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
