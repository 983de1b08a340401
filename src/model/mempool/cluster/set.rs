//! Sets of the transactions of a cluster.

use crate::chain::limits::CLUSTER_LIMIT;

/// Transactions of a cluster, one bit each.
pub(in crate::model::mempool) type Set = u64;

/// The most transactions of a cluster.
pub(in crate::model) const MAX_MEMBERS: usize = CLUSTER_LIMIT;

const _: () = assert!(MAX_MEMBERS == Set::BITS as usize, "a cluster fits into a set");

/// Returns the numbers of a set's members, lowest first.
pub(in crate::model::mempool) fn members(mut set: Set) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(lowest)
    })
}

/// Returns the set of the first `count` numbers.
pub(in crate::model::mempool) fn all(count: usize) -> Set {
    if count >= MAX_MEMBERS { Set::MAX } else { (1 << count) - 1 }
}

/// Extends the numbers one step away from each number to those any number of steps away (Warshall 1962).
pub(in crate::model::mempool) fn closures(mut reach: Vec<Set>) -> Vec<Set> {
    for via in 0..reach.len() {
        let beyond = reach[via];
        reach.iter_mut().filter(|from| **from >> via & 1 == 1).for_each(|from| *from |= beyond);
    }
    reach
}
