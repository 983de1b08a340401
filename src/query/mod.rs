//! The query language: conditions and an order over transactions, peers, blocks, the figures of the overview
//! and the events of the watch list.
//!
//! ```text
//! query     = [ condition ] [ "sort" [ "-" ] field ]
//! condition = all { "or" all }
//! all       = one { "and" one }
//! one       = "not" one | "(" condition ")" | flag | field operator value
//! operator  = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
//! ```
//!
//! The fields are in one table per [`Subject`], in [`subjects`], which the evaluator, completion, help and
//! `docs/query.md` are derived from. A query is compiled once, with errors that point at the column
//! ([`QueryError`]), and evaluated without allocating for most fields.
//!
//! Conditions have three values (Kleene): a comparison with an unknown figure, or one whose bounds do not
//! decide it, is neither true nor false, and the item does not match. All code here is pure.

mod compiled;
mod complete;
mod condition;
mod error;
mod field;
mod help;
mod lexer;
mod listed;
mod nearest;
mod operator;
mod parser;
pub mod subjects;
mod syntax;
mod unit;
mod value;

pub use compiled::{Query, SortBy, SortKey};
pub use complete::{Completion, complete};
pub use error::QueryError;
pub use field::{Field, Subject};
pub use help::{FieldHelp, GRAMMAR, fields};
pub use subjects::{Blocks, Figures, Peers, Transactions, WatchEvents};
pub use unit::Unit;
pub use value::{Known, Range, Truth};

/// The longest query, in bytes.
pub const MAX_LENGTH: usize = 1_000;

/// The deepest nesting of parentheses and `not`.
pub const MAX_DEPTH: usize = 32;

/// The most memory for a compiled pattern, in bytes (`regex::RegexBuilder::size_limit`).
pub const MAX_PATTERN_MEMORY: usize = 256 << 10;

#[cfg(test)]
mod tests;
