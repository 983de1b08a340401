//! When the terminal's bell rings.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two rings.
const PAUSE: Duration = Duration::from_secs(1);

/// Rings for new alerts.
#[derive(Debug)]
pub struct Bell {
    heard: u64,
    rang: Option<Timestamp>,
}

impl Bell {
    /// Ignores the first `bells`.
    pub fn new(bells: u64) -> Self {
        Self { heard: bells, rang: None }
    }

    /// Returns whether to ring, given the number of bells since startup. Bells within a second of a ring
    /// cause one more ring after that second.
    pub fn rings(&mut self, bells: u64, now: Timestamp) -> bool {
        let rings = bells > self.heard && self.rang.is_none_or(|rang| now.since(rang) >= PAUSE);
        if rings {
            (self.heard, self.rang) = (bells, Some(now));
        }
        rings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rings_at_most_once_a_second() {
        let mut bell = Bell::new(3);
        let at = |ms| Timestamp::from_secs(1_000) + Duration::from_millis(ms);
        let rings = [(3, 0), (4, 0), (5, 10), (5, 999), (5, 1_000), (5, 2_000)];
        let rings = rings.map(|(bells, ms)| bell.rings(bells, at(ms)));
        assert_eq!(rings, [false, true, false, false, true, false]);
    }
}
