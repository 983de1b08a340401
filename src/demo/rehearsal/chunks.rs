//! Divides a cluster into chunks.

use std::cmp::Ordering;
use std::collections::HashSet;

/// A transaction of a cluster.
pub(super) struct Member {
    /// In sat.
    pub(super) fee: u64,
    /// In WU.
    pub(super) weight: u64,
    /// What it spends, by index.
    pub(super) parents: Vec<usize>,
}

/// Returns the chunk fee rate of each member, in sat/WU. Picks the best set of a transaction and its
/// ancestors, then the best of the rest (as Core up to 30 fills blocks), and joins neighbours whose rates do
/// not fall.
pub(super) fn chunk_rates(members: &[Member]) -> Vec<f64> {
    let mut left: HashSet<usize> = (0..members.len()).collect();
    let mut chunks: Vec<(u64, u64, Vec<usize>)> = vec![];
    while !left.is_empty() {
        let sets = left.iter().map(|index| with_ancestors(members, &left, *index));
        let set = sets.max_by(|a, b| compare(a, b).then(b.2.len().cmp(&a.2.len()))).unwrap();
        left.retain(|index| !set.2.contains(index));
        chunks.push(set);
        while let [.., before, last] = &chunks[..]
            && compare(last, before) == Ordering::Greater
        {
            let (fee, weight, more) = chunks.pop().unwrap();
            let chunk = chunks.last_mut().unwrap();
            chunk.0 += fee;
            chunk.1 += weight;
            chunk.2.extend(more);
        }
    }
    let mut rates = vec![0.0; members.len()];
    for (fee, weight, indexes) in chunks {
        for index in indexes {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let rate = fee as f64 / weight as f64;
            rates[index] = rate;
        }
    }
    rates
}

/// Compares fee rates.
fn compare(a: &(u64, u64, Vec<usize>), b: &(u64, u64, Vec<usize>)) -> Ordering {
    (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1)))
}

fn with_ancestors(members: &[Member], left: &HashSet<usize>, index: usize) -> (u64, u64, Vec<usize>) {
    let (mut set, mut at) = (vec![index], 0);
    while let Some(next) = set.get(at).copied() {
        for parent in &members[next].parents {
            if left.contains(parent) && !set.contains(parent) {
                set.push(*parent);
            }
        }
        at += 1;
    }
    let sum = |of: fn(&Member) -> u64| set.iter().map(|index| of(&members[*index])).sum();
    (sum(|member| member.fee), sum(|member| member.weight), set)
}
