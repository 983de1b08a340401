//! What the screen has to do for alerts, as counters, because it sees only the latest snapshot.

use super::rule::Rule;
use crate::event::CommandFailure;
use crate::model::Alert;
use crate::util::bounded::Ring;
use std::path::PathBuf;
use std::sync::Arc;

/// How many notifications are kept for a slow screen.
const MAX_NOTIFICATIONS: usize = 8;

/// The bells and notifications since startup.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Signals {
    /// How often the bell should have rung.
    pub bells: u64,
    /// The number of notifications.
    pub notified: u64,
    /// The number of results of tests.
    pub tested: u64,
    /// The latest test result.
    pub test: Option<TestResult>,
    latest: Ring<Arc<Alert>, MAX_NOTIFICATIONS>,
}

/// The result of testing a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum TestResult {
    /// Nothing was done: the limit of alerts per second was reached.
    Throttled,
    /// The rule's actions were carried out; its program, if any, was started.
    Fired(Arc<Rule>),
    /// The program has ended.
    Ended {
        /// The program.
        program: PathBuf,
        /// How it ended.
        result: Result<(), CommandFailure>,
    },
}

impl Signals {
    /// Adds the result of a test.
    pub(super) fn test(&mut self, result: TestResult) {
        self.tested += 1;
        self.test = Some(result);
    }

    /// Adds a desktop notification.
    pub(super) fn notify(&mut self, alert: Arc<Alert>) {
        self.notified += 1;
        self.latest.push(alert);
    }

    /// Returns the notifications after the first `seen`, oldest first; at most the latest 8.
    pub fn after(&self, seen: u64) -> impl Iterator<Item = &Arc<Alert>> {
        let new = usize::try_from(self.notified.saturating_sub(seen)).unwrap_or(usize::MAX);
        self.latest.iter().skip(self.latest.len().saturating_sub(new))
    }
}
