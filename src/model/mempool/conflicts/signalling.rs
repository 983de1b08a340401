//! Signalled replaceability (BIP125).

use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use std::collections::HashSet;

/// The most parents to look up. Clusters of honest nodes have at most 64 transactions.
const MAX_LOOKUPS: usize = 1_000;

/// Returns whether a transaction or an unconfirmed ancestor signals that it may be replaced.
pub(in crate::model::mempool) fn is_replaceable(entries: &Entries, entry: &MempoolEntry) -> bool {
    let mut ancestry = vec![entry];
    let mut known = HashSet::new();
    let mut lookups = 0;
    while let Some(entry) = ancestry.pop() {
        if entry.signals_replacement() {
            return true;
        }
        for input in entry.tx().inputs() {
            lookups += 1;
            if lookups > MAX_LOOKUPS {
                return false;
            }
            let parent = entries.by_txid(input.prevout.txid);
            ancestry.extend(parent.filter(|parent| known.insert(parent.tx().txid())));
        }
    }
    false
}
