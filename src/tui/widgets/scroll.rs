//! The scroll position of a text longer than its panel.

use crate::tui::keys::Motion;

/// The number of lines scrolled out at the top.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Scroll(usize);

impl Scroll {
    /// The first visible line of `lines` in `rows` rows; the text may have become shorter since scrolling.
    pub fn first(self, lines: usize, rows: usize) -> usize {
        self.0.min(lines.saturating_sub(rows))
    }

    /// Scrolls as little as needed to show this line.
    pub fn show(&mut self, line: usize, lines: usize, rows: usize) {
        let first = self.first(lines, rows);
        self.0 = first.min(line).max((line + 1).saturating_sub(rows));
    }

    /// Scrolls the part of the text that begins at this line to the top, unless its beginning is visible.
    pub fn show_part(&mut self, line: usize, lines: usize, rows: usize) {
        let first = self.first(lines, rows);
        // On the last row, only the heading would be visible.
        if !(first..(first + rows).saturating_sub(1)).contains(&line) {
            self.0 = line.min(lines.saturating_sub(rows));
        }
    }

    /// Scrolls within `lines` lines in `rows` rows.
    pub fn go(&mut self, motion: Motion, lines: usize, rows: usize) {
        let last = lines.saturating_sub(rows);
        self.0 = motion.apply(self.first(lines, rows), last, rows.max(2) - 1);
    }
}
