//! Which order a peer follows, according to its own announcements.
//!
//! Pairs of neighbours are counted, among the transactions of an announcement whose rank is certain in both
//! orders. Counting only neighbours takes linear time, and a single misplaced transaction spoils just two of
//! these pairs rather than half of the list. Pairs that are equal in both orders are left out; pairs without
//! relatives mostly agree with both.

use crate::model::fees::bounds::order::{Order, Place};
use std::cmp::Ordering;
use std::ops::{AddAssign, SubAssign};

/// The number of pairs needed to believe a peer.
const MIN_PAIRS: u32 = 200;

/// The percentage of pairs that must agree. Since version 31 Bitcoin Core sorts by modified fees: rare
/// local priorities break the order.
const MIN_AGREEMENT: u32 = 98;

/// The number of pairs agreeing with only one order that are needed to decide between the two.
const MIN_DECISIVE: u32 = 10;

/// Counts of neighbouring pairs in announcements, by the orders they agree with.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(in crate::model) struct Tally {
    both: u32,
    by_chunk: u32,
    by_ancestors: u32,
    neither: u32,
}

impl Tally {
    /// Counts two consecutive positions. Both must have a rank in both orders.
    pub(in crate::model) fn count(&mut self, first: &Place, second: &Place) {
        let compare = |order| Some(first.rank(order)?.compare(&second.rank(order)?));
        let (Some(by_chunk), Some(by_ancestors)) = (compare(Order::ByChunk), compare(Order::ByAncestors))
        else {
            return;
        };
        let sort = match (by_chunk, by_ancestors) {
            (Ordering::Equal, Ordering::Equal) => return,
            (Ordering::Greater, Ordering::Greater) => &mut self.neither,
            (Ordering::Greater, _) => &mut self.by_ancestors,
            (_, Ordering::Greater) => &mut self.by_chunk,
            _ => &mut self.both,
        };
        *sort += 1;
    }

    /// Returns the order that the pairs agree with, or `None` if there are too few or they agree with
    /// neither.
    pub(in crate::model) fn order(self) -> Option<Order> {
        let Self { both, by_chunk, by_ancestors, neither } = self;
        let pairs = both + by_chunk + by_ancestors + neither;
        let agree = |only: u32| u64::from(both + only) * 100 >= u64::from(pairs) * u64::from(MIN_AGREEMENT);
        let decides = |one: u32, other: u32| one >= MIN_DECISIVE && one / MIN_DECISIVE >= other;
        match (agree(by_chunk), agree(by_ancestors)) {
            _ if pairs < MIN_PAIRS => None,
            (true, false) => Some(Order::ByChunk),
            (false, true) => Some(Order::ByAncestors),
            (true, true) if decides(by_chunk, by_ancestors) => Some(Order::ByChunk),
            (true, true) if decides(by_ancestors, by_chunk) => Some(Order::ByAncestors),
            (true, true) => Some(Order::Either),
            (false, false) => None,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.both += other.both;
        self.by_chunk += other.by_chunk;
        self.by_ancestors += other.by_ancestors;
        self.neither += other.neither;
    }
}

impl SubAssign for Tally {
    fn sub_assign(&mut self, other: Self) {
        self.both = self.both.saturating_sub(other.both);
        self.by_chunk = self.by_chunk.saturating_sub(other.by_chunk);
        self.by_ancestors = self.by_ancestors.saturating_sub(other.by_ancestors);
        self.neither = self.neither.saturating_sub(other.neither);
    }
}

/// How often a peer's bounds held when a fee became exact.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(in crate::model) struct Honesty {
    held: u32,
    broken: u32,
}

impl Honesty {
    /// The number of broken bounds that a peer may always have.
    const FORGIVEN: u32 = 2;

    /// The number of verdicts after which old ones count half.
    const WINDOW: u32 = 1_000;

    /// Records whether a bound held.
    pub(in crate::model) fn record(&mut self, held: bool) {
        *(if held { &mut self.held } else { &mut self.broken }) += 1;
        if self.held + self.broken >= Self::WINDOW {
            self.held /= 2;
            self.broken /= 2;
        }
    }

    /// Returns whether the share of broken bounds is large enough to discredit the peer.
    pub(in crate::model) fn is_discredited(self) -> bool {
        let share = u64::from(self.broken) * 100;
        self.broken > Self::FORGIVEN
            && share > u64::from(self.held + self.broken) * u64::from(100 - MIN_AGREEMENT)
    }
}
