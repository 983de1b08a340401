//! The last samples of a duration.

use crate::util::bounded::Ring;
use std::time::Duration;

/// How many samples are kept: the 95th percentile then has six above it.
pub(super) const MAX_SAMPLES: usize = 128;

/// The last samples, in µs, each capped at 71 minutes.
#[derive(Debug, Default)]
pub(in crate::model::peers) struct Samples(Ring<u32, MAX_SAMPLES>);

impl Samples {
    /// Adds a sample, dropping the oldest if there are too many.
    pub(in crate::model::peers) fn push(&mut self, sample: Duration) {
        self.0.push(u32::try_from(sample.as_micros()).unwrap_or(u32::MAX));
    }

    /// Iterates over the samples, oldest first.
    pub(in crate::model::peers) fn iter(&self) -> impl Iterator<Item = Duration> {
        self.0.iter().map(|&micros| Duration::from_micros(micros.into()))
    }
}

/// Returns the mean difference of consecutive samples, or `None` with fewer than two.
pub(in crate::model::peers) fn jitter(samples: impl Iterator<Item = Duration> + Clone) -> Option<Duration> {
    let (sum, count) = samples
        .clone()
        .zip(samples.skip(1))
        .fold((Duration::ZERO, 0), |(sum, count), (one, next)| (sum + one.abs_diff(next), count + 1));
    (count > 0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(samples: &[u64]) -> impl Iterator<Item = Duration> + Clone {
        samples.iter().map(|&ms| Duration::from_millis(ms))
    }

    #[test]
    fn jitter_is_the_mean_difference_of_neighbours() {
        assert_eq!(jitter(ms(&[40])), None);
        assert_eq!(jitter(ms(&[40, 40, 40])), Some(Duration::ZERO));
        assert_eq!(jitter(ms(&[40, 50, 30])), Some(Duration::from_millis(15)));
    }

    #[test]
    fn the_last_samples_are_kept() {
        let mut samples = Samples::default();
        (0..1_000).for_each(|ms| samples.push(Duration::from_millis(ms)));
        assert_eq!(samples.iter().count(), MAX_SAMPLES);
        assert_eq!(samples.iter().next(), Some(Duration::from_millis(1_000 - MAX_SAMPLES as u64)));
        samples.push(Duration::MAX);
        assert_eq!(samples.iter().last(), Some(Duration::from_micros(u32::MAX.into())));
    }
}
