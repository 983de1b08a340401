//! How vouching spreads from a transaction to its ancestors.

use crate::model::mempool::changes::Changes;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::vouch::state::Vouch;
use crate::wire::Transaction;

/// Adds `by` to an entry and to its ancestors.
pub(super) fn vouch(entries: &mut Entries, key: TxKey, by: Vouch, one_netgroup: bool, changes: &mut Changes) {
    spread(entries, vec![key], by, one_netgroup, changes);
}

/// Passes a newcomer's vouchers on to its ancestors.
pub(in crate::model::mempool) fn vouch_for_parents(
    entries: &mut Entries,
    tx: &Transaction,
    by: Vouch,
    one_netgroup: bool,
    changes: &mut Changes,
) {
    let parents = entries.parents(tx).collect();
    spread(entries, parents, by, one_netgroup, changes);
}

/// Each entry changes only a few times in its life, so the walk is short on average, however deep the
/// ancestry.
fn spread(
    entries: &mut Entries,
    mut to_visit: Vec<TxKey>,
    by: Vouch,
    one_netgroup: bool,
    changes: &mut Changes,
) {
    while let Some(key) = to_visit.pop() {
        let Some(entry) = entries.get(key) else { continue };
        let (old, new) = (entry.vouch(), entry.vouch().with(by, one_netgroup));
        if new == old {
            continue;
        }
        let tx = entry.tx().clone();
        entries.update(key, changes, |entry| entry.set_vouch(new));
        to_visit.extend(entries.parents(&tx));
        if new.counts() != old.counts() {
            changes.unsettled.push(key);
            changes.unsettled.extend(entries.relatives(&tx));
        }
    }
}

/// Returns how the newcomer's children, which arrived earlier, vouch for it.
pub(in crate::model::mempool) fn inherited(entries: &Entries, tx: &Transaction, own: Vouch) -> Vouch {
    let children = entries.spends().children(tx).filter_map(|child| entries.get(child));
    children.fold(own, |vouch, child| vouch.with(child.vouch(), false))
}
