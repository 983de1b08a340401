//! The figures of a block that arrived.

use crate::chain::limits::MAX_BLOCK_WEIGHT;
use crate::event::PeerId;
use crate::model::fees::estimates::block_prices::BlockPrice;
use crate::model::mempool::key::TxKey;
use crate::util::share::share;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};
use std::time::Duration;

/// What a block contained, and how much of it was in the mempool.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockFigures {
    /// The block hash.
    pub hash: BlockHash,
    /// The height.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// When the whole block had arrived.
    pub arrived: Timestamp,
    /// The time from the first announcement to the arrival; `None` if no peer announced the block.
    pub arrived_after: Option<Duration>,
    /// The peer that delivered the block.
    pub peer: PeerId,
    /// The serialized size, in bytes.
    pub size: u32,
    /// The weight, in WU, of at most [`MAX_BLOCK_WEIGHT`].
    pub weight: u64,
    /// The weight of the transactions without the coinbase, in WU.
    pub paying_weight: u64,
    /// The number of transactions, coinbase included.
    pub transactions: usize,
    /// The subsidy, in sat.
    pub subsidy: u64,
    /// The fees, in sat: what the coinbase pays out beyond the subsidy. A lower bound if the miner
    /// claims less than allowed; `None` if the miner claims less than the subsidy.
    pub fees: Option<u64>,
    /// The lowest, the median and the highest fee rate, in sat/vB, of the transactions whose fee was
    /// known; `None` if there were none.
    pub fee_rates: Option<[f64; 3]>,
    /// The number of transactions whose fee was known.
    pub fees_known: usize,
    /// The text in the coinbase, cleaned.
    pub tag: String,
    /// The number of transactions received before the block, coinbase aside.
    pub seen: usize,
    /// The weight of the transactions received before the block, in WU.
    pub seen_weight: u64,
    /// The transactions not received before; at most [`BlockFigures::LISTED`].
    pub unseen: Vec<(Txid, Unseen)>,
    /// The number of mempool transactions that conflict with the block.
    pub conflicted: usize,
    /// The median time that the block's transactions had spent in the mempool.
    pub median_wait: Option<Duration>,
    /// The number of transactions that the block left out although they pay more than its price.
    pub expected: usize,
    /// The highest-paying transactions left out; at most [`BlockFigures::LISTED`].
    pub missing: Vec<Missing>,
    /// The fee rate that it took to be in the block.
    pub price: BlockPrice,
    /// Whether the block left the best chain in a reorg.
    pub stale: bool,
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

/// A transaction that the block was expected to contain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Missing {
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

impl BlockFigures {
    /// The most transactions in [`BlockFigures::unseen`] and in [`BlockFigures::missing`].
    pub const LISTED: usize = 100;

    /// The share (0–1) of the transactions, coinbase aside, that were received before the block;
    /// `None` if there is only a coinbase.
    pub fn share_seen(&self) -> Option<f32> {
        share(self.seen as u64, self.transactions.saturating_sub(1) as u64)
    }

    /// The same share by weight.
    pub fn share_seen_by_weight(&self) -> Option<f32> {
        share(self.seen_weight, self.paying_weight)
    }

    /// The share (0–1) of the largest weight that the block uses.
    pub fn fill(&self) -> f32 {
        share(self.weight, MAX_BLOCK_WEIGHT.into()).unwrap_or_default()
    }

    /// The average fee rate in sat/vB (Core: `avgfeerate` of `getblockstats`, unrounded).
    pub fn fee_rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
        let rate = |fees: u64| fees as f64 * 4.0 / self.paying_weight as f64;
        self.fees.filter(|_| self.paying_weight > 0).map(rate)
    }
}
