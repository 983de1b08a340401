//! The liveness of a peer, minute by minute.

use crate::model::peers::liveness::LivenessSlot;
use crate::util::time::Timestamp;
use std::collections::VecDeque;

/// How many minutes are kept.
const MINUTES: usize = 60;

/// The worst state in each of the last minutes, from the first connection on.
#[derive(Clone, Debug, Default)]
pub(in crate::model::peers) struct LivenessHistory {
    /// Minute of the last slot, since the UNIX epoch.
    minute: u64,
    /// Current state.
    now: LivenessSlot,
    /// Oldest first.
    slots: VecDeque<LivenessSlot>,
}

impl LivenessHistory {
    /// Sets the state from `time` on. Nothing is recorded before the first connection.
    pub(in crate::model::peers) fn set(&mut self, time: Timestamp, state: LivenessSlot) {
        if self.slots.is_empty() {
            if state == LivenessSlot::Disconnected {
                return;
            }
            self.minute = time.as_secs() / 60;
            self.slots.push_back(state);
        }
        self.pass(time);
        self.now = state;
        if let Some(last) = self.slots.back_mut() {
            *last = state.max(*last);
        }
    }

    /// Returns the minutes until `now`, oldest first.
    pub(in crate::model::peers) fn until(&self, now: Timestamp) -> Vec<LivenessSlot> {
        let mut until_now = self.clone();
        until_now.pass(now);
        until_now.slots.into()
    }

    fn pass(&mut self, time: Timestamp) {
        let minute = time.as_secs() / 60;
        let passed = usize::try_from(minute.saturating_sub(self.minute)).unwrap_or(MINUTES).min(MINUTES);
        if self.slots.is_empty() || passed == 0 {
            return;
        }
        self.slots.extend(std::iter::repeat_n(self.now, passed));
        self.slots.drain(..self.slots.len().saturating_sub(MINUTES));
        self.minute = minute;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LivenessSlot::{Disconnected, Late, Live};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(60_000_000 + seconds)
    }

    #[test]
    fn nothing_is_recorded_before_the_first_connection() {
        let mut history = LivenessHistory::default();
        history.set(at(0), Disconnected);
        assert_eq!(history.until(at(600)), []);
        history.set(at(600), Live);
        assert_eq!(history.until(at(659)), [Live]);
        assert_eq!(history.until(at(725)), [Live; 3]);
    }

    #[test]
    fn a_minute_shows_its_worst_state() {
        let mut history = LivenessHistory::default();
        history.set(at(0), Live);
        history.set(at(70), Late);
        history.set(at(71), Live);
        history.set(at(130), Disconnected);
        history.set(at(250), Live);
        assert_eq!(history.until(at(310)), [Live, Late, Disconnected, Disconnected, Disconnected, Live]);
    }

    #[test]
    fn an_hour_is_kept() {
        let mut history = LivenessHistory::default();
        history.set(at(0), Live);
        history.set(at(60 * 60), Disconnected);
        let history = history.until(at(60 * 60 * 1_000));
        assert_eq!(history, [Disconnected; MINUTES]);
    }
}
