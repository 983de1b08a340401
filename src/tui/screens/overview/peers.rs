//! The list of peers.
//!
//! ```text
//! ╭ Peers  7 live of 9 ────────────────────────────────╮
//! │   address              user agent    ping       tx │
//! │ ● 203.0.113.5:8333     Satoshi:30.0  41 ms ▂▂▃ 212 │
//! │ ◐ [2001:db8::7]:8333   Satoshi:29.1  late 12 s     │
//! │ ○ 198.51.100.9:8333    ping timeout               │
//! ╰────────────────────────────────────────────────────╯
//! ```

use crate::event::PeerId;
use crate::snapshot::{Liveness, PeerRow};
use crate::tui::context::Context;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Align, Cell, Column, between, column, exactly};
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording::peer::{agent, liveness, short_address};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

const COLUMNS: &[Column<PeerRow>] = &[
    column("", Align::Left, exactly(1), 0, |peer, cx, _| {
        let (mark, style) = cx.theme.liveness(&peer.liveness);
        Cell::new(mark, style)
    }),
    column("address", Align::Left, between(18, 21, 47), 1, |peer, cx, width| {
        Cell::new(short_address(&peer.address, width, cx.snapshot.network), cx.theme.text())
    }),
    column("user agent", Align::Left, between(14, 16, 30), 3, |peer, cx, _| {
        let agent = if peer.blocks_only { "blocks only".to_owned() } else { agent(&peer.user_agent) };
        Cell::new(agent, cx.theme.text())
    }),
    column("ping", Align::Right, exactly(7), 2, |peer, cx, _| match peer.liveness {
        Liveness::Late { waiting } => {
            // A time without a word would look like a ping.
            Cell::new("late", cx.theme.warning())
                .across(format!(" late {}", format::span(waiting + cx.drift)))
        }
        _ => Cell::new(format::known(peer.ping.map(format::ping)), cx.theme.text()),
    }),
    column("", Align::Left, between(6, 8, 16), 5, |peer, cx, width| {
        let pings: Vec<_> = peer.pings.iter().map(|ping| Some(ping.as_secs_f32())).collect();
        Cell::new(chart::sparkline(&pings, width), cx.theme.chart())
    }),
    column("min", Align::Right, exactly(7), 7, |peer, cx, _| {
        Cell::new(format::known(peer.ping_min.map(format::ping)), cx.theme.muted())
    }),
    column("inv", Align::Right, between(5, 6, 6), 4, |peer, cx, _| {
        Cell::new(format::brief(peer.announced), cx.theme.text())
    }),
    column("tx", Align::Right, between(5, 6, 6), 6, |peer, cx, _| {
        Cell::new(format::brief(peer.served), cx.theme.text())
    }),
];

/// The columns of a peer without a connection; the reason takes up the rest of its row.
const ALWAYS: usize = 2;

/// Draws as many rows as fit, keeping the selected one visible.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, list: &List<PeerId>, focused: bool) {
    if area.is_empty() {
        return;
    }
    let window = &cx.snapshot.overview.peers;
    let figures = format!("{} live of {}", cx.snapshot.totals.peers_live, format::count(window.total));
    let block = panel(cx.theme, title(cx.theme, "Peers", &figures, focused), focused);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let widths = table::fit(COLUMNS, cells);
    let mut lines = vec![table::head(COLUMNS, &widths, cx.theme.muted())];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |peer| row(cx, peer, &widths, cells)));
    if window.rows.is_empty() {
        lines.push(Line::styled("no peer yet", cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(cx: &Context, peer: &PeerRow, widths: &[usize], cells: usize) -> Line<'static> {
    if matches!(peer.liveness, Liveness::Live | Liveness::Late { .. }) {
        return table::row(COLUMNS, widths, peer, cx);
    }
    let mut line = table::row(&COLUMNS[..ALWAYS], &widths[..ALWAYS], peer, cx);
    let (_, style) = cx.theme.liveness(&peer.liveness);
    let room = cells.saturating_sub(text::line_width(&line.spans) + 1);
    let state = text::cut(&liveness(&peer.liveness, cx.drift), room);
    line.spans.extend([Span::raw(" "), Span::styled(state, style)]);
    line
}
