//! What is known about a fee rate.

use std::mem::discriminant;

/// The widest range of a rate that counts as known, as a share of its middle.
const NARROW: f64 = 0.1;

/// The relative change of a bound that counts as news.
const MOVED: f64 = 0.01;

/// A fee rate in sat/vB: exact, or within bounds from peers. Never a guess.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FeeRate {
    /// All prevouts are known.
    Exact(f64),
    /// Peers bound the rate to within 10 %; figures use the middle.
    Within(Bounds),
    /// Peers bound the rate in one direction, or widely, or not at all.
    Open(Bounds),
}

impl FeeRate {
    /// The rate of `fee` sat for `vsize` vB.
    pub fn of(fee: u64, vsize: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
        let fee = fee as f64;
        Self::Exact(fee / f64::from(vsize))
    }

    /// A rate known only by bounds.
    pub fn bounded(bounds: Bounds) -> Self {
        if bounds.is_narrow() { Self::Within(bounds) } else { Self::Open(bounds) }
    }

    /// The exact rate in sat/vB, or `None` if only bounds are known.
    pub fn exact(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(_) | Self::Open(_) => None,
        }
    }

    /// The rate in sat/vB to use in figures: the exact one, or the middle of narrow bounds.
    pub fn middle(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.middle(),
            Self::Open(_) => None,
        }
    }

    /// The greatest known lower bound in sat/vB.
    pub fn min(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.low,
            Self::Open(bounds) => bounds.min(),
        }
    }

    /// The least known upper bound in sat/vB.
    pub fn max(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) | Self::Open(bounds) => bounds.high,
        }
    }

    /// Whether `other` is news: known in another way, or with a bound moved by more than 1 %.
    pub(crate) fn differs(self, other: Self) -> bool {
        let moved = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => (one - other).abs() > one.abs() * MOVED,
            (one, other) => one != other,
        };
        discriminant(&self) != discriminant(&other)
            || (self.exact() != other.exact())
            || moved(self.min(), other.min())
            || moved(self.max(), other.max())
    }

    /// The bounds, or `None` if the rate is exact.
    pub fn bounds(self) -> Option<Bounds> {
        match self {
            Self::Exact(_) => None,
            Self::Within(bounds) | Self::Open(bounds) => Some(bounds),
        }
    }
}

impl Default for FeeRate {
    /// A rate about which nothing is known.
    fn default() -> Self {
        Self::Open(Bounds::default())
    }
}

/// Bounds of a fee rate, in sat/vB, from who announced the transaction and at which position.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Bounds {
    /// The highest fee filter among its announcers (BIP133). A child may pay the difference.
    pub floor: Option<f64>,
    /// The lower bound from the order of announcements.
    pub low: Option<f64>,
    /// The upper bound from the order of announcements.
    pub high: Option<f64>,
    /// Whether `low` or `high` comes from peers of a single netgroup.
    pub by_one_peer: bool,
    /// The number of netgroups whose peers bound the rate by order; the true number may be slightly higher.
    pub netgroups: u32,
}

impl Bounds {
    /// The greatest lower bound. It holds for the transaction alone or with a child.
    pub fn min(&self) -> Option<f64> {
        [self.floor, self.low].into_iter().flatten().reduce(f64::max)
    }

    /// The middle between the bounds from the order.
    pub fn middle(&self) -> Option<f64> {
        Some(f64::midpoint(self.low?, self.high?))
    }

    /// Whether the bounds from the order are within 10 % of their middle.
    fn is_narrow(&self) -> bool {
        let (Some(low), Some(high), Some(middle)) = (self.low, self.high, self.middle()) else {
            return false;
        };
        high - low <= NARROW * middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_within_ten_percent_of_their_middle_count_as_known() {
        let between = |low, high| {
            FeeRate::bounded(Bounds { low: Some(low), high: Some(high), ..Bounds::default() }).middle()
        };
        assert_eq!(between(10.0, 11.0), Some(10.5));
        assert_eq!(between(2.0, 2.0), Some(2.0));
        assert_eq!(between(10.0, 11.2), None);
        let one_sided = Bounds { low: Some(1.0), floor: Some(1.0), ..Bounds::default() };
        assert_eq!(FeeRate::bounded(one_sided).middle(), None);
    }

    #[test]
    fn a_bound_that_hardly_moves_is_not_reported() {
        let at_least = |low| FeeRate::bounded(Bounds { low: Some(low), ..Bounds::default() });
        assert!(!at_least(1.0).differs(at_least(1.005)));
        assert!(at_least(1.0).differs(at_least(1.02)) && at_least(1.0).differs(FeeRate::default()));
        assert!(
            at_least(1.0).differs(FeeRate::Exact(1.0)) && FeeRate::Exact(1.0).differs(FeeRate::Exact(1.001))
        );
    }

    #[test]
    fn a_fee_filter_narrows_nothing_as_a_child_may_pay() {
        let bounds = Bounds { floor: Some(1.0), high: Some(1.05), ..Bounds::default() };
        assert_eq!(FeeRate::bounded(bounds), FeeRate::Open(bounds));
        assert_eq!(FeeRate::Open(bounds).min(), Some(1.0));
    }
}
