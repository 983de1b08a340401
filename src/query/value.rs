//! What is known about a figure, and the truth of comparisons with it.

use crate::model::FeeRate;
use std::time::Duration;

/// The truth of a condition (Kleene's three values).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// The condition holds.
    True,
    /// It does not hold.
    False,
    /// What is known does not decide it.
    Unknown,
}

impl Truth {
    /// Converts a boolean.
    pub const fn of(is: bool) -> Self {
        if is { Self::True } else { Self::False }
    }

    /// True only if both are true; false if either is false.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }
}

/// The opposite; unknown stays unknown.
impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// How well a figure is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// Its exact value.
    Exact,
    /// Only bounds.
    Bounded,
    /// Nothing.
    Unknown,
}

impl Known {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Bounded, Self::Unknown];

    /// Returns the word for it in a query.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Bounded => "bounded",
            Self::Unknown => "unknown",
        }
    }
}

/// The possible values of a figure in its base unit, including both bounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// The lower bound; minus infinity if there is none.
    pub low: f64,
    /// The upper bound; infinity if there is none.
    pub high: f64,
}

impl Range {
    /// Anything is possible.
    pub const UNKNOWN: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// The range of an exact figure.
    pub const fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The range of a count. Counts and amounts need less than 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "less than 53 bits")]
    pub fn count(count: impl TryInto<u64>) -> Self {
        count.try_into().map_or(Self::UNKNOWN, |count| Self::exactly(count as f64))
    }

    /// The range of a time, in s.
    pub const fn time(time: Duration) -> Self {
        Self::exactly(time.as_secs_f64())
    }

    /// The range of a share (0–1), in %.
    pub fn share(share: f32) -> Self {
        Self::exactly(f64::from(share) * 100.0)
    }

    /// The range of a fee rate, in sat/vB. A fee filter is a bound only for a rate that a child can raise.
    pub fn fee_rate(rate: FeeRate, may_child_pay: bool) -> Self {
        let Some(bounds) = rate.bounds() else { return rate.exact().map_or(Self::UNKNOWN, Self::exactly) };
        let low = if may_child_pay { bounds.min() } else { bounds.low };
        let (low, high) = (low.unwrap_or(0.0), bounds.high.unwrap_or(f64::INFINITY));
        // Bounds from several peers may contradict each other.
        if low > high { Self { low: 0.0, high: f64::INFINITY } } else { Self { low, high } }
    }

    /// How well the figure is known.
    pub fn known(self) -> Known {
        // No figure known only by bounds is negative.
        if self.low >= self.high {
            Known::Exact
        } else if self.low <= 0.0 && self.high == f64::INFINITY {
            Known::Unknown
        } else {
            Known::Bounded
        }
    }

    /// Whether the figure is below `value`.
    pub fn is_below(self, value: f64) -> Truth {
        decided(self.high < value, self.low >= value)
    }

    /// Whether the figure is above `value`.
    pub fn is_above(self, value: f64) -> Truth {
        decided(self.low > value, self.high <= value)
    }

    /// Whether the figure is `value`.
    pub fn is(self, value: f64) -> Truth {
        decided(self.low >= value && self.high <= value, self.low > value || self.high < value)
    }

    /// Multiplies a non-negative figure or its bounds.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}

impl<T: Into<Self>> From<Option<T>> for Range {
    fn from(known: Option<T>) -> Self {
        known.map_or(Self::UNKNOWN, Into::into)
    }
}

impl From<Duration> for Range {
    fn from(time: Duration) -> Self {
        Self::time(time)
    }
}

impl From<f64> for Range {
    fn from(value: f64) -> Self {
        Self::exactly(value)
    }
}

impl From<u32> for Range {
    fn from(count: u32) -> Self {
        Self::count(count)
    }
}

impl From<u64> for Range {
    fn from(count: u64) -> Self {
        Self::count(count)
    }
}

impl From<usize> for Range {
    fn from(count: usize) -> Self {
        Self::count(count as u64)
    }
}

fn decided(is: bool, is_not: bool) -> Truth {
    match (is, is_not) {
        (true, _) => Truth::True,
        (_, true) => Truth::False,
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Bounds;

    #[test]
    fn bounds_decide_a_comparison_or_leave_it_open() {
        let between = Range { low: 10.0, high: 20.0 };
        assert_eq!([9.0, 10.0, 15.0, 20.0].map(|at| between.is_above(at)), {
            [Truth::True, Truth::Unknown, Truth::Unknown, Truth::False]
        });
        assert_eq!([10.0, 15.0, 20.0, 21.0].map(|at| between.is_below(at)), {
            [Truth::False, Truth::Unknown, Truth::Unknown, Truth::True]
        });
        assert_eq!([9.0, 15.0].map(|at| between.is(at)), [Truth::False, Truth::Unknown]);
        assert_eq!(Range::exactly(3.0).is(3.0), Truth::True);
        assert_eq!(Range::UNKNOWN.is_above(0.0), Truth::Unknown);
    }

    #[test]
    fn a_fee_filter_bounds_only_what_a_child_may_raise() {
        let filter = FeeRate::Open(Bounds { floor: Some(5.0), ..Bounds::default() });
        assert_eq!(Range::fee_rate(filter, false).known(), Known::Unknown);
        assert_eq!(Range::fee_rate(filter, true).is_above(4.0), Truth::True);
    }

    #[test]
    fn bounds_that_contradict_each_other_say_nothing() {
        let rate = FeeRate::Open(Bounds { low: Some(5.0), high: Some(4.0), ..Bounds::default() });
        assert_eq!(Range::fee_rate(rate, false).known(), Known::Unknown);
    }

    #[test]
    fn unknown_stays_unknown_unless_the_other_part_decides() {
        use Truth::{False, True, Unknown};
        assert_eq!([Unknown.and(False), Unknown.and(True), !Unknown], [False, Unknown, Unknown]);
        assert_eq!([True.and(True), False.and(True), !False], [True, False, True]);
    }
}
