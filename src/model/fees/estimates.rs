//! Estimates: the fee rate that it takes to be confirmed within a number of blocks.

use crate::model::fees::coverage::Coverage;
use crate::model::fees::histogram::FeeHistogram;
use crate::model::fees::projection::ProjectedBlock;

/// The numbers of blocks for which fee rates are estimated.
const WITHIN: [u32; 3] = [1, 3, 6];

/// Estimates need exact fees for at least this share of the mempool, by size: with less, most of what
/// competes for the next block is not counted.
const MIN_COVERAGE: f32 = 0.5;

/// The lowest rate that nodes relay by default, in sat/vB (Core 30: `DEFAULT_MIN_RELAY_TX_FEE`),
/// used if no peer has sent a fee filter.
const DEFAULT_FLOOR: f64 = 0.1;

/// Returns numbers of blocks, each with the fee rate in sat/vB that it takes to be confirmed within
/// them, or `None` if the coverage is too low. `lowest_filter` is the lowest fee filter of the live
/// peers, in sat/kvB.
pub(crate) fn estimates(
    histogram: &FeeHistogram,
    coverage: Option<Coverage>,
    lowest_filter: Option<u64>,
) -> [(u32, Option<f64>); 3] {
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
    let floor = lowest_filter.map_or(DEFAULT_FLOOR, |sat_per_kvb| sat_per_kvb as f64 / 1_000.0);
    let coverage = coverage.map(|coverage| coverage.by_vsize).filter(|share| *share >= MIN_COVERAGE);
    WITHIN.map(|within| (within, coverage.map(|share| estimate(histogram, within, share, floor))))
}

/// Returns the rate in sat/vB that it takes to be within the next `within` blocks, or `floor` if the
/// mempool fits. Only the share `coverage` (0–1) of each block is for transactions of known rate: the
/// others are assumed to pay the same.
pub(super) fn estimate(histogram: &FeeHistogram, within: u32, coverage: f32, floor: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few million vB")]
    let mut room = f64::from(within) * f64::from(coverage) * ProjectedBlock::ROOM as f64;
    for (rate, step) in histogram.descending() {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let vsize = step.known().vsize as f64;
        room -= vsize;
        if room < 0.0 {
            return rate.max(floor);
        }
    }
    floor
}
