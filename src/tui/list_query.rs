//! Queries of the lists on screen, whatever they are about.

use crate::query::{
    Completion, FieldHelp, Peers, Query, QueryError, Subject, Transactions, complete, fields,
};
use std::sync::Arc;

/// What a list is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuerySubject {
    Peers,
    Transactions,
}

/// A query of a list. An empty one shows everything in the order of the screen.
#[derive(Clone, PartialEq, Debug)]
pub enum ListQuery {
    Peers(Arc<Query<Peers>>),
    Transactions(Arc<Query<Transactions>>),
}

impl ListQuery {
    /// Returns what the query is about, and how it is written.
    pub fn written(&self) -> (QuerySubject, String) {
        match self {
            Self::Peers(query) => (QuerySubject::Peers, query.to_string()),
            Self::Transactions(query) => (QuerySubject::Transactions, query.to_string()),
        }
    }
}

impl QuerySubject {
    pub const ALL: [Self; 2] = [Self::Peers, Self::Transactions];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Peers => Peers::NAME,
            Self::Transactions => Transactions::NAME,
        }
    }

    /// Parses and checks a query.
    pub fn parse(self, text: &str) -> Result<ListQuery, QueryError> {
        Ok(match self {
            Self::Peers => ListQuery::Peers(Arc::new(Query::parse(text)?)),
            Self::Transactions => ListQuery::Transactions(Arc::new(Query::parse_for_list(text)?)),
        })
    }

    /// Returns what could stand at the cursor.
    pub fn complete(self, text: &str, cursor: usize) -> Completion {
        match self {
            Self::Peers => complete::<Peers>(text, cursor),
            Self::Transactions => complete::<Transactions>(text, cursor),
        }
    }

    pub fn fields(self) -> Vec<FieldHelp> {
        match self {
            Self::Peers => fields::<Peers>(),
            Self::Transactions => fields::<Transactions>(),
        }
    }

    /// Queries with what each finds.
    pub const fn examples(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Peers => Peers::EXAMPLES,
            Self::Transactions => Transactions::EXAMPLES,
        }
    }
}
