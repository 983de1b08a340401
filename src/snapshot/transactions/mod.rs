//! The Transactions screen: all transactions in the mempool, sorted and filtered.

mod row;
#[cfg(test)]
mod tests;

pub use row::{TransactionRow, TxFlags};

use crate::model::list::index::TxIndex;
use crate::model::{Model, TxKey, TxList};
use crate::snapshot::window::{MAX_ROWS, Window};
use crate::util::time::Timestamp;

/// What the Transactions screen asks for.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TransactionListView {
    /// The filter and the sort order.
    pub list: TxList,
    /// Whether the greatest value comes first. Unknown values come last either way.
    pub descending: bool,
    /// The anchor of the window in the list.
    pub anchor: Anchor,
    /// The number of rows that fit.
    pub height: usize,
    /// The row of the selection in the last snapshot, where another transaction is selected if the selected
    /// one is gone.
    pub row: usize,
}

/// The anchor of the window in a list of transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// The first transaction is the first row: the list flows.
    #[default]
    Top,
    /// The last transaction is the last row.
    Bottom,
    /// The selected transaction. If it was removed, the one below takes its place.
    Selected {
        /// The selected transaction.
        key: TxKey,
        /// The number of rows between the top of the window and the selection.
        above: usize,
    },
}

impl Anchor {
    /// Centres the window on the selection, at its maximum size.
    pub(in crate::snapshot) fn widen(&mut self) {
        if let Self::Selected { above, .. } = self {
            *above = MAX_ROWS / 2;
        }
    }
}

impl TransactionListView {
    /// Asks for the maximum number of rows.
    pub(in crate::snapshot) fn widen(&mut self) {
        self.height = MAX_ROWS;
        self.anchor.widen();
    }
}

/// The Transactions screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TransactionsScreen {
    /// The visible transactions. While the list is being built, those found so far.
    pub transactions: Window<TransactionRow>,
    /// The share of the mempool examined for the list, 0–1; `None` once complete.
    pub progress: Option<f32>,
}

impl TransactionsScreen {
    /// Takes the screen. The cost depends on the number of rows, not on the length of the list.
    pub(super) fn take(model: &Model, view: &TransactionListView, announcers: usize, now: Timestamp) -> Self {
        let Some(index) = model.listed(&view.list) else {
            return Self { progress: Some(0.0), ..Self::default() };
        };
        let transactions = window(index, view).filter_map(|key| {
            let entry = model.mempool().get(key)?;
            Some(TransactionRow::take(model, key, entry, announcers, now))
        });
        Self { transactions, progress: progress(index, model.mempool().entries().slot_count()) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share to show")]
fn progress(index: &TxIndex, slots: u32) -> Option<f32> {
    (!index.is_complete()).then(|| index.progress() as f32 / slots.max(1) as f32)
}

fn window(index: &TxIndex, view: &TransactionListView) -> Window<TxKey> {
    let (total, height) = (index.len(), view.height.min(MAX_ROWS));
    let last = total.saturating_sub(1);
    let (selected, offset) = match view.anchor {
        Anchor::Top => (None, 0),
        Anchor::Bottom => (None, total),
        Anchor::Selected { key, above } => {
            let row = index.position(key, view.descending).unwrap_or(view.row.min(last));
            (Some(row), row.saturating_sub(above.min(height.saturating_sub(1))))
        }
    };
    let offset = offset.min(total.saturating_sub(height));
    let rows = index.rows(offset, height, view.descending);
    Window {
        total,
        offset: Some(offset),
        more_above: offset > 0,
        more_below: offset + rows.len() < total,
        selected: selected.map(|row| row - offset).filter(|row| *row < rows.len()),
        rows,
    }
}
