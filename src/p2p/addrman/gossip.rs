//! Limits how many of a peer's gossiped addresses are accepted.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The time until one more address is accepted (Core: `MAX_ADDR_RATE_PER_SECOND`, 0.1).
const INTERVAL: Duration = Duration::from_secs(10);

/// The most addresses accepted in one burst (Core: `MAX_ADDR_PROCESSING_TOKEN_BUCKET`).
const MAX_TOKENS: u32 = 1_000;

/// A token bucket for the addresses of one peer: a flood costs no work and displaces nothing.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    left: u32,
    counted_at: Timestamp,
}

impl Allowance {
    /// The allowance of a peer just asked for addresses: the answer (at most 1,000) plus its own address.
    pub const fn after_getaddr(now: Timestamp) -> Self {
        Self { left: MAX_TOKENS + 1, counted_at: now }
    }

    /// Returns how many of `count` addresses to accept now.
    pub fn take(&mut self, count: usize, now: Timestamp) -> usize {
        let passed = now.since(self.counted_at).as_secs() / INTERVAL.as_secs();
        let earned = u32::try_from(passed).unwrap_or(MAX_TOKENS);
        if earned > 0 {
            self.counted_at = self.counted_at + INTERVAL * earned;
            // Waiting must not lose the one token above the maximum.
            self.left = self.left.max(self.left.saturating_add(earned).min(MAX_TOKENS));
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
    fn an_answer_is_accepted_whole_and_then_one_address_every_ten_seconds() {
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
