//! Detects when a condition changes to true.

use super::WARM_UP;
use crate::query::Truth;
use crate::util::time::Timestamp;

/// The history of a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Edge {
    /// It has never been false since this time.
    Start(Timestamp),
    /// It was false: its next true value is a change.
    Armed,
    /// It is or was true, and that was reported.
    Reported,
}

impl Edge {
    /// Returns whether `truth` is a change to true. The caller calls [`Self::report`] once it reports that.
    pub(super) fn observe(&mut self, truth: Truth, now: Timestamp) -> bool {
        match (truth, *self) {
            (Truth::Unknown, _) | (Truth::True, Self::Reported) => false,
            (Truth::False, _) => {
                *self = Self::Armed;
                false
            }
            (Truth::True, Self::Armed) => true,
            (Truth::True, Self::Start(since)) => now.since(since) >= WARM_UP,
        }
    }

    /// Notes that the change has been reported.
    pub(super) fn report(&mut self) {
        *self = Self::Reported;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Truth::{False, True, Unknown};

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    /// Observes one truth per second, and reports each change immediately.
    fn changes(truths: &[Truth]) -> Vec<usize> {
        let mut edge = Edge::Start(at(0));
        let observed = truths.iter().enumerate().filter(|(second, truth)| {
            let is_change = edge.observe(**truth, at(*second as u64));
            if is_change {
                edge.report();
            }
            is_change
        });
        observed.map(|(second, _)| second).collect()
    }

    #[test]
    fn only_the_change_from_false_to_true_counts() {
        assert_eq!(changes(&[False, True, True, False, False, True]), [1, 5]);
    }

    #[test]
    fn what_is_unknown_is_no_change_and_forgets_none() {
        assert_eq!(changes(&[Unknown, False, Unknown, True, Unknown, True]), [3]);
        assert_eq!(changes(&[Unknown, Unknown, True]), [0; 0]);
    }

    #[test]
    fn what_is_true_from_the_start_counts_after_the_warm_up() {
        let mut edge = Edge::Start(at(10));
        let warm_up = WARM_UP.as_secs();
        assert!(!edge.observe(True, at(10)) && !edge.observe(True, at(9 + warm_up)));
        assert!(edge.observe(True, at(10 + warm_up)));
        edge.report();
        assert!(!edge.observe(True, at(11 + warm_up)));
    }

    #[test]
    fn a_change_that_is_not_reported_stays_one_while_it_holds() {
        let mut edge = Edge::Armed;
        assert!(edge.observe(True, at(1)) && edge.observe(True, at(2)));
        assert!(!edge.observe(False, at(3)));
        assert!(edge.observe(True, at(4)));
    }
}
