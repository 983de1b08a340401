//! The size of the mempool by fee band over the last day: one sample a minute.

use crate::model::fees::bands::{self, BANDS};
use crate::model::fees::histogram::FeeHistogram;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;

/// The number of samples: one day.
const MAX_SAMPLES: usize = 24 * 60;

/// The encoded size of a sample, in bytes: the minute and the sizes.
const SAMPLE: usize = 4 + 4 * (BANDS + 1);

/// The size of the mempool by fee band, one sample a minute. Minutes in which mempulse did not run are
/// missing.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct History {
    /// Oldest first.
    samples: Ring<Sample, MAX_SAMPLES>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Sample {
    /// Since the UNIX epoch.
    minute: u32,
    /// In vB, by fee band; the last one for transactions whose rate is not known.
    sizes: [u32; BANDS + 1],
}

impl History {
    /// The longest encoding, in bytes.
    pub const LONGEST: usize = MAX_SAMPLES * SAMPLE;

    /// Takes a sample, at most once a minute.
    pub(in crate::model) fn observe(&mut self, now: Timestamp, histogram: &FeeHistogram) {
        let minute = u32::try_from(now.as_secs() / 60).unwrap_or(u32::MAX);
        // After the clock was set back, sampling resumes when it has caught up.
        if self.samples.back().is_some_and(|last| last.minute >= minute) {
            return;
        }
        let sizes = bands::sizes(histogram).map(|size| u32::try_from(size).unwrap_or(u32::MAX));
        self.samples.push(Sample { minute, sizes });
    }

    /// Returns the minute of the latest sample, since the UNIX epoch.
    pub fn newest(&self) -> Option<u32> {
        self.samples.back().map(|sample| sample.minute)
    }

    /// Returns the samples as bytes: for each the minute and the sizes, little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let numbers =
            self.samples.iter().flat_map(|sample| std::iter::once(sample.minute).chain(sample.sizes));
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    /// Reads what [`History::encode`] returned, or returns `None` if `bytes` is anything else. Skips
    /// samples from after `now`, which would keep new ones out.
    pub fn decode(bytes: &[u8], now: Timestamp) -> Option<Self> {
        let (samples, rest) = bytes.as_chunks::<SAMPLE>();
        let mut history = Self::default();
        let present = now.as_secs() / 60;
        for sample in samples {
            let (numbers, _) = sample.as_chunks::<4>();
            let mut numbers = numbers.iter().map(|bytes| u32::from_le_bytes(*bytes));
            let minute = numbers.next()?;
            let mut sizes = [0; BANDS + 1];
            sizes.iter_mut().zip(numbers).for_each(|(size, number)| *size = number);
            if history.samples.back().is_some_and(|last: &Sample| last.minute >= minute) {
                return None;
            }
            if u64::from(minute) <= present {
                history.samples.push(Sample { minute, sizes });
            }
        }
        (rest.is_empty() && samples.len() <= MAX_SAMPLES).then_some(history)
    }

    /// Returns the minutes of one column, and the last day in at most `columns` columns, oldest first:
    /// each with its latest sample, in vB by fee band, or `None` if it has none.
    pub(crate) fn columns(&self, now: Timestamp, columns: usize) -> (u32, Vec<Option<[f32; BANDS + 1]>>) {
        let present = u32::try_from(now.as_secs() / 60).unwrap_or(u32::MAX);
        let (Some(oldest), true) = (self.samples.front(), columns > 0) else { return (1, Vec::new()) };
        let columns = u32::try_from(columns).unwrap_or(u32::MAX);
        let age = (present.saturating_sub(oldest.minute) + 1).min(24 * 60);
        let minutes = age.div_ceil(columns).max(1);
        // Columns begin at multiples of their length, so that the chart moves by whole ones.
        let last = present / minutes;
        let first = last.saturating_sub(age.div_ceil(minutes).min(columns) - 1);
        let mut shown = vec![None; (last - first + 1) as usize];
        for sample in self.samples.iter() {
            let column = (sample.minute / minutes).checked_sub(first);
            if let Some(column) = column.and_then(|column| shown.get_mut(column as usize)) {
                #[expect(clippy::cast_precision_loss, reason = "a chart has a few rows")]
                let sizes = sample.sizes.map(|size| size as f32);
                *column = Some(sizes);
            }
        }
        (minutes, shown)
    }
}
