//! Decides whether a newcomer replaces the transactions that it conflicts with.

use crate::model::fees::input_values::InputValues;
use crate::model::mempool::conflicts::truc::sibling_to_replace;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use crate::wire::{Transaction, TxHash};
use std::collections::BTreeSet;

/// The most outputs to examine to find what a transaction would replace. Nodes let it replace 100 clusters
/// (Core: `MAX_REPLACEMENT_CANDIDATES`), which hardly ever have this many outputs.
const MAX_OUTPUTS: usize = 10_000;

/// What happens to a transaction that is not in the mempool.
#[derive(Debug)]
pub(in crate::model::mempool) enum Decision {
    /// It enters the mempool and replaces these; empty sets if it conflicts with none.
    Accept {
        /// The transactions that spend an output that it spends, or the sibling that it would evict.
        conflicts: BTreeSet<TxKey>,
        /// The conflicts with all their descendants.
        replaced: BTreeSet<TxKey>,
    },
    /// It conflicts with a transaction that stays, or spends an output that can no longer be spent.
    Reject,
}

/// Decides whether `tx`, whose input values are `values`, enters the mempool. A transaction that does not
/// count (see [`vouch`](crate::model::mempool::vouch)) cannot replace or block one that `counts`.
pub(in crate::model::mempool) fn decide(
    entries: &Entries,
    recent: &RecentTxs,
    tx: &Transaction,
    values: &InputValues,
    counts: bool,
) -> Decision {
    // A block spent the output, or the transaction with the output was rejected.
    if tx.prevouts().any(|prevout| recent.is_spent(&prevout) || recent.is_rejected(prevout.txid)) {
        return Decision::Reject;
    }
    let conflicts: BTreeSet<TxKey> =
        entries.spends().conflicts(tx).chain(sibling_to_replace(entries, tx)).collect();
    if conflicts.is_empty() {
        return Decision::Accept { conflicts, replaced: BTreeSet::new() };
    }
    match entries.with_descendants(conflicts.clone(), MAX_OUTPUTS) {
        Some(replaced) if may_replace(entries, tx, values, counts, [&conflicts, &replaced]) => {
            Decision::Accept { conflicts, replaced }
        }
        _ => Decision::Reject,
    }
}

fn may_replace(
    entries: &Entries,
    tx: &Transaction,
    values: &InputValues,
    counts: bool,
    [conflicts, replaced]: [&BTreeSet<TxKey>; 2],
) -> bool {
    let that_count = |key: &TxKey| entries.get(*key).filter(|entry| entry.counts());
    let has_rivals = replaced.iter().any(|key| that_count(key).is_some());
    if counts != has_rivals {
        // Only one side counts, and that one stays or enters.
        return counts && !spends(entries, tx, replaced);
    }
    let only_conflict = conflicts.first().filter(|_| conflicts.len() == 1).and_then(|key| entries.get(*key));
    let pays_no_more = || only_conflict.is_some_and(|original| pays_no_more_than(entries, tx, original));
    let rivals = replaced.iter().filter_map(|key| entries.get(*key)).filter(|entry| entry.counts() == counts);
    !pays_no_more() && !pays_no_more_than_all(tx, values, rivals) && !spends(entries, tx, replaced)
}

/// Returns whether both spend exactly the same outputs and the newcomer pays out at least as much: its fee is
/// no higher, whatever the inputs are worth.
fn pays_no_more_than(entries: &Entries, tx: &Transaction, only_conflict: &MempoolEntry) -> bool {
    let inputs = tx.inputs().len();
    inputs == only_conflict.tx().inputs().len()
        && inputs == entries.spends().conflicts(tx).count()
        && tx.output_value() >= only_conflict.tx().output_value()
}

/// Returns whether the newcomer's fee is known and no higher than the known fees of those it would replace.
fn pays_no_more_than_all<'a>(
    tx: &Transaction,
    values: &InputValues,
    replaced: impl Iterator<Item = &'a MempoolEntry>,
) -> bool {
    let fees = replaced.filter_map(MempoolEntry::fee);
    let (known, sum) = fees.fold((0, 0_u64), |(known, sum), fee| (known + 1, sum.saturating_add(fee)));
    known > 0 && values.fee(|| tx.output_value()).is_some_and(|fee| fee <= sum)
}

/// Returns whether the newcomer spends an output of those it would replace.
fn spends(entries: &Entries, tx: &Transaction, replaced: &BTreeSet<TxKey>) -> bool {
    let mut parents = tx.inputs().filter_map(|input| entries.key(TxHash::Txid(input.prevout.txid)));
    parents.any(|parent| replaced.contains(&parent))
}
