//! The Mempool screen: by fee rate, as the next blocks, over time, by kind.
//!
//! ```text
//! ╭ sat/vB by vB ───────────────────────╮╭ Next blocks ────────────────────╮
//! │   2 – 3   ███████████        1.20   ││  1   8.1   12.4   310           │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ╭ Over time ──────────────────────────╮╭ Arriving per minute ────────────╮
//! │ 33344455                            ││ payment            212.0        │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ```

mod histogram;
mod kinds;
mod next_blocks;
mod over_time;

use super::super::app::App;
use super::panel;
use crate::snapshot::MempoolScreen;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws the screen.
pub fn render(frame: &mut Frame, app: &App) {
    let parts = app.mempool_parts();
    let empty = MempoolScreen::default();
    let screen = app.snapshot().mempool_screen.as_deref().unwrap_or(&empty);
    histogram::render(frame, parts.histogram, app, screen);
    next_blocks::render(frame, parts.blocks, app, screen);
    over_time::render(frame, parts.history, app, screen);
    kinds::render(frame, parts.kinds, app, screen);
}

/// Draws a panel of lines.
fn lines(frame: &mut Frame, area: Rect, app: &App, title: &str, lines: Vec<Line<'static>>) {
    let block = panel(app, Line::from(format!(" {title} ")), false);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
