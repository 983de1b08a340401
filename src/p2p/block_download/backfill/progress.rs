//! How far the fetching is, and when that is told.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The shortest time between two reports.
pub(crate) const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Blocks that came.
    pub fetched: u32,
    /// Blocks in all.
    pub wanted: u32,
    /// Blocks that nobody serves.
    pub given_up: u32,
}

impl Progress {
    fn is_over(self) -> bool {
        self.fetched + self.given_up >= self.wanted
    }
}

/// Tells the progress: at the beginning, when it changes but not too often, and at the end.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    last: Option<(Timestamp, Progress)>,
}

impl Reporter {
    /// What is to be told now, if it is this far.
    pub(crate) fn report(&mut self, progress: Progress, now: Timestamp) -> Option<Progress> {
        let is_due = self.is_news(progress) && self.due(progress).is_none_or(|at| at <= now);
        is_due.then(|| {
            self.last = Some((now, progress));
            progress
        })
    }

    /// When [`Reporter::report`] will have something to tell of this progress.
    pub(crate) fn deadline(&self, progress: Progress) -> Option<Timestamp> {
        self.due(progress).filter(|_| self.is_news(progress))
    }

    fn is_news(&self, progress: Progress) -> bool {
        match self.last {
            Some((_, last)) => last != progress,
            None => progress.wanted > 0,
        }
    }

    /// `None`: at once.
    fn due(&self, progress: Progress) -> Option<Timestamp> {
        let (last, _) = self.last.filter(|_| !progress.is_over())?;
        Some(last + REPORT_INTERVAL)
    }
}
