//! The two orders in which nodes announce, and the bounds that follow from a position in them.
//!
//! Since version 31, Bitcoin Core announces by descending chunk fee rate, parents first (Core:
//! `CompareMiningScoreWithTopology`). From 0.12 to 30 it announces by ascending number of ancestors in the
//! mempool, including the transaction itself, then by descending own fee rate (Core: `CompareDepthAndScore`).
//! The answer to `mempool` (BIP35) is in the same order.
//!
//! A transaction of known rate that breaks the order, such as one prioritised by its node, is left out: the
//! others are bounded by a longest subsequence in which the known rates keep the order ([`Chain`]).

use crate::model::fees::bounds::by_order::Bound;
use std::cmp::Ordering;

/// The order in which a peer announces, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) enum Order {
    /// By descending chunk fee rate.
    ByChunk,
    /// By ascending number of ancestors, then by descending own fee rate.
    ByAncestors,
    /// Either of them: in both, transactions without relatives are in order of descending fee rate.
    Either,
}

/// A fee in sat with the size that it pays for, compared exactly, since rounded rates could sort differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Paid {
    pub(in crate::model) fee: u64,
    /// In WU or vB; not 0.
    pub(in crate::model) size: u32,
}

impl Paid {
    fn cmp_rate(self, other: Self) -> Ordering {
        let mine = u128::from(self.fee) * u128::from(other.size);
        mine.cmp(&(u128::from(other.fee) * u128::from(self.size)))
    }

    /// Returns the fee per unit of size, in sat.
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    fn rate(self) -> f64 {
        self.fee as f64 / f64::from(self.size)
    }

    /// Returns the fee per vB, in sat, if the size is in WU.
    fn per_vb(self) -> f64 {
        Self { size: self.size.div_ceil(4), ..self }.rate()
    }
}

/// A transaction at its position in an announcement, as the announcing node saw it then.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Place {
    /// The sigops-adjusted weight, in WU.
    pub(in crate::model) weight: u32,
    /// The exact fee in sat.
    pub(in crate::model) fee: Option<u64>,
    /// The number of ancestors in the mempool, including itself; `None` if uncertain.
    pub(in crate::model) ancestors: Option<u8>,
    /// The fee and the weight of its chunk, if certain.
    pub(in crate::model) chunk: Option<Paid>,
    /// Whether it certainly had no relatives.
    pub(in crate::model) is_alone: bool,
}

/// The sort key of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Rank {
    group: u8,
    paid: Paid,
}

impl Rank {
    /// Compares by group, then by descending rate.
    pub(in crate::model) fn compare(&self, other: &Self) -> Ordering {
        self.group.cmp(&other.group).then_with(|| other.paid.cmp_rate(self.paid))
    }
}

impl Place {
    /// The sigops-adjusted virtual size, in vB.
    fn vsize(&self) -> u32 {
        self.weight.div_ceil(4)
    }

    /// Returns the rank in an order, or `None` if uncertain.
    pub(in crate::model) fn rank(&self, order: Order) -> Option<Rank> {
        let (group, paid) = match order {
            Order::ByChunk => (0, self.chunk?),
            Order::ByAncestors => (self.ancestors?, Paid { fee: self.fee?, size: self.vsize() }),
            Order::Either if self.is_alone => (0, Paid { fee: self.fee?, size: self.weight }),
            Order::Either => return None,
        };
        Some(Rank { group, paid })
    }

    /// Returns the group in which neighbours bound this transaction, or `None` if they don't: its rate is
    /// known, or its position is uncertain.
    fn bounded_in(&self, order: Order) -> Option<u8> {
        match order {
            Order::ByChunk => self.chunk.is_none().then_some(0),
            Order::ByAncestors => self.ancestors.filter(|_| self.fee.is_none()),
            Order::Either => (self.is_alone && self.fee.is_none()).then_some(0),
        }
    }

    /// Returns the highest possible rate, in sat per adjusted vB, if the transaction comes after `other`.
    fn most(&self, order: Order, other: Paid) -> f64 {
        match order {
            Order::ByAncestors => other.rate(),
            Order::ByChunk if self.is_alone => self.rate_like(other),
            Order::ByChunk => other.rate() * 4.0,
            Order::Either => self.rate_like(other).max(other.per_vb()),
        }
    }

    /// Returns the lowest possible rate, in sat per adjusted vB, if the transaction comes before `other`.
    fn least(&self, order: Order, other: Paid) -> f64 {
        match order {
            Order::ByAncestors => other.rate(),
            Order::ByChunk if self.is_alone => self.rate_like(other),
            // The chunk weighs at least as much as its member, so rounding its size up changes its rate less.
            Order::ByChunk => other.rate() * f64::from(self.weight) * 4.0 / (f64::from(self.weight) + 3.0),
            Order::Either => self.rate_like(other).min(other.per_vb()),
        }
    }

    /// Returns the rate in sat per adjusted vB of the transaction if it pays as much for its weight as
    /// `other`.
    fn rate_like(&self, other: Paid) -> f64 {
        other.rate() * f64::from(self.weight) / f64::from(self.vsize())
    }
}

/// A longest subsequence of ranks that keeps the order, built one rank at a time (patience sorting: Schensted
/// 1961).
#[derive(Debug, Default)]
pub(in crate::model) struct Chain {
    /// By number, each with the number of the previous rank in the longest chain that ends with it.
    ranks: Vec<(Rank, Option<u32>)>,
    /// By length: the last rank of a chain of this length that leaves the most room after it.
    ends: Vec<u32>,
}

impl Chain {
    /// Adds the next rank of the sequence.
    pub(in crate::model) fn push(&mut self, rank: Rank) {
        let length = self.ends.partition_point(|&end| {
            self.ranks.get(end as usize).is_some_and(|(end, _)| end.compare(&rank).is_le())
        });
        let previous = length.checked_sub(1).and_then(|length| self.ends.get(length)).copied();
        let Ok(number) = u32::try_from(self.ranks.len()) else { return };
        self.ranks.push((rank, previous));
        match self.ends.get_mut(length) {
            Some(end) => *end = number,
            None => self.ends.push(number),
        }
    }

    /// Returns for each rank, by number, whether it is part of the longest chain.
    fn members(&self) -> Vec<bool> {
        let mut members = vec![false; self.ranks.len()];
        let mut at = self.ends.last().copied();
        while let Some(number) = at {
            let number = number as usize;
            members[number] = true;
            at = self.ranks[number].1;
        }
        members
    }
}

/// Returns the bounds of positions with unknown rates, by index, in sat per adjusted vB: each pays at most as
/// much as the last known one before it, and at least as much as the first known one after it. `chain` has
/// the ranks of all positions that have one in `order`.
pub(in crate::model) fn bounds(places: &[Place], order: Order, chain: &Chain) -> Vec<(usize, Bound)> {
    let mut members = chain.members().into_iter();
    let known: Vec<Option<Rank>> =
        places.iter().map(|place| place.rank(order).filter(|_| members.next().unwrap_or(false))).collect();
    let before = nearest(known.iter());
    let mut behind = nearest(known.iter().rev());
    behind.reverse();
    let mut found = Vec::new();
    for (index, (place, neighbours)) in places.iter().zip(before.into_iter().zip(behind)).enumerate() {
        let Some(group) = place.bounded_in(order) else { continue };
        let (before, behind) = neighbours;
        // A neighbour in another group contradicts what is known about its ancestors.
        if before.is_some_and(|rank| rank.group > group) || behind.is_some_and(|rank| rank.group < group) {
            continue;
        }
        let same = |rank: &Rank| rank.group == group;
        let at_most = before.filter(same).map(|rank| Bound::AtMost(place.most(order, rank.paid)));
        let at_least = behind.filter(same).map(|rank| Bound::AtLeast(place.least(order, rank.paid)));
        found.extend(at_most.into_iter().chain(at_least).map(|bound| (index, bound)));
    }
    found
}

/// Returns, for each item, the last known one up to and including it.
fn nearest<'a>(known: impl Iterator<Item = &'a Option<Rank>>) -> Vec<Option<Rank>> {
    known
        .scan(None, |last, rank| {
            *last = rank.or(*last);
            Some(*last)
        })
        .collect()
}
