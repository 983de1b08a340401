//! The state of the query line.

use super::history::QueryHistory;
use crate::query::{Completion, MAX_LENGTH, QueryError};
use crate::tui::keys::{Action, Motion};
use crate::tui::layer::Response;
use crate::tui::list_query::{ListQuery, QuerySubject};
use crate::tui::widgets::line_edit::LineEdit;
use crate::util::program;

/// A completion with Tab: the start of the word, the candidates with their meanings, and the index of the
/// current one.
type Cycle = (usize, Vec<(String, String)>, usize);

/// Refuses a rule whose program cannot be run.
fn runnable(query: ListQuery, text: &str) -> Result<ListQuery, QueryError> {
    let ListQuery::Rule(rule) = &query else { return Ok(query) };
    let Some(path) = &rule.actions().run else { return Ok(query) };
    match program::check(path, std::env::var_os("PATH").as_deref()) {
        Ok(()) => Ok(query),
        Err(why) => {
            let path = path.to_string_lossy();
            let at = text.rfind(&*path).map_or(0..text.len(), |start| start..start + path.len());
            Err(QueryError::new(at, why))
        }
    }
}

/// A query being typed.
#[derive(Debug)]
pub struct Typed {
    pub subject: QuerySubject,
    pub line: LineEdit,
    /// Why the query is not accepted.
    pub error: Option<QueryError>,
    /// The completion in progress, once Tab was pressed.
    pub cycle: Option<Cycle>,
    /// Earlier queries, latest first.
    history: Vec<String>,
    /// The number of the earlier query in the line, from 1; 0 is `draft`.
    recalled: usize,
    draft: String,
}

impl Typed {
    /// A line that contains the current query.
    pub fn new(subject: QuerySubject, text: String, history: &QueryHistory) -> Self {
        Self {
            subject,
            line: LineEdit::new(text),
            error: None,
            cycle: None,
            history: history.latest(subject).map(str::to_owned).collect(),
            recalled: 0,
            draft: String::new(),
        }
    }

    pub fn completion(&self) -> Completion {
        self.subject.complete(self.line.text(), self.line.cursor())
    }

    /// Puts the next or previous candidate into the line.
    pub fn cycle(&mut self, is_forward: bool) {
        let (from, candidates, at) = if let Some((from, candidates, at)) = self.cycle.take() {
            let step = if is_forward { 1 } else { candidates.len() - 1 };
            let at = (at + step) % candidates.len();
            (from, candidates, at)
        } else {
            let Completion { replaces, candidates } = self.completion();
            let last = candidates.len().saturating_sub(1);
            (replaces.start, candidates, if is_forward { 0 } else { last })
        };
        let Some((word, _)) = candidates.get(at) else { return };
        self.line.replace(from, word);
        if let [(only, _)] = &candidates[..] {
            // With only one candidate, continue with the next word.
            let is_open = self.line.text().len() + only.len() < MAX_LENGTH;
            self.line.insert(if is_open { " " } else { "" }, MAX_LENGTH);
        } else {
            self.cycle = Some((from, candidates, at));
        }
    }

    /// Recalls an earlier query, or a later one.
    fn recall(&mut self, motion: Motion) {
        if self.recalled == 0 {
            self.draft = self.line.text().to_owned();
        }
        self.recalled = match motion {
            Motion::Up => (self.recalled + 1).min(self.history.len()),
            _ => self.recalled.saturating_sub(1),
        };
        let text = self.recalled.checked_sub(1).map_or(&self.draft, |index| &self.history[index]);
        self.line = LineEdit::new(text.clone());
    }

    pub fn submit(&mut self) -> Response {
        let text = self.line.text();
        match self.subject.parse(text).and_then(|query| runnable(query, text)) {
            Ok(query) => Response::Query(query),
            Err(error) => {
                self.error = Some(error);
                Response::Done
            }
        }
    }

    pub fn edit(&mut self, action: Action) {
        match action {
            Action::Type(letter) => {
                self.line.insert(letter.encode_utf8(&mut [0; 4]), MAX_LENGTH);
            }
            Action::Erase => self.line.erase(),
            Action::EraseWord => self.line.erase_word(),
            Action::EraseAll => self.line.clear(),
            Action::Cursor(step) => self.line.go(step),
            Action::Move(motion @ (Motion::Up | Motion::Down)) => self.recall(motion),
            _ => {}
        }
    }
}
