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

/// How many searches go on at a time; more are refused.
const MAX_SEARCHES: usize = 4;

/// Answers questions from the model, a bounded piece of work at a time, and writes the stream of events.
#[derive(Debug)]
pub struct Desk {
    questions: mpsc::Receiver<Question>,
    /// The question that is answered next.
    asked: Option<Question>,
    /// The searches that go on, the one whose turn it is first.
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

    /// Counts an event and what has become of it in `model`.
    pub fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        self.tally.note(event, outcome, model);
    }

    /// Whether somebody reads the stream of events.
    pub fn has_readers(&self) -> bool {
        self.readers.len() > 0
    }

    /// Writes records of the stream, each as JSON, to whoever reads them.
    pub fn write(&mut self, records: &[String]) {
        if !records.is_empty() {
            self.readers.write(&events(records));
        }
    }

    /// Waits until there is something to do. Cancel-safe; never ends if there never is.
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

    /// Does a piece of the work that [`Desk::wait`] has waited for, in a few ms at most. A new reader of events first
    /// reads `greeting`, a record.
    pub fn work(&mut self, model: &Model, now: Timestamp, greeting: impl FnOnce() -> String) {
        // Whoever asked may have given up: that the answer cannot be sent is no error.
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

    /// Does a slice of the search whose turn it is.
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
