//! The size of the mempool by fee band over the last day: one sample a minute.

use crate::model::fees::pool::bands::{self, BANDS};
use crate::model::fees::pool::buckets::Buckets;
use crate::util::time::Timestamp;
use std::collections::VecDeque;

/// How many samples are kept: those of a day.
const KEPT: usize = 24 * 60;

/// The bytes of a sample: its minute and its sizes.
const SAMPLE: usize = 4 + 4 * (BANDS + 1);

/// The samples, oldest first. Minutes in which nothing was measured are missing.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct History {
    samples: VecDeque<Sample>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Sample {
    /// Since the UNIX epoch.
    minute: u32,
    /// In vB, by band; the last one of those whose rate is not certain.
    sizes: [u32; BANDS + 1],
}

impl History {
    /// The most bytes that [`History::encode`] gives.
    pub const LONGEST: usize = KEPT * SAMPLE;

    /// Measures, once a minute.
    pub(crate) fn observe(&mut self, now: Timestamp, buckets: &Buckets) {
        let minute = u32::try_from(now.as_secs() / 60).unwrap_or(u32::MAX);
        // A clock that was set back measures again when it has caught up.
        if self.samples.back().is_some_and(|last| last.minute >= minute) {
            return;
        }
        if self.samples.len() >= KEPT {
            self.samples.pop_front();
        }
        let sizes = bands::sizes(buckets).map(|size| u32::try_from(size).unwrap_or(u32::MAX));
        self.samples.push_back(Sample { minute, sizes });
    }

    /// The latest minute that was measured, since the UNIX epoch.
    pub fn newest(&self) -> Option<u32> {
        self.samples.back().map(|sample| sample.minute)
    }

    /// Each sample as it is: minute and sizes, little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let numbers =
            self.samples.iter().flat_map(|sample| std::iter::once(sample.minute).chain(sample.sizes));
        numbers.flat_map(u32::to_le_bytes).collect()
    }

    /// What [`History::encode`] gave; `None` if it is anything else. Samples from after `now` are not
    /// taken: they would stand in the way of new ones.
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
                history.samples.push_back(Sample { minute, sizes });
            }
        }
        (rest.is_empty() && samples.len() <= KEPT).then_some(history)
    }

    /// The last hours in at most `columns` columns, oldest first, with the minutes of one: in each the
    /// latest sample, in vB by band; `None` where nothing was measured.
    pub(crate) fn columns(&self, now: Timestamp, columns: usize) -> (u32, Vec<Option<[f32; BANDS + 1]>>) {
        let present = u32::try_from(now.as_secs() / 60).unwrap_or(u32::MAX);
        let (Some(oldest), true) = (self.samples.front(), columns > 0) else { return (1, Vec::new()) };
        let columns = u32::try_from(columns).unwrap_or(u32::MAX);
        let age = (present.saturating_sub(oldest.minute) + 1).min(24 * 60);
        let minutes = age.div_ceil(columns).max(1);
        // Columns begin at multiples of their length, so that the chart moves by whole ones.
        let last = present / minutes;
        let first = last.saturating_sub(age.div_ceil(minutes).min(columns) - 1);
        let mut told = vec![None; (last - first + 1) as usize];
        for sample in &self.samples {
            let column = (sample.minute / minutes).checked_sub(first);
            if let Some(column) = column.and_then(|column| told.get_mut(column as usize)) {
                #[expect(clippy::cast_precision_loss, reason = "a chart has a few rows")]
                let sizes = sample.sizes.map(|size| size as f32);
                *column = Some(sizes);
            }
        }
        (minutes, told)
    }
}
