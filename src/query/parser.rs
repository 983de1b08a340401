//! Tokens → tree, by recursive descent.

use super::error::{QueryError, quoted};
use super::lexer::{Keyword, Token, TokenKind, tokens};
use super::operator::Operator;
use super::syntax::{Expression, SortSyntax, Syntax, Test, Word};
use super::{MAX_DEPTH, MAX_LENGTH};
use std::ops::Range;

/// Parses a query.
pub(super) fn parse(text: &str) -> Result<Syntax, QueryError> {
    if text.len() > MAX_LENGTH {
        let fits = text.floor_char_boundary(MAX_LENGTH);
        return Err(QueryError::new(fits..text.len(), format!("longer than {MAX_LENGTH} bytes")));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len(), is_bare: false };
    let is_sort = |parser: &Parser| parser.keyword() == Some(Keyword::Sort);
    let condition = match parser.peek() {
        None => None,
        Some(_) if is_sort(&parser) => None,
        Some(_) => Some(parser.any(0)?),
    };
    let sort = if parser.take(Keyword::Sort) { Some(parser.sort()?) } else { None };
    match parser.peek() {
        None => Ok(Syntax { condition, sort }),
        Some(token) if token.kind == TokenKind::Close => {
            Err(QueryError::new(token.at.clone(), "no parenthesis is open here"))
        }
        Some(token) if sort.is_some() => {
            Err(QueryError::new(token.at.clone(), "the query must end after the field to sort by"))
        }
        Some(token) => Err(QueryError::new(token.at.clone(), parser.expected("sort"))),
    }
}

struct Parser {
    tokens: Vec<Token>,
    /// The index of the next token.
    next: usize,
    /// The length of the text.
    end: usize,
    /// Whether the last test was a lone field, which may be followed by a comparison.
    is_bare: bool,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn keyword(&self) -> Option<Keyword> {
        match self.peek()?.kind {
            TokenKind::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    /// Takes the next token if it is `keyword`.
    fn take(&mut self, keyword: Keyword) -> bool {
        let is_it = self.keyword() == Some(keyword);
        self.next += usize::from(is_it);
        is_it
    }

    /// The bytes of the next token, or the end of the text.
    fn here(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |token| token.at.clone())
    }

    /// What is allowed in place of an unexpected word: `last`, or whatever continues the condition.
    fn expected(&self, last: &str) -> String {
        let before = self.next.checked_sub(1).and_then(|before| self.tokens.get(before));
        let is_word = matches!(before, Some(Token { kind: TokenKind::Word { .. }, .. }));
        let comparison = if self.is_bare && is_word { "a comparison such as > or =, " } else { "" };
        format!("expected {comparison}and, or, or {last} here")
    }

    fn any(&mut self, depth: usize) -> Result<Expression, QueryError> {
        self.list(Keyword::Or, Expression::Any, |parser| {
            parser.list(Keyword::And, Expression::All, |parser| parser.one(depth))
        })
    }

    fn list(
        &mut self,
        word: Keyword,
        join: fn(Vec<Expression>) -> Expression,
        mut part: impl FnMut(&mut Self) -> Result<Expression, QueryError>,
    ) -> Result<Expression, QueryError> {
        let first = part(self)?;
        if self.keyword() != Some(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take(word) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Expression, QueryError> {
        if depth > MAX_DEPTH {
            return Err(QueryError::new(self.here(), format!("nested deeper than {MAX_DEPTH}")));
        }
        if self.take(Keyword::Not) {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        let Some(Token { kind: TokenKind::Open, at }) = self.peek().cloned() else {
            return Ok(Expression::Test(self.test()?));
        };
        self.next += 1;
        let inner = self.any(depth + 1)?;
        match self.peek() {
            Some(Token { kind: TokenKind::Close, .. }) => self.next += 1,
            None => return Err(QueryError::new(at, "this parenthesis is not closed")),
            Some(token) => return Err(QueryError::new(token.at.clone(), self.expected(")"))),
        }
        Ok(inner)
    }

    fn test(&mut self) -> Result<Test, QueryError> {
        let field = self.word("a field")?;
        let Some(Token { kind: TokenKind::Operator(operator), .. }) = self.peek() else {
            self.is_bare = true;
            return Ok(Test { field, comparison: None });
        };
        let operator = *operator;
        self.is_bare = false;
        self.next += 1;
        Ok(Test { field, comparison: Some((operator, self.value(operator)?)) })
    }

    /// Reads a value. A number may be followed by its unit: `10 btc` is `10btc`.
    fn value(&mut self, operator: Operator) -> Result<Word, QueryError> {
        let is_quoted =
            matches!(self.peek(), Some(Token { kind: TokenKind::Word { is_quoted: true, .. }, .. }));
        let mut value = self.word(&format!("a value after {}", operator.symbol()))?;
        if !is_quoted
            && is_bare_number(&value.text)
            && let Some(Token { kind: TokenKind::Word { text, is_quoted: false }, at }) = self.peek()
            && text.starts_with(|first: char| first.is_alphabetic() || first == '%')
            && !matches!(self.tokens.get(self.next + 1), Some(Token { kind: TokenKind::Operator(_), .. }))
        {
            value.text.push_str(text);
            value.at.end = at.end;
            self.next += 1;
        }
        Ok(value)
    }

    fn sort(&mut self) -> Result<SortSyntax, QueryError> {
        let mut field = self.word("a field to sort by")?;
        let is_descending = field.text.starts_with('-');
        if field.text == "-" {
            field = self.word("a field to sort by")?;
        } else if is_descending {
            field.text.remove(0);
            field.at.start += 1;
        }
        Ok(SortSyntax { field, is_descending })
    }

    fn word(&mut self, expected: &str) -> Result<Word, QueryError> {
        match self.peek() {
            Some(Token { kind: TokenKind::Word { text, .. }, at }) => {
                let word = Word { text: text.clone(), at: at.clone() };
                self.next += 1;
                Ok(word)
            }
            Some(Token { kind: TokenKind::Keyword(keyword), at }) => {
                let message = format!("expected {expected}, not the word {}", quoted(keyword.name()));
                Err(QueryError::new(at.clone(), message))
            }
            _ => Err(QueryError::new(self.here(), format!("expected {expected}"))),
        }
    }
}

/// Returns whether `text` is a number without a unit.
fn is_bare_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || "-.".contains(first))
        && text.ends_with(|last: char| last.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_digit() || "-._".contains(letter))
}
