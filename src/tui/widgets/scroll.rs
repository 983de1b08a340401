//! The position in a text that is longer than its panel.

use crate::tui::keys::Motion;

/// The number of lines scrolled out above.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Scroll(usize);

impl Scroll {
    /// The first visible line of `lines` in `rows` rows; the text may have become shorter than what
    /// was scrolled to.
    pub fn first(self, lines: usize, rows: usize) -> usize {
        self.0.min(lines.saturating_sub(rows))
    }

    /// Scrolls as little as shows that line.
    pub fn show(&mut self, line: usize, lines: usize, rows: usize) {
        let first = self.first(lines, rows);
        self.0 = first.min(line).max((line + 1).saturating_sub(rows));
    }

    /// Scrolls so that a part of the text which begins with that line stands at the top, unless its beginning is seen.
    pub fn show_part(&mut self, line: usize, lines: usize, rows: usize) {
        let first = self.first(lines, rows);
        // The last row alone would show no more than the heading.
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
