//! Estimates: the fee rate needed to be confirmed within a number of blocks, and the accuracy of past
//! estimates.

pub(crate) mod block_prices;
pub(crate) mod estimate;
pub(crate) mod hit_rate;

use crate::model::fees::estimates::block_prices::{BlockPrice, BlockPrices};
use crate::model::fees::estimates::estimate::{Estimate, Evidence, WITHIN, estimate};
use crate::model::fees::estimates::hit_rate::{HitRate, HitRates};
use crate::util::time::Timestamp;

/// The lowest rate that nodes relay by default, in sat/vB (Core 30: `DEFAULT_MIN_RELAY_TX_FEE`),
/// used if no peer has sent a fee filter.
const DEFAULT_FLOOR: f64 = 0.1;

/// The current estimates, with their basis.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimates {
    /// The rate below which most peers relay nothing, in sat/vB.
    pub minimum: f64,
    /// For the next block, and for 3 and 6 blocks.
    pub targets: [Target; 3],
    /// Of the last blocks known to be full or not, how many were full, and how many there are.
    pub full_blocks: (usize, usize),
}

/// The estimate for a number of blocks.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Target {
    /// The number of blocks.
    pub within: u32,
    /// The fee rate; `None` if there is no basis for one.
    pub estimate: Option<Estimate>,
    /// The accuracy of past estimates.
    pub hit_rate: HitRate,
}

impl Default for Estimates {
    fn default() -> Self {
        let targets = WITHIN.map(|within| Target { within, ..Target::default() });
        Self { minimum: DEFAULT_FLOOR, targets, full_blocks: (0, 0) }
    }
}

/// What past blocks say about fee rates.
#[derive(Debug, Default)]
pub(crate) struct Estimator {
    prices: BlockPrices,
    hit_rates: HitRates,
}

impl Estimator {
    /// Adds a block, and judges the estimates made for the blocks up to it. `filter` is the usual fee filter
    /// of the peers, in sat/kvB.
    pub(in crate::model) fn connect(
        &mut self,
        height: u32,
        (price, weight): (BlockPrice, u64),
        filter: Option<u64>,
    ) {
        self.prices.set(height, price, weight);
        self.hit_rates.judge(height, &self.prices, floor(filter));
    }

    /// Adds a block from before startup.
    pub(in crate::model) fn past_block(&mut self, height: u32, weight: u64) {
        self.prices.set_past(height, weight);
    }

    /// Forgets the blocks at this height and above, which a reorg disconnected.
    pub(in crate::model) fn disconnect(&mut self, from_height: u32) {
        self.prices.disconnect(from_height);
    }

    /// Whether it is time to record estimates again.
    pub(in crate::model) fn is_due(&self, now: Timestamp) -> bool {
        self.hit_rates.is_due(now)
    }

    /// Records the current estimates for later judgement. `tip` is the height of the last block.
    pub(in crate::model) fn keep(&mut self, now: Timestamp, tip: u32, estimates: &Estimates) {
        self.hit_rates.keep(now, tip, estimates.targets.map(|target| target.estimate));
    }

    /// Returns the current estimates.
    pub(crate) fn estimates(&self, evidence: &Evidence<'_>) -> Estimates {
        let floor = floor(evidence.filter);
        let mut number = 0..;
        let targets = WITHIN.map(|within| Target {
            within,
            estimate: estimate(evidence, within, floor, &self.prices),
            hit_rate: self.hit_rates.of(number.next().unwrap_or_default()),
        });
        Estimates { minimum: floor, targets, full_blocks: self.prices.full() }
    }
}

fn floor(filter: Option<u64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
    filter.map_or(DEFAULT_FLOOR, |sat_per_kvb| sat_per_kvb as f64 / 1_000.0)
}
