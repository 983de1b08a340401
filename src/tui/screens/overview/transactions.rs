//! The list of transactions, newest first.
//!
//! ```text
//! ╭ Transactions  14,211 · following the newest ──────────────╮
//! │ age   txid        vsize in→out value BTC  sat/vB    peers │
//! │ 0.4s  3fa9c1…e07    224    2→2    0.0451    12.1 ▇▇▅▁ 6/8 │
//! │ 1.1s  88d002…91b    141    1→2    1.2000       ? ▇▂▁▁ 2/8 │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use super::events;
use crate::snapshot::{NoticeEntry, TransactionRow, TxKey};
use crate::tui::context::Context;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Align, Cell, Column, between, column};
use crate::tui::widgets::{chart, format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// From this width on a value is shown to the last satoshi.
const WHOLE_VALUE: usize = 14;

const COLUMNS: &[Column<TransactionRow>] = &[
    column("age", Align::Left, between(4, 5, 5), 0, |tx, cx, _| {
        Cell::new(format::age(tx.age + cx.drift), cx.theme.muted())
    }),
    column("txid", Align::Left, between(11, 11, 64), 1, |tx, cx, width| {
        Cell::new(text::cut_middle(&tx.txid.to_string(), width), cx.theme.text())
    }),
    column("vsize", Align::Right, between(5, 6, 7), 4, |tx, cx, _| {
        Cell::new(format::brief(u64::from(tx.vsize)), cx.theme.text())
    }),
    column("in→out", Align::Right, between(6, 6, 9), 6, |tx, cx, _| {
        Cell::new(format!("{}→{}", tx.inputs, tx.outputs), cx.theme.muted())
    }),
    column("value BTC", Align::Right, between(9, 10, 17), 5, |tx, cx, width| {
        let write = if width >= WHOLE_VALUE { format::btc } else { format::btc_short };
        Cell::new(write(tx.output_value), cx.theme.text())
    }),
    column("sat/vB", Align::Right, between(6, 9, 11), 2, |tx, cx, width| {
        let style = if tx.fee_rate.middle().is_some() { cx.theme.strong() } else { cx.theme.muted() };
        Cell::new(format::rate(tx.fee_rate, width), style)
    }),
    column("peers", Align::Right, between(8, 8, 10), 3, |tx, cx, _| {
        let spread = chart::progress(tx.announced_by, tx.announcers, 4);
        Cell::new(format!("{spread} {}/{}", tx.announced_by, tx.announcers), cx.theme.chart())
    }),
];

/// Draws as many rows as fit, and `event` on the lower edge.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    list: &List<TxKey>,
    focused: bool,
    event: Option<&NoticeEntry>,
) {
    let window = &cx.snapshot.overview.transactions;
    let place = if list.to_bottom {
        "loading the oldest"
    } else if list.selected.is_some() {
        "paused at the selection, g follows"
    } else {
        "following the newest"
    };
    let figures = format!("{} · {place}", format::count(window.total));
    let mut block = panel(cx.theme, title(cx.theme, "Transactions", &figures, focused), focused);
    if let Some(event) = event {
        let room = usize::from(area.width).saturating_sub(3);
        block = block.title_bottom(events::line(cx, event, room));
    }
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let widths = table::fit(COLUMNS, cells);
    let mut lines = vec![table::head(COLUMNS, &widths, cx.theme.muted())];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |tx| table::row(COLUMNS, &widths, tx, cx)));
    if window.rows.is_empty() {
        lines.push(Line::styled("no transaction yet", cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
