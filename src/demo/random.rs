//! Reproducible randomness from a seed.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Returns a generator for one purpose, so that a part of the demo can draw more or fewer numbers without
/// changing those of the others.
pub(super) fn generator(seed: u64, purpose: &str, index: u64) -> StdRng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(index.to_le_bytes());
    hash.update(purpose);
    StdRng::from_seed(hash.finalize().into())
}

/// Draws the time to the next event of a Poisson process with this mean.
pub(super) fn exponential(rng: &mut StdRng, mean: Duration) -> Duration {
    // 1 - u is never 0.
    mean.mul_f64(-(1.0 - rng.random::<f64>()).ln())
}

/// Draws a log-normal value; `sigma` is the standard deviation of its logarithm.
pub(super) fn log_normal(rng: &mut StdRng, median: f64, sigma: f64) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let normal = radius * (rng.random::<f64>() * std::f64::consts::TAU).cos();
    median * (sigma * normal).exp()
}

/// Draws an entry of `table` with its weight.
pub(super) fn weighted<T: Copy>(rng: &mut StdRng, table: &[(u32, T)]) -> T {
    let drawn = table.choose_weighted(rng, |(weight, _)| *weight);
    drawn.expect("the tables are constants, and none is empty or all zero").1
}

/// Rounds `value` down to a whole number, clamped to its range.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates here")]
pub(super) fn whole(value: f64) -> u64 {
    value as u64
}

/// Returns `share` of `total`, rounded down.
#[expect(clippy::cast_precision_loss, reason = "below 2^53: no more than 21 million BTC in sat")]
pub(super) fn share_of(total: u64, share: f64) -> u64 {
    whole(total as f64 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_purposes_differ() {
        let draw = |seed, purpose, index| generator(seed, purpose, index).random::<u64>();
        assert_eq!(draw(1, "coins", 0), draw(1, "coins", 0));
        assert_ne!(draw(1, "coins", 0), draw(2, "coins", 0));
        assert_ne!(draw(1, "coins", 0), draw(1, "blocks", 0));
        assert_ne!(draw(1, "coins", 0), draw(1, "coins", 1));
    }

    #[test]
    fn distributions_have_their_means_and_medians() {
        let mut rng = generator(7, "test", 0);
        let mean =
            (0..10_000).map(|_| exponential(&mut rng, Duration::from_secs(5)).as_secs_f64()).sum::<f64>()
                / 10_000.0;
        assert!((4.8..5.2).contains(&mean), "{mean}");

        let mut values: Vec<f64> = (0..10_001).map(|_| log_normal(&mut rng, 3.0, 1.0)).collect();
        values.sort_by(f64::total_cmp);
        assert!((2.8..3.2).contains(&values[5_000]), "{}", values[5_000]);
        // One standard deviation above the median lies e times higher.
        assert!((7.5..8.9).contains(&values[8_413]), "{}", values[8_413]);
    }

    #[test]
    fn weights_are_proportions() {
        let mut rng = generator(7, "test", 1);
        let often = (0..10_000).filter(|_| weighted(&mut rng, &[(9, true), (1, false), (0, false)])).count();
        assert!((8_800..9_200).contains(&often), "{often}");
    }
}
