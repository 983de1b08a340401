//! How often to read while messages pour in.
//!
//! A peer that serves thousands of transactions per second sends each by itself. Whoever reads as soon as one has come
//! wakes three threads for it; a moment later, dozens can be read at once, and each costs a fraction.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The time over which messages are counted.
const WINDOW: Duration = Duration::from_millis(10);

/// The messages in a window above which they pour in: far more than relay ever brings, so that neither its latencies
/// nor pings notice.
const POURING: usize = 64;

/// The time between two reads while messages pour in: what the kernel buffers meanwhile is a small part of its buffer.
const PAUSE: Duration = Duration::from_millis(2);

/// When to read next.
#[derive(Debug, Default)]
pub struct Pace {
    /// The start of the window.
    since: Timestamp,
    /// The messages in it.
    messages: usize,
    is_pouring: bool,
    /// When reading goes on.
    resume_at: Option<Timestamp>,
}

impl Pace {
    /// Counts the messages that a read has brought.
    pub fn count(&mut self, now: Timestamp, messages: usize) {
        if now.since(self.since) >= WINDOW {
            self.is_pouring = self.messages > POURING;
            (self.since, self.messages) = (now, 0);
        }
        self.messages += messages;
    }

    /// Something was read.
    pub fn read(&mut self, now: Timestamp) {
        self.resume_at = self.is_pouring.then(|| now + PAUSE);
    }

    /// Returns until when not to read; `None`: read now.
    pub fn pause(&self, now: Timestamp) -> Option<Timestamp> {
        self.resume_at.filter(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads every `interval` for a second. Returns how often a pause followed.
    fn pauses(interval: Duration, messages: usize) -> usize {
        let mut pace = Pace::default();
        let mut now = Timestamp::from_secs(1_000);
        let mut pauses = 0;
        while now < Timestamp::from_secs(1_001) {
            pace.read(now);
            pauses += usize::from(pace.pause(now).is_some());
            assert_eq!(pace.pause(now + PAUSE), None);
            pace.count(now, messages);
            now = now + interval;
        }
        pauses
    }

    #[test]
    fn only_thousands_of_messages_per_second_are_read_in_larger_parts() {
        assert_eq!(pauses(Duration::from_millis(1), 5), 0);
        assert_eq!(pauses(Duration::from_millis(100), 64), 0);
        assert!(pauses(Duration::from_micros(100), 2) > 9_000);
    }

    #[test]
    fn a_burst_that_is_over_is_forgotten() {
        let mut pace = Pace::default();
        let start = Timestamp::from_secs(1_000);
        pace.count(start, 1_000);
        pace.count(start + WINDOW, 1);
        pace.read(start + WINDOW);
        assert!(pace.pause(start + WINDOW).is_some());
        pace.count(start + 2 * WINDOW, 1);
        pace.read(start + 2 * WINDOW);
        assert_eq!(pace.pause(start + 2 * WINDOW), None);
    }
}
