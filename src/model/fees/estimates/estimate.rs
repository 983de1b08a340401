//! The rule for estimates.

use crate::model::fees::coverage::Coverage;
use crate::model::fees::estimates::block_prices::BlockPrices;
use crate::model::fees::histogram::FeeHistogram;
use crate::model::fees::projection::ProjectedBlock;

/// The numbers of blocks to estimate fee rates for.
pub(in crate::model::fees) const WITHIN: [u32; 3] = [1, 3, 6];

/// If rates are known for less than this share of the mempool, by size, most of the competition for the next
/// block is unknown.
const MIN_COVERAGE: f32 = 0.5;

/// A mempool that contained at least this share of the last blocks, or contains it of a peer's list, counts
/// as complete.
const WHOLE: f32 = 0.9;

/// The basis of estimates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence<'a> {
    /// The mempool by fee rate.
    pub(crate) histogram: &'a FeeHistogram,
    /// The part of it with known rates, exact or within 10 %; `None` if it is empty.
    pub(crate) coverage: Option<Coverage>,
    /// The share (0–1) of all transactions waiting in the network that is in our mempool, as far as that is
    /// known.
    pub(crate) completeness: Option<f32>,
    /// The usual fee filter of the peers, in sat/kvB.
    pub(crate) filter: Option<u64>,
}

/// A fee rate that is expected to confirm a transaction in time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Estimate {
    /// About this rate, in sat/vB.
    About(f64),
    /// No less than this rate, in sat/vB; perhaps more.
    AtLeast(f64),
}

impl Estimate {
    /// The rate, in sat/vB.
    pub const fn rate(self) -> f64 {
        match self {
            Self::About(rate) | Self::AtLeast(rate) => rate,
        }
    }
}

/// Returns the rate needed to be within the next `within` blocks: the price of the last projected one, or
/// `floor` if the mempool fits. A mempool that may be incomplete gives only a lower bound, unless the last
/// blocks confirm it: they had room, or their price is known and higher.
pub(super) fn estimate(
    evidence: &Evidence<'_>,
    within: u32,
    floor: f64,
    prices: &BlockPrices,
) -> Option<Estimate> {
    let is_whole = evidence.completeness.is_some_and(|share| share >= WHOLE);
    let projected = projected(evidence, within, floor);
    if is_whole {
        return projected.or(Some(Estimate::About(floor)));
    }
    let price = prices.usual(within, floor);
    match (projected, price) {
        (None, None) => None,
        (None, Some(price)) => Some(Estimate::About(price.max(floor))),
        (Some(projected), Some(price)) if price >= projected.rate() => {
            Some(Estimate::About(price.max(floor)))
        }
        (Some(projected), _) => Some(Estimate::AtLeast(projected.rate())),
    }
}

/// Returns what the projected blocks say, or `None` if the mempool is empty.
fn projected(evidence: &Evidence<'_>, within: u32, floor: f64) -> Option<Estimate> {
    let (histogram, share) = (evidence.histogram, evidence.coverage?.by_vsize);
    Some(
        if [histogram.exact(), histogram.within(), histogram.open()]
            .iter()
            .map(|part| part.vsize)
            .sum::<u64>()
            <= room(within)
        {
            Estimate::About(floor)
        } else if share >= MIN_COVERAGE {
            Estimate::About(price(histogram, within, share, floor))
        } else {
            // The other transactions can only raise it.
            Estimate::AtLeast(price(histogram, within, 1.0, floor))
        },
    )
}

/// The size of blocks, in vB.
fn room(blocks: u32) -> u64 {
    u64::from(blocks) * ProjectedBlock::ROOM
}

/// Returns the rate in sat/vB needed to be within the next `within` blocks, or `floor` if the transactions
/// with known rates fit. They get only the share `coverage` (0–1) of each block: the others are assumed to
/// pay the same.
pub(in crate::model::fees) fn price(histogram: &FeeHistogram, within: u32, coverage: f32, floor: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few million vB")]
    let mut left = f64::from(coverage) * room(within) as f64;
    for (rate, step) in histogram.descending() {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let vsize = step.known().vsize as f64;
        left -= vsize;
        if left < 0.0 {
            return rate.max(floor);
        }
    }
    floor
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fees::estimates::block_prices::BlockPrice;
    use crate::model::fees::histogram::{Item, KnownRate};

    /// A mempool with these rates (sat/vB) and sizes (vB); a rate of 0 is unknown.
    fn histogram(parts: &[(f64, u64)]) -> FeeHistogram {
        let mut histogram = FeeHistogram::default();
        for &(rate, vsize) in parts {
            let rate = if rate > 0.0 { KnownRate::Exact(rate) } else { KnownRate::Unknown };
            histogram.add(Item { rate, vsize, size: vsize, fee: 0 });
        }
        histogram
    }

    fn estimates(
        parts: &[(f64, u64)],
        completeness: Option<f32>,
        prices: &[BlockPrice],
    ) -> [Option<(char, u32)>; 3] {
        let histogram = histogram(parts);
        let amount = |vsize| crate::model::Amount { count: 1, vsize };
        let certain = histogram.exact().vsize;
        let coverage = Coverage::of(amount(certain), amount(certain + histogram.open().vsize))
            .filter(|_| !parts.is_empty());
        let evidence = Evidence { histogram: &histogram, coverage, completeness, filter: Some(1_000) };
        let mut blocks = BlockPrices::default();
        for (height, price) in (100..).zip(prices) {
            blocks.set(height, *price, 0);
        }
        [1, 3, 6].map(|within| {
            let estimate = estimate(&evidence, within, 1.0, &blocks)?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
            let rate = estimate.rate().round() as u32;
            Some((if matches!(estimate, Estimate::About(_)) { '~' } else { '≥' }, rate))
        })
    }

    const ROOM: u64 = ProjectedBlock::ROOM;
    const CROWDED: [(f64, u64); 3] = [(40.0, 2 * ROOM), (20.0, 2 * ROOM), (5.0, 9 * ROOM)];

    #[test]
    fn a_whole_mempool_of_known_rates_is_projected() {
        let about = |rates: [u32; 3]| rates.map(|rate| Some(('~', rate)));
        assert_eq!(estimates(&CROWDED, Some(0.97), &[]), about([40, 20, 5]));
        assert_eq!(estimates(&[(40.0, 1_000)], Some(0.97), &[]), about([1, 1, 1]), "all of it fits");
        assert_eq!(estimates(&[(0.0, 1_000)], Some(0.97), &[]), about([1, 1, 1]), "whatever it pays");
        assert_eq!(estimates(&[], Some(0.97), &[]), about([1, 1, 1]));
    }

    #[test]
    fn with_less_than_half_known_there_is_only_a_lower_bound() {
        let mostly_unknown = [(40.0, 2 * ROOM), (0.0, 9 * ROOM)];
        assert_eq!(
            estimates(&mostly_unknown, Some(0.97), &[]),
            [Some(('≥', 40)), Some(('≥', 1)), Some(('≥', 1))]
        );
    }

    #[test]
    fn a_mempool_that_may_not_be_whole_needs_the_last_blocks_to_confirm_it() {
        let few = [(40.0, 1_000)];
        let bound = |rate| [Some(('≥', rate)); 3];
        for completeness in [None, Some(0.5)] {
            assert_eq!(estimates(&few, completeness, &[]), bound(1));
            assert_eq!(estimates(&[], completeness, &[]), [None; 3]);
            assert_eq!(estimates(&few, completeness, &[BlockPrice::HadRoom; 6]), [Some(('~', 1)); 3]);
            assert_eq!(estimates(&few, completeness, &[BlockPrice::Rate(8.0); 6]), [Some(('~', 8)); 3]);
            assert_eq!(estimates(&few, completeness, &[BlockPrice::FullUnknown; 6]), bound(1));
        }
        assert_eq!(
            estimates(&CROWDED, None, &[BlockPrice::HadRoom; 6]),
            [Some(('≥', 40)), Some(('≥', 20)), Some(('≥', 5))],
            "what is waiting now counts more than what was cheap before"
        );
    }

    #[test]
    fn one_block_with_room_in_six_suffices_for_transactions_that_can_wait() {
        let mut prices = [BlockPrice::Rate(8.0); 6];
        prices[2] = BlockPrice::HadRoom;
        assert_eq!(
            estimates(&[(40.0, 1_000)], None, &prices),
            [Some(('~', 8)), Some(('~', 1)), Some(('~', 1))]
        );
    }
}
