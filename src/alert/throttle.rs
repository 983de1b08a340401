//! Limits the number of alerts per second.

use super::MAX_PER_SECOND;
use crate::util::time::Timestamp;
use std::time::Duration;

/// Counts the alerts of the current second.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Throttle {
    since: Timestamp,
    count: usize,
}

impl Throttle {
    /// Returns whether there may be one more alert, and counts it.
    pub(super) fn admits(&mut self, now: Timestamp) -> bool {
        if now.since(self.since) >= Duration::from_secs(1) {
            *self = Self { since: now, count: 0 };
        }
        self.count += 1;
        self.count <= MAX_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_alerts_pass_in_a_second() {
        let mut throttle = Throttle::default();
        let at = |ms| Timestamp::from_secs(1_000) + Duration::from_millis(ms);
        let passed = |throttle: &mut Throttle, ms| (0..100).filter(|_| throttle.admits(at(ms))).count();
        assert_eq!(passed(&mut throttle, 0), MAX_PER_SECOND);
        assert_eq!(passed(&mut throttle, 999), 0);
        assert_eq!(passed(&mut throttle, 1_000), MAX_PER_SECOND);
    }
}
