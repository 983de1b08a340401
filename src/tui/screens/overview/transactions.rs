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
use crate::snapshot::{NoticeRow, TransactionRow, TxKey};
use crate::tui::context::Context;
use crate::tui::screens::transactions::cells;
use crate::tui::widgets::format;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Align, Cell, Column, Head, between, column};
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

const COLUMNS: &[Column<TransactionRow>] = &[
    cells::AGE,
    cells::TXID,
    cells::FLAGS.ranked(7),
    cells::KIND,
    cells::VSIZE.ranked(4),
    IN_OUT,
    cells::VALUE.ranked(5),
    cells::FEE_RATE,
    cells::PEERS.ranked(3),
];

/// The index of the txid among the columns.
const TXID_AT: usize = 1;

/// The width of a txid that leaves room for every short column in 80 columns.
const TXID_CELLS: usize = 20;

/// Inputs and outputs.
const IN_OUT: Column<TransactionRow> = column("in→out", Align::Right, between(6, 6, 9), 6, |tx, cx, _| {
    Cell::new(format!("{}→{}", tx.inputs, tx.outputs), cx.theme.muted())
});

/// From this width on, more of the txid takes precedence over the lowest-ranked columns.
const LONG_TXID: usize = 62;

/// The widths of the columns within this many cells.
fn widths(cells: usize) -> Vec<usize> {
    let mut heads: Vec<Head> = COLUMNS.iter().map(AsRef::as_ref).copied().collect();
    if cells >= LONG_TXID {
        // The age precedes the txid and also gets its full width.
        heads[..TXID_AT].iter_mut().for_each(|head| head.width.min = head.width.good);
        heads[TXID_AT].width.min = TXID_CELLS;
    }
    table::fit(&heads, cells)
}

/// Draws as many rows as fit, with `event` on the lower edge.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    list: &List<TxKey>,
    focused: bool,
    event: Option<&NoticeRow>,
) {
    if area.is_empty() {
        return;
    }
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
    let widths = widths(cells);
    let mut lines = vec![cx.in_preferences(table::head(COLUMNS, &widths, cx.theme.muted()))];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |tx| table::row(COLUMNS, &widths, tx, cx)));
    if window.rows.is_empty() {
        let empty = wording::mempool::empty(cx.snapshot.totals.received);
        lines.push(Line::styled(empty, cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_list_shows_at_least_as_much_of_a_txid() {
        assert_eq!(COLUMNS[TXID_AT].as_ref().title, "txid");
        assert!(widths(76).iter().zip(COLUMNS).all(|(cells, of)| *cells > 0 || of.as_ref().title == "kind"));
        let shown: Vec<usize> = (LONG_TXID..300).map(|cells| widths(cells)[TXID_AT]).collect();
        assert!(shown.iter().all(|txid| *txid >= TXID_CELLS), "{shown:?}");
    }
}
