//! The coarse steps of fee rates that people tell apart.

use crate::model::fees::pool::buckets::{Buckets, Lot};

/// The number of fee bands in the history of the mempool.
pub const BANDS: usize = 8;

/// Where the fee bands begin, in sat/vB.
pub const BAND_STARTS: [f64; BANDS] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// Where the bars of the histogram begin, in sat/vB; the first one begins at nothing.
const BARS: [f64; 22] = [
    0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0, 100.0,
    200.0, 500.0, 1_000.0,
];

/// The sizes of the bands, in vB, the lowest first; the last one is of those whose rate is not
/// certain.
pub(crate) fn sizes(buckets: &Buckets) -> [u64; BANDS + 1] {
    let mut sizes = [0; BANDS + 1];
    for (rate, lot, _) in buckets.descending() {
        if let Some(size) = sizes.get_mut(position(&BAND_STARTS, rate)) {
            *size += lot.vsize;
        }
    }
    sizes[BANDS] = buckets.uncertain().vsize;
    sizes
}

/// The bars of the histogram, with where they begin and end, the lowest first. Empty ones at both
/// ends are left out.
pub(crate) fn bars(buckets: &Buckets) -> Vec<(f64, Option<f64>, Lot)> {
    let mut lots = [Lot::default(); BARS.len()];
    for (rate, lot, _) in buckets.descending() {
        if let Some(bar) = lots.get_mut(position(&BARS, rate)) {
            bar.add(lot);
        }
    }
    let full = |lot: &Lot| lot.count > 0;
    let (Some(first), Some(last)) = (lots.iter().position(full), lots.iter().rposition(full)) else {
        return Vec::new();
    };
    let bars = BARS.iter().zip(&lots).enumerate();
    let told = bars.map(|(index, (&from, &lot))| (from, BARS.get(index + 1).copied(), lot));
    told.skip(first).take(last + 1 - first).collect()
}

/// The last of `starts` that is not above `rate`. A step's rate stands for a little less as well.
fn position(starts: &[f64], rate: f64) -> usize {
    starts.partition_point(|&start| start <= rate * 1.000_001).saturating_sub(1)
}
