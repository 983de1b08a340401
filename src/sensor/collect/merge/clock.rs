//! The server's clock, which may be set.

use super::{Held, Merge};
use crate::util::time::Timestamp;
use std::time::Duration;

/// A clock that shows so much less than before was set back, and one that stores messages so far in the
/// future was set ahead. No message is out of order by as much.
const STEP: Duration = Duration::from_secs(10);

/// A comparison that differs by more than this from the last one, in µs, shows that a clock was set.
const WAS_SET: u64 = 1_000_000;

/// How far two clocks may drift apart from one comparison to the next, a minute later: 100 parts per million.
const DRIFT: Duration = Duration::from_millis(6);

impl Merge {
    /// Takes the time at which a message was stored, and that of its arrival by the last comparison of the
    /// clocks. A sensor cannot choose either.
    pub(super) fn follow_clock(&mut self, stored: Timestamp, received: Timestamp) {
        if stored.since(received) > STEP {
            self.was_set(stored.micros_since(received).saturating_neg());
            self.rewind(stored);
            self.resume(stored);
        } else if self.stored.since(stored) > STEP {
            // In the past that is read, a step says nothing about the clock of today.
            if received.since(self.stored) < STEP {
                self.was_set(received.micros_since(stored));
            }
            self.rewind(stored);
            self.stored = stored;
        }
        self.stored = self.stored.max(stored);
    }

    /// The reader's clock is ahead of the server's by so many µs more, until the clocks are compared again.
    fn was_set(&mut self, micros: i64) {
        self.reader_ahead = self.reader_ahead.saturating_add(micros);
        self.reader_uncertainty = self.reader_uncertainty.max(STEP);
    }

    /// Forgets all times after `to`, and how far the clocks of the sensors are from one that was set.
    fn rewind(&mut self, to: Timestamp) {
        self.now = self.now.min(to);
        self.left = self.left.min(to);
        self.sources.iter_mut().for_each(|source| source.rewind(to));
        self.strangers.rewind(to);
        self.awaiting.rewind(to);
        self.chain.rewind();
        let held: Vec<((_, _, _, _), Held)> = std::mem::take(&mut self.held).into_iter().collect();
        self.held = held
            .into_iter()
            .map(|((time, sensor, flush, place), held)| ((time.min(to), sensor, flush, place), held))
            .collect();
    }

    /// Takes the result of a new comparison of clocks, unless it agrees with the last one and says less: over a slow
    /// link, an answer takes long.
    pub fn set_clock(&mut self, (ahead, uncertainty): (i64, Duration)) {
        let difference = ahead.abs_diff(self.reader_ahead);
        let drifted = self.reader_uncertainty + DRIFT;
        let agrees = Duration::from_micros(difference) <= uncertainty + drifted;
        if agrees && uncertainty > drifted {
            self.reader_uncertainty = drifted;
            return;
        }
        if difference > WAS_SET {
            self.rewind(self.stored);
        }
        (self.reader_ahead, self.reader_uncertainty) = (ahead, uncertainty);
    }

    /// The server's time when the reader's clock shows `time`.
    pub fn server_time(&self, time: Timestamp) -> Timestamp {
        time.shifted(self.reader_ahead.saturating_neg())
    }
}
