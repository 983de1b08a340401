//! The condition of a rule: a query about one subject.

use crate::query::{
    Blocks, Completion, Figures, Peers, Query, QueryError, Subject, Transactions, WatchEvents, complete,
};

/// Fields that a transaction has on arrival only by chance.
const NOT_OF_TRANSACTIONS: &[&str] = &["age", "peers"];

/// Fields that a block has only some time after its arrival.
const NOT_OF_BLOCKS: &[&str] = &["age", "peers", "half"];

/// Figures that mean little while the mempool is being loaded.
const OF_MEMPOOL: &[&str] =
    &["next_block", "within_3", "within_6", "transactions", "size", "memory", "fees_known", "arrivals"];

/// Fields of a transaction that change when its fee becomes known.
const OF_FEE: &[&str] = &["fee", "fee_rate", "chunk_fee_rate"];

/// The subject of a rule, with its query.
#[derive(Debug)]
pub enum Condition {
    /// The figures of the overview.
    Figures(Query<Figures>),
    /// Transactions that arrive.
    Transactions(Query<Transactions>),
    /// Blocks that arrive.
    Blocks(Query<Blocks>),
    /// Peers.
    Peers(Query<Peers>),
    /// Events of the watch list.
    Watch(Query<WatchEvents>),
}

/// A subject, before its condition is parsed.
#[derive(Clone, Copy)]
struct About {
    name: &'static str,
    read: fn(&str) -> Result<Condition, QueryError>,
    complete: fn(&str, usize) -> Completion,
}

const SUBJECTS: [About; 5] = [
    About {
        name: Figures::NAME,
        read: |text| Ok(Condition::Figures(query(text, &[])?)),
        complete: complete::<Figures>,
    },
    About {
        name: Transactions::NAME,
        read: |text| Ok(Condition::Transactions(query(text, NOT_OF_TRANSACTIONS)?)),
        complete: complete::<Transactions>,
    },
    About {
        name: Blocks::NAME,
        read: |text| Ok(Condition::Blocks(query(text, NOT_OF_BLOCKS)?)),
        complete: complete::<Blocks>,
    },
    About {
        name: Peers::NAME,
        read: |text| Ok(Condition::Peers(query(text, &[])?)),
        complete: complete::<Peers>,
    },
    About {
        name: WatchEvents::NAME,
        read: |text| Ok(Condition::Watch(query(text, &[])?)),
        complete: complete::<WatchEvents>,
    },
];

/// Parses a condition about `S` that uses no field in `refused`.
fn query<S: Subject>(text: &str, refused: &[&str]) -> Result<Query<S>, QueryError> {
    let query = Query::<S>::parse(text)?;
    let whole = || text.len() - text.trim_start().len()..text.trim_end().len();
    if query.sort().is_some() {
        return Err(QueryError::new(whole(), "an alert has no sort order: leave out \"sort\""));
    }
    match refused.iter().find(|field| query.mentions(&[field])) {
        Some(field) => {
            let message = format!("an alert cannot use {field}: {} are checked when they arrive", S::NAME);
            Err(QueryError::new(whole(), message))
        }
        None => Ok(query),
    }
}

impl Condition {
    /// The names of the subjects.
    pub fn subjects() -> impl Iterator<Item = &'static str> {
        SUBJECTS.iter().map(|about| about.name)
    }

    /// Parses a condition about the subject with this name. Returns `None` if there is no such subject.
    pub(super) fn parse(subject: &str, text: &str) -> Option<Result<Self, QueryError>> {
        let about = SUBJECTS.iter().find(|about| about.name.eq_ignore_ascii_case(subject))?;
        let read = (about.read)(text);
        Some(match read {
            Ok(Self::Figures(query)) if query.is_empty() => Err(QueryError::new(
                text.len()..text.len(),
                "expected a condition of the figures, such as figures: next_block < 3",
            )),
            read => read,
        })
    }

    /// Every event of the watch list.
    pub(super) fn of_all_watch_events() -> Self {
        Self::Watch(Query::default())
    }

    /// Returns the completions at byte `cursor` of a condition about the subject with this name.
    pub(super) fn complete(subject: &str, text: &str, cursor: usize) -> Completion {
        let about = SUBJECTS.iter().find(|about| about.name.eq_ignore_ascii_case(subject));
        about.map_or_else(Completion::default, |about| (about.complete)(text, cursor))
    }

    /// The name of the subject.
    pub const fn subject(&self) -> &'static str {
        match self {
            Self::Figures(_) => Figures::NAME,
            Self::Transactions(_) => Transactions::NAME,
            Self::Blocks(_) => Blocks::NAME,
            Self::Peers(_) => Peers::NAME,
            Self::Watch(_) => WatchEvents::NAME,
        }
    }

    /// Whether the condition means little while the mempool is being loaded.
    pub(super) fn depends_on_mempool(&self) -> bool {
        matches!(self, Self::Figures(query) if query.mentions(OF_MEMPOOL))
    }

    /// Whether the condition may become true when a transaction's fee becomes known.
    pub(super) fn depends_on_fee(&self) -> bool {
        matches!(self, Self::Transactions(query) if query.mentions(OF_FEE))
    }
}
