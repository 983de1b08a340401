//! What can be typed in the query language: queries of lists on screen, and alert rules.

use crate::alert::{self, Rule};
use crate::query::{
    Blocks, Completion, FieldHelp, Peers, Query, QueryError, Subject, Transactions, complete, fields,
};
use std::sync::Arc;

/// The subject of what is typed: a list, or a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuerySubject {
    Peers,
    Transactions,
    Blocks,
    Rules,
}

/// A query of a list. An empty one shows everything in the screen's own order.
#[derive(Clone, PartialEq, Debug)]
pub enum ListQuery {
    Peers(Arc<Query<Peers>>),
    Transactions(Arc<Query<Transactions>>),
    Blocks(Arc<Query<Blocks>>),
    /// A new rule, which belongs to no list.
    Rule(Arc<Rule>),
}

impl ListQuery {
    /// Returns the subject of the query, and its text.
    pub fn written(&self) -> (QuerySubject, String) {
        match self {
            Self::Peers(query) => (QuerySubject::Peers, query.to_string()),
            Self::Transactions(query) => (QuerySubject::Transactions, query.to_string()),
            Self::Blocks(query) => (QuerySubject::Blocks, query.to_string()),
            Self::Rule(rule) => (QuerySubject::Rules, rule.to_string()),
        }
    }
}

impl QuerySubject {
    pub const ALL: [Self; 4] = [Self::Peers, Self::Transactions, Self::Blocks, Self::Rules];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Peers => Peers::NAME,
            Self::Transactions => Transactions::NAME,
            Self::Blocks => Blocks::NAME,
            Self::Rules => "alerts",
        }
    }

    /// Parses and checks a query.
    pub fn parse(self, text: &str) -> Result<ListQuery, QueryError> {
        Ok(match self {
            Self::Peers => ListQuery::Peers(Arc::new(Query::parse(text)?)),
            Self::Transactions => ListQuery::Transactions(Arc::new(Query::parse_for_list(text)?)),
            Self::Blocks => ListQuery::Blocks(Arc::new(Query::parse(text)?)),
            Self::Rules => ListQuery::Rule(Arc::new(Rule::parse(text)?)),
        })
    }

    /// Returns the completions at the cursor.
    pub fn complete(self, text: &str, cursor: usize) -> Completion {
        match self {
            Self::Peers => complete::<Peers>(text, cursor),
            Self::Transactions => complete::<Transactions>(text, cursor),
            Self::Blocks => complete::<Blocks>(text, cursor),
            Self::Rules => Rule::complete(text, cursor),
        }
    }

    pub fn fields(self) -> Vec<FieldHelp> {
        match self {
            Self::Peers => fields::<Peers>(),
            Self::Transactions => fields::<Transactions>(),
            Self::Blocks => fields::<Blocks>(),
            Self::Rules => Rule::parts(),
        }
    }

    /// Example queries with their meaning.
    pub const fn examples(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Peers => Peers::EXAMPLES,
            Self::Transactions => Transactions::EXAMPLES,
            Self::Blocks => Blocks::EXAMPLES,
            Self::Rules => alert::EXAMPLES,
        }
    }
}
