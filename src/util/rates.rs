//! Rates over the last ten minutes: events per second, and sampled levels. Both also cover quiet times.

use crate::util::time::Timestamp;
use std::time::Duration;

/// How long counts are kept, in s.
const HISTORY: u64 = 600;

/// The time between two samples of a [`Gauge`], in s.
const SAMPLE: u64 = 10;

/// Marks a second without counts because the machine was asleep.
const ASLEEP: u64 = u64::MAX;

/// Counts events by second. The current second is counted but not returned by
/// [`series`](PerSecond::series), as it would always look low.
#[derive(Debug)]
pub(crate) struct PerSecond {
    started: u64,
    /// The latest second that has a slot.
    newest: u64,
    /// Second `s` is in slot `s % HISTORY`.
    slots: Vec<u64>,
}

impl PerSecond {
    /// Starts counting at `started`.
    pub(crate) fn new(started: Timestamp) -> Self {
        let slots = (0..HISTORY).map(|_| 0).collect();
        Self { started: started.as_secs(), newest: started.as_secs(), slots }
    }

    /// Counts `amount` events at `time`, unless that is too long ago.
    pub(crate) fn add(&mut self, time: Timestamp, amount: u64) {
        let second = time.as_secs();
        self.open(second, 0);
        if second + HISTORY > self.newest {
            let slot = self.slot_mut(second);
            // A second in which the machine fell asleep or awoke starts from zero.
            *slot = if *slot == ASLEEP { amount } else { slot.saturating_add(amount).min(ASLEEP - 1) };
        }
    }

    /// Marks the seconds between two events as a gap because the machine slept.
    pub(crate) fn slept(&mut self, since: Timestamp, until: Timestamp) {
        self.open(since.as_secs(), 0);
        self.open(until.as_secs().saturating_sub(1), ASLEEP);
    }

    /// Opens slots for all seconds up to this one, with `count` in the new ones.
    fn open(&mut self, second: u64, count: u64) {
        let first_new = self.newest.saturating_add(1).max(second.saturating_sub(HISTORY - 1));
        for new in first_new..=second {
            *self.slot_mut(new) = count;
        }
        self.newest = self.newest.max(second);
    }

    /// Returns the counts of the last `seconds` whole seconds before `now`, oldest first; fewer soon after
    /// the start. `None` while the machine was asleep.
    pub(crate) fn series(&self, now: Timestamp, seconds: u64) -> Vec<Option<f32>> {
        let end = now.as_secs();
        let begin = end.saturating_sub(seconds.min(HISTORY)).max(self.started);
        (begin..end).map(|second| self.at(second).map(to_f32)).collect()
    }

    /// Returns the counts of the last ten minutes in at most `columns` equal slices of whole seconds, oldest
    /// first; `None` where the machine was asleep throughout. The current slice is left out, as it would
    /// always look low.
    ///
    /// Slices begin at multiples of their length, so that a chart moves by whole columns.
    pub(crate) fn slices(&self, now: Timestamp, columns: usize) -> Vec<Option<u32>> {
        let columns = u64::try_from(columns).unwrap_or(HISTORY).min(HISTORY);
        if columns == 0 {
            return Vec::new();
        }
        let length = HISTORY.div_ceil(columns);
        let end = now.as_secs() / length;
        let first = end.saturating_sub(HISTORY / length - 1);
        (first..end)
            .map(|slice| {
                let seconds = slice * length..(slice + 1) * length;
                let sum = seconds.filter_map(|second| self.at(second)).reduce(u64::saturating_add)?;
                Some(u32::try_from(sum).unwrap_or(u32::MAX))
            })
            .collect()
    }

    fn at(&self, second: u64) -> Option<u64> {
        let kept = second <= self.newest && second + HISTORY > self.newest;
        let count = if kept { self.slots.get(slot(second)).copied().unwrap_or(0) } else { 0 };
        (count != ASLEEP).then_some(count)
    }

    fn slot_mut(&mut self, second: u64) -> &mut u64 {
        &mut self.slots[slot(second)]
    }
}

fn slot(second: u64) -> usize {
    usize::try_from(second % HISTORY).expect("the rest is below 600")
}

/// Samples a level every ten seconds, over the last ten minutes.
#[derive(Debug)]
pub(crate) struct Gauge {
    /// The current sample period.
    period: u64,
    /// The level at the end of each past period, oldest first; `None` while the machine was asleep.
    samples: Vec<Option<f32>>,
}

impl Gauge {
    const KEPT: usize = 60;

    /// Starts sampling at `started`.
    pub(crate) fn new(started: Timestamp) -> Self {
        Self { period: started.as_secs() / SAMPLE, samples: Vec::new() }
    }

    /// Records `level` up to `time`. Call it before the level changes.
    pub(crate) fn observe(&mut self, time: Timestamp, level: u64) {
        self.fill(time, Some(to_f32(level)));
    }

    /// Marks the periods between two events as a gap because the machine slept.
    pub(crate) fn slept(&mut self, since: Timestamp, until: Timestamp, level: u64) {
        self.fill(since + Duration::from_secs(SAMPLE), Some(to_f32(level)));
        self.fill(until, None);
    }

    fn fill(&mut self, until: Timestamp, level: Option<f32>) {
        let period = until.as_secs() / SAMPLE;
        let passed = usize::try_from(period.saturating_sub(self.period)).unwrap_or(Self::KEPT);
        if passed > 0 {
            self.samples.extend(std::iter::repeat_n(level, passed.min(Self::KEPT)));
            let excess = self.samples.len().saturating_sub(Self::KEPT);
            self.samples.drain(..excess);
            self.period = period;
        }
    }

    /// Returns the past samples and the current `level`, oldest first; `None` while the machine was asleep.
    pub(crate) fn series(&self, now: Timestamp, level: u64) -> Vec<Option<f32>> {
        let mut until_now = Self { period: self.period, samples: self.samples.clone() };
        until_now.observe(now, level);
        until_now.samples.push(Some(to_f32(level)));
        until_now.samples.drain(..until_now.samples.len().saturating_sub(Self::KEPT));
        until_now.samples
    }
}

#[expect(clippy::cast_precision_loss, reason = "a chart shows fewer digits than an f32 has")]
fn to_f32(value: u64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn at(seconds: u64) -> Timestamp {
        START + Duration::from_secs(seconds)
    }

    /// All counts of the last ten minutes together.
    fn sum(rate: &PerSecond, now: Timestamp) -> f32 {
        rate.series(now, 600).into_iter().flatten().sum()
    }

    #[test]
    fn a_series_starts_empty_and_grows_by_whole_seconds() {
        let mut rate = PerSecond::new(START);
        assert!(rate.series(START, 60).is_empty());
        rate.add(at(0), 3);
        rate.add(at(2), 5);
        assert!(rate.series(at(0), 60).is_empty(), "the first second is under way");
        assert_eq!(rate.series(at(3), 60), [3.0, 0.0, 5.0].map(Some));
    }

    #[test]
    fn silence_counts_as_zero_and_not_as_the_last_value() {
        let mut rate = PerSecond::new(START);
        rate.add(at(0), 9);
        assert_eq!(rate.series(at(120), 60), [Some(0.0); 60]);
        rate.add(at(700), 1);
        assert_eq!(rate.series(at(702), 3), [0.0, 1.0, 0.0].map(Some));
        assert_eq!(rate.series(at(702), 10_000).len(), 600);
        assert!((sum(&rate, at(702)) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn late_events_count_in_their_own_second() {
        let mut rate = PerSecond::new(START);
        rate.add(at(10), 1);
        rate.add(at(8), 2);
        assert_eq!(rate.series(at(11), 3), [2.0, 0.0, 1.0].map(Some));
        rate.add(at(5_000), 1);
        rate.add(at(4), 7);
        assert!((sum(&rate, at(5_001)) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn slices_are_equal_and_move_by_whole_columns() {
        let mut rate = PerSecond::new(START);
        for second in 0..600 {
            rate.add(at(second), 1);
        }
        for columns in [1, 7, 58, 60, 100, 118, 600, 5_000] {
            let slices = rate.slices(at(599), columns);
            assert!(slices.len() <= columns);
            assert!(slices.windows(2).all(|pair| pair[0] == pair[1]), "{columns}: {slices:?}");
        }
        assert_eq!(rate.slices(at(599), 0), [None; 0]);
        let (now, next) = (rate.slices(at(603), 60), rate.slices(at(609), 60));
        assert_eq!(now, next, "nothing moves within a column's ten seconds");
    }

    #[test]
    fn a_gauge_holds_its_level_through_silence() {
        let mut gauge = Gauge::new(START);
        assert_eq!(gauge.series(START, 0), [Some(0.0)]);
        gauge.observe(at(1), 0);
        gauge.observe(at(35), 4);
        assert_eq!(gauge.series(at(35), 7), [4.0, 4.0, 4.0, 7.0].map(Some));
        assert_eq!(gauge.series(at(9_999), 7), [Some(7.0); 60]);
    }

    #[test]
    fn a_sleep_is_a_gap_and_what_was_counted_before_and_after_stays() {
        let mut rate = PerSecond::new(START);
        rate.add(at(1), 5);
        rate.slept(at(2), at(402));
        rate.add(at(402), 7);
        let series = rate.series(at(403), 600);
        assert_eq!(series[..4], [Some(0.0), Some(5.0), Some(0.0), None]);
        assert!(series[3..402].iter().all(Option::is_none), "{series:?}");
        assert_eq!(series[402..], [Some(7.0)]);
        let slices = rate.slices(at(410), 60);
        let gap = slices.iter().filter(|slice| slice.is_none()).count();
        assert!((39..=40).contains(&gap), "{slices:?}");
        assert_eq!(slices.into_iter().flatten().sum::<u32>(), 12);
        // Of a sleep longer than the history, only the gap remains.
        rate.slept(at(403), at(9_000));
        rate.add(at(9_000), 1);
        let series = rate.series(at(9_001), 600);
        assert_eq!((series[..599].iter().flatten().count(), series[599]), (0, Some(1.0)));
        rate.add(at(8_999), 3);
        assert_eq!(rate.series(at(9_001), 2), [3.0, 1.0].map(Some), "a late event counts all the same");
    }

    #[test]
    fn the_gauge_of_a_machine_that_slept_has_a_gap() {
        let mut gauge = Gauge::new(START);
        gauge.observe(at(12), 4);
        gauge.slept(at(12), at(55), 4);
        let [level, gap] = [Some(4.0), None];
        assert_eq!(gauge.series(at(55), 6), [level, level, gap, gap, gap, Some(6.0)]);
        gauge.slept(at(55), at(9_999), 6);
        assert_eq!(gauge.series(at(9_999), 6), [[gap; 59].as_slice(), &[Some(6.0)]].concat());
    }

    proptest! {
        #[test]
        fn nothing_within_the_history_is_lost(steps in prop::collection::vec((0_u64..40, 1_u64..9), 1..40)) {
            let mut rate = PerSecond::new(START);
            let mut second = 0;
            let mut counted = Vec::new();
            for (step, amount) in steps {
                second += step;
                rate.add(at(second), amount);
                counted.push((second, amount));
            }
            let now = second + 1;
            let expected: u64 = counted.iter().filter(|(s, _)| s + 600 >= now).map(|(_, n)| n).sum();
            let sum = sum(&rate, at(now));
            prop_assert!((sum - to_f32(expected)).abs() < 0.5);
        }
    }
}
