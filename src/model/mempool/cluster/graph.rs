//! A transaction's cluster as a graph, and the chunk of each member.

use crate::chain::limits::{CLUSTER_WEIGHT_LIMIT, MAX_MONEY};
use crate::model::fees::bounds::by_order::ChunkRange;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::chunks::{Chunk, Node, chunks};
use crate::model::mempool::cluster::fee_range::FeeRange;
use crate::model::mempool::cluster::set::{MAX_MEMBERS, Set, members};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;

/// A transaction of a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::mempool) struct Member {
    pub(in crate::model::mempool) key: TxKey,
    /// In sat; `None` if unknown, or if it may pay for a parent missing here.
    pub(in crate::model::mempool) fee: Option<u64>,
    /// Whether other nodes probably have a parent that was evicted or expired here.
    pub(in crate::model::mempool) lacks_parent: bool,
    /// The sigops-adjusted weight, in WU.
    pub(in crate::model::mempool) weight: u32,
    pub(in crate::model::mempool) parents: Set,
}

impl Member {
    /// A transaction as the only member.
    pub(super) fn alone(entries: &Entries, recent: &RecentTxs, key: TxKey, entry: &MempoolEntry) -> Self {
        let lacks_parent = lacks_parent(entries, recent, entry);
        let fee = entry.fee().filter(|_| !lacks_parent);
        Self { key, fee, lacks_parent, weight: entry.adjusted_weight(), parents: 0 }
    }
}

/// Transactions connected through spends, all of which count or all of which don't.
#[derive(Debug)]
pub(in crate::model::mempool) struct Cluster {
    pub(in crate::model::mempool) members: Vec<Member>,
    /// Relatives of members that are not in their cluster, because one counts and the other does not.
    pub(in crate::model::mempool) elsewhere: Vec<TxKey>,
}

/// Returns the cluster of a transaction, which comes first, or `None` if it exceeds nodes' limits. Stops
/// looking as soon as it does.
pub(in crate::model::mempool) fn cluster(
    entries: &Entries,
    recent: &RecentTxs,
    key: TxKey,
) -> Option<Cluster> {
    let new_member = |key| Some(Member::alone(entries, recent, key, entries.get(key)?));
    // Returns the number of a member, which is added if it is new; `None` if the cluster is full.
    let number = |key, members: &mut Vec<Member>| {
        members.iter().position(|member| member.key == key).or_else(|| {
            let number = members.len();
            (number < MAX_MEMBERS).then(|| new_member(key))?.map(|member| members.push(member))?;
            Some(number)
        })
    };
    let mut members = vec![new_member(key)?];
    let mut elsewhere = Vec::new();
    let mut weight = 0_u32;
    let mut at = 0;
    while let Some(&member) = members.get(at) {
        weight = weight.saturating_add(member.weight);
        if weight > CLUSTER_WEIGHT_LIMIT {
            return None;
        }
        let entry = entries.get(member.key)?;
        for parent in entries.parents(entry.tx()) {
            if entries.is_like(parent, entry) {
                let parent = number(parent, &mut members)?;
                members[at].parents |= 1 << parent;
            } else {
                elsewhere.push(parent);
            }
        }
        for child in entries.spends().children(entry.tx()) {
            if entries.is_like(child, entry) {
                number(child, &mut members)?;
            } else {
                elsewhere.push(child);
            }
        }
        at += 1;
    }
    Some(Cluster { members, elsewhere })
}

/// Returns the fee in sat, or `None` if unknown, or if it may pay for a parent missing here.
pub(super) fn cluster_fee(entries: &Entries, recent: &RecentTxs, entry: &MempoolEntry) -> Option<u64> {
    entry.fee().filter(|_| !lacks_parent(entries, recent, entry))
}

/// Returns the possible fees of a transaction from peers' announcements, as far as they matter for its
/// cluster.
pub(super) fn fee_range(entry: &MempoolEntry, lacks_parent: bool) -> FeeRange {
    if lacks_parent { FeeRange::default() } else { entry.fee_range() }
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

/// What is known about a chunk fee rate.
pub(super) type KnownChunk = (ChunkFeeRate, ChunkRange);

/// Returns what is known about the chunk fee rate of a transaction without relatives, if its fee is within `range`.
pub(super) fn known_alone(member: &Member, range: FeeRange) -> KnownChunk {
    let rate = |fee| Chunk { members: 1, fee, weight: member.weight }.rate();
    if let Some(fee) = member.fee {
        return (ChunkFeeRate::of(Some(rate(fee))), ChunkRange::default());
    }
    let high = (range.high < MAX_MONEY).then(|| rate(range.high));
    (ChunkFeeRate::UNKNOWN, ChunkRange::new(rate(range.low), high, range.by_one_peer))
}

/// Returns what is known about the chunk fee rates of a cluster's members, in order, if their fees are within
/// `ranges`.
///
/// Peers' bounds can't be verified, so a rate that depends on them is never exact. But they narrow its range,
/// which is between the rates for the lowest and for the highest possible fees.
pub(super) fn known_chunks(cluster: &[Member], ranges: &[FeeRange]) -> Vec<KnownChunk> {
    let default = FeeRange::default();
    let mut all = cluster.iter().zip(ranges);
    if all.all(|(member, range)| member.fee.is_none() && *range == default) {
        return vec![(ChunkFeeRate::UNKNOWN, ChunkRange::default()); cluster.len()];
    }
    let certain = certain_chunks(cluster);
    if certain.iter().all(Option::is_some) {
        let rates = certain.iter().map(|chunk| ChunkFeeRate::of(chunk.map(|chunk| chunk.rate())));
        return rates.map(|rate| (rate, ChunkRange::default())).collect();
    }
    let low = chunk_by_member(cluster, ranges.iter().map(|range| range.low));
    let high = chunk_by_member(cluster, ranges.iter().map(|range| range.high));
    let by_one_peer = ranges.iter().any(|range| range.by_one_peer);
    let bounds = certain.iter().zip(low.iter().zip(&high));
    let known = cluster.iter().zip(bounds).map(|(member, (certain, (low, high)))| {
        if let Some(chunk) = certain {
            return (ChunkFeeRate::of(Some(chunk.rate())), ChunkRange::default());
        }
        let has_limit = members(high.members).all(|index| ranges[index].high < MAX_MONEY);
        let high = has_limit.then(|| high.most());
        (ChunkFeeRate::UNKNOWN, ChunkRange::new(low.least(member.weight), high, by_one_peer))
    });
    known.collect()
}

/// Returns each member's chunk, if its rate is the same whatever the unknown fees are.
pub(in crate::model::mempool) fn certain_chunks(cluster: &[Member]) -> Vec<Option<Chunk>> {
    let fees = |unknown| cluster.iter().map(move |member| member.fee.unwrap_or(unknown));
    let low = chunk_by_member(cluster, fees(0));
    if cluster.iter().all(|member| member.fee.is_some()) {
        return low.into_iter().map(Some).collect();
    }
    let high = chunk_by_member(cluster, fees(MAX_MONEY));
    low.into_iter().zip(&high).map(|(low, high)| Some(low).filter(|low| low.pays_like(high))).collect()
}

/// Returns each member's chunk, given the members' fees in sat.
pub(super) fn chunk_by_member(cluster: &[Member], fees: impl Iterator<Item = u64>) -> Vec<Chunk> {
    let node = |(member, fee): (&Member, u64)| Node { fee, weight: member.weight, parents: member.parents };
    let nodes: Vec<Node> = cluster.iter().zip(fees).map(node).collect();
    let mut by_member = vec![Chunk { members: 0, fee: 0, weight: 1 }; nodes.len()];
    for chunk in chunks(&nodes) {
        members(chunk.members).for_each(|index| by_member[index] = chunk);
    }
    by_member
}
