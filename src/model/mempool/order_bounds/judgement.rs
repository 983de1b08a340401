//! The judgement of one announcement, in steps: a list of tens of thousands of transactions must not stall
//! the model.

use crate::model::fees::bounds::announcements::Announcement;
use crate::model::fees::bounds::by_order::Bound;
use crate::model::fees::bounds::order::{self, Chain, Order, Place};
use crate::model::fees::bounds::tally::Tally;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::order_bounds::clusters::Clusters;
use crate::model::mempool::order_bounds::departures::Departures;
use crate::model::mempool::order_bounds::moment::{Keys, Known, Moment};
use crate::model::mempool::recent::RecentTxs;
use crate::wire::TxHash;
use foldhash::fast::RandomState;
use std::mem;

/// How much of a list, in 1/1000, must have arrived before it is used.
const MIN_ARRIVED: usize = 900;

/// How much must have arrived before it bounds chunk fee rates, as a missing child may pay for its parent.
const MIN_ARRIVED_FOR_CHUNKS: usize = 990;

/// How much must have arrived before the unconfirmed parents of all its transactions are assumed to be here:
/// they are on the list too.
const MIN_ARRIVED_FOR_PARENTS: usize = 999;

/// What a judgement reads besides the entries.
pub(super) struct World<'a> {
    pub(super) recent: &'a RecentTxs,
    pub(super) departures: &'a Departures,
    pub(super) clusters: &'a mut Clusters,
}

/// An announcement being judged.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) announcement: Announcement,
    stage: Stage,
    /// The index of the stage's next item.
    at: usize,
    /// The number of transactions that arrived, including those confirmed by now.
    arrived: usize,
    /// The transactions in the mempool, and their positions.
    keys: Vec<TxKey>,
    announced: Keys,
    known: Known,
    places: Vec<Place>,
    /// The last position with a known rank.
    last: Option<Place>,
    tally: Tally,
    chain: Chain,
    found: Vec<(usize, Bound)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Look the transactions up.
    Find,
    /// Determine their state as of the announcement, and count pairs.
    Place,
    /// Find the longest subsequence that keeps the order.
    Chain(Order),
    /// Add the bounds.
    Bound(Order),
}

/// What a judgement needs next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// More steps.
    Steps,
    /// The peer's order, given this tally.
    Order(Tally),
    /// Nothing: it is complete.
    Nothing,
}

impl Judgement {
    pub(super) fn new(announcement: Announcement) -> Self {
        let count = announcement.txs.len();
        Self {
            announcement,
            stage: Stage::Find,
            at: 0,
            arrived: 0,
            keys: Vec::with_capacity(count),
            announced: Keys::with_capacity_and_hasher(count, RandomState::default()),
            known: Known::default(),
            places: Vec::with_capacity(count),
            last: None,
            tally: Tally::default(),
            chain: Chain::default(),
            found: Vec::new(),
        }
    }

    /// Continues with the peer's order.
    pub(super) fn follow(&mut self, order: Order) {
        (self.stage, self.at) = (Stage::Chain(order), 0);
    }

    /// Takes one step, and deducts its cost from `budget`.
    pub(super) fn step(
        &mut self,
        entries: &mut Entries,
        world: &mut World<'_>,
        changes: &mut Changes,
        budget: &mut usize,
    ) -> Next {
        let at = self.at;
        self.at += 1;
        *budget = budget.saturating_sub(1);
        match self.stage {
            Stage::Find => return self.find(at, entries, world.recent),
            Stage::Place => {
                let Some(&key) = self.keys.get(at) else { return Next::Order(self.tally) };
                let cost = self.place(key, entries, world);
                *budget = budget.saturating_sub(cost);
            }
            Stage::Chain(order) => {
                if let Some(place) = self.places.get(at) {
                    place.rank(order).into_iter().for_each(|rank| self.chain.push(rank));
                } else {
                    self.found = order::bounds(&self.places, order, &self.chain);
                    (self.stage, self.at) = (Stage::Bound(order), 0);
                }
            }
            Stage::Bound(order) => {
                let Some(&(index, bound)) = self.found.get(at) else { return Next::Nothing };
                let cost = self.bound(index, bound, order, entries, world, changes);
                *budget = budget.saturating_sub(cost);
            }
        }
        Next::Steps
    }

    fn find(&mut self, at: usize, entries: &Entries, recent: &RecentTxs) -> Next {
        let Some(&wtxid) = self.announcement.txs.get(at) else {
            (self.stage, self.at) = (Stage::Place, 0);
            let is_enough = !self.announcement.is_list || self.has_arrived(MIN_ARRIVED);
            return if is_enough { Next::Steps } else { Next::Nothing };
        };
        let hash = TxHash::Wtxid(wtxid);
        if let Some(key) = entries.key(hash) {
            self.keys.push(key);
            self.announced.insert(key);
            self.arrived += 1;
        } else if recent.is_excluded(hash) {
            self.arrived += 1;
        }
        Next::Steps
    }

    /// Whether no more of its transactions are expected.
    pub(super) fn is_whole(&self) -> bool {
        !self.announcement.is_list || self.has_arrived(MIN_ARRIVED_FOR_CHUNKS)
    }

    fn has_arrived(&self, per_mille: usize) -> bool {
        self.arrived * 1_000 >= self.announcement.txs.len() * per_mille
    }

    fn moment<'a>(
        &'a self,
        entries: &'a Entries,
        recent: &'a RecentTxs,
        departures: &'a Departures,
    ) -> Moment<'a> {
        let Announcement { at, is_list, .. } = self.announcement;
        let has_parents = is_list && self.has_arrived(MIN_ARRIVED_FOR_PARENTS);
        Moment { at, is_list, has_parents, announced: &self.announced, entries, recent, departures }
    }

    /// Adds the next position. Returns its cost.
    fn place(&mut self, key: TxKey, entries: &Entries, world: &mut World<'_>) -> usize {
        let mut known = mem::take(&mut self.known);
        let moment = self.moment(entries, world.recent, world.departures);
        let place = |entry| moment.place(key, entry, world.clusters, &mut known);
        let seen = entries.get(key).map(place);
        self.known = known;
        // A transaction that has left in the meantime keeps its index.
        let nothing = Place { weight: 1, fee: None, ancestors: None, chunk: None, is_alone: false };
        let (place, cost) = seen.unwrap_or((nothing, 0));
        let is_known = place.rank(Order::ByChunk).and(place.rank(Order::ByAncestors)).is_some();
        if is_known && let Some(last) = self.last.replace(place) {
            self.tally.count(&last, &place);
        }
        self.places.push(place);
        cost
    }

    /// Adds a bound, in sat per adjusted vB, if the relatives are the same as when it was found. Returns the
    /// cost.
    fn bound(
        &self,
        index: usize,
        bound: Bound,
        order: Order,
        entries: &mut Entries,
        world: &mut World<'_>,
        changes: &mut Changes,
    ) -> usize {
        let (Some(&key), Some(place)) = (self.keys.get(index), self.places.get(index)) else { return 1 };
        let Some(entry) = entries.get(key) else { return 1 };
        let moment = self.moment(entries, world.recent, world.departures);
        if moment.ancestors(key, world.clusters) != place.ancestors
            || !(self.is_whole() || order == Order::ByAncestors)
        {
            return 1;
        }
        let voter = self.announcement.voter();
        if order != Order::ByChunk || place.is_alone {
            let scale = f64::from(entry.adjusted_weight().div_ceil(4)) / f64::from(entry.tx().vsize());
            if entry.fee().is_none() {
                entries.update(key, changes, |entry| entry.add_bound(voter, bound.scaled(scale)));
            }
            return 1;
        }
        if entry.chunk_fee_rate().is_some() {
            return 1;
        }
        let (is_same, cost) = moment.is_same(key, world.clusters);
        if is_same {
            entries.update(key, changes, |entry| entry.add_chunk_bound(voter, bound));
        }
        cost
    }
}
