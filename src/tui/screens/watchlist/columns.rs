//! The columns of targets and history.

use crate::snapshot::{BalanceChange, MatchRow, WatchRow};
use crate::tui::context::Context;
use crate::tui::widgets::table::{Align, Cell, Column, Width, between, column, exactly};
use crate::tui::widgets::{clock, format, text};
use crate::tui::wording::watch;
use ratatui::style::Style;

/// Shown for zero, and for a transaction without confirmations.
const NONE: &str = "·";

/// The width of an amount with its sign, in cells.
const CHANGE: Width = between(11, 15, 18);

/// The width of an age, a date and a time of day, in cells.
const WHEN: usize = 26;

/// The columns of the targets.
pub const TARGETS: [Column<WatchRow>; 7] = [
    column("target", Align::Left, between(13, 42, 90), 0, |row, cx, width| {
        Cell::new(text::cut_middle(row.target.text(), width), cx.theme.text())
    }),
    column("mempool BTC", Align::Right, CHANGE, 2, |row, cx, width| change(cx, &row.balances.mempool, width)),
    column("blocks BTC", Align::Right, CHANGE, 3, |row, cx, width| change(cx, &row.balances.blocks, width)),
    column("tx", Align::Right, between(4, 5, 6), 5, |row, cx, _| {
        let count = row.balances.mempool.transactions + row.balances.blocks.transactions;
        Cell::new(format::count(count), cx.theme.muted())
    }),
    column("conf", Align::Right, exactly(5), 4, |row, cx, _| {
        Cell::new(row.last.as_ref().map_or_else(String::new, confirmations), cx.theme.text())
    }),
    column("last", Align::Left, between(12, 30, 44), 6, |row, cx, _| match &row.last {
        Some(last) => Cell::new(watch::event(&last.found.event), style(cx, last)),
        None => Cell::new("nothing yet", cx.theme.muted()),
    }),
    column("age", Align::Left, exactly(5), 1, |row, cx, _| match &row.last {
        Some(last) => Cell::new(cx.age(last.age + cx.drift), cx.theme.muted()),
        None => Cell::new("", cx.theme.muted()),
    }),
];

/// The columns of the history.
pub const HISTORY: [Column<MatchRow>; 5] = [
    column("when", Align::Left, between(5, 6, WHEN), 0, |row, cx, width| {
        let age = cx.age(row.age + cx.drift);
        let time = clock::date_time(cx.wall(row.found.at), cx.zone);
        Cell::new(if width == WHEN { format!("{age:<6} {time}") } else { age }, cx.theme.muted())
    }),
    column("what happened", Align::Left, between(18, 34, 48), 1, |row, cx, _| {
        Cell::new(watch::event(&row.found.event), style(cx, row))
    }),
    column("change BTC", Align::Right, CHANGE, 2, |row, cx, width| {
        let text = cx.change(row.found.received, row.found.spent, width);
        Cell::new(text.unwrap_or_else(|| NONE.to_owned()), cx.theme.text())
    }),
    column("conf", Align::Right, exactly(5), 4, |row, cx, _| Cell::new(confirmations(row), cx.theme.text())),
    column("txid", Align::Left, between(11, 21, 64), 3, |row, cx, width| {
        Cell::new(text::cut_middle(&row.found.txid.to_string(), width), cx.theme.text())
    }),
];

/// The change of the balance by transactions; a dot if there are none, or if the target is a txid.
fn change(cx: &Context, change: &BalanceChange, width: usize) -> Cell {
    match cx.change(change.received, change.spent, width) {
        Some(text) => Cell::new(text, cx.theme.text()),
        None => Cell::new(NONE, cx.theme.muted()),
    }
}

fn confirmations(row: &MatchRow) -> String {
    row.confirmations.map_or_else(|| NONE.to_owned(), |count| format::brief(count.into()))
}

/// Highlights what is unusual in the life of a transaction.
fn style(cx: &Context, row: &MatchRow) -> Style {
    if row.found.event.is_expected() { cx.theme.text() } else { cx.theme.warning() }
}
