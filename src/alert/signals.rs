//! What the screen has to do for alerts, as counters: it sees only the latest snapshot.

use super::rule::Rule;
use crate::event::CommandFailure;
use crate::model::Alert;
use crate::util::bounded::Ring;
use std::path::PathBuf;
use std::sync::Arc;

/// How many notifications are kept for a screen that is late.
const MAX_NOTIFICATIONS: usize = 8;

/// The bells and notifications since startup.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Signals {
    /// How often the bell is to ring.
    pub bells: u64,
    /// The number of notifications.
    pub notified: u64,
    /// The number of results of tests.
    pub tested: u64,
    /// The latest of them.
    pub test: Option<TestResult>,
    latest: Ring<Arc<Alert>, MAX_NOTIFICATIONS>,
}

/// What came of the test of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum TestResult {
    /// Nothing, as there are as many alerts in this second as there may be.
    Throttled,
    /// The rule did what it does; its program, if it has one, was started.
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
    /// Takes the result of a test.
    pub(super) fn test(&mut self, result: TestResult) {
        self.tested += 1;
        self.test = Some(result);
    }

    /// Adds a notification of the desktop.
    pub(super) fn notify(&mut self, alert: Arc<Alert>) {
        self.notified += 1;
        self.latest.push(alert);
    }

    /// Returns the notifications after the first `seen`, oldest first; at most 8, the latest ones.
    pub fn after(&self, seen: u64) -> impl Iterator<Item = &Arc<Alert>> {
        let new = usize::try_from(self.notified.saturating_sub(seen)).unwrap_or(usize::MAX);
        self.latest.iter().skip(self.latest.len().saturating_sub(new))
    }
}
