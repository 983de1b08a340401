//! The accuracy of past estimates.
//!
//! The current estimates are recorded every ten seconds. One for `n` blocks is judged when the `n`-th block
//! after it has arrived, by the price of the cheapest of these blocks. It was right if it was enough and less
//! than twice the price: paying far too much is an error too. Lower bounds are not judged, as they claim
//! less, nor are estimates whose blocks have no known price.

use crate::model::fees::estimates::block_prices::BlockPrices;
use crate::model::fees::estimates::estimate::{Estimate, WITHIN};
use crate::util::bounded::Ring;
use crate::util::share::share;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The time between two recorded estimates.
const INTERVAL: Duration = Duration::from_secs(10);

/// How many estimates may wait for their blocks: six slow blocks' worth.
const MAX_PENDING: usize = 3_000;

/// How many results are kept for each number of blocks: half a day's worth.
const MAX_RESULTS: usize = 4_000;

/// With fewer results, a share would be meaningless.
const MIN_RESULTS: usize = 10;

/// Rates are read from a histogram with fine steps, and are accurate to 1 %.
const TOLERANCE: f64 = 1.01;

/// An estimate above this multiple of the price was too high.
const TOO_HIGH: f64 = 2.0;

/// The number of judged estimates, and how many of them were right.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct HitRate {
    /// The number of estimates that were right.
    pub hits: usize,
    /// The number of estimates that were judged.
    pub judged: usize,
}

impl HitRate {
    /// The share (0–1) of estimates that were right, or `None` if hardly any were judged.
    pub fn share(self) -> Option<f32> {
        share(self.hits as u64, self.judged as u64).filter(|_| self.judged >= MIN_RESULTS)
    }
}

/// Estimates that wait for their blocks, and the results of earlier ones.
#[derive(Debug, Default)]
pub(super) struct HitRates {
    due: Timestamp,
    pending: Ring<Pending, MAX_PENDING>,
    /// By the number of blocks, as in [`WITHIN`].
    results: [Ring<bool, MAX_RESULTS>; WITHIN.len()],
}

/// An estimate that waits for its blocks.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// The height of the last block before it.
    after: u32,
    /// Its index in [`WITHIN`].
    target: usize,
    /// In sat/vB.
    rate: f64,
}

impl HitRates {
    /// Whether it is time to record estimates again.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.due
    }

    /// Records the current estimates.
    pub(super) fn keep(&mut self, now: Timestamp, tip: u32, estimates: [Option<Estimate>; WITHIN.len()]) {
        self.due = now + INTERVAL;
        for (target, estimate) in estimates.into_iter().enumerate() {
            if let Some(Estimate::About(rate)) = estimate {
                self.pending.push(Pending { after: tip, target, rate });
            }
        }
    }

    /// Judges the estimates whose last block is the one at `height`.
    pub(super) fn judge(&mut self, height: u32, prices: &BlockPrices, floor: f64) {
        let results = &mut self.results;
        self.pending.retain(|pending| {
            let last = pending.after + WITHIN.get(pending.target).copied().unwrap_or_default();
            if last > height {
                return true;
            }
            let blocks = (pending.after + 1..=last).map(|height| prices.get(height)?.rate(floor));
            let blocks: Option<Vec<f64>> = blocks.collect();
            let price = blocks.and_then(|rates| rates.into_iter().reduce(f64::min));
            if let (Some(price), Some(results)) = (price, results.get_mut(pending.target)) {
                results.push(is_hit(pending.rate, price));
            }
            false
        });
    }

    /// Returns the accuracy of the estimates at an index of [`WITHIN`].
    pub(super) fn of(&self, target: usize) -> HitRate {
        self.results.get(target).map_or(HitRate::default(), |results| HitRate {
            hits: results.iter().filter(|hit| **hit).count(),
            judged: results.len(),
        })
    }
}

/// Whether an estimate was enough for this price, and not far too much.
fn is_hit(estimate: f64, price: f64) -> bool {
    estimate * TOLERANCE >= price && estimate <= price * TOO_HIGH * TOLERANCE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fees::estimates::block_prices::BlockPrice;

    fn judged(rates: &HitRates) -> [(usize, usize); 3] {
        [0, 1, 2].map(|target| (rates.of(target).hits, rates.of(target).judged))
    }

    #[test]
    fn an_estimate_is_right_if_sufficient_and_less_than_twice_the_price() {
        let right: Vec<_> =
            [9.8, 9.95, 10.0, 20.1, 20.5].into_iter().filter(|rate| is_hit(*rate, 10.0)).collect();
        assert_eq!(right, [9.95, 10.0, 20.1]);
    }

    #[test]
    fn estimates_are_judged_by_the_cheapest_of_their_blocks_once_all_have_arrived() {
        let (mut rates, mut prices) = (HitRates::default(), BlockPrices::default());
        rates.keep(
            Timestamp::from_secs(100),
            7,
            [Estimate::About(9.0), Estimate::About(9.0), Estimate::AtLeast(5.0)].map(Some),
        );
        assert!(!rates.is_due(Timestamp::from_secs(109)) && rates.is_due(Timestamp::from_secs(110)));
        let mut arrive = |height, price, rates: &mut HitRates| {
            prices.set(height, price, 0);
            rates.judge(height, &prices, 1.0);
        };
        arrive(8, BlockPrice::Rate(10.0), &mut rates);
        assert_eq!(judged(&rates), [(0, 1), (0, 0), (0, 0)], "too low");
        arrive(9, BlockPrice::Rate(8.0), &mut rates);
        arrive(10, BlockPrice::Rate(12.0), &mut rates);
        assert_eq!(judged(&rates), [(0, 1), (1, 1), (0, 0)]);
        for height in 11..=13 {
            arrive(height, BlockPrice::HadRoom, &mut rates);
        }
        assert_eq!(judged(&rates), [(0, 1), (1, 1), (0, 0)], "a lower bound is not judged");
        assert!(rates.pending.is_empty());
    }

    #[test]
    fn what_the_blocks_do_not_reveal_is_not_judged() {
        for price in [BlockPrice::FullUnknown, BlockPrice::Unknown] {
            let (mut rates, mut prices) = (HitRates::default(), BlockPrices::default());
            rates.keep(Timestamp::from_secs(100), 7, [Some(Estimate::About(9.0)); 3]);
            prices.set(8, price, 0);
            rates.judge(8, &prices, 1.0);
            assert_eq!(judged(&rates), [(0, 0); 3]);
        }
        let mut rates = HitRates::default();
        rates.keep(Timestamp::from_secs(100), 7, [Some(Estimate::About(1.0)); 3]);
        rates.judge(30, &BlockPrices::default(), 1.0);
        assert_eq!((judged(&rates), rates.pending.len()), ([(0, 0); 3], 0), "the blocks never came");
    }
}
