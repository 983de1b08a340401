//! A checked query, ready to evaluate.

use super::condition::{self, Condition};
use super::error::QueryError;
use super::field::{Field, Reader, Subject};
use super::parser::parse;
use super::syntax::Syntax;
use super::value::{Range, Truth};
use std::cmp::Ordering;
use std::fmt;

/// A query over the items of a subject: a condition and an order.
pub struct Query<S: Subject> {
    syntax: Syntax,
    condition: Option<Condition<S>>,
    sort: Option<SortBy<S>>,
}

/// The order requested by a query.
pub struct SortBy<S: Subject> {
    /// The field to sort by.
    pub field: &'static Field<S>,
    /// Whether the highest comes first.
    pub is_descending: bool,
}

/// The sort key of an item.
#[derive(Clone, PartialEq, Debug)]
pub enum SortKey {
    /// A figure; if only bounds are known, their middle, or the only one.
    Number(f64),
    /// A text.
    Text(String),
    /// Unknown: last in either direction.
    Unknown,
}

impl<S: Subject> Query<S> {
    /// Parses and checks a query. An empty one matches everything.
    ///
    /// # Errors
    ///
    /// The error marks the invalid part of `text` and says what is allowed there.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let syntax = parse(text)?;
        let condition = syntax.condition.as_ref().map(Condition::of).transpose()?;
        let sort = syntax.sort.as_ref().map(|sort| {
            let field = condition::field::<S>(&sort.field)?;
            Ok(SortBy { field, is_descending: sort.is_descending })
        });
        Ok(Self { condition, sort: sort.transpose()?, syntax })
    }

    /// Whether an item fulfils the condition. If too little is known to decide, it does not.
    pub fn matches(&self, item: &S::Item<'_>) -> bool {
        self.truth(item) == Truth::True
    }

    /// Whether an item fulfils the condition, as far as is known.
    pub fn truth(&self, item: &S::Item<'_>) -> Truth {
        self.condition.as_ref().map_or(Truth::True, |condition| condition.truth(item))
    }

    /// The same condition without an order.
    ///
    /// # Errors
    ///
    /// None that [`Query::parse`] would not already have reported.
    pub fn without_sort(&self) -> Result<Self, QueryError> {
        let syntax = Syntax { sort: None, ..self.syntax.clone() };
        let condition = syntax.condition.as_ref().map(Condition::of).transpose()?;
        Ok(Self { condition, sort: None, syntax })
    }

    /// Whether the condition mentions one of these fields.
    pub(crate) fn mentions(&self, fields: &[&str]) -> bool {
        self.syntax.condition.as_ref().is_some_and(|condition| condition.mentions(fields))
    }

    /// Whether the condition or the order uses this field.
    pub(crate) fn asks(&self, field: &str) -> bool {
        self.mentions(&[field]) || self.sort.as_ref().is_some_and(|sort| sort.field.name == field)
    }

    /// Returns the figures mentioned in the condition, each with its name, base unit and known value.
    pub(crate) fn figures(&self, item: &S::Item<'_>) -> Vec<(&'static str, &'static str, Range)> {
        let figure = |field: &Field<S>| match &field.reader {
            Reader::Number(unit, read) if self.mentions(&[field.name]) => {
                Some((field.name, unit.name(), read(item)))
            }
            _ => None,
        };
        S::FIELDS.iter().filter_map(figure).collect()
    }

    /// Returns the text of the condition, if there is one.
    pub(crate) fn condition_text(&self) -> Option<String> {
        self.syntax.condition.as_ref().map(ToString::to_string)
    }

    /// Whether the query asks for nothing: every item, in any order.
    pub fn is_empty(&self) -> bool {
        self.condition.is_none() && self.sort.is_none()
    }

    /// The order, if the query asks for one.
    pub fn sort(&self) -> Option<&SortBy<S>> {
        self.sort.as_ref()
    }
}

/// Matches everything, in any order.
impl<S: Subject> Default for Query<S> {
    fn default() -> Self {
        Self { syntax: Syntax::default(), condition: None, sort: None }
    }
}

impl<S: Subject> SortBy<S> {
    /// Returns the sort key of an item.
    pub fn key(&self, item: &S::Item<'_>) -> SortKey {
        match &self.field.reader {
            Reader::Number(_, read) => {
                let range = read(item);
                match (range.low > 0.0 || range.low >= range.high, range.high.is_finite()) {
                    (true, true) => SortKey::Number(f64::midpoint(range.low, range.high)),
                    (true, false) => SortKey::Number(range.low),
                    (false, true) => SortKey::Number(range.high),
                    (false, false) => SortKey::Unknown,
                }
            }
            Reader::Text(read) => {
                let mut first = SortKey::Unknown;
                read(item, &mut |text| {
                    first = SortKey::Text(text.to_owned());
                    true
                });
                first
            }
            Reader::Choice(_, read) => {
                let first = read(item).filter(|words| *words != 0).map(u64::trailing_zeros);
                first.map_or(SortKey::Unknown, |first| SortKey::Number(first.into()))
            }
            Reader::Flag(read) => read(item).map_or(SortKey::Unknown, |is| SortKey::Number(is.into())),
        }
    }

    /// Compares two keys in the direction of the order.
    pub fn compare(&self, one: &SortKey, other: &SortKey) -> Ordering {
        let directed = |order: Ordering| if self.is_descending { order.reverse() } else { order };
        match (one, other) {
            (SortKey::Number(one), SortKey::Number(other)) => directed(one.total_cmp(other)),
            (SortKey::Text(one), SortKey::Text(other)) => directed(one.cmp(other)),
            _ => (*one == SortKey::Unknown).cmp(&(*other == SortKey::Unknown)),
        }
    }
}

/// Writes the query so that [`Query::parse`] reads it back.
impl<S: Subject> fmt::Display for Query<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.syntax.fmt(f)
    }
}

impl<S: Subject> fmt::Debug for Query<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({} {:?})", S::NAME, self.syntax.to_string())
    }
}

/// Queries are equal if their text is.
impl<S: Subject> PartialEq for Query<S> {
    fn eq(&self, other: &Self) -> bool {
        self.syntax == other.syntax
    }
}
