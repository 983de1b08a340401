//! Fee bands: the coarse steps of fee rates in the history and in the histogram's bars.

use crate::model::fees::histogram::{FeeHistogram, Volume};

/// The number of fee bands in the history of the mempool.
pub const BANDS: usize = 8;

/// Where the fee bands begin, in sat/vB.
pub const BAND_STARTS: [f64; BANDS] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// Where the bars of the histogram begin, in sat/vB.
const BAR_STARTS: [f64; 22] = [
    0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0, 100.0,
    200.0, 500.0, 1_000.0,
];

/// Returns the size of each band in vB, lowest rate first; the last element is for transactions with an
/// unknown chunk fee rate.
pub(crate) fn sizes(histogram: &FeeHistogram) -> [u64; BANDS + 1] {
    let mut sizes = [0; BANDS + 1];
    for (rate, step) in histogram.descending() {
        if let Some(size) = sizes.get_mut(position(&BAND_STARTS, rate)) {
            *size += step.known().vsize;
        }
    }
    sizes[BANDS] = histogram.open().vsize;
    sizes
}

/// Returns the bars of the histogram as `(from, to, volume)` with rates in sat/vB, lowest first; `to` is
/// `None` for the highest bar. Their limits never change.
pub(crate) fn bars(histogram: &FeeHistogram) -> Vec<(f64, Option<f64>, Volume)> {
    let mut volumes = [Volume::default(); BAR_STARTS.len()];
    for (rate, step) in histogram.descending() {
        if let Some(bar) = volumes.get_mut(position(&BAR_STARTS, rate)) {
            bar.add(step.known());
        }
    }
    let bars = BAR_STARTS.iter().zip(&volumes).enumerate();
    bars.map(|(index, (&from, &volume))| (from, BAR_STARTS.get(index + 1).copied(), volume)).collect()
}

/// Returns the index of the last of `starts` that is not above `rate`. The tolerance allows for rates that
/// represent a step of the histogram.
fn position(starts: &[f64], rate: f64) -> usize {
    starts.partition_point(|&start| start <= rate * 1.000_001).saturating_sub(1)
}
