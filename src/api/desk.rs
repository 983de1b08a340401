//! The monitor's end of the API: answers questions from the model.

use crate::api::answers::figures::Figures;
use crate::api::answers::mempool_space::TransactionFacts;
use crate::api::answers::peers::PeerList;
use crate::api::answers::transactions::{Found, Search};
use crate::api::events::Readers;
use crate::api::question::Question;
use crate::api::tally::Tally;
use crate::event::Event;
use crate::model::{Model, Outcome};
use crate::util::time::Timestamp;
use hyper::body::Bytes;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How many searches may be in progress; more are refused.
const MAX_SEARCHES: usize = 4;

/// Answers questions from the model in bounded pieces of work, and writes the stream of events.
#[derive(Debug)]
pub struct Desk {
    questions: mpsc::Receiver<Question>,
    /// The question to answer next.
    asked: Option<Question>,
    /// The searches in progress; the first one is next.
    searches: VecDeque<(Search, oneshot::Sender<Found>)>,
    readers: Readers,
    tally: Tally,
}

impl Desk {
    pub(super) fn new(questions: mpsc::Receiver<Question>, now: Timestamp) -> Self {
        Self {
            questions,
            asked: None,
            searches: VecDeque::new(),
            readers: Readers::default(),
            tally: Tally::new(now),
        }
    }

    /// Counts an event and its outcome.
    pub fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        self.tally.note(event, outcome, model);
    }

    /// Whether the stream of events has readers.
    pub fn has_readers(&self) -> bool {
        self.readers.len() > 0
    }

    /// Writes records of the stream, each as JSON, to all readers.
    pub fn write(&mut self, records: &[String]) {
        if !records.is_empty() {
            self.readers.write(&events(records));
        }
    }

    /// Waits until there is something to do; possibly forever. Cancel-safe.
    pub async fn wait(&mut self) {
        if self.asked.is_some() {
            return;
        }
        if !self.searches.is_empty() {
            self.asked = self.questions.try_recv().ok();
            return;
        }
        self.asked = self.questions.recv().await;
        if self.asked.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Does a piece of the work that [`Desk::wait`] waited for, in a few ms at most. A new reader of events
    /// first gets `greeting`, a record.
    pub fn work(&mut self, model: &Model, now: Timestamp, greeting: impl FnOnce() -> String) {
        // The client may have given up, so a failure to send the answer is no error.
        match self.asked.take() {
            Some(Question::Figures(answer)) => {
                let figures = Figures::take(model, now, self.tally.clone(), &self.readers);
                drop(answer.send(Arc::new(figures)));
            }
            Some(Question::Peers(answer)) => drop(answer.send(Arc::new(PeerList::take(model, now)))),
            Some(Question::Transaction(txid, answer)) => {
                drop(answer.send(TransactionFacts::take(model, txid)));
            }
            Some(Question::Transactions(selection, answer)) if self.searches.len() < MAX_SEARCHES => {
                self.searches.push_back((Search::new(*selection), answer));
            }
            Some(Question::Events(answer)) => drop(answer.send(self.readers.add(events(&[greeting()])))),
            Some(Question::Transactions(..)) | None => {}
        }
        self.search(model, now);
    }

    /// Does a slice of the next search.
    fn search(&mut self, model: &Model, now: Timestamp) {
        let Some((mut search, answer)) = self.searches.pop_front() else { return };
        if answer.is_closed() {
            return;
        }
        match search.advance(model, now) {
            Some(found) => drop(answer.send(found)),
            None => self.searches.push_back((search, answer)),
        }
    }
}

/// Records as server-sent events.
fn events(records: &[String]) -> Bytes {
    records.iter().flat_map(|record| ["data: ", record, "\n\n"]).collect::<String>().into()
}
