//! When to report the progress of the backfill.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two reports.
pub(super) const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// The progress of the backfill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Blocks that arrived.
    pub fetched: u32,
    /// Blocks requested in total.
    pub requested: u32,
    /// Blocks that no peer serves.
    pub given_up: u32,
}

impl Progress {
    fn is_over(self) -> bool {
        self.fetched + self.given_up >= self.requested
    }
}

/// Reports the progress at the beginning, on changes but not too often, and at the end.
#[derive(Debug, Default)]
pub(super) struct ProgressReporter {
    last: Option<(Timestamp, Progress)>,
}

impl ProgressReporter {
    /// Returns the progress if a report is due.
    pub fn report(&mut self, progress: Progress, now: Timestamp) -> Option<Progress> {
        let is_due = self.is_new(progress) && self.due(progress).is_none_or(|at| at <= now);
        is_due.then(|| {
            self.last = Some((now, progress));
            progress
        })
    }

    /// When [`ProgressReporter::report`] will return this progress.
    pub fn deadline(&self, progress: Progress) -> Option<Timestamp> {
        self.due(progress).filter(|_| self.is_new(progress))
    }

    fn is_new(&self, progress: Progress) -> bool {
        match self.last {
            Some((_, last)) => last != progress,
            None => progress.requested > 0,
        }
    }

    /// `None`: immediately.
    fn due(&self, progress: Progress) -> Option<Timestamp> {
        let (last, _) = self.last.filter(|_| !progress.is_over())?;
        Some(last + REPORT_INTERVAL)
    }
}
