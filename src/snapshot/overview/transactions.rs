//! The list of transactions.

use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::{Model, TxKey};
use crate::snapshot::transactions::{Anchor, TransactionRow};
use crate::snapshot::window::{MAX_ROWS, Window};
use crate::util::time::Timestamp;

/// The visible part of the list of transactions, newest first.
///
/// It is anchored at a transaction rather than an index, so that the reader keeps the place while new ones
/// arrive above.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TransactionsView {
    /// The anchor of the window in the list.
    pub anchor: Anchor,
    /// The number of rows that fit.
    pub height: usize,
}

impl TransactionsView {
    /// Asks for the maximum number of rows.
    pub(in crate::snapshot) fn widen(&mut self) {
        self.height = MAX_ROWS;
        self.anchor.widen();
    }
}

/// Takes the rows that the view asks for, newest first. The cost depends only on their number.
pub(super) fn take(
    model: &Model,
    view: &TransactionsView,
    announcers: usize,
    now: Timestamp,
) -> Window<TransactionRow> {
    let row = |(key, entry)| TransactionRow::take(model, key, entry, announcers, now);
    entries(model.mempool(), view).map(row)
}

fn entries<'a>(mempool: &'a Mempool, view: &TransactionsView) -> Window<(TxKey, &'a MempoolEntry)> {
    let (total, height) = (mempool.len(), view.height.min(MAX_ROWS));
    let (anchor, wanted_above) = match view.anchor {
        Anchor::Selected { key, above } => (nearest(mempool, key), above.min(height.saturating_sub(1))),
        // The newest at the top or the oldest at the bottom leaves no room on that side.
        Anchor::Top => (mempool.entries().iter().next_back().map(|(key, _)| key), 0),
        Anchor::Bottom => (mempool.entries().iter().next().map(|(key, _)| key), height.saturating_sub(1)),
    };
    let Some(anchor) = anchor.filter(|_| height > 0) else {
        return Window { total, offset: Some(0), more_below: total > 0, ..Window::default() };
    };
    let newer = || mempool.entries().newer(anchor);
    let older = || mempool.entries().older(anchor);
    let below = older().take(height - newer().take(wanted_above).count()).count();
    let above = newer().take(height - below).count();
    let mut rows: Vec<_> = newer().take(above).collect();
    rows.reverse();
    rows.extend(older().take(below));
    let (more_above, more_below) = (newer().nth(above).is_some(), older().nth(below).is_some());
    // In the middle of the list the index is unknown: removed entries do not renumber the others.
    let offset = match (more_above, more_below) {
        (false, _) => Some(0),
        (true, false) => Some(total - rows.len()),
        (true, true) => None,
    };
    let selected = matches!(view.anchor, Anchor::Selected { .. }).then_some(above);
    Window { total, offset, more_above, more_below, rows, selected }
}

/// Returns `key` or, if that was removed, the next older key, or else the oldest one.
fn nearest(mempool: &Mempool, key: TxKey) -> Option<TxKey> {
    let older = mempool.entries().older(key).next();
    older.or_else(|| mempool.entries().iter().next()).map(|(key, _)| key)
}

#[cfg(test)]
mod tests;
