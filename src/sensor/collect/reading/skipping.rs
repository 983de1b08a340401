//! Decides what a reader leaves out when it is too slow for everything its sensors publish.

use crate::event::Warning;
use crate::sensor::kind::Kind;
use crate::util::time::Timestamp;
use std::time::Duration;

/// A reader that was up to date and is now this far behind leaves out announcements and traffic;
const BEHIND: Duration = Duration::from_secs(10);

/// one that is this far behind leaves out everything but blocks and states,
const FAR_BEHIND: Duration = Duration::from_mins(1);

/// until it is up to date again.
const UP_TO_DATE: Duration = Duration::from_secs(1);

/// What is left out, and what was.
#[derive(Clone, Copy, Default, Debug)]
pub struct Skipping {
    /// Whether the reader has ever been up to date: a past that the user asked for is never skipped.
    was_up_to_date: bool,
    kinds: &'static [Kind],
    since: Option<Timestamp>,
    messages: u64,
}

impl Skipping {
    /// Notes how far behind the reader is. Returns a warning when it is up to date again.
    pub fn note(&mut self, lag: Duration, stored: Timestamp) -> Option<Warning> {
        if lag < UP_TO_DATE {
            self.was_up_to_date = true;
            return self.end(stored);
        }
        if self.was_up_to_date && lag > BEHIND {
            self.since.get_or_insert(stored);
            if lag > FAR_BEHIND {
                self.kinds = &[Kind::Traffic, Kind::Relay, Kind::Tx, Kind::RawTx];
            } else if self.kinds.is_empty() {
                self.kinds = &[Kind::Traffic, Kind::Relay];
            }
        }
        None
    }

    /// Starts over: what is waiting is the past, which is read whole. Returns a warning if something was left
    /// out.
    pub fn restart(&mut self, now: Timestamp) -> Option<Warning> {
        self.was_up_to_date = false;
        self.end(now)
    }

    fn end(&mut self, now: Timestamp) -> Option<Warning> {
        self.kinds = &[];
        let secs = now.since(self.since.take()?).as_secs();
        Some(Warning::SensorsSkipped { secs, messages: std::mem::take(&mut self.messages) })
    }

    /// Counts a message if it is left out.
    pub fn count(&mut self, kind: Kind) {
        self.messages += u64::from(self.kinds.contains(&kind));
    }

    /// The kinds of messages to leave out.
    pub fn kinds(&self) -> &'static [Kind] {
        self.kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn the_past_is_read_whole_and_only_then_a_slow_reader_skips() {
        let secs = Duration::from_secs;
        let mut skipping = Skipping::default();
        assert_eq!(skipping.note(secs(21_600), T), None);
        assert!(skipping.kinds().is_empty());
        assert_eq!(skipping.note(secs(0), T), None);
        for (lag, left_out) in [(9, 0), (11, 2), (5, 2), (61, 4), (20, 4)] {
            assert_eq!(skipping.note(secs(lag), T), None);
            assert_eq!(skipping.kinds().len(), left_out, "{lag} s behind");
            skipping.count(Kind::Relay);
            skipping.count(Kind::Chain);
        }
        let warning = skipping.note(Duration::ZERO, T + secs(33));
        assert_eq!(warning, Some(Warning::SensorsSkipped { secs: 33, messages: 4 }));
        assert_eq!(skipping.note(Duration::ZERO, T), None);
    }

    #[test]
    fn after_a_pause_of_the_reader_nothing_is_skipped() {
        let mut skipping = Skipping::default();
        assert_eq!(skipping.note(Duration::ZERO, T), None);
        assert_eq!(skipping.restart(T), None);
        assert_eq!(skipping.note(Duration::from_mins(10), T), None);
        assert!(skipping.kinds().is_empty());
    }
}
