//! The cluster of a transaction as a graph, and the chunk of each member.

use crate::chain::limits::{CLUSTER_WEIGHT_LIMIT, MAX_MONEY};
use crate::model::fees::bounds::by_order::ChunkRange;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::chunks::{Chunk, Node, chunks};
use crate::model::mempool::cluster::set::{MAX_MEMBERS, Set, members};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::{FeeRange, MempoolEntry};
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;

/// A transaction of a cluster.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::mempool) struct Member {
    pub(in crate::model::mempool) key: TxKey,
    /// In sat.
    pub(in crate::model::mempool) fee: Option<u64>,
    /// The fees that are possible by what peers announced.
    pub(in crate::model::mempool) range: FeeRange,
    /// The sigops-adjusted weight, in WU.
    pub(in crate::model::mempool) weight: u32,
    pub(in crate::model::mempool) parents: Set,
}

/// Returns the cluster of a transaction, which comes first, or `None` if it exceeds the limits of nodes.
/// Looks no further than it takes to find that out.
pub(in crate::model::mempool) fn cluster(
    entries: &Entries,
    recent: &RecentTxs,
    key: TxKey,
) -> Option<Vec<Member>> {
    let new_member = |key| {
        let entry = entries.get(key)?;
        let (fee, range) = cluster_fee_range(entries, recent, entry);
        Some(Member { key, fee, range, weight: entry.adjusted_weight(), parents: 0 })
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

/// Returns the fee of a transaction as far as it is known and goes to its cluster: exactly, and its range.
pub(super) fn cluster_fee_range(
    entries: &Entries,
    recent: &RecentTxs,
    entry: &MempoolEntry,
) -> (Option<u64>, FeeRange) {
    if lacks_parent(entries, recent, entry) {
        (None, FeeRange::default())
    } else {
        (entry.fee(), entry.fee_range())
    }
}

/// Returns whether other nodes probably have a parent that was evicted or expired here.
pub(in crate::model::mempool) fn lacks_parent(
    entries: &Entries,
    recent: &RecentTxs,
    entry: &MempoolEntry,
) -> bool {
    let is_missing = |txid| recent.is_elsewhere(txid) && entries.by_txid(txid).is_none();
    entry.tx().prevouts().any(|prevout| is_missing(prevout.txid))
}

/// Returns the chunk of a transaction without relatives.
pub(super) fn alone(fee: u64, entry: &MempoolEntry) -> Chunk {
    Chunk { members: 1, fee, weight: entry.adjusted_weight() }
}

/// What is known of a chunk fee rate.
pub(super) type KnownChunk = (ChunkFeeRate, ChunkRange);

/// Returns what is known of the chunk fee rate of a transaction without relatives.
pub(super) fn known_alone(entries: &Entries, recent: &RecentTxs, entry: &MempoolEntry) -> KnownChunk {
    let (fee, range) = cluster_fee_range(entries, recent, entry);
    if let Some(fee) = fee {
        return (ChunkFeeRate::of(Some(alone(fee, entry).rate())), ChunkRange::default());
    }
    let rate = |fee| alone(fee, entry).rate();
    let high = (range.high < MAX_MONEY).then(|| rate(range.high));
    (ChunkFeeRate::UNKNOWN, ChunkRange::new(rate(range.low), high, range.by_one_peer))
}

/// Returns what is known of the chunk fee rates of a cluster's members, in their order.
///
/// The bounds of peers can't be verified, so no rate that depends on them is exact; but they narrow its
/// range, which is that of the lowest and of the highest possible fees.
pub(super) fn known_chunks(cluster: &[Member]) -> Vec<KnownChunk> {
    let default = FeeRange::default();
    if cluster.iter().all(|member| member.fee.is_none() && member.range == default) {
        return vec![(ChunkFeeRate::UNKNOWN, ChunkRange::default()); cluster.len()];
    }
    let certain = certain_chunks(cluster);
    if certain.iter().all(Option::is_some) {
        let rates = certain.iter().map(|chunk| ChunkFeeRate::of(chunk.map(|chunk| chunk.rate())));
        return rates.map(|rate| (rate, ChunkRange::default())).collect();
    }
    let low = chunk_by_member(cluster, |member| member.range.low);
    let high = chunk_by_member(cluster, |member| member.range.high);
    let by_one_peer = cluster.iter().any(|member| member.range.by_one_peer);
    let bounds = certain.iter().zip(low.iter().zip(&high));
    let known = cluster.iter().zip(bounds).map(|(member, (certain, (low, high)))| {
        if let Some(chunk) = certain {
            return (ChunkFeeRate::of(Some(chunk.rate())), ChunkRange::default());
        }
        let has_limit = members(high.members).all(|index| cluster[index].range.high < MAX_MONEY);
        let high = has_limit.then(|| high.most());
        (ChunkFeeRate::UNKNOWN, ChunkRange::new(low.least(member.weight), high, by_one_peer))
    });
    known.collect()
}

/// Returns each member's chunk, if its rate is the same whatever the unknown fees are.
pub(in crate::model::mempool) fn certain_chunks(cluster: &[Member]) -> Vec<Option<Chunk>> {
    let low = chunk_by_member(cluster, |member| member.fee.unwrap_or(0));
    if cluster.iter().all(|member| member.fee.is_some()) {
        return low.into_iter().map(Some).collect();
    }
    let high = chunk_by_member(cluster, |member| member.fee.unwrap_or(MAX_MONEY));
    low.into_iter().zip(&high).map(|(low, high)| Some(low).filter(|low| low.pays_like(high))).collect()
}

/// Returns each member's chunk if the fees in sat are those that `fee` returns.
pub(super) fn chunk_by_member(cluster: &[Member], fee: impl Fn(&Member) -> u64) -> Vec<Chunk> {
    let node = |member: &Member| Node { fee: fee(member), weight: member.weight, parents: member.parents };
    let nodes: Vec<Node> = cluster.iter().map(node).collect();
    let mut by_member = vec![Chunk { members: 0, fee: 0, weight: 1 }; nodes.len()];
    for chunk in chunks(&nodes) {
        members(chunk.members).for_each(|index| by_member[index] = chunk);
    }
    by_member
}
