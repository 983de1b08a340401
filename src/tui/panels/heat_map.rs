//! Who announced which of the last transactions, and how soon.
//!
//! ```text
//! ╭ Last 50 transactions  █ first ▓ <1 s ▒ <5 s ░ <15 s · later ╮
//! │ 203.0.113.5:8333      █▒▒░ ▓▒█▒▒·░▒▓▒▒                      │
//! ╰─────────────────────────────────────────────────────────────╯
//! ```

use super::super::app::App;
use super::super::text;
use super::{panel, peers};
use crate::snapshot::HeatCell;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Cells of a peer's name.
const NAME: usize = 19;

/// Draws a line for each visible peer, in the order of the list.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let Some(screen) = &app.snapshot().peers_screen else { return };
    let theme = app.theme();
    let title = Line::from(vec![
        Span::styled(" Last 50 transactions ", theme.title(false)),
        Span::styled(" █ first ▓ 1 s ▒ 5 s ░ 15 s · later ", theme.muted()),
    ]);
    let block = panel(app, title, false);
    let height = usize::from(block.inner(area).height);
    let from = app.worth().visible(&screen.peers, height).start;
    let rows = screen.peers.rows.iter().zip(&screen.heat.rows).skip(from).take(height);
    let lines: Vec<Line> = rows
        .map(|(peer, cells)| {
            let name = text::left(&text::cut_middle(&peer.row.address, NAME), NAME);
            let heat: String = cells.iter().map(|cell| mark(*cell)).collect();
            peers::indented(Line::from(vec![
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
