//! How many of the addresses that a peer tells are taken.

use crate::util::time::Timestamp;
use std::time::Duration;

/// One address more is taken after this time (Core: `MAX_ADDR_RATE_PER_SECOND`, 0.1).
const INTERVAL: Duration = Duration::from_secs(10);

/// The most that are taken at once (Core: `MAX_ADDR_PROCESSING_TOKEN_BUCKET`).
const MOST: u32 = 1_000;

/// What one peer may still tell. A flood costs us no work and finds no place in the book.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    left: u32,
    counted_at: Timestamp,
}

impl Allowance {
    /// For a peer that has just been asked for addresses: its answer (at most 1,000) and one of
    /// its own.
    pub const fn after_getaddr(now: Timestamp) -> Self {
        Self { left: MOST + 1, counted_at: now }
    }

    /// The peer tells `count` addresses: how many of them are taken.
    pub fn take(&mut self, count: usize, now: Timestamp) -> usize {
        let passed = now.since(self.counted_at).as_secs() / INTERVAL.as_secs();
        let earned = u32::try_from(passed).unwrap_or(MOST);
        if earned > 0 {
            self.counted_at = self.counted_at + INTERVAL * earned;
            // What the answer to our question may hold beyond the most is not lost by waiting.
            self.left = self.left.max(self.left.saturating_add(earned).min(MOST));
        }
        let taken = u32::try_from(count).unwrap_or(u32::MAX).min(self.left);
        self.left -= taken;
        usize::try_from(taken).unwrap_or(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_whole_and_then_one_address_in_ten_seconds() {
        let start = Timestamp::from_secs(1_000);
        let mut allowance = Allowance::after_getaddr(start);
        assert_eq!(allowance.take(1, start), 1);
        assert_eq!(allowance.take(1_000, start), 1_000);
        assert_eq!(allowance.take(50_000, start), 0);
        assert_eq!(allowance.take(5, start + Duration::from_secs(9)), 0);
        assert_eq!(allowance.take(5, start + Duration::from_secs(30)), 3);
        assert_eq!(allowance.take(usize::MAX, start + Duration::from_hours(99)), 1_000);
    }
}
