//! Limits how many requests are served.

use std::time::Duration;
use tokio::time::Instant;

/// How many requests are served per second, by all clients together, so that the program has time for its
/// peers.
pub(super) const PER_SECOND: u32 = 2_000;

/// A token bucket of requests, refilled evenly, with a capacity of one second's worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    /// Until then, all requests so far have been paid for.
    paid_until: Instant,
}

impl Allowance {
    pub(super) fn new(now: Instant) -> Self {
        Self { paid_until: now }
    }

    /// Whether a request at `now` may be served; if so, it is counted.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let paid_until = self.paid_until.max(now) + Duration::from_secs(1) / PER_SECOND;
        let may = paid_until <= now + Duration::from_secs(1);
        if may {
            self.paid_until = paid_until;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_requests_and_the_next_one_as_many_again() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start);
        let mut served = |seconds: f64| {
            let now = start + Duration::from_secs_f64(seconds);
            (0..10_000).filter(|_| allowance.take(now)).count()
        };
        assert_eq!(served(0.0), PER_SECOND as usize);
        assert_eq!(served(0.0), 0);
        assert_eq!(served(0.25), PER_SECOND as usize / 4);
        assert_eq!(served(60.0), PER_SECOND as usize);
    }
}
