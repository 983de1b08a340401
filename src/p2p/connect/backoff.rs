//! How long to wait before the next attempt.

use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use std::time::Duration;

/// Delays that double with every failure, with jitter, so that many clients that lost the same node don't
/// redial it in step.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    failures: u32,
    rng: SmallRng,
}

impl Backoff {
    /// Delays from `first`, with jitter from `rng`.
    pub fn new(first: Duration, rng: &mut impl Rng) -> Self {
        Self { first, failures: 0, rng: SmallRng::from_rng(rng) }
    }

    /// Counts a failure. Returns a delay of 80 % to 100 % of the full one, which is at most `longest`.
    pub fn next_delay(&mut self, longest: Duration) -> Duration {
        let factor = 2_u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        self.first.saturating_mul(factor).min(longest).mul_f64(self.rng.random_range(0.8..=1.0))
    }

    /// Returns a random part of `longest`, so that not all clients wait equally long.
    pub fn part_of(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.rng.random_range(0.0..=1.0))
    }

    /// Counts a success: the next delay is the first one again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// The number of failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_with_jitter() {
        let mut rng = SmallRng::seed_from_u64(1);
        let mut backoff = Backoff::new(Duration::from_secs(1), &mut rng);
        let mut jittered = 0;
        for full in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0] {
            let delay = backoff.next_delay(Duration::from_mins(1)).as_secs_f64();
            assert!((full * 0.8..=full).contains(&delay), "{delay} for {full}");
            jittered += usize::from(delay < full * 0.999);
        }
        assert!(jittered > 4);
        (0..100).for_each(|_| assert!(backoff.next_delay(Duration::from_mins(1)) <= Duration::from_mins(1)));
        backoff.reset();
        assert!(backoff.next_delay(Duration::from_mins(1)) <= Duration::from_secs(1));
    }
}
