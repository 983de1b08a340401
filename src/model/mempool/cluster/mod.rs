//! Which held transactions hang together by spending each other, and the fee rates by which miners
//! take them.
//!
//! Miners take a transaction with its unconfirmed ancestors or not at all: a child pays for its
//! parent. Which transactions are taken together depends on the whole cluster: all that spend each
//! other, directly or not. The rate of a cluster's members is found anew when a member comes or
//! goes, or a fee becomes known: once for each event, at its end ([`Mempool::settle_clusters`]).
//!
//! **When a rate is certain.** More of any fee in a cluster never makes another member's rate lower
//! (the rates are the isotonic regression of the fee rates over the ancestry). So a rate that is the
//! same with every unknown fee at 0 and with all the money there is is the same whatever those fees
//! are; only then it is told. A cluster is what is *held* of it: what a transaction pays for a parent
//! that was dropped for want of memory is as unknown as a fee.

mod chunks;
pub(crate) mod family;
mod flow;
mod rate;
mod sigops;

pub(crate) use rate::ChunkFeeRate;
pub(crate) use sigops::adjusted_weight;

use crate::chain::limits::{CLUSTER_WEIGHT_LIMIT, MAX_MONEY};
use crate::model::fees::bounds::Bracket;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction, TxHash};
use chunks::{Chunk, MOST_MEMBERS, Node, Set, chunks, members};
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::mem;

/// A transaction of a cluster.
#[derive(Clone, Copy, Debug)]
struct Member {
    key: TxKey,
    /// In sat.
    fee: Option<u64>,
    /// In weight units.
    weight: u32,
    parents: Set,
}

impl Mempool {
    /// Finds the rates of all those anew that stand in [`Mempool::unsettled`], and of their clusters.
    pub(crate) fn settle_clusters(&mut self) {
        let mut keys = mem::take(&mut self.unsettled);
        keys.sort_unstable();
        keys.dedup();
        let mut settled = HashSet::<TxKey, RandomState>::default();
        for key in keys {
            let Some(entry) = self.get(key).filter(|_| !settled.contains(&key)) else { continue };
            if self.neighbours(entry.tx()).next().is_none() {
                let rate = ChunkFeeRate::of(self.fee_for_cluster(entry).map(|fee| alone(fee, entry).rate()));
                self.set_mining_rate(key, rate, false);
                continue;
            }
            let Some(cluster) = self.cluster(key) else {
                self.mark_oversized(key);
                continue;
            };
            for (member, rate) in cluster.iter().zip(rates(&cluster)) {
                self.set_mining_rate(member.key, rate, true);
            }
            settled.extend(cluster.iter().map(|member| member.key));
        }
    }

    /// A block took, or gave back, what may have been dropped before: its children pay for a parent
    /// that nodes hold no more, or hold again.
    pub(crate) fn unsettle_children_of_dropped(&mut self, tx: &Transaction) {
        if self.departed.is_dropped(tx.txid()) {
            let children: Vec<TxKey> = self.spends.children(tx).collect();
            self.unsettled.extend(children);
        }
    }

    fn set_mining_rate(&mut self, key: TxKey, rate: ChunkFeeRate, in_company: bool) {
        let is_news = |entry: &MempoolEntry| entry.mining != rate || (in_company && !entry.had_company);
        let Some(entry) = self.get(key).filter(|entry| is_news(entry)) else { return };
        let has_parents = in_company && self.parents(entry.tx()).next().is_some();
        self.update(key, |entry| {
            entry.mining = rate;
            entry.had_company |= in_company;
            if has_parents {
                // What its place told was what its parent pays, too.
                entry.bracket = Bracket::default();
            }
        });
    }

    /// The cluster of a held transaction; `None` if nodes would not let it be that large. Looks no
    /// further than it takes to find that out.
    fn cluster(&self, key: TxKey) -> Option<Vec<Member>> {
        let mut cluster = vec![self.member(key)?];
        let mut weight = 0_u32;
        let mut at = 0;
        while let Some(&member) = cluster.get(at) {
            weight = weight.saturating_add(member.weight);
            if weight > CLUSTER_WEIGHT_LIMIT {
                return None;
            }
            let tx = self.get(member.key)?.tx();
            for parent in self.parents(tx) {
                let parent = self.number(parent, &mut cluster)?;
                if let Some(member) = cluster.get_mut(at) {
                    member.parents |= 1 << parent;
                }
            }
            for child in self.spends.children(tx) {
                self.number(child, &mut cluster)?;
            }
            at += 1;
        }
        Some(cluster)
    }

    /// Its number in the cluster, to which it is added if it is not in it; `None` if it is full.
    fn number(&self, key: TxKey, cluster: &mut Vec<Member>) -> Option<usize> {
        cluster.iter().position(|member| member.key == key).or_else(|| {
            let number = cluster.len();
            (number < MOST_MEMBERS).then(|| self.member(key))?.map(|member| cluster.push(member))?;
            Some(number)
        })
    }

    fn member(&self, key: TxKey) -> Option<Member> {
        let entry = self.get(key)?;
        Some(Member { key, fee: self.fee_for_cluster(entry), weight: entry.adjusted_weight(), parents: 0 })
    }

    /// What it pays that goes to nobody else than its cluster, in sat, if that is known.
    fn fee_for_cluster(&self, entry: &MempoolEntry) -> Option<u64> {
        entry.fee().filter(|_| !self.lacks_parent(entry))
    }

    /// Whether nodes probably hold a parent of it that was dropped here.
    pub(crate) fn lacks_parent(&self, entry: &MempoolEntry) -> bool {
        let is_missing = |txid| self.departed.is_dropped(txid) && self.by_txid(txid).is_none();
        entry.tx().inputs().any(|input| is_missing(input.prevout.txid))
    }

    /// Takes the rates from a cluster that is too large. Those that lost it before need no second
    /// look: so had all that they touched then.
    fn mark_oversized(&mut self, key: TxKey) {
        let mut to_mark = vec![key];
        while let Some(key) = to_mark.pop() {
            let Some(entry) = self.get(key).filter(|entry| entry.mining != ChunkFeeRate::OVERSIZED) else {
                continue;
            };
            to_mark.extend(self.neighbours(entry.tx()));
            self.set_mining_rate(key, ChunkFeeRate::OVERSIZED, true);
        }
    }

    /// The held transactions of which `tx` spends an output that there is; one may come more than
    /// once.
    fn parents<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        tx.inputs().filter_map(|input| self.parent(&input.prevout))
    }

    /// The held transaction that has an output.
    fn parent(&self, output: &OutPoint) -> Option<TxKey> {
        let key = self.key(TxHash::Txid(output.txid))?;
        (output.vout < self.get(key)?.tx().output_count()).then_some(key)
    }

    /// The parents and children that are held; one may come more than once.
    pub(crate) fn neighbours<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        self.parents(tx).chain(self.spends.children(tx))
    }
}

fn alone(fee: u64, entry: &MempoolEntry) -> Chunk {
    Chunk { members: 1, fee, weight: entry.adjusted_weight() }
}

/// The rates of a cluster's members, in their order.
fn rates(cluster: &[Member]) -> Vec<ChunkFeeRate> {
    if cluster.iter().all(|member| member.fee.is_none()) {
        return vec![ChunkFeeRate::UNKNOWN; cluster.len()];
    }
    certain(cluster).into_iter().map(|chunk| ChunkFeeRate::of(chunk.map(|chunk| chunk.rate()))).collect()
}

/// Each member's chunk, if its rate is the same whatever the unknown fees are.
fn certain(cluster: &[Member]) -> Vec<Option<Chunk>> {
    let low = by_member(cluster, 0);
    if cluster.iter().all(|member| member.fee.is_some()) {
        return low.into_iter().map(Some).collect();
    }
    let high = by_member(cluster, MAX_MONEY);
    low.into_iter().zip(&high).map(|(low, high)| Some(low).filter(|low| low.pays_like(high))).collect()
}

/// Each member's chunk if all unknown fees were `unknown` (sat).
fn by_member(cluster: &[Member], unknown: u64) -> Vec<Chunk> {
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

#[cfg(test)]
mod tests;
