//! Ancestors and descendants of a transaction, found by bounded walks on demand.

use crate::chain::limits::CLUSTER_LIMIT;
use crate::model::fees::fee_rate::FeeRate;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Txid};
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// The most inputs or outputs that a walk examines: enough for any normal cluster. Huge transactions must not
/// make a snapshot costly.
pub(super) const MAX_LINKS: usize = 10_000;

/// The ancestors or descendants of a transaction in the mempool.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Relatives {
    /// Nearest first; at most [`Relatives::MAX`].
    pub rows: Vec<Relative>,
    /// Their total size, in vB.
    pub vsize: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Relatives {
    /// The most relatives to list: nodes accept no larger cluster (Core: `DEFAULT_CLUSTER_LIMIT`).
    pub const MAX: usize = CLUSTER_LIMIT;
}

/// An ancestor, a descendant, or a member of the same chunk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relative {
    /// The key of the entry.
    pub key: TxKey,
    /// The txid.
    pub txid: Txid,
    /// The fee rate of the transaction alone.
    pub fee_rate: FeeRate,
}

impl Relative {
    pub(super) fn of(key: TxKey, entry: &MempoolEntry) -> Self {
        Self { key, txid: entry.tx().txid(), fee_rate: entry.fee_rate() }
    }
}

/// Returns the ancestors of a transaction.
pub(in crate::model::mempool) fn ancestors(entries: &Entries, key: TxKey) -> Relatives {
    let parents = |entry: &MempoolEntry, most: usize| {
        let inputs = entry.tx().inputs().take(most);
        inputs.filter_map(|input| entries.parent(&input.prevout)).collect()
    };
    walk(entries, key, |entry| entry.tx().input_count(), parents)
}

/// Returns the descendants of a transaction.
pub(in crate::model::mempool) fn descendants(entries: &Entries, key: TxKey) -> Relatives {
    let children = |entry: &MempoolEntry, most: usize| {
        let txid = entry.tx().txid();
        let outputs = (0..entry.tx().output_count()).take(most).map(|vout| OutPoint { txid, vout });
        outputs.filter_map(|output| entries.spends().get(&output)).collect()
    };
    walk(entries, key, |entry| entry.tx().output_count(), children)
}

/// Follows `next` breadth first, until it has examined [`MAX_LINKS`] of the entries' `links`.
fn walk(
    entries: &Entries,
    key: TxKey,
    links: impl Fn(&MempoolEntry) -> u32,
    next: impl Fn(&MempoolEntry, usize) -> Vec<TxKey>,
) -> Relatives {
    let mut relatives = Relatives::default();
    let mut known = HashSet::<TxKey, RandomState>::default();
    known.insert(key);
    let mut left = MAX_LINKS;
    let mut from = key;
    let mut at = 0;
    loop {
        let Some(entry) = entries.get(from) else { return relatives };
        let links = links(entry) as usize;
        relatives.more |= links > left;
        for key in next(entry, left) {
            if !known.insert(key) {
                continue;
            }
            if relatives.rows.len() == Relatives::MAX {
                relatives.more = true;
                return relatives;
            }
            if let Some(relative) = entries.get(key) {
                relatives.vsize += u64::from(relative.tx().vsize());
                relatives.rows.push(Relative::of(key, relative));
            }
        }
        left = left.saturating_sub(links);
        let Some(row) = relatives.rows.get(at) else { return relatives };
        from = row.key;
        at += 1;
    }
}

#[cfg(test)]
mod tests;
