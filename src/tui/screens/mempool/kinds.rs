//! Arrivals of each kind of transaction.
//!
//! ```text
//! ╭ Arrivals per minute, last 10 min ────────────╮
//! │ payment                    212.4 ██████████  │
//! │ outputs of 150 past blocks known: 812k       │
//! ╰──────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::model::classify::Kind;
use crate::snapshot::MempoolScreen;
use crate::tui::context::Context;
use crate::tui::widgets::{chart, format};
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// The width of a kind and its rate, in cells.
const TEXT: usize = 34;

/// Draws the rates, and the size of the prevouts cache that makes fees known.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen, focused: bool) {
    let theme = cx.theme;
    let room = usize::from(area.width).saturating_sub(TEXT + 4);
    let most = screen.kinds.iter().map(|(_, rate)| *rate).fold(0.0, f32::max);
    let kind = |&(kind, rate): &(Option<Kind>, f32)| {
        Line::from(vec![
            Span::raw(format!(" {:<24}{rate:>8.1} ", wording::kind::label(kind))),
            Span::styled("█".repeat(chart::length(rate, most, room)), theme.chart()),
        ])
    };
    let mut drawn: Vec<Line> = screen.kinds.iter().map(kind).collect();
    if drawn.is_empty() {
        drawn.push(Line::styled(" none in the last 10 min", theme.muted()));
    }
    let (blocks, coins) = (screen.prevout_blocks, format::brief(screen.prevouts as u64));
    drawn.push(Line::styled(format!(" outputs of {blocks} past blocks known: {coins}"), theme.muted()));
    lines(frame, area, cx, "Arrivals per minute, last 10 min", drawn, focused);
}
