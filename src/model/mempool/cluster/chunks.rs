//! Chunks: the best order for miners to take a cluster's transactions.
//!
//! A miner takes the set with the highest fee rate that contains all its ancestors, then the best of the
//! rest, and so on. This gives each transaction a unique rate. Bitcoin Core has computed the same since
//! version 31, with another algorithm (`cluster_linearize.h`: `SpanningForestState`).
//!
//! The algorithm here: compared with the fee rate of the whole set, every transaction pays too much or too
//! little. Each passes its surplus on to ancestors that pay too little, as far as possible: a maximum flow.
//! If all surplus is used up, no part of the set does better than the whole. Otherwise, the transactions with
//! surplus left do better together with their ancestors, and the rest does worse: each part is split in the
//! same way (Picard 1976: the closure of greatest surplus).

use crate::model::mempool::cluster::flow::Flow;
use crate::model::mempool::cluster::set::{Set, all, closures, members};

/// A transaction of a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// In sat.
    pub(super) fee: u64,
    /// In weight units; not 0.
    pub(super) weight: u32,
    /// The transactions whose outputs it spends.
    pub(super) parents: Set,
}

/// Transactions that miners take together (Core: a chunk of the linearization).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::mempool) struct Chunk {
    pub(in crate::model::mempool) members: Set,
    /// In sat.
    pub(in crate::model::mempool) fee: u64,
    /// In weight units.
    pub(in crate::model::mempool) weight: u32,
}

impl Chunk {
    /// Returns whether both pay the same for each weight unit.
    pub(super) fn pays_like(&self, other: &Self) -> bool {
        u128::from(self.fee) * u128::from(other.weight) == u128::from(other.fee) * u128::from(self.weight)
    }

    /// Returns the fee rate in sat/vB, from the virtual size of the whole chunk (Core: `ToFeePerVSize`).
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    pub(super) fn rate(&self) -> f64 {
        self.fee as f64 / f64::from(self.weight.div_ceil(4))
    }

    /// Returns the highest fee rate in sat/vB of a chunk that pays no more for its weight, however its size
    /// is rounded.
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    pub(super) fn most(&self) -> f64 {
        self.fee as f64 / f64::from(self.weight) * 4.0
    }

    /// Returns the lowest fee rate in sat/vB of a chunk of at least `weight` WU that pays no less for its
    /// weight, however its size is rounded.
    pub(super) fn least(&self, weight: u32) -> f64 {
        self.most() * f64::from(weight) / (f64::from(weight) + 3.0)
    }
}

/// Returns the chunks of at most [`MAX_MEMBERS`](super::set::MAX_MEMBERS) transactions by descending fee
/// rate. Each chunk is as small as possible, so a transaction that pays for itself is alone.
pub(super) fn chunks(nodes: &[Node]) -> Vec<Chunk> {
    let ancestors = closures(nodes.iter().map(|node| node.parents).collect());
    let mut flow = Flow::new(nodes.len());
    let mut to_split = vec![all(nodes.len())];
    let mut chunks = Vec::with_capacity(nodes.len());
    while let Some(set) = to_split.pop() {
        let whole = sum(nodes, set);
        let surplus = |index: usize| {
            let Node { fee, weight, .. } = nodes[index];
            i128::from(fee) * i128::from(whole.weight) - i128::from(whole.fee) * i128::from(weight)
        };
        match flow.better_part(set, &ancestors, surplus) {
            0 => chunks.extend(flow.inseparable(set, &ancestors).map(|atom| sum(nodes, atom))),
            better => to_split.extend([set & !better, better]),
        }
    }
    chunks
}

fn sum(nodes: &[Node], set: Set) -> Chunk {
    members(set).map(|index| &nodes[index]).fold(Chunk { members: set, fee: 0, weight: 0 }, |sum, node| {
        Chunk { fee: sum.fee + node.fee, weight: sum.weight + node.weight, ..sum }
    })
}

#[cfg(test)]
mod tests;
