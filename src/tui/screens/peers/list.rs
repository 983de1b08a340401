//! The statistics of each peer.
//!
//! ```text
//! ╭ Peers  7 live of 9 · by last ping ▲ ───────────────────────────────────────────────╮
//! │   address            user agent      ping▲ median    p95  answer  first    lag  inv │
//! │ ● 203.0.113.5:8333   Satoshi:30.0   41 ms  42 ms  61 ms   48 ms   31 %  1.2 s  212 │
//! ╰────────────────────────────────────────────────────────────────────────────────────╯
//! ```

use super::columns::COLUMNS;
use super::order::Order;
use crate::event::PeerId;
use crate::snapshot::PeersScreen;
use crate::tui::context::Context;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::format;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Head};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws as many rows as fit around the selected one.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &PeersScreen,
    list: &List<PeerId>,
    (order, filter): (Order, &Filter),
    focused: bool,
) {
    let window = &screen.peers;
    let figures = format!(
        "{} live of {} · by {} {}{}",
        cx.snapshot.totals.peers_live,
        format::count(window.total),
        order.sort().by.name,
        order.arrow(),
        filter.label(),
    );
    let block = panel(cx.theme, title(cx.theme, "Peers", &figures, focused), focused);
    let heads = heads(order);
    let widths = widths(&heads, area);
    let mut lines = vec![table::head_sorted(&heads, &widths, cx.theme.muted(), order.by, order.arrow())];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |peer| {
        table::line(&heads, &widths, |at, width| COLUMNS[at].draw(peer, cx, width))
    }));
    if window.total == 0 {
        let nothing = if filter.text().is_empty() { "no peer yet" } else { "no peer matches" };
        lines.push(Line::styled(nothing, cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Returns the index of the column at a cell of the head.
pub fn column_at(area: Rect, order: Order, cell: usize) -> Option<usize> {
    table::column_at(&widths(&heads(order), area), cell)
}

/// The widths of the columns: the borders and a blank at each side leave the rest.
fn widths(heads: &[Head], area: Rect) -> Vec<usize> {
    table::fit(heads, usize::from(area.width).saturating_sub(4))
}

/// The heads; the column that is sorted by gets its room first, and a cell more for the arrow.
fn heads(order: Order) -> Vec<Head> {
    let mut heads: Vec<_> = COLUMNS.iter().map(|column| column.head).collect();
    let sorted = &mut heads[order.by];
    sorted.rank = 0;
    sorted.width = sorted.width.plus(1);
    heads
}
