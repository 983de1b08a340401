//! In which order miners best take the transactions of a cluster: its chunks.
//!
//! A miner wants the set of highest fee rate that contains all its ancestors; then the best of what
//! is left; and so on. A transaction's rate by that order is unique. It is also what Bitcoin Core
//! computes from version 31 on, by another way (`cluster_linearize.h`: `SpanningForestState`).
//!
//! The way here: in a set as a whole, every transaction has too much or too little for the set's
//! fee rate. The surplus of each is handed to its ancestors that have too little, as far as it goes:
//! a maximum flow. If it goes round, nothing in the set does better than the whole. If not, those
//! whose surplus is left, with their ancestors, do better than the whole, and the rest does worse:
//! each part is looked at in the same way (Picard 1976: the closure of greatest surplus).

use crate::model::mempool::cluster::flow::Flow;

/// Transactions of a cluster, one bit each by their number.
pub(crate) type Set = u64;

/// The most transactions of a cluster (Core: `DEFAULT_CLUSTER_LIMIT`).
pub(crate) const MOST_MEMBERS: usize = Set::BITS as usize;

/// A transaction of a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Node {
    /// In sat.
    pub(crate) fee: u64,
    /// In weight units; not 0.
    pub(crate) weight: u32,
    /// Those that it spends.
    pub(crate) parents: Set,
}

/// Transactions that miners take together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Chunk {
    pub(crate) members: Set,
    /// In sat.
    pub(crate) fee: u64,
    /// In weight units.
    pub(crate) weight: u32,
}

impl Chunk {
    /// Whether both pay the same for each weight unit.
    pub(crate) fn pays_like(&self, other: &Self) -> bool {
        u128::from(self.fee) * u128::from(other.weight) == u128::from(other.fee) * u128::from(self.weight)
    }

    /// In sat/vB, of the size rounded up as a whole (Core: `ToFeePerVSize`).
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    pub(crate) fn rate(&self) -> f64 {
        self.fee as f64 / f64::from(self.weight.div_ceil(4))
    }
}

/// The chunks of at most [`MOST_MEMBERS`] transactions, by fee rate, the highest one first. Each is
/// as small as can be, so that what pays for itself stands alone.
pub(crate) fn chunks(nodes: &[Node]) -> Vec<Chunk> {
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

/// The numbers of a set's members.
pub(crate) fn members(mut set: Set) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(lowest)
    })
}

/// The first `count` numbers.
pub(crate) fn all(count: usize) -> Set {
    if count >= MOST_MEMBERS { Set::MAX } else { (1 << count) - 1 }
}

/// From those that are one step away, those that are any number of steps away (Warshall 1962).
pub(crate) fn closures(mut reach: Vec<Set>) -> Vec<Set> {
    for via in 0..reach.len() {
        let beyond = reach[via];
        reach.iter_mut().filter(|from| **from >> via & 1 == 1).for_each(|from| *from |= beyond);
    }
    reach
}

fn sum(nodes: &[Node], set: Set) -> Chunk {
    members(set).map(|index| &nodes[index]).fold(Chunk { members: set, fee: 0, weight: 0 }, |sum, node| {
        Chunk { fee: sum.fee + node.fee, weight: sum.weight + node.weight, ..sum }
    })
}

#[cfg(test)]
mod tests;
