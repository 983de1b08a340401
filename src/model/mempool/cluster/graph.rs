//! The cluster of a transaction as a graph, and the chunk of each member.

use crate::chain::limits::{CLUSTER_WEIGHT_LIMIT, MAX_MONEY};
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::chunks::{Chunk, Node, chunks};
use crate::model::mempool::cluster::set::{MAX_MEMBERS, Set, members};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;

/// A transaction of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) key: TxKey,
    /// In sat.
    pub(super) fee: Option<u64>,
    /// The sigops-adjusted weight, in WU.
    pub(super) weight: u32,
    pub(super) parents: Set,
}

/// Returns the cluster of a transaction, which comes first, or `None` if it exceeds the limits of nodes.
/// Looks no further than it takes to find that out.
pub(super) fn cluster(entries: &Entries, recent: &RecentTxs, key: TxKey) -> Option<Vec<Member>> {
    let new_member = |key| {
        let entry = entries.get(key)?;
        Some(Member {
            key,
            fee: cluster_fee(entries, recent, entry),
            weight: entry.adjusted_weight(),
            parents: 0,
        })
    };
    // Returns the number of a member, which is added if it is new; `None` if the cluster is full.
    let number = |key, cluster: &mut Vec<Member>| {
        cluster.iter().position(|member| member.key == key).or_else(|| {
            let number = cluster.len();
            (number < MAX_MEMBERS).then(|| new_member(key))?.map(|member| cluster.push(member))?;
            Some(number)
        })
    };
    let mut cluster = vec![new_member(key)?];
    let mut weight = 0_u32;
    let mut at = 0;
    while let Some(&member) = cluster.get(at) {
        weight = weight.saturating_add(member.weight);
        if weight > CLUSTER_WEIGHT_LIMIT {
            return None;
        }
        let entry = entries.get(member.key)?;
        for parent in entries.cluster_parents(entry) {
            let parent = number(parent, &mut cluster)?;
            if let Some(member) = cluster.get_mut(at) {
                member.parents |= 1 << parent;
            }
        }
        for relative in entries.cluster_relatives(entry) {
            number(relative, &mut cluster)?;
        }
        at += 1;
    }
    Some(cluster)
}

/// Returns the fee in sat, or `None` if it is unknown or may pay for a parent that is missing here.
pub(super) fn cluster_fee(entries: &Entries, recent: &RecentTxs, entry: &MempoolEntry) -> Option<u64> {
    entry.fee().filter(|_| !lacks_parent(entries, recent, entry))
}

/// Returns whether other nodes probably have a parent that was evicted or expired here.
pub(in crate::model::mempool) fn lacks_parent(
    entries: &Entries,
    recent: &RecentTxs,
    entry: &MempoolEntry,
) -> bool {
    let is_missing = |txid| recent.is_elsewhere(txid) && entries.by_txid(txid).is_none();
    entry.tx().inputs().any(|input| is_missing(input.prevout.txid))
}

/// Returns the chunk of a transaction without relatives.
pub(super) fn alone(fee: u64, entry: &MempoolEntry) -> Chunk {
    Chunk { members: 1, fee, weight: entry.adjusted_weight() }
}

/// Returns the chunk fee rates of a cluster's members, in their order.
pub(super) fn chunk_fee_rates(cluster: &[Member]) -> Vec<ChunkFeeRate> {
    if cluster.iter().all(|member| member.fee.is_none()) {
        return vec![ChunkFeeRate::UNKNOWN; cluster.len()];
    }
    let certain = certain_chunks(cluster).into_iter();
    certain.map(|chunk| ChunkFeeRate::of(chunk.map(|chunk| chunk.rate()))).collect()
}

/// Returns each member's chunk, if its rate is the same whatever the unknown fees are.
pub(super) fn certain_chunks(cluster: &[Member]) -> Vec<Option<Chunk>> {
    let low = chunk_by_member(cluster, 0);
    if cluster.iter().all(|member| member.fee.is_some()) {
        return low.into_iter().map(Some).collect();
    }
    let high = chunk_by_member(cluster, MAX_MONEY);
    low.into_iter().zip(&high).map(|(low, high)| Some(low).filter(|low| low.pays_like(high))).collect()
}

/// Returns each member's chunk if every unknown fee is `unknown` sat.
pub(super) fn chunk_by_member(cluster: &[Member], unknown: u64) -> Vec<Chunk> {
    let node = |member: &Member| Node {
        fee: member.fee.unwrap_or(unknown),
        weight: member.weight,
        parents: member.parents,
    };
    let nodes: Vec<Node> = cluster.iter().map(node).collect();
    let mut by_member = vec![Chunk { members: 0, fee: 0, weight: 1 }; nodes.len()];
    for chunk in chunks(&nodes) {
        members(chunk.members).for_each(|index| by_member[index] = chunk);
    }
    by_member
}
