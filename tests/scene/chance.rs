//! Numbers that look random and are the same every time.

use std::time::Duration;

/// A generator (`SplitMix64`).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A nearly exponential delay from integer arithmetic: it halves repeatedly with even odds.
    pub fn delay(&mut self, half_life: Duration) -> Duration {
        let halvings = self.next().leading_zeros();
        let half_life_ms = u64::try_from(half_life.as_millis()).unwrap();
        half_life * halvings + Duration::from_millis(self.below(half_life_ms))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}
