//! Settling clusters: the chunk fee rates of all transactions whose cluster changed.

use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::graph::{alone, chunk_fee_rates, cluster, cluster_fee};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::mem;

/// Computes the chunk fee rates in the clusters of all transactions in `changes.unsettled`.
pub(in crate::model::mempool) fn settle(entries: &mut Entries, recent: &RecentTxs, changes: &mut Changes) {
    let mut keys = mem::take(&mut changes.unsettled);
    keys.sort_unstable();
    keys.dedup();
    let mut settled = HashSet::<TxKey, RandomState>::default();
    for key in keys {
        let Some(entry) = entries.get(key).filter(|_| !settled.contains(&key)) else { continue };
        if entries.cluster_relatives(entry).next().is_none() {
            let fee = cluster_fee(entries, recent, entry);
            let rate = ChunkFeeRate::of(fee.map(|fee| alone(fee, entry).rate()));
            set_rate(entries, key, rate, false, changes);
            continue;
        }
        let Some(cluster) = cluster(entries, recent, key) else {
            mark_oversized(entries, key, changes);
            continue;
        };
        for (member, rate) in cluster.iter().zip(chunk_fee_rates(&cluster)) {
            set_rate(entries, member.key, rate, true, changes);
        }
        settled.extend(cluster.iter().map(|member| member.key));
    }
}

fn set_rate(
    entries: &mut Entries,
    key: TxKey,
    rate: ChunkFeeRate,
    has_relatives: bool,
    changes: &mut Changes,
) {
    let is_news = |entry: &MempoolEntry| {
        entry.chunk_fee_rate_or_cause() != rate || (has_relatives && !entry.had_relatives())
    };
    let Some(entry) = entries.get(key).filter(|entry| is_news(entry)) else { return };
    let has_parents = has_relatives && entries.cluster_parents(entry).next().is_some();
    entries.update(key, changes, |entry| {
        entry.set_chunk_fee_rate(rate);
        if has_relatives {
            entry.add_relative(has_parents);
        }
    });
}

/// Removes the rates of a cluster that exceeds the limits. The walk stops at members that are marked
/// already: all their relatives were marked with them.
fn mark_oversized(entries: &mut Entries, key: TxKey, changes: &mut Changes) {
    let is_marked = |entry: &MempoolEntry| entry.chunk_fee_rate_or_cause() == ChunkFeeRate::OVERSIZED;
    let mut to_mark = vec![key];
    while let Some(key) = to_mark.pop() {
        let Some(entry) = entries.get(key).filter(|entry| !is_marked(entry)) else { continue };
        to_mark.extend(entries.cluster_relatives(entry));
        set_rate(entries, key, ChunkFeeRate::OVERSIZED, true, changes);
    }
}
