//! How much a reader takes from one sensor: what one sends without end must not cost the others.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The most events per second in the long run. Sensors with 50 peers publish some 55, and one that publishes
/// what it could not publish for hours is slower than this too, as each message is acknowledged.
const RATE: u64 = 20_000;

/// The most events at once: few enough for a reader to keep up, and an hour of an honest sensor's.
const BURST: u64 = 10 * RATE;

const SECOND: u64 = 1_000_000;

/// A token bucket of events, by the times at which the server stored them.
#[derive(Clone, Copy, Default, Debug)]
pub struct Budget {
    /// The events that were taken and are not forgotten yet, in µs at [`RATE`].
    level: u64,
    /// The time of the last one.
    at: Timestamp,
}

impl Budget {
    /// Whether there is room for a message that is stored at `now`.
    pub fn has_room(&mut self, now: Timestamp) -> bool {
        let passed = u64::try_from(now.since(self.at).as_micros()).unwrap_or(u64::MAX);
        self.level = self.level.saturating_sub(passed);
        self.at = self.at.max(now);
        self.level < BURST * SECOND / RATE
    }

    /// Counts a message, or the events in it.
    pub fn count(&mut self, count: usize) {
        self.level = self.level.saturating_add(count as u64 * SECOND / RATE);
    }

    /// Follows a clock that was set back to `to`.
    pub fn rewind(&mut self, to: Timestamp) {
        self.at = self.at.min(to);
    }
}

/// Something that may happen at most `MAX` times a minute.
#[derive(Clone, Copy, Default, Debug)]
pub struct PerMinute<const MAX: u32> {
    since: Timestamp,
    count: u32,
}

impl<const MAX: u32> PerMinute<MAX> {
    /// Counts one more. Returns whether it is not one too many.
    pub fn may(&mut self, now: Timestamp) -> bool {
        if now.since(self.since) >= Duration::from_mins(1) {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
        self.count <= MAX
    }

    /// Follows a clock that was set back to `to`.
    pub fn rewind(&mut self, to: Timestamp) {
        self.since = self.since.min(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn a_burst_passes_and_then_as_much_as_flows_out() {
        let mut budget = Budget::default();
        let mut take = |at: Timestamp, messages: usize| {
            let room = |_: &usize| {
                budget.has_room(at) && {
                    budget.count(100);
                    true
                }
            };
            (0..messages).filter(room).count()
        };
        assert_eq!(take(T, 10_000), 2_000, "200,000 events");
        assert_eq!(take(T, 10), 0);
        assert_eq!(take(T + Duration::from_secs(1), 10_000), 200);
        assert_eq!(take(T + Duration::from_mins(1), 10_000), 2_000);
        assert_eq!(take(T, 1), 0, "time that runs back gives nothing");
        budget.rewind(T);
        assert!(budget.has_room(T + Duration::from_secs(1)));
    }

    #[test]
    fn a_minute_has_a_limit() {
        let mut warnings = PerMinute::<3>::default();
        let counts = [0, 30, 60, 90].map(|at| {
            let at = T + Duration::from_secs(at);
            (0..5).filter(|_| warnings.may(at)).count()
        });
        assert_eq!(counts, [3, 0, 3, 0]);
    }
}
