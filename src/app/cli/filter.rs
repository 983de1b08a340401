//! `--where`: the query of a stream.

use crate::app::cli::heading;
use crate::app::invalid::InvalidValue;
use crate::query::{Query, Transactions};
use clap::Args;

/// Which transactions are written.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct FilterArgs {
    /// Write only what happens to transactions that match this query: 'vsize > 10kvB and kind = data'
    ///
    /// Peers and blocks are left out. docs/query.md describes the fields and the grammar; on screen, press : and
    /// F1.
    #[arg(long = "where", value_name = "QUERY", help_heading = heading::STREAM)]
    query: Option<String>,
}

impl FilterArgs {
    /// Returns the query, if there is one.
    ///
    /// # Errors
    ///
    /// The query is invalid; the message has a caret below the place.
    pub fn query(&self) -> Result<Option<Box<Query<Transactions>>>, InvalidValue> {
        let Some(text) = &self.query else { return Ok(None) };
        Query::parse(text).map(Box::new).map(Some).map_err(|error| {
            let message = format!("--where, column {}: {error}\n{}", error.column(text), error.caret(text));
            InvalidValue::new("query", message)
        })
    }
}
