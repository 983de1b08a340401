//! A transaction as the announcing node saw it at the time of an announcement.
//!
//! Its ancestors were in that node's mempool, or it could not have announced it. Another member of its
//! cluster was there if it is in the same announcement or was seen long before; it was not if it was seen
//! later or, in the case of a whole-mempool list, is not in it. If any member remains in doubt, the chunk is
//! uncertain; after a relative left, so are the ancestors.

use crate::model::fees::bounds::order::{Paid, Place};
use crate::model::mempool::cluster::graph::{Cluster, Member, certain_chunks, lacks_parent};
use crate::model::mempool::cluster::relatives;
use crate::model::mempool::cluster::set::{MAX_MEMBERS, Set, all, members};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::order_bounds::clusters::{Clusters, KeptCluster, paid};
use crate::model::mempool::order_bounds::departures::Departures;
use crate::model::mempool::recent::RecentTxs;
use crate::util::time::Timestamp;
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The most inputs of an announced transaction of unknown fee for which its parents are assumed to have
/// arrived: with more inputs, not all parents are requested.
pub(super) const MAX_INPUTS: u32 = 25;

/// By how much nodes may differ in when they saw a transaction: most announce it to each other within
/// seconds.
const SPREAD: Duration = Duration::from_mins(1);

/// The keys of an announcement's transactions.
pub(super) type Keys = HashSet<TxKey, RandomState>;

/// The moment of an announcement.
pub(super) struct Moment<'a> {
    pub(super) at: Timestamp,
    /// Whether the announcement is a whole-mempool list.
    pub(super) is_list: bool,
    /// Whether the unconfirmed parents of all its transactions are here.
    pub(super) has_parents: bool,
    pub(super) announced: &'a Keys,
    pub(super) entries: &'a Entries,
    pub(super) recent: &'a RecentTxs,
    pub(super) departures: &'a Departures,
}

/// What is known about a member of a cluster as of a moment.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Then {
    /// Its chunk, if certain.
    chunk: Option<Paid>,
    /// Whether it had no relatives.
    is_alone: bool,
}

/// What is known about members of clusters that were not there as a whole, so that each cluster is examined
/// once.
pub(super) type Known = HashMap<TxKey, Then, RandomState>;

impl Moment<'_> {
    /// Returns what was known about a transaction at its position, and the cost of finding out, in
    /// transactions examined.
    pub(super) fn place(
        &self,
        key: TxKey,
        entry: &MempoolEntry,
        clusters: &mut Clusters,
        known: &mut Known,
    ) -> (Place, usize) {
        let (weight, fee) = (entry.adjusted_weight(), entry.fee());
        let uncertain = Place { weight, fee, ancestors: None, chunk: None, is_alone: false };
        if !self.is_certain(key, entry) {
            return (uncertain, 1);
        }
        let kept = clusters.get(self.entries, self.recent, key);
        let found = kept.and_then(|kept| Some((kept.number(key)?, kept)));
        let (lacks_parent, is_alone) = match &found {
            Some((number, kept)) => (kept.cluster.members[*number].lacks_parent, kept.is_alone()),
            // On its own, a transaction may have any size.
            None => (
                lacks_parent(self.entries, self.recent, entry),
                self.entries.relatives(entry.tx()).next().is_none(),
            ),
        };
        if lacks_parent {
            return (uncertain, 1);
        }
        if is_alone {
            let chunk = fee.map(|fee| Paid { fee, size: weight });
            return (Place { ancestors: Some(1), chunk, is_alone, ..uncertain }, 1);
        }
        let Some((number, kept)) = found else {
            return (Place { ancestors: self.count_ancestors(key), ..uncertain }, MAX_MEMBERS);
        };
        let (then, cost) = match known.get(&key) {
            Some(then) => (*then, 1),
            None => self.look(&kept, number, known),
        };
        let ancestors = self.ancestors_in(&kept, number);
        (Place { ancestors, chunk: then.chunk, is_alone: then.is_alone, ..uncertain }, cost)
    }

    /// Returns whether all of its relatives at the time are in the mempool, except for those known to be
    /// missing.
    fn is_certain(&self, key: TxKey, entry: &MempoolEntry) -> bool {
        let parents_came =
            self.has_parents || entry.fee().is_some() || entry.tx().input_count() <= MAX_INPUTS;
        parents_came && !self.departures.since(key, self.at)
    }

    /// Returns the number of its ancestors, including itself, or `None` if there are more than nodes accept.
    pub(super) fn ancestors(&self, key: TxKey, clusters: &mut Clusters) -> Option<u8> {
        let kept = clusters.get(self.entries, self.recent, key);
        match kept.as_deref().and_then(|kept| Some((kept, kept.number(key)?))) {
            Some((kept, number)) => self.ancestors_in(kept, number),
            None => self.count_ancestors(key),
        }
    }

    fn ancestors_in(&self, kept: &KeptCluster, number: usize) -> Option<u8> {
        if kept.has_all_relatives() {
            u8::try_from(kept.ancestors[number].count_ones() + 1).ok()
        } else {
            self.count_ancestors(kept.cluster.members[number].key)
        }
    }

    fn count_ancestors(&self, key: TxKey) -> Option<u8> {
        let ancestors = relatives::ancestors(self.entries, key);
        u8::try_from(ancestors.rows.len() + 1).ok().filter(|_| !ancestors.more)
    }

    /// Examines a cluster. Returns what is known about the member with this number, and the cost. What is
    /// known about the others is added to `known`, unless all were there.
    fn look(&self, kept: &KeptCluster, number: usize, known: &mut Known) -> (Then, usize) {
        let members = &kept.cluster.members;
        match self.present(kept) {
            Some(present) if present == all(members.len()) => {
                (Then { chunk: kept.chunks[number], is_alone: members.len() == 1 }, members.len())
            }
            present => {
                let then = present.map_or_else(
                    || vec![Then::default(); members.len()],
                    |present| part_then(members, present),
                );
                known.extend(members.iter().zip(&then).map(|(member, then)| (member.key, *then)));
                // Computing chunks takes more than linear time.
                (then[number], members.len() + members.len().pow(2) / 8)
            }
        }
    }

    /// Returns whether the cluster of a transaction is still the same, and the cost.
    pub(super) fn is_same(&self, key: TxKey, clusters: &mut Clusters) -> (bool, usize) {
        let Some(kept) = clusters.get(self.entries, self.recent, key) else { return (false, MAX_MEMBERS) };
        let count = kept.cluster.members.len();
        (self.present(&kept) == Some(all(count)), count)
    }

    /// Returns the members of a cluster that were there, or `None` if in doubt.
    fn present(&self, kept: &KeptCluster) -> Option<Set> {
        let Cluster { members, elsewhere } = &kept.cluster;
        let (mut present, mut doubtful): (Set, Set) = (0, 0);
        for (index, member) in members.iter().enumerate() {
            match self.was_there(member.key) {
                Some(true) => present |= 1 << index | kept.ancestors[index],
                Some(false) => {}
                None => doubtful |= 1 << index,
            }
        }
        let is_whole = elsewhere.iter().all(|relative| self.was_there(*relative) == Some(false));
        (doubtful & !present == 0 && is_whole).then_some(present)
    }

    /// Returns whether a member of the cluster was in the announcing node's mempool, not considering that
    /// ancestors of others must have been.
    fn was_there(&self, key: TxKey) -> Option<bool> {
        if self.announced.contains(&key) {
            return Some(true);
        }
        if self.is_list {
            return Some(false);
        }
        let seen = self.entries.get(key)?.first_seen();
        if seen > self.at {
            return Some(false);
        }
        (self.at.since(seen) >= SPREAD).then_some(true)
    }
}

/// Returns what was known about the members of a cluster that was only partly there.
fn part_then(cluster: &[Member], present: Set) -> Vec<Then> {
    let mut then = vec![Then::default(); cluster.len()];
    let numbers: Vec<usize> = members(present).collect();
    let chunks = certain_chunks(&part(cluster, &numbers));
    for (&number, chunk) in numbers.iter().zip(chunks) {
        let is_relative = |&other: &usize| {
            cluster[other].parents >> number & 1 == 1 || cluster[number].parents >> other & 1 == 1
        };
        then[number] = Then { chunk: chunk.map(paid), is_alone: !numbers.iter().any(is_relative) };
    }
    then
}

/// Returns the members with these numbers as a separate cluster. They must include the parents of each.
fn part(cluster: &[Member], numbers: &[usize]) -> Vec<Member> {
    let renumbered = |parents: Set| {
        let new = numbers.iter().enumerate().filter(|(_, old)| parents >> **old & 1 == 1);
        new.fold(0, |set: Set, (new, _)| set | 1 << new)
    };
    numbers.iter().map(|&old| Member { parents: renumbered(cluster[old].parents), ..cluster[old] }).collect()
}
