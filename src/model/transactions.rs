//! Transactions as the screen shows them: the window of rows.

use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::peers::Peers;
use crate::model::peers::peer::Peer;
use crate::snapshot::view::{Anchor, TransactionsView};
use crate::snapshot::{TransactionRow, Window};
use crate::util::time::Timestamp;
use std::ops::Bound;

/// The most rows of a window; no terminal is that high.
const MOST_ROWS: usize = 1_000;

/// The rows that the view asks for, newest first. The cost depends on their number alone.
pub(crate) fn window(
    mempool: &Mempool,
    peers: &Peers,
    announcers: usize,
    view: &TransactionsView,
    now: Timestamp,
) -> Window<TransactionRow> {
    let place = place(mempool, view);
    let row = |(key, entry): &(TxKey, &MempoolEntry)| row(*key, entry, peers, announcers, now);
    Window {
        total: mempool.len(),
        offset: if place.more_above {
            (!place.more_below).then(|| mempool.len() - place.entries.len())
        } else {
            Some(0)
        },
        more_above: place.more_above,
        more_below: place.more_below,
        rows: place.entries.iter().map(row).collect(),
        selected: place.selected,
    }
}

/// One row.
pub(crate) fn row(
    key: TxKey,
    entry: &MempoolEntry,
    peers: &Peers,
    announcers: usize,
    now: Timestamp,
) -> TransactionRow {
    let is_live = |peer| peers.get(peer).is_some_and(Peer::is_live);
    TransactionRow {
        key,
        txid: entry.tx().txid(),
        age: now.since(entry.first_seen()),
        vsize: entry.tx().vsize(),
        inputs: entry.tx().input_count(),
        outputs: entry.tx().output_count(),
        output_value: entry.tx().output_value(),
        fee_rate: entry.fee_rate(),
        announced_by: entry.announcements().filter(|(peer, _)| is_live(*peer)).count(),
        announcers,
    }
}

/// The entries of a window.
struct Place<'a> {
    /// Newest first.
    entries: Vec<(TxKey, &'a MempoolEntry)>,
    more_above: bool,
    more_below: bool,
    selected: Option<usize>,
}

fn place<'a>(mempool: &'a Mempool, view: &TransactionsView) -> Place<'a> {
    let height = view.height.min(MOST_ROWS);
    let (anchor, wished_above) = match view.anchor {
        Anchor::Selected { key, above } => (nearest(mempool, key), above.min(height.saturating_sub(1))),
        // The newest at the top, or the oldest at the bottom: no room is left on that side.
        Anchor::Newest => (mempool.entries().last_key_value().map(|(key, _)| *key), 0),
        Anchor::Oldest => {
            (mempool.entries().first_key_value().map(|(key, _)| *key), height.saturating_sub(1))
        }
    };
    let Some(anchor) = anchor.filter(|_| height > 0) else {
        let more_below = mempool.len() > 0;
        return Place { entries: Vec::new(), more_above: false, more_below, selected: None };
    };
    let newer = || mempool.entries().range((Bound::Excluded(anchor), Bound::Unbounded));
    let older = || mempool.entries().range(..=anchor).rev();
    let below = older().take(height - newer().take(wished_above).count()).count();
    let above = newer().take(height - below).count();
    let mut entries: Vec<_> = newer().take(above).map(|(key, entry)| (*key, entry)).collect();
    entries.reverse();
    entries.extend(older().take(below).map(|(key, entry)| (*key, entry)));
    Place {
        entries,
        more_above: newer().nth(above).is_some(),
        more_below: older().nth(below).is_some(),
        selected: matches!(view.anchor, Anchor::Selected { .. }).then_some(above),
    }
}

/// The transaction itself; if it is gone, the next older one, or else the oldest.
fn nearest(mempool: &Mempool, key: TxKey) -> Option<TxKey> {
    let older = mempool.entries().range(..=key).next_back();
    older.or_else(|| mempool.entries().first_key_value()).map(|(key, _)| *key)
}
