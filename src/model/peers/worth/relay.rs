//! A peer's part in the relay: counts in all, and by minute.

use crate::model::peers::stats::RelayCounts;
use crate::util::time::Timestamp;

/// How many minutes are kept: ten whole ones and the one under way.
const KEPT: usize = 11;

/// Counts in all, and of the last minutes.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    all: RelayCounts,
    /// Minute `m` has the slot `m % KEPT`.
    minutes: [(u64, RelayCounts); KEPT],
}

impl Relay {
    /// Counts something that happened at `time`, which may lie a while back.
    pub(crate) fn count(&mut self, time: Timestamp, change: impl Fn(&mut RelayCounts)) {
        change(&mut self.all);
        let minute = minute(time);
        let index = usize::try_from(minute % KEPT as u64).unwrap_or_default();
        let Some((kept, counts)) = self.minutes.get_mut(index) else { return };
        if *kept < minute {
            (*kept, *counts) = (minute, RelayCounts::default());
        }
        if *kept == minute {
            change(counts);
        }
    }

    /// Since the first contact.
    pub(crate) fn all(&self) -> RelayCounts {
        self.all
    }

    /// Of the last ten minutes and the one under way.
    pub(crate) fn recent(&self, now: Timestamp) -> RelayCounts {
        let now = minute(now);
        let recent = self.minutes.iter().filter(|(minute, _)| *minute <= now && minute + KEPT as u64 > now);
        recent.fold(RelayCounts::default(), |sum, (_, counts)| plus(sum, *counts))
    }

    /// Of the last whole minute.
    pub(crate) fn last_minute(&self, now: Timestamp) -> RelayCounts {
        let last = minute(now).saturating_sub(1);
        let found = self.minutes.iter().find(|(minute, _)| *minute == last);
        found.map(|(_, counts)| *counts).unwrap_or_default()
    }
}

fn minute(time: Timestamp) -> u64 {
    time.as_secs() / 60
}

fn plus(one: RelayCounts, other: RelayCounts) -> RelayCounts {
    RelayCounts {
        announced: one.announced.saturating_add(other.announced),
        repeated: one.repeated.saturating_add(other.repeated),
        confirmed: one.confirmed.saturating_add(other.confirmed),
        first: one.first.saturating_add(other.first),
        only: one.only.saturating_add(other.only),
        requested: one.requested.saturating_add(other.requested),
        served: one.served.saturating_add(other.served),
        not_found: one.not_found.saturating_add(other.not_found),
        timed_out: one.timed_out.saturating_add(other.timed_out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_secs(60 * (1_000_000 + minute))
    }

    fn announce(relay: &mut Relay, minute: u64, count: u64) {
        relay.count(at(minute), |counts| counts.announced += count);
    }

    #[test]
    fn what_is_older_than_ten_minutes_counts_in_all_only() {
        let mut relay = Relay::default();
        announce(&mut relay, 0, 1);
        announce(&mut relay, 5, 10);
        announce(&mut relay, 10, 100);
        assert_eq!(relay.recent(at(10)).announced, 111);
        assert_eq!(relay.recent(at(11)).announced, 110);
        assert_eq!(relay.recent(at(500)).announced, 0);
        announce(&mut relay, 16, 1_000);
        assert_eq!((relay.recent(at(16)).announced, relay.all().announced), (1_100, 1_111));
        let last_minute = [16, 17, 18].map(|minute| relay.last_minute(at(minute)).announced);
        assert_eq!(last_minute, [0, 1_000, 0]);
    }

    #[test]
    fn what_is_told_late_counts_in_its_own_minute_or_not_at_all() {
        let mut relay = Relay::default();
        announce(&mut relay, 20, 1);
        announce(&mut relay, 15, 10);
        announce(&mut relay, 9, 100);
        assert_eq!(relay.recent(at(20)).announced, 11);
        assert_eq!(relay.recent(at(26)).announced, 1);
        assert_eq!(relay.all().announced, 111);
    }
}
