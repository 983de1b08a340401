//! The fields of a subject: one table that evaluation, completion, help and docs are derived from.

use super::unit::Unit;
use super::value::Range;

/// The subject of a query.
pub trait Subject: Sized + 'static {
    /// The item that a condition is evaluated for.
    type Item<'a>;

    /// The name of the subject: its items, in the plural.
    const NAME: &'static str;

    /// The fields, in the order in which help lists them.
    const FIELDS: &'static [Field<Self>];

    /// Example queries with their meaning.
    const EXAMPLES: &'static [(&'static str, &'static str)];

    /// Returns the field with this name, ignoring case.
    fn field(name: &str) -> Option<&'static Field<Self>> {
        Self::FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// A field, which conditions can compare and orders can follow.
pub struct Field<S: Subject> {
    /// The name in a query.
    pub name: &'static str,
    /// Its meaning, in one clause.
    pub help: &'static str,
    pub(super) reader: Reader<S>,
}

/// Reads the value of a field from an item.
pub(super) enum Reader<S: Subject> {
    /// A figure in a unit.
    Number(Unit, ReadNumber<S>),
    /// One text, or several, of which any may match.
    Text(ReadText<S>),
    /// One or several of a list of words.
    Choice(&'static [&'static str], ReadChoice<S>),
    /// Yes or no.
    Flag(ReadFlag<S>),
}

pub(super) type ReadNumber<S> = fn(&<S as Subject>::Item<'_>) -> Range;

/// Passes each text to the function until that returns true. Returns false if there may be further, unknown
/// texts.
pub(super) type ReadText<S> = fn(&<S as Subject>::Item<'_>, &mut dyn FnMut(&str) -> bool) -> bool;

/// Returns the set of applicable words; the lowest bit is the first word of the list.
pub(super) type ReadChoice<S> = fn(&<S as Subject>::Item<'_>) -> Option<u64>;

pub(super) type ReadFlag<S> = fn(&<S as Subject>::Item<'_>) -> Option<bool>;

impl<S: Subject> Field<S> {
    pub(super) const fn number(
        name: &'static str,
        unit: Unit,
        help: &'static str,
        read: ReadNumber<S>,
    ) -> Self {
        Self { name, help, reader: Reader::Number(unit, read) }
    }

    pub(super) const fn text(name: &'static str, help: &'static str, read: ReadText<S>) -> Self {
        Self { name, help, reader: Reader::Text(read) }
    }

    pub(super) const fn choice(
        name: &'static str,
        words: &'static [&'static str],
        help: &'static str,
        read: ReadChoice<S>,
    ) -> Self {
        Self { name, help, reader: Reader::Choice(words, read) }
    }

    /// Returns the words that apply to an item, in list order; none if unknown, or if the field is not a
    /// choice.
    pub(crate) fn words(&self, item: &S::Item<'_>) -> impl Iterator<Item = &'static str> + use<S> {
        let (words, set) = match &self.reader {
            Reader::Choice(words, read) => (*words, read(item).unwrap_or(0)),
            _ => (&[][..], 0),
        };
        words.iter().enumerate().filter(move |(index, _)| set >> index & 1 == 1).map(|(_, word)| *word)
    }

    pub(super) const fn flag(name: &'static str, help: &'static str, read: ReadFlag<S>) -> Self {
        Self { name, help, reader: Reader::Flag(read) }
    }
}
