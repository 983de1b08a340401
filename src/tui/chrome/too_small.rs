//! The message in a terminal that is too small for the overview.
//!
//! ```text
//!     terminal too small
//!   40×10 · needs 60×15
//!          q quits
//! ```

use super::parts::SMALLEST;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect, Size};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Whether a terminal is too small for the overview.
pub fn is_too_small(size: Size) -> bool {
    size.width < SMALLEST.width || size.height < SMALLEST.height
}

/// Shows the terminal's size and the smallest size that works.
pub fn draw(frame: &mut Frame, size: Size, theme: Theme) {
    let area = frame.area();
    let lines = vec![
        Line::styled("terminal too small", theme.warning()),
        Line::raw(format!("{}×{} · needs {}×{}", size.width, size.height, SMALLEST.width, SMALLEST.height)),
        Line::styled("q quits", theme.muted()),
    ];
    let top = area.height.saturating_sub(3) / 2;
    let middle = Rect { y: area.y + top, height: area.height - top, ..area };
    frame.render_widget(Paragraph::new(lines).alignment(Alignment::Center), middle);
}
