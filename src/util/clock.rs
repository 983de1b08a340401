//! The only place that reads the system's clock.

use crate::util::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Turns tokio's monotonic clock, which tests may pause, into [`Timestamp`]s.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Timestamp,
    started: Instant,
}

impl Clock {
    /// Starts at the system's wall-clock time.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::starting_at(Timestamp::from_micros(0) + wall)
    }

    /// Starts at a given time: for tests and for replays.
    pub fn starting_at(epoch: Timestamp) -> Self {
        Self { epoch, started: Instant::now() }
    }

    /// Returns the current time; it never runs backwards.
    pub fn now(&self) -> Timestamp {
        self.epoch + self.started.elapsed()
    }

    /// Converts `at` for tokio's timers.
    pub fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(self.epoch)
    }
}
