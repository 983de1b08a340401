//! The Mempool screen.

use super::super::app::App;
use super::panel;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws the screen.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let block = panel(app, Line::from(" Mempool "), true);
    let text = match &app.snapshot().mempool_screen {
        Some(screen) => format!("{} tx, {} vB", screen.transactions, screen.vsize),
        None => String::new(),
    };
    frame.render_widget(Paragraph::new(text).block(block), area);
}
