//! The bounds of one transaction from the order of announcements, by source.

use crate::event::PeerId;
use crate::model::fees::bounds::{PARTS, round_down};
use crate::model::fees::fee_rate::{Bounds, FeeRate};
use crate::model::mempool::vouch::voucher::Vouchers;

/// A bound from a position in an announcement, in sat/vB.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    /// Returns the bound for a rate `scale` times as high.
    pub(in crate::model) fn scaled(self, scale: f64) -> Self {
        match self {
            Self::AtLeast(rate) => Self::AtLeast(rate * scale),
            Self::AtMost(rate) => Self::AtMost(rate * scale),
        }
    }
}

/// The bits of a peer's number to keep: peers that share these bits are hours apart.
const PEER_BITS: u32 = u32::BITS - Vouchers::BITS;

/// A peer that gives bounds, with its netgroup, whose peers count as one. Four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Voter(u32);

impl Voter {
    /// A peer of a netgroup.
    pub(in crate::model) fn new(peer: PeerId, netgroup: Vouchers) -> Self {
        Self(u32::from(netgroup.number()) << PEER_BITS | short(peer))
    }

    /// Stands for the peers of an earlier run, whose bounds count as one netgroup's.
    pub(in crate::model) fn earlier_run() -> Self {
        let peer = PeerId(u64::MAX);
        Self::new(peer, Vouchers::unknown(peer))
    }

    const fn netgroup(self) -> u32 {
        self.0 >> PEER_BITS
    }

    const fn peer(self) -> u32 {
        self.0 & ((1 << PEER_BITS) - 1)
    }
}

/// One peer's bound, in parts of 1 sat/vB. Only eight bytes, as there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Vote {
    voter: Voter,
    bound: i32,
}

impl Vote {
    /// No bound.
    const NONE: Self = Self { voter: Voter(0), bound: i32::MIN };

    fn is_some(self) -> bool {
        self.bound != i32::MIN
    }

    /// Whether it comes from the same netgroup.
    fn is_like(self, other: Self) -> bool {
        self.is_some() && self.voter.netgroup() == other.voter.netgroup()
    }
}

/// The two tightest bounds in one direction, from different netgroups. Larger is tighter: upper bounds are
/// negated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Votes {
    tightest: Vote,
    second: Vote,
}

impl Default for Votes {
    fn default() -> Self {
        Self { tightest: Vote::NONE, second: Vote::NONE }
    }
}

impl Votes {
    /// Adds a bound. Of each netgroup, the tightest one counts.
    fn add(&mut self, vote: Vote) {
        if vote.bound > self.tightest.bound {
            if !self.tightest.is_like(vote) {
                self.second = self.tightest;
            }
            self.tightest = vote;
        } else if !self.tightest.is_like(vote) && vote.bound > self.second.bound {
            self.second = vote;
        }
    }

    /// Returns the second tightest bound or else the only one, in sat/vB, and whether it is the only one.
    fn get(self) -> Option<(f64, bool)> {
        let is_single = !self.second.is_some();
        let vote = if is_single { self.tightest } else { self.second };
        vote.is_some().then(|| (f64::from(vote.bound) / PARTS, is_single))
    }

    /// Returns for each bound's peer whether `rate` (sat/vB) is within the bound.
    fn verdicts(self, rate: f64) -> impl Iterator<Item = Verdict> {
        let votes = [self.tightest, self.second].into_iter().filter(|vote| vote.is_some());
        // One part of tolerance, as bounds are rounded.
        votes.map(move |Vote { voter, bound }| Verdict {
            peer: voter.peer(),
            held: rate * PARTS + 1.0 >= f64::from(bound),
        })
    }
}

/// Whether a fee that became exact is within a peer's bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Verdict {
    /// The peer, by [`short`].
    pub(in crate::model) peer: u32,
    pub(in crate::model) held: bool,
}

/// The part of a peer's number to keep, which is enough to tell peers apart.
pub(in crate::model) fn short(PeerId(number): PeerId) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "peers are numbered from 0")]
    let short = number as u32;
    short & ((1 << PEER_BITS) - 1)
}

/// The bounds of one rate from all of a transaction's positions in announcements.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(in crate::model) struct OrderBounds {
    low: Votes,
    /// Negated.
    high: Votes,
    /// The netgroups that gave a bound, each as one of 32 bits.
    netgroups: u32,
}

impl OrderBounds {
    /// Adds a bound from a peer's announcement.
    pub(in crate::model) fn add(&mut self, voter: Voter, bound: Bound) {
        let (direction, rate) = match bound {
            Bound::AtLeast(rate) => (&mut self.low, rate),
            Bound::AtMost(rate) => (&mut self.high, -rate),
        };
        let vote = Vote { voter, bound: round_down(rate) };
        // An upper bound above all possible rates is no bound.
        if vote.is_some() {
            direction.add(vote);
            self.netgroups |= 1 << (voter.netgroup() % u32::BITS);
        }
    }

    /// Returns the number of netgroups that gave a bound. The true number may be higher, as several may share
    /// a bit.
    fn netgroups(&self) -> u32 {
        let several = self.low.second.is_some() || self.high.second.is_some();
        self.netgroups.count_ones().max(if several { 2 } else { 0 })
    }

    /// Returns the fee rate: exact if the `fee` (sat) is known, otherwise bounded. `floor` (sat/vB) is the
    /// announcers' fee filter.
    pub(in crate::model) fn fee_rate(&self, fee: Option<u64>, vsize: u32, floor: Option<f64>) -> FeeRate {
        fee.map_or_else(|| FeeRate::bounded(self.bounds(floor)), |fee| FeeRate::of(fee, vsize))
    }

    /// Returns the bounds. `floor` (sat/vB) is the announcers' fee filter; it is ignored if above the upper
    /// bound, in which case a child pays for the transaction.
    pub(in crate::model) fn bounds(&self, floor: Option<f64>) -> Bounds {
        let (mut low, mut high) = (self.low.get(), self.high.get().map(|(high, single)| (-high, single)));
        // A peer lies, or saw the transaction differently. Believe several rather than one.
        if let (Some((least, low_is_single)), Some((most, high_is_single))) = (low, high)
            && least > most
        {
            low = low.filter(|_| !low_is_single && high_is_single);
            high = high.filter(|_| !high_is_single && low_is_single);
        }
        let by_one_peer = [low, high].into_iter().flatten().any(|(_, single)| single);
        let [low, high] = [low, high].map(|bound| bound.map(|(rate, _)| rate));
        let floor = floor.filter(|floor| high.is_none_or(|high| *floor <= high));
        Bounds { floor, low, high, by_one_peer, netgroups: self.netgroups() }
    }

    /// Returns what an exact `rate` (sat/vB) says about the peers that gave bounds.
    pub(in crate::model) fn verdicts(&self, rate: f64) -> impl Iterator<Item = Verdict> {
        self.low.verdicts(rate).chain(self.high.verdicts(-rate))
    }
}

/// The range of a transaction's chunk fee rate, from what is known about its cluster, in sat/vB.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model) struct ChunkRange {
    low: f32,
    high: f32,
    by_one_peer: bool,
}

impl Default for ChunkRange {
    fn default() -> Self {
        Self { low: 0.0, high: f32::INFINITY, by_one_peer: false }
    }
}

impl ChunkRange {
    /// The range from `low` to `high`, if there is an upper bound, rounded outwards.
    pub(in crate::model) fn new(low: f64, high: Option<f64>, by_one_peer: bool) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "rounded outwards")]
        let [low, high] = [low as f32, high.map_or(f32::INFINITY, |high| (high as f32).next_up())];
        Self { low: if low > 0.0 { low.next_down() } else { 0.0 }, high, by_one_peer }
    }

    /// Returns whether a rate in sat/vB is in the range.
    #[cfg(test)]
    pub(in crate::model) fn contains(self, rate: f64) -> bool {
        (f64::from(self.low)..=f64::from(self.high)).contains(&rate)
    }
}

/// What is known about a transaction while its fee or chunk fee rate is not exact.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(in crate::model) struct LearnedBounds {
    /// Bounds of its own fee rate, which hold whatever happens to its relatives.
    pub(in crate::model) own: OrderBounds,
    /// Bounds of its chunk fee rate, valid while its cluster does not change.
    pub(in crate::model) chunk: OrderBounds,
    /// The range of its chunk fee rate from the fees in its cluster.
    pub(in crate::model) cluster: ChunkRange,
}

impl LearnedBounds {
    /// Returns what is known about the chunk fee rate. `floor` is the announcers' fee filter.
    pub(in crate::model) fn chunk_rate(&self, floor: Option<f64>) -> FeeRate {
        let mut bounds = self.chunk.bounds(floor);
        let ChunkRange { low, high, by_one_peer } = self.cluster;
        let low = (low > 0.0).then_some(f64::from(low)).filter(|low| bounds.low.is_none_or(|by| by < *low));
        let high = Some(f64::from(high)).filter(|high| bounds.high.unwrap_or(f64::INFINITY) > *high);
        bounds.by_one_peer |= by_one_peer && (low.is_some() || high.is_some());
        bounds.low = low.or(bounds.low);
        bounds.high = high.or(bounds.high);
        if bounds.low > bounds.high.or(Some(f64::INFINITY)) {
            return FeeRate::Open(Bounds { floor, ..Bounds::default() });
        }
        bounds.floor = bounds.floor.filter(|floor| bounds.high.is_none_or(|high| *floor <= high));
        FeeRate::bounded(bounds)
    }
}
