//! The fields of a subject: one table, from which evaluation, completion, help and docs come.

use super::unit::Unit;
use super::value::Range;

/// What a query is about.
pub trait Subject: Sized + 'static {
    /// What a condition is evaluated for.
    type Item<'a>;

    /// The name of the subject: its items, in the plural.
    const NAME: &'static str;

    /// The fields, in the order in which help lists them.
    const FIELDS: &'static [Field<Self>];

    /// Examples of queries, with what each finds.
    const EXAMPLES: &'static [(&'static str, &'static str)];

    /// Returns the field with this name, in whatever case.
    fn field(name: &str) -> Option<&'static Field<Self>> {
        Self::FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// A field: something that a condition can compare, and that an order can follow.
pub struct Field<S: Subject> {
    /// The name in a query.
    pub name: &'static str,
    /// What it is, in one clause.
    pub help: &'static str,
    pub(super) reader: Reader<S>,
}

/// How the value of a field is read from an item.
pub(super) enum Reader<S: Subject> {
    /// A figure in a unit.
    Number(Unit, ReadNumber<S>),
    /// One text, or several of which any may match.
    Text(ReadText<S>),
    /// One or several of a list of words.
    Choice(&'static [&'static str], ReadChoice<S>),
    /// Yes or no.
    Flag(ReadFlag<S>),
}

pub(super) type ReadNumber<S> = fn(&<S as Subject>::Item<'_>) -> Range;

/// Passes each text to the function until it returns true. Returns whether these are all there are: if not, others
/// are unknown.
pub(super) type ReadText<S> = fn(&<S as Subject>::Item<'_>, &mut dyn FnMut(&str) -> bool) -> bool;

/// Returns the set of words that apply, the lowest bit for the first word of the list.
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

    /// Returns the words that apply to an item, in the order of the list; none if that is not known, or if the field is
    /// no choice.
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
