//! The size of the mempool by fee band over the last day: a sample a minute, and one every ten seconds for
//! the last hour.

use crate::model::fees::bands::{self, BANDS};
use crate::model::fees::histogram::FeeHistogram;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;

/// The number of samples at one-minute intervals: one day.
const MAX_MINUTES: usize = 24 * 60;

/// The seconds between two fine samples.
const FINE: u32 = 10;

/// The number of fine samples: one hour.
const MAX_FINE: usize = 360;

/// The seconds between two samples that are saved.
const MINUTE: u32 = 60;

/// The encoded size of a sample, in bytes: the minute and the sizes.
const SAMPLE: usize = 4 + 4 * (BANDS + 1);

/// The spans of time that a chart can show, in minutes.
pub const SPANS: [u32; 7] = [10, 30, 60, 3 * 60, 6 * 60, 12 * 60, 24 * 60];

/// The size of the mempool by fee band. Times when mempulse was not running are missing.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct History {
    /// One per minute, oldest first.
    minutes: Ring<Sample, MAX_MINUTES>,
    /// One every ten seconds, oldest first; not saved.
    fine: Ring<Sample, MAX_FINE>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Sample {
    /// The number of the interval since the UNIX epoch.
    interval: u32,
    /// In vB, by fee band; the last element is for unknown rates.
    sizes: [u32; BANDS + 1],
}

/// A part of the history in columns.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct HistoryColumns {
    /// The span of time, in minutes: one of [`SPANS`].
    pub minutes: u32,
    /// The length of a column, in seconds.
    pub seconds: u32,
    /// The latest sample in each column, oldest first, in vB by fee band; the last band is for unknown rates.
    /// `None` where nothing was measured.
    pub sizes: Vec<Option<[f32; BANDS + 1]>>,
}

impl History {
    /// The longest encoding, in bytes.
    pub const LONGEST: usize = MAX_MINUTES * SAMPLE;

    /// Takes the samples that are due.
    pub(in crate::model) fn observe(&mut self, now: Timestamp, histogram: &FeeHistogram) {
        // After the clock was set back, sampling resumes when it has caught up.
        let is_due =
            |last: Option<&Sample>, seconds| last.is_none_or(|last| last.interval < at(now, seconds));
        let is_fine_due = is_due(self.fine.back(), FINE);
        let is_minute_due = is_due(self.minutes.back(), MINUTE);
        if !is_fine_due && !is_minute_due {
            return;
        }
        let sizes = bands::sizes(histogram).map(|size| u32::try_from(size).unwrap_or(u32::MAX));
        if is_fine_due {
            self.fine.push(Sample { interval: at(now, FINE), sizes });
        }
        if is_minute_due {
            self.minutes.push(Sample { interval: at(now, MINUTE), sizes });
        }
    }

    /// Returns the minute of the latest sample, since the UNIX epoch.
    pub fn newest(&self) -> Option<u32> {
        self.minutes.back().map(|sample| sample.interval)
    }

    /// Encodes the samples of minutes: for each the minute and the sizes, little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let numbers =
            self.minutes.iter().flat_map(|sample| std::iter::once(sample.interval).chain(sample.sizes));
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    /// Decodes the result of [`History::encode`]; `None` if `bytes` is anything else. Skips samples later
    /// than `now`, which would keep new ones out.
    pub fn decode(bytes: &[u8], now: Timestamp) -> Option<Self> {
        let (samples, rest) = bytes.as_chunks::<SAMPLE>();
        let mut history = Self::default();
        let present = at(now, MINUTE);
        for sample in samples {
            let (numbers, _) = sample.as_chunks::<4>();
            let mut numbers = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes));
            let interval = numbers.next()?;
            let mut sizes = [0; BANDS + 1];
            sizes.iter_mut().zip(numbers).for_each(|(size, number)| *size = number);
            if history.minutes.back().is_some_and(|last: &Sample| last.interval >= interval) {
                return None;
            }
            if interval <= present {
                history.minutes.push(Sample { interval, sizes });
            }
        }
        (rest.is_empty() && samples.len() <= MAX_MINUTES).then_some(history)
    }

    /// Returns the last `minutes` (if `None`, the shortest span that contains everything) in at most
    /// `columns` columns.
    pub(crate) fn columns(&self, now: Timestamp, minutes: Option<u32>, columns: usize) -> HistoryColumns {
        let minutes = minutes.unwrap_or_else(|| self.span(now));
        let mut shown = HistoryColumns { minutes, ..HistoryColumns::default() };
        let (Some(columns), false) =
            (u32::try_from(columns).ok().filter(|columns| *columns > 0), self.is_empty())
        else {
            return shown;
        };
        let seconds = (minutes * 60).div_ceil(columns);
        let step = if seconds <= FINE * 5 { FINE } else { MINUTE };
        let seconds = seconds.next_multiple_of(step).max(FINE);
        // Columns begin at multiples of their length, so that the chart moves by whole columns.
        let last = at(now, seconds);
        let count = (minutes * 60).div_ceil(seconds).min(columns);
        let first = last.saturating_sub(count - 1);
        shown.seconds = seconds;
        shown.sizes = vec![None; (last - first + 1) as usize];
        for (samples, length) in [(self.minutes.iter(), MINUTE), (self.fine.iter(), FINE)] {
            for sample in samples {
                let start = u64::from(sample.interval) * u64::from(length);
                let covered = start..start + u64::from(length);
                let place = |second: u64| u32::try_from(second / u64::from(seconds)).unwrap_or(u32::MAX);
                let columns = place(covered.start).max(first)..=place(covered.end - 1).min(last);
                #[expect(clippy::cast_precision_loss, reason = "a chart has a few rows")]
                let sizes = sample.sizes.map(|size| size as f32);
                for column in columns {
                    if let Some(column) = shown.sizes.get_mut((column - first) as usize) {
                        *column = Some(sizes);
                    }
                }
            }
        }
        shown
    }

    fn is_empty(&self) -> bool {
        self.minutes.is_empty() && self.fine.is_empty()
    }

    /// The shortest of [`SPANS`] that contains every sample.
    fn span(&self, now: Timestamp) -> u32 {
        let oldest = self.minutes.front().map_or(u32::MAX, |sample| sample.interval);
        let age = (at(now, MINUTE) + 1).saturating_sub(oldest);
        SPANS.into_iter().find(|span| *span >= age).unwrap_or(SPANS[SPANS.len() - 1])
    }
}

/// The number of the interval of this many seconds.
fn at(now: Timestamp, seconds: u32) -> u32 {
    u32::try_from(now.as_secs() / u64::from(seconds)).unwrap_or(u32::MAX)
}
