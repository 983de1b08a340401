//! The statistics of each peer.
//!
//! ```text
//! ╭ Peers  7 live of 9 · by last ping ▲ ───────────────────────────────────────────────╮
//! │   address            user agent      ping▲ median    p95  answer  first    lag  inv │
//! │ ● 203.0.113.5:8333   Satoshi:30.0   41 ms  42 ms  61 ms   48 ms   31 %  1.2 s  212 │
//! ╰────────────────────────────────────────────────────────────────────────────────────╯
//! ```

use super::columns::COLUMNS;
use super::groups;
use super::listing::Listing;
use crate::event::PeerId;
use crate::snapshot::PeersScreen;
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Head};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws as many rows as fit, keeping the selected one visible.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &PeersScreen,
    list: &List<PeerId>,
    listing: &Listing,
    focused: bool,
) {
    let window = &screen.peers;
    let block = panel(cx.theme, title(cx.theme, "Peers", &figures(cx, screen, listing), focused), focused);
    let order = listing.order;
    let (columns, heads) = heads(listing);
    let widths = widths(&heads, area);
    let by = columns.iter().position(|column| *column == order.by);
    let head = match by.filter(|_| !listing.is_sorted_by_query()) {
        None => table::head(&heads, &widths, cx.theme.muted()),
        Some(by) => table::head_sorted(&heads, &widths, cx.theme.muted(), by, order.arrow()),
    };
    let mut lines = vec![head];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |peer| {
        table::line(&heads, &widths, |at, width| COLUMNS[columns[at]].draw(peer, cx, width))
    }));
    if window.total == 0 {
        let is_filtered =
            listing.query.is_some() || listing.within.is_some() || !listing.filter.text().is_empty();
        let nothing = if is_filtered { "no peer matches · Esc: all" } else { "no peer yet" };
        lines.push(Line::styled(nothing, cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The number of listed peers, the filter, and the order.
fn figures(cx: &Context, screen: &PeersScreen, listing: &Listing) -> String {
    let order = listing.order;
    let by = format!(" · by {} {}", order.sort().by.name, order.arrow());
    let by = if listing.is_sorted_by_query() { String::new() } else { by };
    format!("{}{by}{}", which(cx, screen, listing), listing.filter.label())
}

/// The number of listed peers, and the filter.
fn which(cx: &Context, screen: &PeersScreen, listing: &Listing) -> String {
    let listed = format::count(screen.peers.total);
    let within = listing.within.as_ref().map(groups::name);
    let query = listing.query.as_ref().map(ToString::to_string);
    match (within, query) {
        (None, None) => format!("{} live of {listed}", cx.snapshot.totals.peers_live),
        (within, query) => {
            let conditions = within.map(str::to_owned).into_iter().chain(query).map(|it| format!(" · {it}"));
            format!("{listed} of {}{}", screen.known, conditions.collect::<String>())
        }
    }
}

/// The number of groups, the grouping, and which peers are in them.
pub fn groups_label(screen: &PeersScreen, listing: &Listing) -> String {
    let by = listing.grouping.map_or("", groups::label);
    let query = listing.query.as_ref().map(|query| format!(" · {query}")).unwrap_or_default();
    let count = format::plural(screen.groups.len() as u64, "group");
    format!("by {by}, {count}{query}{}", listing.filter.label())
}

/// Returns the index of the column at a cell of the head.
pub fn column_at(area: Rect, listing: &Listing, cell: usize) -> Option<usize> {
    let (columns, heads) = heads(listing);
    table::column_at(&widths(&heads, area), cell).map(|at| columns[at])
}

/// The columns that fit into `area`.
pub fn visible(area: Rect, listing: &Listing) -> Vec<usize> {
    let (columns, heads) = heads(listing);
    let widths = widths(&heads, area);
    columns.into_iter().zip(widths).filter(|(_, width)| *width > 0).map(|(column, _)| column).collect()
}

/// The widths of the columns, after borders and blanks.
fn widths(heads: &[Head], area: Rect) -> Vec<usize> {
    table::fit(heads, usize::from(area.width).saturating_sub(4))
}

/// The shown columns and their heads. The sort column has the lowest rank, and one cell more for the arrow.
fn heads(listing: &Listing) -> (Vec<usize>, Vec<Head>) {
    let columns = listing.shown_columns();
    let head = |column: &usize| {
        let mut head = COLUMNS[*column].head;
        if *column == listing.order.by {
            head.rank = 0;
            head.width = head.width.plus(1);
        }
        head
    };
    let heads = columns.iter().map(head).collect();
    (columns, heads)
}
