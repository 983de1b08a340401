//! Text ↔ tokens.

use super::error::QueryError;
use super::operator::Operator;
use std::ops::Range;

/// A token and its byte range in the text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: Range<usize>,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum TokenKind {
    Open,
    Close,
    Operator(Operator),
    Keyword(Keyword),
    /// A name or a value. A quoted one is never a keyword.
    Word {
        text: String,
        is_quoted: bool,
    },
}

/// A keyword of the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    Sort,
}

impl Keyword {
    /// Returns `word` as a keyword, ignoring case.
    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::And, Self::Or, Self::Not, Self::Sort]
            .into_iter()
            .find(|keyword| keyword.name().eq_ignore_ascii_case(word))
    }

    /// Returns the keyword's text.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::Sort => "sort",
        }
    }
}

/// Returns whether a character can be part of a word without quotes.
pub(super) fn is_of_word(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"()\"'=<>!~".contains(letter)
}

/// Splits `text` into tokens, in linear time.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut from = 0;
    while let Some(first) = text[from..].chars().next() {
        let rest = &text[from..];
        let (kind, length) = match first {
            _ if first.is_whitespace() => {
                from += first.len_utf8();
                continue;
            }
            '(' => (TokenKind::Open, 1),
            ')' => (TokenKind::Close, 1),
            '"' | '\'' => quoted(rest, first).ok_or_else(|| {
                QueryError::new(from..text.len(), format!("the quote is not closed: end it with {first}"))
            })?,
            '=' | '<' | '>' | '!' | '~' => {
                let operator = Operator::at_start(rest).ok_or_else(|| {
                    QueryError::new(from..from + 1, "expected != or !~ here; the negation is \"not\"")
                })?;
                (TokenKind::Operator(operator), operator.symbol().len())
            }
            _ if is_of_word(first) => word(rest),
            _ => {
                let at = from..from + first.len_utf8();
                return Err(QueryError::new(at, "a control character is not allowed"));
            }
        };
        tokens.push(Token { kind, at: from..from + length });
        from += length;
    }
    Ok(tokens)
}

fn word(rest: &str) -> (TokenKind, usize) {
    let length = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
    let text = &rest[..length];
    let kind = match Keyword::of(text) {
        Some(keyword) => TokenKind::Keyword(keyword),
        None => TokenKind::Word { text: text.to_owned(), is_quoted: false },
    };
    (kind, length)
}

/// Reads a quoted word at the start of `rest`. Inside it, two quotes stand for one, and a backslash for
/// itself, as patterns need it.
fn quoted(rest: &str, quote: char) -> Option<(TokenKind, usize)> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            text.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Some((TokenKind::Word { text, is_quoted: true }, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let word = |token: Token| match token.kind {
            TokenKind::Word { text, .. } => text,
            other => format!("{other:?}"),
        };
        tokens(text).unwrap().into_iter().map(word).collect()
    }

    #[test]
    fn spaces_around_operators_and_parentheses_are_not_needed() {
        assert_eq!(words("(fee>=1.5btc)"), ["Open", "fee", "Operator(AtLeast)", "1.5btc", "Close"]);
        assert_eq!(words("peer=[::1]:8333"), ["peer", "Operator(Equal)", "[::1]:8333"]);
    }

    #[test]
    fn two_quotes_within_quotes_are_one_and_a_backslash_is_itself() {
        assert_eq!(words(r#"a ~ "b""c\d\""#), ["a", "Operator(Like)", r#"b"c\d\"#]);
        assert_eq!(words("'it''s' \"\""), ["it's", ""]);
    }

    #[test]
    fn keywords_have_any_case_unless_quoted() {
        assert_eq!(words("AND 'and'"), ["Keyword(And)", "and"]);
    }

    #[test]
    fn the_caret_points_at_what_cannot_be_read() {
        assert_eq!(tokens("a = \"b").unwrap_err().at, 4..6);
        assert_eq!(tokens("!a").unwrap_err().at, 0..1);
        assert_eq!(tokens("a \u{1b}[2J").unwrap_err().at, 2..3);
    }
}
