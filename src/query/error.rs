//! Why a text is not a valid query, and where.

use crate::util::text::clean;
use std::fmt;
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// The longest piece of the query to quote in a message, in characters.
const MAX_QUOTED: usize = 40;

/// Why a text is not a valid query, and which part of it is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// The range of the invalid bytes; empty and at the end if something is missing there.
    pub at: Range<usize>,
    /// What is wrong and what is allowed, in one line.
    pub message: String,
}

impl QueryError {
    pub(crate) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// Returns the column of the error in `text`, from 1, as a terminal counts it.
    pub fn column(&self, text: &str) -> usize {
        1 + visible(text.get(..self.at.start).unwrap_or(text)).width()
    }

    /// Returns `text` on one line, a caret below the invalid part, and the message.
    pub fn caret(&self, text: &str) -> String {
        let wrong = visible(text.get(self.at.clone()).unwrap_or_default());
        let marks = "^".repeat(wrong.width().max(1));
        format!("{}\n{}{marks} {}", visible(text), " ".repeat(self.column(text) - 1), self.message)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}

/// Quotes a piece of a query for a message.
pub(super) fn quoted(piece: &str) -> String {
    format!("\"{}\"", clean(piece.as_bytes(), MAX_QUOTED))
}

/// Replaces characters that would move a terminal's cursor.
fn visible(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_what_is_wrong_however_wide_the_text_before_it_is() {
        let text = "漢\u{1b}x = 1";
        let start = text.find('x').unwrap();
        let error = QueryError::new(start..start + 1, "unknown field");
        assert_eq!(error.column(text), 4);
        assert_eq!(error.caret(text), "漢 x = 1\n   ^ unknown field");
    }

    #[test]
    fn the_caret_is_after_the_text_if_something_is_missing_at_the_end() {
        assert_eq!(QueryError::new(3..3, "expected a value").caret("a ="), "a =\n   ^ expected a value");
    }
}
