//! The last samples of a duration, and what they amount to.

use crate::util::bounded::Ring;
use std::time::Duration;

/// How many samples are kept: the 95th percentile then has six above it.
pub(crate) const KEPT: usize = 128;

/// The last samples, in µs; what is longer than 71 minutes counts as that.
#[derive(Debug, Default)]
pub(crate) struct Samples(Ring<u32, KEPT>);

impl Samples {
    /// Takes one more, and forgets the oldest of too many.
    pub(crate) fn push(&mut self, sample: Duration) {
        self.0.push(u32::try_from(sample.as_micros()).unwrap_or(u32::MAX));
    }

    /// All of them, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Duration> {
        self.0.iter().map(|&micros| Duration::from_micros(micros.into()))
    }
}

/// The smallest sample that `percent` % of them do not exceed.
pub(crate) fn percentile<T: Ord + Copy>(samples: impl Iterator<Item = T>, percent: usize) -> Option<T> {
    let mut samples: Vec<T> = samples.collect();
    let index = (samples.len() * percent).div_ceil(100).checked_sub(1)?;
    Some(*samples.select_nth_unstable(index).1)
}

/// The mean difference of neighbours.
pub(crate) fn jitter(samples: impl Iterator<Item = Duration> + Clone) -> Option<Duration> {
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
    fn percentiles_are_samples() {
        let of = |samples, percent| percentile(ms(samples), percent).map(|time| time.as_millis());
        assert_eq!(of(&[], 50), None);
        assert_eq!((of(&[7], 50), of(&[7], 95)), (Some(7), Some(7)));
        assert_eq!(of(&[9, 1, 5], 50), Some(5));
        assert_eq!(of(&[4, 1, 3, 2], 50), Some(2));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!((of(&hundred, 50), of(&hundred, 95)), (Some(50), Some(95)));
    }

    #[test]
    fn jitter_is_what_changes_from_one_to_the_next() {
        assert_eq!(jitter(ms(&[40])), None);
        assert_eq!(jitter(ms(&[40, 40, 40])), Some(Duration::ZERO));
        assert_eq!(jitter(ms(&[40, 50, 30])), Some(Duration::from_millis(15)));
    }

    #[test]
    fn the_last_samples_are_kept() {
        let mut samples = Samples::default();
        (0..1_000).for_each(|ms| samples.push(Duration::from_millis(ms)));
        assert_eq!(samples.iter().count(), KEPT);
        assert_eq!(samples.iter().next(), Some(Duration::from_millis(1_000 - KEPT as u64)));
        samples.push(Duration::MAX);
        assert_eq!(samples.iter().last(), Some(Duration::from_micros(u32::MAX.into())));
    }
}
