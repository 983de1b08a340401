//! The one place that asks the system what time it is.

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

    /// The present moment; never earlier than one told before.
    pub fn now(&self) -> Timestamp {
        self.epoch + self.started.elapsed()
    }

    /// The moment as tokio's timers want it.
    pub fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(self.epoch)
    }
}
