//! The rates at which transactions of each kind arrive.

use crate::model::classify::{Kind, Kinds};
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::Transaction;

/// The minutes that are counted.
const MINUTES: usize = 10;

/// A count for each kind, and one for other transactions.
const COUNTS: usize = Kind::ALL.len() + 1;

/// The transactions that arrived by kind and minute.
#[derive(Debug)]
pub(crate) struct KindRates {
    started: u64,
    /// The latest minute last.
    minutes: Ring<(u64, [u32; COUNTS]), { MINUTES + 1 }>,
}

impl KindRates {
    /// Starts counting at `started`.
    pub(crate) fn new(started: Timestamp) -> Self {
        Self { started: started.as_secs(), minutes: Ring::default() }
    }

    /// Counts a transaction that arrived.
    pub(crate) fn count(&mut self, now: Timestamp, tx: &Transaction) {
        let minute = now.as_secs() / 60;
        if self.minutes.back().is_none_or(|&(last, _)| last < minute) {
            self.minutes.push((minute, [0; COUNTS]));
        }
        let Some((_, counts)) = self.minutes.iter_mut().next_back() else { return };
        let kinds = Kinds::of(tx);
        let has = Kind::ALL.into_iter().map(|kind| kinds.has(kind));
        let is_other = kinds.iter().next().is_none();
        for (count, counts_in) in counts.iter_mut().zip(has.chain([is_other])) {
            *count += u32::from(counts_in);
        }
    }

    /// Returns the arrivals per minute by kind over the last ten minutes or since startup, most frequent
    /// first; `None` stands for other transactions. A transaction of two kinds counts for both.
    pub(crate) fn per_minute(&self, now: Timestamp) -> Vec<(Option<Kind>, f32)> {
        let window = (MINUTES * 60) as u64;
        let since = now.as_secs().saturating_sub(window) / 60;
        let mut sums = [0_u32; COUNTS];
        for (_, counts) in self.minutes.iter().filter(|&&(minute, _)| minute > since) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        // The window starts on a whole minute.
        let begin = ((since + 1) * 60).max(self.started);
        #[expect(clippy::cast_precision_loss, reason = "rates are shown with two digits")]
        let minutes = (now.as_secs().saturating_sub(begin)).max(1) as f32 / 60.0;
        let kinds = Kind::ALL.into_iter().map(Some).chain([None]);
        #[expect(clippy::cast_precision_loss, reason = "rates are shown with two digits")]
        let mut rates: Vec<_> = kinds.zip(sums).map(|(kind, sum)| (kind, sum as f32 / minutes)).collect();
        rates.retain(|&(_, rate)| rate > 0.0);
        rates.sort_by(|a, b| b.1.total_cmp(&a.1));
        rates
    }
}
