//! Query conditions, with names and values checked against the fields of the subject, ready to evaluate.

use super::MAX_PATTERN_MEMORY;
use super::error::{QueryError, quoted};
use super::field::{Field, ReadChoice, ReadFlag, ReadNumber, ReadText, Reader, Subject};
use super::nearest::nearest;
use super::operator::Operator;
use super::syntax::{Expression, Test, Word};
use super::unit::Unit;
use super::value::{Known, Range, Truth};
use regex::{Regex, RegexBuilder};

/// A condition over items of a subject.
pub(super) enum Condition<S: Subject> {
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
    Flag(ReadFlag<S>),
    Number(ReadNumber<S>, fn(Range, f64) -> Truth, f64),
    Known(ReadNumber<S>, Known),
    Text(ReadText<S>, Pattern),
    Choice(ReadChoice<S>, u64),
}

/// The pattern that a text is compared with.
pub(super) enum Pattern {
    Equal(String),
    Like(Box<Regex>),
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equal(other) => other.eq_ignore_ascii_case(text),
            Self::Like(regex) => regex.is_match(text),
        }
    }
}

impl<S: Subject> Condition<S> {
    /// Checks the names and values of an expression.
    pub(super) fn of(expression: &Expression) -> Result<Self, QueryError> {
        let all = |parts: &[Expression]| parts.iter().map(Self::of).collect::<Result<Vec<_>, _>>();
        match expression {
            Expression::Any(parts) => Ok(Self::Any(all(parts)?)),
            Expression::All(parts) => Ok(Self::All(all(parts)?)),
            Expression::Not(part) => Ok(Self::Not(Box::new(Self::of(part)?))),
            Expression::Test(test) => Self::test(test),
        }
    }

    fn test(Test { field: word, comparison }: &Test) -> Result<Self, QueryError> {
        let field = field::<S>(word)?;
        let Some((operator, value)) = comparison else {
            return match field.reader {
                Reader::Flag(read) => Ok(Self::Flag(read)),
                _ => Err(QueryError::new(word.at.clone(), needs_comparison(field))),
            };
        };
        let wrong = |allowed: &str| {
            Err(QueryError::new(word.at.start..value.at.end, format!("{} {allowed}", field.name)))
        };
        let is_negated = matches!(operator, Operator::NotEqual | Operator::NotLike);
        let condition = match (&field.reader, operator) {
            (Reader::Flag(_), _) => return wrong("is yes or no: write it alone, or after not"),
            (Reader::Choice(words, read), Operator::Equal | Operator::NotEqual) => {
                Self::Choice(*read, choice(field.name, words, value)?)
            }
            (Reader::Choice(..), _) => return wrong("is one of a list: compare it with = or !="),
            (Reader::Text(read), Operator::Equal | Operator::NotEqual) => {
                Self::Text(*read, Pattern::Equal(value.text.clone()))
            }
            (Reader::Text(read), Operator::Like | Operator::NotLike) => {
                Self::Text(*read, Pattern::Like(Box::new(pattern(value)?)))
            }
            (Reader::Text(_), _) => {
                return wrong("is text: compare it with = or !=, or match it with ~ or !~");
            }
            (Reader::Number(..), Operator::Like | Operator::NotLike) => {
                return wrong("is a figure: compare it with =, !=, <, <=, > or >=");
            }
            (Reader::Number(unit, read), _) => Self::number(*unit, *read, *operator, value)?,
        };
        Ok(if is_negated { Self::Not(Box::new(condition)) } else { condition })
    }

    /// Checks a comparison of a figure. If `value` is not a value of it, the caller reports that.
    fn number(unit: Unit, read: ReadNumber<S>, operator: Operator, value: &Word) -> Result<Self, QueryError> {
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let known = Known::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(&value.text));
        if let Some(known) = known.filter(|_| is_equality) {
            return Ok(Self::Known(read, known));
        }
        let number = unit.read(&value.text).map_err(|allowed| {
            QueryError::new(value.at.clone(), format!("{} {allowed}", quoted(&value.text)))
        })?;
        let compare: fn(Range, f64) -> Truth = match operator {
            Operator::Below => Range::is_below,
            Operator::AtMost => |range, value| !range.is_above(value),
            Operator::Above => Range::is_above,
            Operator::AtLeast => |range, value| !range.is_below(value),
            _ => Range::is,
        };
        Ok(Self::Number(read, compare, number))
    }

    /// Returns whether an item fulfils the condition.
    pub(super) fn truth(&self, item: &S::Item<'_>) -> Truth {
        match self {
            Self::All(parts) => all(parts, |part| part.truth(item)),
            Self::Any(parts) => !all(parts, |part| !part.truth(item)),
            Self::Not(part) => !part.truth(item),
            Self::Flag(read) => read(item).map_or(Truth::Unknown, Truth::of),
            Self::Number(read, compare, value) => compare(read(item), *value),
            Self::Known(read, known) => Truth::of(read(item).known() == *known),
            Self::Choice(read, word) => {
                read(item).map_or(Truth::Unknown, |words| Truth::of(words & word != 0))
            }
            Self::Text(read, pattern) => {
                let mut is_match = false;
                let is_all = read(item, &mut |text| {
                    is_match = pattern.matches(text);
                    is_match
                });
                if !is_match && !is_all { Truth::Unknown } else { Truth::of(is_match) }
            }
        }
    }
}

/// Whether all parts are true. Stops at the first false one.
fn all<T>(parts: &[T], truth: impl Fn(&T) -> Truth) -> Truth {
    let mut all = Truth::True;
    for part in parts {
        all = all.and(truth(part));
        if all == Truth::False {
            break;
        }
    }
    all
}

/// Returns the field with this name.
pub(super) fn field<S: Subject>(word: &Word) -> Result<&'static Field<S>, QueryError> {
    S::field(&word.text).ok_or_else(|| {
        let names = S::FIELDS.iter().map(|field| field.name);
        let hint = nearest(&word.text, names).map(|name| format!(": did you mean {name}?"));
        let message = format!("{} have no field {}{}", S::NAME, quoted(&word.text), hint.unwrap_or_default());
        QueryError::new(word.at.clone(), message)
    })
}

fn needs_comparison<S: Subject>(field: &Field<S>) -> String {
    let example = match &field.reader {
        Reader::Number(unit, _) => format!("> 20{}", unit.name()),
        Reader::Choice(words, _) => format!("= {}", words.first().unwrap_or(&"")),
        Reader::Text(_) | Reader::Flag(_) => "~ pattern".to_owned(),
    };
    format!("{} needs a comparison, such as {} {example}", field.name, field.name)
}

/// Returns the bit of a word in a list.
fn choice(field: &str, words: &'static [&'static str], value: &Word) -> Result<u64, QueryError> {
    let found = words.iter().position(|word| word.eq_ignore_ascii_case(&value.text));
    found.map(|index| 1 << index).ok_or_else(|| {
        let allowed = match nearest(&value.text, words.iter().copied()) {
            Some(word) => format!("did you mean {word}?"),
            None => format!("must be one of {}", words.join(", ")),
        };
        QueryError::new(value.at.clone(), format!("{field} cannot be {}: {allowed}", quoted(&value.text)))
    })
}

/// Compiles a case-insensitive regular expression with bounded memory.
fn pattern(value: &Word) -> Result<Regex, QueryError> {
    let compiled = RegexBuilder::new(&value.text)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_MEMORY)
        .dfa_size_limit(MAX_PATTERN_MEMORY)
        .build();
    compiled.map_err(|error| {
        let reason = match &error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line gives the reason; those above repeat the pattern.
            other => {
                other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
        };
        QueryError::new(value.at.clone(), format!("not a regular expression: {reason}"))
    })
}
