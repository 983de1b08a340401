//! What a terminal shows that is too small for the overview.
//!
//! ```text
//!     terminal too small
//!   40×10 · needs 60×15
//!          q quits
//! ```

use super::super::app::App;
use super::super::layout::SMALLEST;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Says how large it is and how large it should be.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let size = app.size();
    let theme = app.theme();
    let lines = vec![
        Line::styled("terminal too small", theme.warning()),
        Line::raw(format!("{}×{} · needs {}×{}", size.width, size.height, SMALLEST.width, SMALLEST.height)),
        Line::styled("q quits", theme.muted()),
    ];
    let top = area.height.saturating_sub(3) / 2;
    let middle = Rect { y: area.y + top, height: area.height - top, ..area };
    frame.render_widget(Paragraph::new(lines).alignment(Alignment::Center), middle);
}
