//! Settling clusters: the chunk fee rates of all transactions whose cluster changed.

use crate::model::fees::bounds::by_order::ChunkRange;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::fee_range::FeeRange;
use crate::model::mempool::cluster::graph::{
    Cluster, KnownChunk, Member, cluster, fee_range, known_alone, known_chunks,
};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::mem;

/// Computes the chunk fee rates in the clusters of all transactions in `changes`. If a cluster itself
/// changed, earlier announcements no longer bound its chunk fee rates.
pub(in crate::model::mempool) fn settle(entries: &mut Entries, recent: &RecentTxs, changes: &mut Changes) {
    let unsettled = sorted(mem::take(&mut changes.unsettled)).into_iter().map(|key| (key, true));
    let learned = sorted(mem::take(&mut changes.learned)).into_iter().map(|key| (key, false));
    let mut settled = HashSet::<TxKey, RandomState>::default();
    for (key, has_changed) in unsettled.chain(learned) {
        let Some(entry) = entries.get(key).filter(|_| !settled.contains(&key)) else { continue };
        if entries.cluster_relatives(entry).next().is_none() {
            let known = known_alone(entries, recent, entry);
            set_known(entries, key, known, has_changed, changes);
            continue;
        }
        let Some(Cluster { members, .. }) = cluster(entries, recent, key) else {
            mark_oversized(entries, key, changes);
            continue;
        };
        for (member, known) in members.iter().zip(known_chunks(&members, &fee_ranges(entries, &members))) {
            set_known(entries, member.key, known, has_changed, changes);
        }
        settled.extend(members.iter().map(|member| member.key));
    }
}

/// Returns the possible fees of a cluster's members.
pub(super) fn fee_ranges(entries: &Entries, members: &[Member]) -> Vec<FeeRange> {
    let range = |member: &Member| Some(fee_range(entries.get(member.key)?, member.lacks_parent));
    members.iter().map(|member| range(member).unwrap_or_default()).collect()
}

fn sorted(mut keys: Vec<TxKey>) -> Vec<TxKey> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn set_known(
    entries: &mut Entries,
    key: TxKey,
    (rate, range): KnownChunk,
    has_changed: bool,
    changes: &mut Changes,
) {
    let is_news = |entry: &MempoolEntry| {
        entry.chunk_fee_rate_or_cause() != rate
            || entry.chunk_range() != range
            || (has_changed && entry.has_chunk_bounds())
    };
    if entries.get(key).is_some_and(is_news) {
        entries.update(key, changes, |entry| {
            entry.set_chunk_fee_rate(rate, range);
            if has_changed {
                entry.end_chunk_bounds();
            }
        });
    }
}

/// Removes the rates of a cluster that exceeds the limits. The walk stops at members already marked, as all
/// their relatives were marked with them.
fn mark_oversized(entries: &mut Entries, key: TxKey, changes: &mut Changes) {
    let is_marked = |entry: &MempoolEntry| entry.chunk_fee_rate_or_cause() == ChunkFeeRate::OVERSIZED;
    let mut to_mark = vec![key];
    while let Some(key) = to_mark.pop() {
        let Some(entry) = entries.get(key).filter(|entry| !is_marked(entry)) else { continue };
        to_mark.extend(entries.cluster_relatives(entry));
        set_known(entries, key, (ChunkFeeRate::OVERSIZED, ChunkRange::default()), true, changes);
    }
}
