//! How fast dials may follow each other.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The average time between failing dials. When every dial fails immediately, as without a network, it keeps
/// us from trying all known addresses within seconds.
const INTERVAL: Duration = Duration::from_millis(250);

/// How many dials may start in a burst after a pause.
const BURST: u32 = 8;

/// Limits the rate of dials: [`BURST`] in a row, then one per [`INTERVAL`]. A dial that leads to a connection
/// doesn't count.
#[derive(Debug, Default)]
pub struct Pace {
    /// When a full burst is possible again.
    full_at: Timestamp,
}

impl Pace {
    /// When the next dial may start; it may be in the past.
    pub fn next(&self) -> Timestamp {
        self.full_at - INTERVAL * (BURST - 1)
    }

    /// A dial starts.
    pub fn count(&mut self, now: Timestamp) {
        self.full_at = self.full_at.max(now) + INTERVAL;
    }

    /// A dial led to a connection.
    pub fn discount(&mut self) {
        self.full_at = self.full_at - INTERVAL;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_burst_dials_are_a_quarter_of_a_second_apart() {
        let mut pace = Pace::default();
        let start = Timestamp::from_secs(1_000);
        let mut now = start;
        let mut begun = Vec::new();
        for _ in 0..12 {
            now = now.max(pace.next());
            pace.count(now);
            begun.push(now.since(start).as_millis());
        }
        assert_eq!(begun, [0, 0, 0, 0, 0, 0, 0, 0, 250, 500, 750, 1_000]);
        let later = now + Duration::from_mins(1);
        (0..8).for_each(|_| {
            assert!(pace.next() <= later);
            pace.count(later);
        });
        assert!(pace.next() > later);
        pace.discount();
        assert!(pace.next() <= later);
    }
}
