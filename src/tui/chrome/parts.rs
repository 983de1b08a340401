//! How the terminal is divided between the title, the screen and the footer.

use ratatui::layout::{Constraint, Layout, Rect, Size};

/// The smallest terminal in which the overview makes sense.
pub const SMALLEST: Size = Size { width: 60, height: 15 };

/// The parts of the terminal.
pub struct Parts {
    /// The first line.
    pub title: Rect,
    /// The line of the banner; empty without one.
    pub banner: Rect,
    /// The area for the screen and its overlays.
    pub body: Rect,
    /// The last line.
    pub footer: Rect,
}

/// Divides a terminal of this size, with or without a banner.
pub fn parts(size: Size, has_banner: bool) -> Parts {
    let rows = [1, u16::from(has_banner)].map(Constraint::Length);
    let rows = [rows[0], rows[1], Constraint::Fill(1), Constraint::Length(1)];
    let [title, banner, body, footer] =
        Layout::vertical(rows).areas(Rect::from((Rect::ZERO.as_position(), size)));
    Parts { title, banner, body, footer }
}
