//! Detects when more arrives than we can process.
//!
//! Reports wait in a bounded queue. While it is full, no peer is read: TCP flow control slows all of them
//! down alike.

use crate::util::time::Timestamp;
use std::time::Duration;

/// How long the queue must stay full, or not full, to count: the download of a whole mempool fills it for a
/// moment.
const LASTING: Duration = Duration::from_secs(5);

/// The state of the queue over time.
#[derive(Debug, Default)]
pub struct Backlog {
    is_behind: bool,
    /// Since when every check has found the queue in the other state.
    other_since: Option<Timestamp>,
}

impl Backlog {
    /// Notes whether the queue is full. Returns whether peers are being slowed down, if that changed.
    pub fn look(&mut self, now: Timestamp, is_full: bool) -> Option<bool> {
        if is_full == self.is_behind {
            self.other_since = None;
            return None;
        }
        let since = *self.other_since.get_or_insert(now);
        if now.since(since) < LASTING {
            return None;
        }
        *self = Self { is_behind: is_full, other_since: None };
        Some(is_full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);

    /// Checks ten times a second whether the queue is full; returns the changes and their seconds.
    fn changes(is_full: impl Fn(u64) -> bool) -> Vec<(u64, bool)> {
        let mut backlog = Backlog::default();
        let look = |tenth: u64| {
            let now = START + Duration::from_millis(100 * tenth);
            backlog.look(now, is_full(tenth / 10)).map(|is_behind| (tenth / 10, is_behind))
        };
        (0..600).filter_map(look).collect()
    }

    #[test]
    fn a_queue_that_is_full_for_a_moment_is_no_backlog() {
        assert_eq!(changes(|_| false), []);
        assert_eq!(changes(|second| second % 6 < 4), []);
    }

    #[test]
    fn a_lasting_backlog_is_reported_once_and_so_is_its_end() {
        assert_eq!(changes(|second| (10..30).contains(&second)), [(15, true), (35, false)]);
        assert_eq!(changes(|second| (10..30).contains(&second) || second == 32), [(15, true), (38, false)]);
    }
}
