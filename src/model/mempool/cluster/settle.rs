//! Settling clusters: the chunk fee rates of all transactions whose cluster changed.

use crate::model::fees::bounds::by_order::ChunkRange;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::changed::{ChangedClusters, Found, find};
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::fee_range::FeeRange;
use crate::model::mempool::cluster::graph::{KnownChunk, Member, fee_range, known_alone, known_chunks};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use std::mem;

/// Computes the chunk fee rates in the changed clusters, and in those of all transactions for which a fee or a bound
/// became known. If a cluster itself changed, earlier announcements no longer bound its chunk fee rates.
pub(in crate::model::mempool) fn settle(
    entries: &mut Entries,
    recent: &RecentTxs,
    clusters: ChangedClusters,
    changes: &mut Changes,
) {
    let ChangedClusters { bereaved, others, mut members } = clusters;
    for cluster in bereaved.into_iter().chain(others) {
        settle_cluster(entries, cluster, true, changes);
    }
    for cluster in find(entries, recent, mem::take(&mut changes.learned), &mut members) {
        settle_cluster(entries, cluster, false, changes);
    }
}

fn settle_cluster(entries: &mut Entries, cluster: Found, has_changed: bool, changes: &mut Changes) {
    match cluster {
        Found::Alone(member) => {
            let known = known_alone(&member, range_of(entries, &member));
            set_known(entries, member.key, known, has_changed, changes);
        }
        Found::Members(members) => {
            let known = known_chunks(&members, &fee_ranges(entries, &members));
            for (member, known) in members.iter().zip(known) {
                set_known(entries, member.key, known, has_changed, changes);
            }
        }
        Found::Oversized(key) => mark_oversized(entries, key, changes),
    }
}

/// Returns the possible fees of a cluster's members.
pub(super) fn fee_ranges(entries: &Entries, members: &[Member]) -> Vec<FeeRange> {
    members.iter().map(|member| range_of(entries, member)).collect()
}

fn range_of(entries: &Entries, member: &Member) -> FeeRange {
    entries.get(member.key).map(|entry| fee_range(entry, member.lacks_parent)).unwrap_or_default()
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
