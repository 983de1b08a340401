//! How many transactions of each kind arrive.
//!
//! ```text
//! ╭ Arriving per minute, last 10 min ────────────╮
//! │ payment                    212.4             │
//! │ outputs of 150 past blocks known: 812k       │
//! ╰──────────────────────────────────────────────╯
//! ```

use super::super::super::app::App;
use super::super::super::format;
use super::lines;
use crate::snapshot::MempoolScreen;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the rates, and what the knowledge of fees rests on.
pub fn render(frame: &mut Frame, area: Rect, app: &App, screen: &MempoolScreen) {
    let theme = app.theme();
    let kind = |(name, rate): &(&'static str, f32)| Line::raw(format!(" {name:<24}{rate:>8.1}"));
    let mut drawn: Vec<Line> = screen.kinds.iter().map(kind).collect();
    if drawn.is_empty() {
        drawn.push(Line::styled(" nothing yet", theme.muted()));
    }
    let (blocks, coins) = (screen.coin_blocks, format::brief(screen.coins as u64));
    drawn.push(Line::styled(format!(" outputs of {blocks} past blocks known: {coins}"), theme.muted()));
    lines(frame, area, app, "Arriving per minute, last 10 min", drawn);
}
