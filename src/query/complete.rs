//! Completion at the cursor of an unfinished query.

use super::MAX_LENGTH;
use super::field::{Reader, Subject};
use super::lexer::{Keyword, Token, TokenKind, tokens};
use super::operator::Operator;
use super::value::Known;
use std::ops::Range;

/// The completions at the cursor.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Completion {
    /// The bytes of the text that a candidate replaces: the beginning of a word, or nothing.
    pub replaces: Range<usize>,
    /// The candidates, each with its meaning.
    pub candidates: Vec<(String, String)>,
}

/// Returns the completions at byte `cursor` of `text`, considering only the text before it.
pub fn complete<S: Subject>(text: &str, cursor: usize) -> Completion {
    let cursor = text.floor_char_boundary(cursor.min(MAX_LENGTH));
    let before = &text[..cursor];
    let Ok(mut tokens) = tokens(before) else { return Completion::default() };
    let mut part = String::new();
    let mut replaces = cursor..cursor;
    if let Some(Token { at, .. }) = tokens.pop_if(|token| is_unfinished(token, cursor)) {
        part = before[at.clone()].to_ascii_lowercase();
        replaces = at;
    }
    let expected = expected::<S>(&tokens, part.starts_with('-'));
    let candidates = expected.into_iter().filter(|(word, _)| word.to_ascii_lowercase().starts_with(&part));
    Completion { replaces, candidates: candidates.collect() }
}

/// Whether the token might continue at the cursor.
fn is_unfinished(token: &Token, cursor: usize) -> bool {
    let is_word = matches!(token.kind, TokenKind::Keyword(_) | TokenKind::Word { is_quoted: false, .. });
    is_word && token.at.end == cursor
}

/// Returns the words that may follow `tokens`.
fn expected<S: Subject>(tokens: &[Token], is_descending: bool) -> Vec<(String, String)> {
    let kind = |back: usize| tokens.len().checked_sub(back).map(|index| &tokens[index].kind);
    match (kind(2), kind(1)) {
        (_, None) => [fields::<S>(""), words(&[Keyword::Not, Keyword::Sort])].concat(),
        (_, Some(TokenKind::Keyword(Keyword::Sort))) => fields::<S>(if is_descending { "-" } else { "" }),
        (_, Some(TokenKind::Open | TokenKind::Keyword(_))) => {
            [fields::<S>(""), words(&[Keyword::Not])].concat()
        }
        (Some(TokenKind::Word { text, .. }), Some(TokenKind::Operator(_))) => values::<S>(text),
        (_, Some(TokenKind::Operator(_)))
        | (Some(TokenKind::Keyword(Keyword::Sort)), Some(TokenKind::Word { .. })) => Vec::new(),
        (Some(TokenKind::Operator(_)), Some(TokenKind::Word { .. })) | (_, Some(TokenKind::Close)) => {
            words(&[Keyword::And, Keyword::Or, Keyword::Sort])
        }
        (_, Some(TokenKind::Word { text, .. })) => after_field::<S>(text),
    }
}

fn fields<S: Subject>(prefix: &str) -> Vec<(String, String)> {
    S::FIELDS.iter().map(|field| (format!("{prefix}{}", field.name), field.help.to_owned())).collect()
}

fn words(words: &[Keyword]) -> Vec<(String, String)> {
    let meaning = |word| match word {
        Keyword::And => "both",
        Keyword::Or => "either",
        Keyword::Not => "the opposite",
        Keyword::Sort => "in the order of a field; with - the highest first",
    };
    words.iter().map(|word| (word.name().to_owned(), meaning(*word).to_owned())).collect()
}

fn after_field<S: Subject>(name: &str) -> Vec<(String, String)> {
    use Operator::{Above, AtLeast, AtMost, Below, Equal, Like, NotEqual, NotLike};
    let operators: &[Operator] = match S::field(name).map(|field| &field.reader) {
        None => return Vec::new(),
        Some(Reader::Flag(_)) => return words(&[Keyword::And, Keyword::Or, Keyword::Sort]),
        Some(Reader::Number(..)) => &[Above, AtLeast, Below, AtMost, Equal, NotEqual],
        Some(Reader::Text(_)) => &[Like, NotLike, Equal, NotEqual],
        Some(Reader::Choice(..)) => &[Equal, NotEqual],
    };
    let meaning = |operator| match operator {
        Above => "more than",
        AtLeast => "at least",
        Below => "less than",
        AtMost => "at most",
        Equal => "is",
        NotEqual => "is not",
        Like => "matches a regular expression",
        NotLike => "does not match",
    };
    operators.iter().map(|known| (known.symbol().to_owned(), meaning(*known).to_owned())).collect()
}

fn values<S: Subject>(name: &str) -> Vec<(String, String)> {
    let Some(field) = S::field(name) else { return Vec::new() };
    match &field.reader {
        Reader::Choice(words, _) => words.iter().map(|word| ((*word).to_owned(), String::new())).collect(),
        Reader::Number(..) => {
            let known =
                |known: Known| (known.name().to_owned(), format!("what is known about {}", field.name));
            Known::ALL.map(known).to_vec()
        }
        Reader::Text(_) | Reader::Flag(_) => Vec::new(),
    }
}
