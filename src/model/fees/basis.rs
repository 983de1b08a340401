//! What figures about fee rates are based on.

use crate::model::fees::coverage::Amount;
use crate::model::fees::histogram::{FeeHistogram, Volume};
use crate::util::share::share;

/// The mempool by how well chunk fee rates are known.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Basis {
    /// The rate is exact.
    pub exact: Amount,
    /// The rate is known within 10 %, but not exactly.
    pub within: Amount,
    /// The rate is unknown: there is at most a wide bound.
    pub open: Amount,
}

impl Basis {
    /// How well the rates in a histogram are known.
    pub(crate) fn of(histogram: &FeeHistogram) -> Self {
        let amount = |volume: Volume| Amount { count: volume.count, vsize: volume.vsize };
        let [exact, within, open] = [histogram.exact(), histogram.within(), histogram.open()].map(amount);
        Self { exact, within, open }
    }

    /// The transactions whose rate is exact or known within 10 %.
    pub fn known(&self) -> Amount {
        sum([self.exact, self.within])
    }

    /// All transactions.
    pub fn all(&self) -> Amount {
        sum([self.known(), self.open])
    }

    /// The shares (0–1) of `exact`, `within` and `open` by virtual size, or `None` if the mempool is empty.
    pub fn shares(&self) -> Option<[f32; 3]> {
        let all = self.all().vsize;
        let [Some(exact), Some(within), Some(open)] =
            [self.exact, self.within, self.open].map(|part| share(part.vsize, all))
        else {
            return None;
        };
        Some([exact, within, open])
    }
}

fn sum(parts: [Amount; 2]) -> Amount {
    let [a, b] = parts;
    Amount { count: a.count + b.count, vsize: a.vsize + b.vsize }
}
