//! How often to read while messages pour in.
//!
//! A peer that serves thousands of transactions per second sends each separately. Reading as soon as one
//! arrives wakes three threads for it; a moment later, dozens can be read together, each at a fraction of the
//! cost.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The time over which messages are counted.
const WINDOW: Duration = Duration::from_millis(10);

/// More messages than this in a window means that they pour in. Relay never comes close, so it affects
/// neither relay latencies nor pings.
const POURING: usize = 64;

/// The time between two reads while messages pour in: the kernel buffers only a small part of its capacity
/// meanwhile.
const PAUSE: Duration = Duration::from_millis(2);

/// When to read next.
#[derive(Debug, Default)]
pub struct Pace {
    /// The start of the window.
    since: Timestamp,
    /// The messages in the window.
    messages: usize,
    is_pouring: bool,
    /// When to resume reading.
    resume_at: Option<Timestamp>,
}

impl Pace {
    /// Counts the messages from a read.
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

    /// Returns until when to pause reading; `None`: read now.
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
