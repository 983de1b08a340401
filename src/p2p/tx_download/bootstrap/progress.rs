//! When to report the bootstrap's progress.

use crate::event::BootstrapProgress;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two reports, except when the last listed transaction has just arrived, or at the
/// end.
const INTERVAL: Duration = Duration::from_millis(500);

/// The last report.
#[derive(Debug, Default)]
pub struct Progress {
    reported: Option<(Timestamp, BootstrapProgress)>,
    /// When a pending report is due.
    due_at: Option<Timestamp>,
}

impl Progress {
    /// Returns what to report in this state. Nothing follows `done`.
    pub fn report(&mut self, progress: BootstrapProgress, now: Timestamp) -> Option<BootstrapProgress> {
        if self.reported.is_none() && progress.listed == 0 {
            return None;
        }
        if let Some((at, last)) = self.reported {
            if last == progress || last.done {
                self.due_at = None;
                return None;
            }
            let is_all_here = |progress: BootstrapProgress| progress.fetched == progress.listed;
            let has_all_come = is_all_here(progress) && !is_all_here(last);
            if now < at + INTERVAL && !has_all_come && !progress.done {
                self.due_at = Some(at + INTERVAL);
                return None;
            }
        }
        self.due_at = None;
        self.reported = Some((now, progress));
        Some(progress)
    }

    /// When [`Progress::report`] has something new.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.due_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000);

    fn progress(fetched: usize, done: bool) -> BootstrapProgress {
        BootstrapProgress { listed: 100, fetched, done }
    }

    #[test]
    fn it_is_reported_twice_a_second_and_the_end_at_once_and_once() {
        let mut reports = Progress::default();
        assert_eq!(reports.report(progress(0, false), START), Some(progress(0, false)));
        let soon = START + Duration::from_millis(100);
        assert_eq!(reports.report(progress(1, false), soon), None);
        assert_eq!(reports.deadline(), Some(START + INTERVAL));
        assert_eq!(reports.report(progress(7, false), START + INTERVAL), Some(progress(7, false)));
        assert_eq!(reports.report(progress(7, false), START + 2 * INTERVAL), None, "nothing is new");
        assert_eq!(reports.report(progress(8, false), START + 2 * INTERVAL), Some(progress(8, false)));
        let all = progress(100, false);
        assert_eq!(reports.report(all, START + 2 * INTERVAL), Some(all), "it is not kept waiting");
        let more = BootstrapProgress { listed: 101, fetched: 101, done: false };
        assert_eq!(reports.report(more, START + 2 * INTERVAL), None);
        let end = START + 3 * INTERVAL;
        assert_eq!(reports.deadline(), Some(end));
        assert_eq!(reports.report(progress(100, true), end), Some(progress(100, true)));
        assert_eq!(reports.report(progress(100, true), end + INTERVAL), None);
        assert_eq!(reports.report(progress(3, false), end + INTERVAL), None);
    }
}
