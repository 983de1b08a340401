//! The syntax tree of a query, before names and values are interpreted; and its text form.

use super::lexer::{Keyword, is_of_word};
use super::operator::Operator;
use std::fmt::{self, Display, Write};
use std::ops::Range;

/// A query's syntax.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Syntax {
    pub(super) condition: Option<Expression>,
    pub(super) sort: Option<SortSyntax>,
}

/// The order requested by a query.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct SortSyntax {
    pub(super) field: Word,
    pub(super) is_descending: bool,
}

/// A condition. The lists have two parts or more.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expression {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Test(Test),
}

/// A flag, or the comparison of a field with a value.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Test {
    pub(super) field: Word,
    pub(super) comparison: Option<(Operator, Word)>,
}

/// A name or a value with its position. Words are equal wherever they are.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = !self.text.is_empty() && self.text.chars().all(is_of_word);
        if is_plain && Keyword::of(&self.text).is_none() {
            return f.write_str(&self.text);
        }
        write!(f, "\"{}\"", self.text.replace('"', "\"\""))
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.comparison {
            None => self.field.fmt(f),
            Some((operator, value)) => write!(f, "{} {} {value}", self.field, operator.symbol()),
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(parts) => joined(f, parts, " or ", |part| matches!(part, Self::Any(_))),
            Self::All(parts) => joined(f, parts, " and ", |part| matches!(part, Self::Any(_) | Self::All(_))),
            Self::Not(part) => {
                f.write_str("not ")?;
                part.write(f, matches!(**part, Self::Any(_) | Self::All(_)))
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl Expression {
    /// Whether it mentions one of these fields.
    pub(super) fn mentions(&self, fields: &[&str]) -> bool {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().any(|part| part.mentions(fields)),
            Self::Not(part) => part.mentions(fields),
            Self::Test(test) => fields.iter().any(|field| field.eq_ignore_ascii_case(&test.field.text)),
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, in_parentheses: bool) -> fmt::Result {
        if in_parentheses { write!(f, "({self})") } else { self.fmt(f) }
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expression],
    word: &str,
    needs_parentheses: impl Fn(&Expression) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        part.write(f, needs_parentheses(part))?;
    }
    Ok(())
}

impl Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(condition) = &self.condition {
            condition.fmt(f)?;
        }
        let Some(SortSyntax { field, is_descending }) = &self.sort else { return Ok(()) };
        if self.condition.is_some() {
            f.write_char(' ')?;
        }
        write!(f, "sort {}{field}", if *is_descending { "-" } else { "" })
    }
}
