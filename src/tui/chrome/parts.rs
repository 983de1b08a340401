//! How the terminal is divided between the title, the screen and the footer.

use ratatui::layout::{Constraint, Layout, Rect, Size};

/// The smallest terminal in which the overview makes sense.
pub const SMALLEST: Size = Size { width: 60, height: 15 };

/// The parts of the terminal.
pub struct Parts {
    /// The first line.
    pub title: Rect,
    /// The room for the screen and its overlays.
    pub body: Rect,
    /// The last line.
    pub footer: Rect,
}

/// Divides a terminal of that size.
pub fn parts(size: Size) -> Parts {
    let rows = [Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
    let [title, body, footer] = Layout::vertical(rows).areas(Rect::from((Rect::ZERO.as_position(), size)));
    Parts { title, body, footer }
}
