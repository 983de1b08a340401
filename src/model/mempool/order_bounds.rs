//! Bounds of unknown fee rates by the order of announcements whose transactions had time to arrive.

use crate::model::fees::bounds::order::{self, AnnouncementOrders, MAX_INPUTS, Place};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::graph::lacks_parent;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use crate::util::time::Timestamp;
use crate::wire::TxHash;

/// Adds the bounds from announcements whose transactions had time to arrive.
pub(super) fn learn_bounds(
    orders: &mut AnnouncementOrders,
    entries: &mut Entries,
    recent: &RecentTxs,
    now: Timestamp,
    changes: &mut Changes,
) {
    while let Some(txs) = orders.due(now) {
        let known = txs.iter().filter_map(|tx| place(entries, recent, *tx));
        let (keys, places): (Vec<TxKey>, Vec<Place>) = known.unzip();
        for (index, bound) in order::bounds(&places) {
            if let Some(&key) = keys.get(index) {
                entries.update(key, changes, |entry| entry.add_bound(bound));
            }
        }
    }
}

/// Returns the place of a transaction that never had a relative and lacks no parent.
fn place(entries: &Entries, recent: &RecentTxs, tx: TxHash) -> Option<(TxKey, Place)> {
    let key = entries.key(tx)?;
    let is_alone = |entry: &&MempoolEntry| !entry.had_relatives() && !lacks_parent(entries, recent, entry);
    let entry = entries.get(key).filter(is_alone)?;
    let fee = entry.fee();
    let parents_came = fee.is_some() || entry.tx().input_count() <= MAX_INPUTS;
    let place = Place { weight: entry.adjusted_weight(), vsize: entry.tx().vsize(), fee };
    parents_came.then_some((key, place))
}
