//! How fast dials may follow each other.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The time between two dials that fail, in the long run. Where every dial fails at once, as without
/// a network, this keeps us from going through all of the address book in seconds.
const INTERVAL: Duration = Duration::from_millis(250);

/// How many dials may follow at once after a pause.
const BURST: u32 = 8;

/// Lets dials through: [`BURST`] at once, then one per [`INTERVAL`]. One that leads to a connection
/// does not count.
#[derive(Debug, Default)]
pub struct Pace {
    /// When the burst is whole again.
    whole_at: Timestamp,
}

impl Pace {
    /// When the next dial may begin; not after `now` if it may at once.
    pub fn next(&self) -> Timestamp {
        self.whole_at - INTERVAL * (BURST - 1)
    }

    /// A dial begins.
    pub fn count(&mut self, now: Timestamp) {
        self.whole_at = self.whole_at.max(now) + INTERVAL;
    }

    /// A dial led to a connection.
    pub fn discount(&mut self) {
        self.whole_at = self.whole_at - INTERVAL;
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
