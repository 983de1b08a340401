//! The history of queries, kept between runs.

use crate::tui::list_query::QuerySubject;
use std::collections::VecDeque;

/// How many queries are kept.
const MAX_QUERIES: usize = 100;

/// The last queries, each once, oldest first.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct QueryHistory {
    queries: VecDeque<(QuerySubject, String)>,
}

impl QueryHistory {
    /// Reads the lines of [`QueryHistory::lines`]; others are left out.
    pub fn from_lines(lines: &[String]) -> Self {
        let mut history = Self::default();
        for line in lines {
            let Some((name, text)) = line.split_once(' ') else { continue };
            let subject = QuerySubject::ALL.into_iter().find(|subject| subject.name() == name);
            if let Some(subject) = subject.filter(|subject| subject.parse(text).is_ok()) {
                history.add(subject, text);
            }
        }
        history
    }

    /// One line for each query: its subject and its text.
    pub fn lines(&self) -> Vec<String> {
        self.queries.iter().map(|(subject, text)| format!("{} {text}", subject.name())).collect()
    }

    /// Adds a query as the latest one.
    pub fn add(&mut self, subject: QuerySubject, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.queries.retain(|known| (known.0, known.1.as_str()) != (subject, text));
        self.queries.push_back((subject, text.to_owned()));
        if self.queries.len() > MAX_QUERIES {
            self.queries.pop_front();
        }
    }

    /// The queries about a subject, latest first.
    pub fn latest(&self, subject: QuerySubject) -> impl Iterator<Item = &str> {
        self.queries.iter().rev().filter(move |(about, _)| *about == subject).map(|(_, text)| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use QuerySubject::{Peers, Transactions};

    #[test]
    fn a_repeated_query_moves_to_the_end_and_the_oldest_is_forgotten() {
        let mut history = QueryHistory::default();
        for dials in 0..=MAX_QUERIES {
            history.add(Peers, &format!("dials > {dials}"));
        }
        history.add(Peers, "dials > 50");
        history.add(Transactions, "watched");
        history.add(Transactions, " ");
        let peers: Vec<_> = history.latest(Peers).collect();
        assert_eq!((peers[0], peers[1]), ("dials > 50", "dials > 100"));
        assert_eq!(history.lines().len(), MAX_QUERIES);
        assert!(!peers.contains(&"dials > 0") && !peers.contains(&"dials > 1"));
        assert_eq!(history.latest(Transactions).collect::<Vec<_>>(), ["watched"]);
    }

    #[test]
    fn lines_are_read_back_and_what_is_no_query_is_left_out() {
        let mut history = QueryHistory::default();
        history.add(Peers, "state = live");
        let mut lines = history.lines();
        lines.extend(["peers".to_owned(), "peers \u{1b}[2J".to_owned(), "rivers deep".to_owned()]);
        assert_eq!(QueryHistory::from_lines(&lines), history);
    }
}
