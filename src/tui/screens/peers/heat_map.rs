//! A heat map: which peer announced which of the last transactions, and how soon.
//!
//! ```text
//! ╭ Last 50 transactions  █ first ▓ ≤1 s ▒ ≤5 s ░ ≤15 s · later ╮
//! │ 203.0.113.5:8333      █▒▒░ ▓▒█▒▒·░▒▓▒▒                      │
//! ╰─────────────────────────────────────────────────────────────╯
//! ```

use crate::event::PeerId;
use crate::snapshot::{HeatCell, PeersScreen};
use crate::tui::context::Context;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{indented, panel, title};
use crate::tui::widgets::text;
use crate::tui::wording::peer::short_address;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Cells of a peer's address.
const NAME: usize = 19;

/// Draws a line for each visible peer, in the order of the list.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &PeersScreen,
    list: &List<PeerId>,
    focused: bool,
) {
    let theme = cx.theme;
    let block = panel(
        theme,
        title(theme, "Last 50 transactions", "█ first ▓ ≤1 s ▒ ≤5 s ░ ≤15 s · later", focused),
        focused,
    );
    let height = usize::from(block.inner(area).height);
    let from = list.visible(&screen.peers, height).start;
    let rows = screen.peers.rows.iter().zip(&screen.heat.rows).skip(from).take(height);
    let lines: Vec<Line> = rows
        .map(|(peer, cells)| {
            let name = text::left(&short_address(&peer.row.address, NAME, cx.snapshot.network), NAME);
            let heat: String = cells.iter().map(|cell| mark(*cell)).collect();
            indented(Line::from(vec![
                Span::styled(name, theme.text()),
                Span::raw(" "),
                Span::styled(heat, theme.chart()),
            ]))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

const fn mark(cell: HeatCell) -> char {
    match cell {
        HeatCell::Silent => ' ',
        HeatCell::First => '█',
        HeatCell::Within1s => '▓',
        HeatCell::Within5s => '▒',
        HeatCell::Within15s => '░',
        HeatCell::Later => '·',
    }
}
