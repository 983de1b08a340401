//! The Blocks screen.

use super::super::app::App;
use super::panel;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws the screen.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let block = panel(app, Line::from(" Blocks "), true);
    let tip = app.snapshot().blocks_screen.as_ref().and_then(|screen| screen.tip);
    let text = tip.map_or_else(String::new, |tip| format!("tip {}", tip.height));
    frame.render_widget(Paragraph::new(text).block(block), area);
}
