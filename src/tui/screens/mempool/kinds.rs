//! Arrivals of each kind of transaction.
//!
//! ```text
//! ╭ Arrivals per minute, last 10 min ────────────╮
//! │ payment                    212.4             │
//! │ prevouts cached: 812k, 150 past blocks       │
//! ╰──────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::model::classify::Kind;
use crate::snapshot::MempoolScreen;
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the rates, and the size of the prevouts cache that makes fees known.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen) {
    let theme = cx.theme;
    let kind = |&(kind, rate): &(Option<Kind>, f32)| {
        Line::raw(format!(" {:<24}{rate:>8.1}", wording::kind::label(kind)))
    };
    let mut drawn: Vec<Line> = screen.kinds.iter().map(kind).collect();
    if drawn.is_empty() {
        drawn.push(Line::styled(" no transaction yet", theme.muted()));
    }
    let (blocks, coins) = (screen.prevout_blocks, format::brief(screen.prevouts as u64));
    drawn.push(Line::styled(format!(" outputs of {blocks} past blocks known: {coins}"), theme.muted()));
    lines(frame, area, cx, "Arrivals per minute, last 10 min", drawn);
}
