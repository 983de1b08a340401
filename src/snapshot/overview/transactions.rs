//! The list of transactions.

use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::peers::Peers;
use crate::model::{FeeRate, Model, TxKey};
use crate::snapshot::window::{MAX_ROWS, Window};
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// The visible part of the list of transactions, newest first.
///
/// It is anchored at a transaction and not at an index: new ones arrive above it, and the reader's
/// place stays.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TransactionsView {
    /// What fixes the window in the list.
    pub anchor: Anchor,
    /// The number of rows that fit.
    pub height: usize,
}

/// What fixes the window in the list of transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// The newest transaction is the first row: the list flows.
    #[default]
    Newest,
    /// The oldest transaction is the last row.
    Oldest,
    /// A transaction is selected. If it has been removed, the next older one takes its place.
    Selected {
        /// The selected transaction.
        key: TxKey,
        /// The number of rows between the top of the window and the selection.
        above: usize,
    },
}

/// One transaction in the list.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionRow {
    /// The key of the mempool entry.
    pub key: TxKey,
    /// The txid.
    pub txid: Txid,
    /// The time since the first announcement.
    pub age: Duration,
    /// The size, in vB.
    pub vsize: u32,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The sum of the outputs, in sat.
    pub output_value: u64,
    /// The fee rate.
    pub fee_rate: FeeRate,
    /// The number of live peers that announced it.
    pub announced_by: usize,
    /// The number of live peers that relay transactions.
    pub announcers: usize,
}

impl TransactionRow {
    pub(in crate::snapshot) fn take(
        key: TxKey,
        entry: &MempoolEntry,
        peers: &Peers,
        announcers: usize,
        now: Timestamp,
    ) -> Self {
        Self {
            key,
            txid: entry.tx().txid(),
            age: now.since(entry.first_seen()),
            vsize: entry.tx().vsize(),
            inputs: entry.tx().input_count(),
            outputs: entry.tx().output_count(),
            output_value: entry.tx().output_value(),
            fee_rate: entry.fee_rate(),
            announced_by: entry.announcements().filter(|(peer, _)| peers.is_live(*peer)).count(),
            announcers,
        }
    }
}

/// Takes the rows that the view asks for, newest first. The cost depends on their number alone.
pub(super) fn take(
    model: &Model,
    view: &TransactionsView,
    announcers: usize,
    now: Timestamp,
) -> Window<TransactionRow> {
    let row = |(key, entry)| TransactionRow::take(key, entry, model.peers(), announcers, now);
    entries(model.mempool(), view).map(row)
}

fn entries<'a>(mempool: &'a Mempool, view: &TransactionsView) -> Window<(TxKey, &'a MempoolEntry)> {
    let (total, height) = (mempool.len(), view.height.min(MAX_ROWS));
    let (anchor, wanted_above) = match view.anchor {
        Anchor::Selected { key, above } => (nearest(mempool, key), above.min(height.saturating_sub(1))),
        // The newest at the top, or the oldest at the bottom: no room is left on that side.
        Anchor::Newest => (mempool.entries().iter().next_back().map(|(key, _)| key), 0),
        Anchor::Oldest => (mempool.entries().iter().next().map(|(key, _)| key), height.saturating_sub(1)),
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
    // In the middle of the list the index is unknown: entries that left do not move the others.
    let offset = match (more_above, more_below) {
        (false, _) => Some(0),
        (true, false) => Some(total - rows.len()),
        (true, true) => None,
    };
    let selected = matches!(view.anchor, Anchor::Selected { .. }).then_some(above);
    Window { total, offset, more_above, more_below, rows, selected }
}

/// Returns `key` itself, or if that was removed the next older key, or else the oldest.
fn nearest(mempool: &Mempool, key: TxKey) -> Option<TxKey> {
    let older = mempool.entries().older(key).next();
    older.or_else(|| mempool.entries().iter().next()).map(|(key, _)| key)
}

#[cfg(test)]
mod tests;
