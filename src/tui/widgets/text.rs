//! Text in cells: widths as terminals show them, not bytes or characters.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of `text` in cells.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The width of a line in cells.
pub fn line_width(line: &[Span<'_>]) -> usize {
    line.iter().map(|span| width(&span.content)).sum()
}

/// `text` in at most `limit` cells; `…` marks what was cut off.
pub fn cut(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut kept = head(text, limit.saturating_sub(1));
    if limit > 0 {
        kept.push('…');
    }
    kept
}

/// `text` in at most `limit` cells, cut in the middle: both ends of an address or a hash matter.
pub fn cut_middle(text: &str, limit: usize) -> String {
    if width(text) <= limit || limit < 3 {
        return cut(text, limit);
    }
    let tail_width = (limit - 1) / 2;
    let reversed: String = text.chars().rev().collect();
    let tail: String = head(&reversed, tail_width).chars().rev().collect();
    format!("{}…{tail}", head(text, limit - 1 - tail_width))
}

/// `text` in exactly `cells` cells, cut or padded on the right.
pub fn left(text: &str, cells: usize) -> String {
    let mut text = cut(text, cells);
    text.push_str(&blank(cells.saturating_sub(width(&text))));
    text
}

/// `text` in exactly `cells` cells, cut or padded on the left.
pub fn right(text: &str, cells: usize) -> String {
    let text = cut(text, cells);
    blank(cells.saturating_sub(width(&text))) + &text
}

/// That many blanks.
pub fn blank(cells: usize) -> String {
    " ".repeat(cells)
}

/// `text` broken at blanks into lines of at most `limit` cells; longer words are broken anywhere.
pub fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut lines = vec![String::new()];
    for mut word in text.split_whitespace() {
        loop {
            let line = lines.last_mut().expect("the list starts with one line and only grows");
            let used = width(line);
            let gap = usize::from(used > 0);
            if used + gap + width(word) <= limit {
                line.push_str(&blank(gap));
                line.push_str(word);
                break;
            }
            if used > 0 {
                lines.push(String::new());
                continue;
            }
            let mut taken = head(word, limit).len();
            if taken == 0 {
                // A character wider than the line gets its own line and is clipped.
                taken = word.chars().next().map_or(word.len(), char::len_utf8);
            }
            line.push_str(&word[..taken]);
            word = &word[taken..];
            if word.is_empty() {
                break;
            }
            lines.push(String::new());
        }
    }
    lines
}

/// A line of `left` and `right` with blanks between them, in `cells` cells; `right` is shortened first.
pub fn spread<'a>(mut left: Vec<Span<'a>>, right: Vec<Span<'a>>, cells: usize) -> Line<'a> {
    let (left_width, right_width) = (line_width(&left), line_width(&right));
    if left_width + right_width < cells {
        left.push(Span::raw(blank(cells - left_width - right_width)));
        left.extend(right);
    }
    Line::from(left)
}

fn head(text: &str, limit: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= limit
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_says_so() {
        assert_eq!(cut("Satoshi", 7), "Satoshi");
        assert_eq!(cut("Satoshi", 4), "Sat…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(cut_middle("[2001:db8::7]:8333", 11), "[2001…:8333");
    }

    #[test]
    fn cells_have_exactly_the_width_that_was_asked_for() {
        for text in ["", "a", "Satoshi:30.0", "日本語", "e\u{301}"] {
            for cells in 0..12 {
                assert_eq!(width(&left(text, cells)), cells, "{text}");
                assert_eq!(width(&right(text, cells)), cells, "{text}");
            }
        }
    }

    #[test]
    fn long_lines_break_at_blanks_and_long_words_anywhere() {
        assert_eq!(wrap("no peer answers", 8), ["no peer", "answers"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
