//! How alive a peer was, minute by minute.

use crate::model::peers::liveness::LivenessSlot;
use crate::util::time::Timestamp;
use std::collections::VecDeque;

/// How many minutes are kept.
const KEPT: usize = 60;

/// The last minutes, from the first connection on. A minute is as bad as the worst of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strip {
    /// The minute of the last slot.
    minute: u64,
    /// How it is now.
    now: LivenessSlot,
    /// Oldest first.
    slots: VecDeque<LivenessSlot>,
}

impl Strip {
    /// From `time` on it is in this state. Before the first connection nothing is noted.
    pub(crate) fn set(&mut self, time: Timestamp, state: LivenessSlot) {
        if self.slots.is_empty() {
            if state == LivenessSlot::Gone {
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

    /// The minutes until `now`, oldest first.
    pub(crate) fn until(&self, now: Timestamp) -> Vec<LivenessSlot> {
        let mut until_now = self.clone();
        until_now.pass(now);
        until_now.slots.into()
    }

    fn pass(&mut self, time: Timestamp) {
        let minute = time.as_secs() / 60;
        let passed = usize::try_from(minute.saturating_sub(self.minute)).unwrap_or(KEPT).min(KEPT);
        if self.slots.is_empty() || passed == 0 {
            return;
        }
        self.slots.extend(std::iter::repeat_n(self.now, passed));
        self.slots.drain(..self.slots.len().saturating_sub(KEPT));
        self.minute = minute;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LivenessSlot::{Gone, Late, Live};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(60_000_000 + seconds)
    }

    #[test]
    fn nothing_is_noted_before_the_first_connection() {
        let mut strip = Strip::default();
        strip.set(at(0), Gone);
        assert_eq!(strip.until(at(600)), []);
        strip.set(at(600), Live);
        assert_eq!(strip.until(at(659)), [Live]);
        assert_eq!(strip.until(at(725)), [Live; 3]);
    }

    #[test]
    fn a_minute_is_as_bad_as_the_worst_of_it() {
        let mut strip = Strip::default();
        strip.set(at(0), Live);
        strip.set(at(70), Late);
        strip.set(at(71), Live);
        strip.set(at(130), Gone);
        strip.set(at(250), Live);
        assert_eq!(strip.until(at(310)), [Live, Late, Gone, Gone, Gone, Live]);
    }

    #[test]
    fn an_hour_is_kept() {
        let mut strip = Strip::default();
        strip.set(at(0), Live);
        strip.set(at(60 * 60), Gone);
        let strip = strip.until(at(60 * 60 * 1_000));
        assert_eq!(strip, [Gone; KEPT]);
    }
}
