//! Percentiles of samples.

/// Returns the smallest sample that at least `percent` % of the samples do not exceed, or `None` if there
/// are no samples.
pub fn percentile<T: Ord + Copy>(samples: impl Iterator<Item = T>, percent: usize) -> Option<T> {
    let mut samples: Vec<T> = samples.collect();
    let index = (samples.len() * percent).div_ceil(100).checked_sub(1)?;
    Some(*samples.select_nth_unstable(index).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let of = |samples: &[u64], percent| percentile(samples.iter().copied(), percent);
        assert_eq!(of(&[], 50), None);
        assert_eq!((of(&[7], 50), of(&[7], 95)), (Some(7), Some(7)));
        assert_eq!(of(&[9, 1, 5], 50), Some(5));
        assert_eq!(of(&[4, 1, 3, 2], 50), Some(2));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!((of(&hundred, 50), of(&hundred, 95)), (Some(50), Some(95)));
    }
}
