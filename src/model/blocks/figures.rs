//! The figures of a block.

use crate::chain::limits::MAX_BLOCK_WEIGHT;
use crate::model::blocks::arrival::BlockArrival;
use crate::model::fees::estimates::block_prices::BlockPrice;
use crate::util::share::share;
use crate::util::time::Timestamp;
use crate::wire::BlockHash;

/// What a block contains, and how it compares with the mempool.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockFigures {
    /// The block hash.
    pub hash: BlockHash,
    /// The height.
    pub height: u32,
    /// The hash of the previous block.
    pub previous: BlockHash,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// The serialized size, in bytes.
    pub size: u32,
    /// The weight in WU, at most [`MAX_BLOCK_WEIGHT`].
    pub weight: u64,
    /// The weight of the transactions excluding the coinbase, in WU.
    pub paying_weight: u64,
    /// The number of transactions, including the coinbase.
    pub transactions: usize,
    /// The subsidy, in sat.
    pub subsidy: u64,
    /// The fees in sat, that is, what the coinbase pays out beyond the subsidy. A lower bound if the miner
    /// claims less than allowed; `None` if the miner claims less than the subsidy.
    pub fees: Option<u64>,
    /// The text in the coinbase, cleaned.
    pub tag: String,
    /// The pool that mined the block, by its payout address or its tag.
    pub pool: Option<&'static str>,
    /// How the block arrived, and how it compares with the mempool; `None` if it is from before startup.
    pub arrival: Option<BlockArrival>,
    /// Whether the block left the best chain in a reorg.
    pub stale: bool,
}

impl BlockFigures {
    /// When the block arrived, if that is soon after it was mined: a block that no peer announced was fetched
    /// later.
    pub fn announced_arrival(&self) -> Option<Timestamp> {
        self.arrival.as_ref().filter(|arrival| arrival.after.is_some()).map(|arrival| arrival.at)
    }

    /// The fee rate needed to be in the block, as far as it is known.
    pub fn price(&self) -> BlockPrice {
        self.arrival.as_ref().map_or(BlockPrice::Unknown, |arrival| arrival.price)
    }

    /// The share (0–1) of the transactions, excluding the coinbase, received before the block; `None` if
    /// there is only a coinbase, or the block is from before startup.
    pub fn share_seen(&self) -> Option<f32> {
        share(self.arrival.as_ref()?.seen as u64, self.transactions.saturating_sub(1) as u64)
    }

    /// The same share by weight.
    pub fn share_seen_by_weight(&self) -> Option<f32> {
        share(self.arrival.as_ref()?.seen_weight, self.paying_weight)
    }

    /// The number of transactions not received before the block; `None` if the block is from before startup.
    pub fn unseen(&self) -> Option<usize> {
        Some(self.transactions.saturating_sub(1 + self.arrival.as_ref()?.seen))
    }

    /// How well the block matches expectations (0–1, by size): the expected part of the block as a share of
    /// that part and everything missing or unexpected. `None` if nothing was expected and nothing arrived.
    pub fn match_share(&self) -> Option<f32> {
        let arrival = self.arrival.as_ref()?;
        let as_expected = arrival.seen_weight.saturating_sub(4 * arrival.unexpected.vsize);
        share(as_expected, self.paying_weight + 4 * arrival.missing.vsize)
    }

    /// The used share (0–1) of the maximum block weight.
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
