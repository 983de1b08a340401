//! The list of all transactions.
//!
//! ```text
//! ┏ Transactions  14,211 · by fee rate ▼ · /bc1q▏ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ age    txid        flags vsize vB  value BTC  sat/vB▼  anc    peers          ┃
//! ┃ 0.4s   3fa9c1…e07  R·W        224     0.0451    312.1    ·  ▇▇▅▁ 6/8         ┃
//! ┗ 1–21 of 14,211 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use super::columns::{COLUMNS, Sorting};
use crate::snapshot::{TransactionsScreen, TxKey};
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Head};
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws as many rows as fit, keeping the selected one visible.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &TransactionsScreen,
    list: &List<TxKey>,
    (sorting, filter): (Sorting, &str),
    focused: bool,
) {
    let (window, height, theme) = (&screen.transactions, list_rows(area), cx.theme);
    let count = format::count(window.total);
    // The total is known once all have been checked.
    let figures = match screen.progress {
        Some(share) => format!("sorting: {}", format::share(share)),
        None => count.clone(),
    };
    let figures = format!("{figures} · by {} {}{filter}", sorting.name(), sorting.arrow());
    let mut block = panel(theme, title(theme, "Transactions", &figures, focused), focused);
    let visible = list.visible(window, height);
    if let Some(offset) = window.offset.filter(|_| !visible.is_empty()) {
        let rows = format!(
            " {}–{} of {count} ",
            format::count(offset + visible.start + 1),
            format::count(offset + visible.end)
        );
        block = block.title_bottom(Line::styled(rows, theme.muted()));
    }
    let heads = sorting.heads();
    let widths = widths(&heads, area);
    let head = table::head_sorted(&heads, &widths, theme.muted(), sorting.column(), sorting.arrow());
    let mut lines = vec![cx.in_preferences(head)];
    lines.extend(list.lines(window, height, theme.selected(focused), |tx| {
        table::line(&heads, &widths, |at, width| COLUMNS[at].0.draw(tx, cx, width))
    }));
    if window.total == 0 && screen.progress.is_none() {
        let nothing = if filter.is_empty() {
            wording::mempool::empty(cx.snapshot.totals.received)
        } else {
            "no transaction matches"
        };
        lines.push(Line::styled(nothing, theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Returns the index of the column at a cell of the head.
pub fn column_at(area: Rect, sorting: Sorting, cell: usize) -> Option<usize> {
    table::column_at(&widths(&sorting.heads(), area), cell)
}

/// The widths of the columns, after borders and blanks.
fn widths(heads: &[Head], area: Rect) -> Vec<usize> {
    table::fit(heads, usize::from(area.width).saturating_sub(4))
}
