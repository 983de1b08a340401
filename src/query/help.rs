//! The language in words, for the help on screen and for `docs/query.md`.

use super::field::{Reader, Subject};

/// The grammar, line by line, with the meaning of each line.
pub const GRAMMAR: [(&str, &str); 9] = [
    ("field > 20", "also >=, <, <=, = and !=; a number may have a unit: 10btc, 1.5kvB, 2m"),
    ("field = word", "one of a list, or text; case is ignored"),
    ("field ~ \"a.*b\"", "matches a regular expression; !~ does not"),
    ("flag", "yes; after not: no"),
    ("a and b, a or b, not a", "not binds tighter than and, and tighter than or; parentheses group"),
    ("sort field, sort -field", "the order, at the end or alone; with - the highest first"),
    ("\"a \"\"b\"\"\"", "quotes for spaces and signs; double a quote inside"),
    ("field = exact", "known exactly; also bounded (only bounds are known) and unknown"),
    ("unknown never matches", "if bounds leave it open, neither fee_rate > 5 nor not fee_rate > 5 matches"),
];

/// One row of the table of fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldHelp {
    /// The name of the field.
    pub name: &'static str,
    /// The unit of a figure, the words of a list, `text` or `yes or no`.
    pub values: String,
    /// The meaning of the field.
    pub help: &'static str,
}

/// Returns the field table of a subject.
pub fn fields<S: Subject>() -> Vec<FieldHelp> {
    let row = |field: &super::Field<S>| FieldHelp {
        name: field.name,
        values: match &field.reader {
            Reader::Number(unit, _) if unit.name().is_empty() => "number".to_owned(),
            Reader::Number(unit, _) => unit.name().to_owned(),
            Reader::Text(_) => "text".to_owned(),
            Reader::Choice(words, _) => words.join(", "),
            Reader::Flag(_) => "yes or no".to_owned(),
        },
        help: field.help,
    };
    S::FIELDS.iter().map(row).collect()
}
