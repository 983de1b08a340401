//! The clusters changed by an event, each found once: finding one takes a search for each input and output of its
//! members.

use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::graph::{Cluster, Member, cluster};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::mem;

/// A cluster.
#[derive(Debug)]
pub(in crate::model::mempool) enum Found {
    /// A transaction without relatives in its cluster.
    Alone(Member),
    /// Several transactions.
    Members(Vec<Member>),
    /// A transaction whose cluster exceeds nodes' limits.
    Oversized(TxKey),
}

/// The clusters changed by an event.
#[derive(Debug)]
pub(in crate::model::mempool) struct ChangedClusters {
    /// Those that lost a member.
    pub(in crate::model::mempool) bereaved: Vec<Found>,
    /// The others: they gained members, or members started to count.
    pub(in crate::model::mempool) others: Vec<Found>,
    /// The members of all of them.
    pub(super) members: Keys,
}

/// The keys of transactions whose cluster was found.
pub(super) type Keys = HashSet<TxKey, RandomState>;

impl ChangedClusters {
    /// Finds the clusters of the transactions in `changes`, which are taken from there.
    pub(in crate::model::mempool) fn take(
        entries: &Entries,
        recent: &RecentTxs,
        changes: &mut Changes,
    ) -> Self {
        let mut members = Keys::default();
        let bereaved = find(entries, recent, mem::take(&mut changes.bereaved), &mut members);
        let others = find(entries, recent, mem::take(&mut changes.unsettled), &mut members);
        Self { bereaved, others, members }
    }
}

/// Returns the clusters of transactions that are not in `known`, and adds all their members to it.
pub(super) fn find(
    entries: &Entries,
    recent: &RecentTxs,
    mut keys: Vec<TxKey>,
    known: &mut Keys,
) -> Vec<Found> {
    keys.sort_unstable();
    keys.dedup();
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(entry) = entries.get(key).filter(|_| !known.contains(&key)) else { continue };
        found.push(if entries.cluster_relatives(entry).next().is_none() {
            known.insert(key);
            Found::Alone(Member::alone(entries, recent, key, entry))
        } else if let Some(Cluster { members, .. }) = cluster(entries, recent, key) {
            known.extend(members.iter().map(|member| member.key));
            Found::Members(members)
        } else {
            Found::Oversized(key)
        });
    }
    found
}
