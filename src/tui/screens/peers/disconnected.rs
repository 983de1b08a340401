//! Disconnected peers, and the addresses that could replace them.
//!
//! ```text
//! ╭ Disconnected  3 ───────────────────────────────────────╮
//! │ 12 s  198.51.100.9:8333  ping timeout · retrying in 38 s│
//! ╰ addresses: IPv4 12,301 (211 good, 90 failing) ─────────╯
//! ```

use crate::tui::context::Context;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::{format, text};
use crate::tui::wording::peer::short_address;

use crate::snapshot::{DisconnectedPeer, PeersScreen};
use crate::tui::widgets::panel::{indented, panel, title};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The width of a time span, in cells.
const SINCE: usize = 7;

/// The number of lines, and of visible rows.
pub fn extent(area: Rect, screen: &PeersScreen) -> (usize, usize) {
    (screen.disconnected.len(), usize::from(area.height.saturating_sub(2)))
}

/// Draws as many as fit, latest first.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &PeersScreen,
    scroll: Scroll,
    focused: bool,
) {
    let theme = cx.theme;
    let mut block =
        panel(theme, title(theme, "Disconnected", &screen.disconnected.len().to_string(), focused), focused);
    let inner = block.inner(area);
    let cells = usize::from(inner.width).saturating_sub(2);
    let book = text::cut(&book(screen), cells);
    if !book.is_empty() {
        block = block.title_bottom(Line::styled(format!(" {book} "), theme.muted()));
    }
    let (count, rows) = extent(area, screen);
    let shown = screen.disconnected.iter().skip(scroll.first(count, rows)).take(rows);
    let mut lines: Vec<Line> = shown.map(|peer| row(cx, peer, cells)).collect();
    if lines.is_empty() {
        lines.push(Line::styled("none", theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(cx: &Context, peer: &DisconnectedPeer, cells: usize) -> Line<'static> {
    let theme = cx.theme;
    let retry = match peer.retry_in {
        Some(time) => format!(" · retrying in {}", format::span(time.saturating_sub(cx.drift))),
        None => String::new(),
    };
    let since = text::left(&format::span(peer.disconnected_for + cx.drift), SINCE);
    let address = text::left(&short_address(&peer.address, 22, cx.snapshot.network), 22);
    let room = cells.saturating_sub(text::width(&since) + text::width(&address) + 2);
    Line::from(vec![
        Span::styled(since, theme.muted()),
        Span::raw(" "),
        Span::styled(address, theme.text()),
        Span::raw(" "),
        Span::styled(text::cut(&format!("{}{retry}", peer.reason), room), theme.bad()),
    ])
}

/// The known addresses in one line; empty if there are none.
fn book(screen: &PeersScreen) -> String {
    let sizes = screen.address_counts.iter().map(|size| {
        let total = size.untried + size.good + size.failing;
        format!(
            "{} {} ({} good, {} failing)",
            size.network,
            format::count(total),
            format::count(size.good),
            format::count(size.failing)
        )
    });
    let sizes = sizes.collect::<Vec<_>>().join(" · ");
    if sizes.is_empty() { sizes } else { format!("addresses: {sizes}") }
}
