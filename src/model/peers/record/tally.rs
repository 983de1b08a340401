//! Counts of a peer's part in the relay, in total and by minute.

use crate::model::peers::stats::RelayCounts;
use crate::util::time::Timestamp;

/// How many minutes are kept: ten complete ones and the current one.
const MINUTES: usize = 11;

/// Relay counts since the first contact, and of each of the last minutes.
#[derive(Debug, Default)]
pub(super) struct RelayTally {
    all: RelayCounts,
    /// Minute `m` is in slot `m % MINUTES`.
    minutes: [(u64, RelayCounts); MINUTES],
}

impl RelayTally {
    /// Applies a change at `time`, which may be minutes ago.
    pub(super) fn count(&mut self, time: Timestamp, change: impl Fn(&mut RelayCounts)) {
        change(&mut self.all);
        let minute = minute(time);
        let index = usize::try_from(minute % MINUTES as u64).unwrap_or_default();
        let Some((kept, counts)) = self.minutes.get_mut(index) else { return };
        if *kept < minute {
            (*kept, *counts) = (minute, RelayCounts::default());
        }
        if *kept == minute {
            change(counts);
        }
    }

    /// Returns the counts since the first contact.
    pub(super) fn all(&self) -> RelayCounts {
        self.all
    }

    /// Returns the counts of the last ten minutes and the current one.
    pub(super) fn recent(&self, now: Timestamp) -> RelayCounts {
        let now = minute(now);
        let recent =
            self.minutes.iter().filter(|(minute, _)| *minute <= now && minute + MINUTES as u64 > now);
        recent.fold(RelayCounts::default(), |sum, (_, counts)| plus(sum, *counts))
    }

    /// Returns the counts of the last complete minute.
    pub(super) fn last_minute(&self, now: Timestamp) -> RelayCounts {
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

    fn announce(relay: &mut RelayTally, minute: u64, count: u64) {
        relay.count(at(minute), |counts| counts.announced += count);
    }

    #[test]
    fn counts_older_than_ten_minutes_are_in_the_total_only() {
        let mut relay = RelayTally::default();
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
    fn a_late_count_goes_to_its_own_minute_or_to_none() {
        let mut relay = RelayTally::default();
        announce(&mut relay, 20, 1);
        announce(&mut relay, 15, 10);
        announce(&mut relay, 9, 100);
        assert_eq!(relay.recent(at(20)).announced, 11);
        assert_eq!(relay.recent(at(26)).announced, 1);
        assert_eq!(relay.all().announced, 111);
    }
}
