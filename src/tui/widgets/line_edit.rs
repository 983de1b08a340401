//! A line of text being typed, with a cursor.

use super::text::width;

/// A line of text with a cursor.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct LineEdit {
    text: String,
    /// The byte offset at which the next letter is inserted.
    cursor: usize,
}

/// A movement of the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// One letter to the left.
    Left,
    /// One letter to the right.
    Right,
    /// To the start of the line.
    Start,
    /// To the end of the line.
    End,
}

impl LineEdit {
    /// A line with the cursor at its end.
    pub fn new(text: String) -> Self {
        Self { cursor: text.len(), text }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte offset of the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Inserts a text without its control characters, unless the line would exceed `limit` bytes.
    pub fn insert(&mut self, text: &str, limit: usize) -> bool {
        let printable: String = text.chars().filter(|letter| !letter.is_control()).collect();
        let fits = self.text.len() + printable.len() <= limit;
        if fits {
            self.text.insert_str(self.cursor, &printable);
            self.cursor += printable.len();
        }
        fits
    }

    /// Replaces the text from byte `from` to the cursor.
    pub fn replace(&mut self, from: usize, with: &str) {
        if self.text.is_char_boundary(from) && from <= self.cursor {
            self.text.replace_range(from..self.cursor, with);
            self.cursor = from + with.len();
        }
    }

    /// Deletes the letter before the cursor.
    pub fn erase(&mut self) {
        let end = self.cursor;
        self.go(Step::Left);
        self.text.replace_range(self.cursor..end, "");
    }

    /// Deletes the word before the cursor.
    pub fn erase_word(&mut self) {
        let before = self.text[..self.cursor].trim_end();
        let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        self.replace(from, "");
    }

    /// Deletes everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Moves the cursor.
    pub fn go(&mut self, step: Step) {
        let (before, after) = self.text.split_at(self.cursor);
        self.cursor = match step {
            Step::Left => before.char_indices().next_back().map_or(0, |(at, _)| at),
            Step::Right => self.cursor + after.chars().next().map_or(0, char::len_utf8),
            Step::Start => 0,
            Step::End => self.text.len(),
        };
    }

    /// Returns the part of the line visible in `cells` cells, split at the cursor.
    pub fn visible(&self, cells: usize) -> (&str, &str) {
        let (mut before, after) = self.text.split_at(self.cursor);
        while width(before) + 1 > cells.max(1) {
            let Some(first) = before.chars().next() else { break };
            before = &before[first.len_utf8()..];
        }
        (before, after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_where_the_cursor_is() {
        let mut line = LineEdit::new("漢b".to_owned());
        line.go(Step::Left);
        assert!(line.insert("x\u{1b}\n", 100));
        assert_eq!((line.text(), line.cursor()), ("漢xb", 4));
        line.erase();
        line.erase();
        line.erase();
        assert_eq!((line.text(), line.cursor()), ("b", 0));
        line.go(Step::End);
        line.go(Step::Right);
        line.erase();
        assert_eq!(line.text(), "");
    }

    #[test]
    fn a_line_has_an_end() {
        let mut line = LineEdit::new("abc".to_owned());
        assert!(!line.insert("de", 4));
        assert_eq!(line.text(), "abc");
    }

    #[test]
    fn a_word_is_deleted_with_the_blanks_after_it() {
        let mut line = LineEdit::new("fee > 20  ".to_owned());
        line.erase_word();
        assert_eq!(line.text(), "fee > ");
        line.erase_word();
        line.erase_word();
        line.erase_word();
        assert_eq!(line.text(), "");
    }

    #[test]
    fn the_cursor_is_always_visible() {
        let mut line = LineEdit::new("0123456789".to_owned());
        assert_eq!(line.visible(5), ("6789", ""));
        line.go(Step::Start);
        assert_eq!(line.visible(5), ("", "0123456789"));
        assert_eq!(LineEdit::new("漢漢漢".to_owned()).visible(4), ("漢", ""));
    }
}
