//! Decides when to report the number of known addresses.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// Rate-limits the reports: the first is due immediately, later ones after a change.
#[derive(Debug)]
pub struct GrowthReporter {
    /// The value of [`AddrTable::changes`] at the last report.
    ///
    /// [`AddrTable::changes`]: crate::p2p::addrman::table::AddrTable::changes
    reported: Option<u64>,
    not_before: Timestamp,
}

impl GrowthReporter {
    /// A reporter whose first report is due at `now`.
    pub const fn new(now: Timestamp) -> Self {
        Self { reported: None, not_before: now }
    }

    /// Returns whether to report the table at this count of `changes`. If so, the report counts as sent.
    pub fn is_due(&mut self, changes: u64, now: Timestamp) -> bool {
        let is_due = self.deadline(changes).is_some_and(|at| at <= now);
        if is_due {
            self.not_before = now + REPORT_INTERVAL;
            self.reported = Some(changes);
        }
        is_due
    }

    /// When to report the table at this count of `changes`; `None` if that was done.
    pub fn deadline(&self, changes: u64) -> Option<Timestamp> {
        (self.reported != Some(changes)).then_some(self.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn the_first_state_is_reported_at_once_and_changes_every_ten_seconds() {
        let mut growth = GrowthReporter::new(NOW);
        assert!(growth.is_due(0, NOW));
        assert!(!growth.is_due(1, NOW + Duration::from_secs(1)));
        assert_eq!(growth.deadline(1), Some(NOW + REPORT_INTERVAL));
        assert!(growth.is_due(1, NOW + REPORT_INTERVAL));
        assert!(!growth.is_due(1, NOW + REPORT_INTERVAL * 2));
        assert_eq!(growth.deadline(1), None);
    }
}
