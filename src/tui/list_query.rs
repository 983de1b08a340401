//! What is typed in the language of queries: queries of the lists on screen, and rules of alerts.

use crate::alert::{self, Rule};
use crate::query::{
    Blocks, Completion, FieldHelp, Peers, Query, QueryError, Subject, Transactions, complete, fields,
};
use std::sync::Arc;

/// What is typed: a query of a list about this, or a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuerySubject {
    Peers,
    Transactions,
    Blocks,
    Rules,
}

/// A query of a list. An empty one shows everything in the order of the screen.
#[derive(Clone, PartialEq, Debug)]
pub enum ListQuery {
    Peers(Arc<Query<Peers>>),
    Transactions(Arc<Query<Transactions>>),
    Blocks(Arc<Query<Blocks>>),
    /// A new rule, which belongs to no list.
    Rule(Arc<Rule>),
}

impl ListQuery {
    /// Returns what the query is about, and how it is written.
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

    /// Returns what could stand at the cursor.
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

    /// Queries with what each finds.
    pub const fn examples(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Peers => Peers::EXAMPLES,
            Self::Transactions => Transactions::EXAMPLES,
            Self::Blocks => Blocks::EXAMPLES,
            Self::Rules => alert::EXAMPLES,
        }
    }
}
