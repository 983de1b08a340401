//! Sibling eviction among transactions of version 3, topologically restricted until confirmation (BIP431): a
//! parent may have only one child, and a child that pays more replaces the other.

use crate::chain::limits::{TRUC_CHILD_MAX_VSIZE, TRUC_MAX_VSIZE, TRUC_VERSION};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::wire::{Transaction, TxHash};

/// Returns the sibling that `tx` would replace without conflicting with it: the only child of the same
/// parent.
pub(super) fn sibling_to_replace(entries: &Entries, tx: &Transaction) -> Option<TxKey> {
    let parent = only_parent(entries, tx)?;
    let sibling = only(entries.spends().children(parent.tx()))?;
    let entry = entries.get(sibling)?;
    let is_last = entries.spends().children(entry.tx()).next().is_none();
    only_parent(entries, entry.tx()).filter(|_| is_last).map(|_| sibling)
}

/// Returns the only parent in the mempool, if both follow the rules of version 3.
fn only_parent<'a>(entries: &'a Entries, tx: &Transaction) -> Option<&'a MempoolEntry> {
    let is_truc = |tx: &Transaction, max_vsize| tx.version() == TRUC_VERSION && tx.vsize() <= max_vsize;
    if !is_truc(tx, TRUC_CHILD_MAX_VSIZE) {
        return None;
    }
    let parent = only(tx.inputs().filter_map(|input| entries.key(TxHash::Txid(input.prevout.txid))))?;
    entries.get(parent).filter(|parent| is_truc(parent.tx(), TRUC_MAX_VSIZE))
}

/// Returns the single value that all of `keys` share, if there is exactly one.
fn only(mut keys: impl Iterator<Item = TxKey>) -> Option<TxKey> {
    let first = keys.next()?;
    keys.all(|key| key == first).then_some(first)
}
