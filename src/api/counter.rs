//! The server's end of the questions: frequent ones are put to the monitor only once a second.

use crate::api::answers::figures::Figures;
use crate::api::answers::mempool_space::TransactionFacts;
use crate::api::answers::peers::PeerList;
use crate::api::answers::transactions::{Found, Selection};
use crate::api::events::Reader;
use crate::api::question::Question;
use crate::wire::Txid;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{Instant, timeout};

/// How long figures are reused before the monitor is asked for new ones.
const FRESH: Duration = Duration::from_secs(1);

/// How long the monitor may take to answer: it answers within milliseconds unless it is overloaded or its stream has
/// no reader.
const PATIENCE: Duration = Duration::from_secs(5);

/// The monitor does not answer in time or has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Busy;

/// Asks the monitor.
#[derive(Debug)]
pub(super) struct Counter {
    questions: mpsc::Sender<Question>,
    figures: Cached<Figures>,
    peers: Cached<PeerList>,
}

impl Counter {
    pub(super) fn new(questions: mpsc::Sender<Question>) -> Self {
        Self { questions, figures: Cached::default(), peers: Cached::default() }
    }

    /// Returns figures that are at most a second old.
    pub(super) async fn figures(&self) -> Result<Arc<Figures>, Busy> {
        self.figures.get(|| self.ask(Question::Figures)).await
    }

    /// Returns peers that are at most a second old.
    pub(super) async fn peers(&self) -> Result<Arc<PeerList>, Busy> {
        self.peers.get(|| self.ask(Question::Peers)).await
    }

    /// Returns a transaction of the mempool.
    pub(super) async fn transaction(&self, txid: Txid) -> Result<Option<Box<TransactionFacts>>, Busy> {
        self.ask(|answer| Question::Transaction(txid, answer)).await
    }

    /// Returns the transactions that match a query.
    pub(super) async fn transactions(&self, selection: Box<Selection>) -> Result<Found, Busy> {
        self.ask(|answer| Question::Transactions(selection, answer)).await
    }

    /// Returns a new reader of events.
    pub(super) async fn events(&self) -> Result<Reader, Busy> {
        self.ask(Question::Events).await?.ok_or(Busy)
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, Busy> {
        let (sender, answer) = oneshot::channel();
        let asked = async {
            self.questions.send(question(sender)).await.map_err(|_| Busy)?;
            answer.await.map_err(|_| Busy)
        };
        timeout(PATIENCE, asked).await.unwrap_or(Err(Busy))
    }
}

/// The last answer to a frequent question. While a new one is being fetched, all callers wait for it.
#[derive(Debug)]
struct Cached<T> {
    latest: Mutex<Option<(Instant, Arc<T>)>>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { latest: Mutex::new(None) }
    }
}

impl<T> Cached<T> {
    async fn get<F: Future<Output = Result<Arc<T>, Busy>>>(
        &self,
        ask: impl FnOnce() -> F,
    ) -> Result<Arc<T>, Busy> {
        let mut latest = timeout(PATIENCE, self.latest.lock()).await.map_err(|_| Busy)?;
        if let Some((asked, answer)) = latest.as_ref()
            && asked.elapsed() < FRESH
        {
            return Ok(Arc::clone(answer));
        }
        let answer = ask().await?;
        *latest = Some((Instant::now(), Arc::clone(&answer)));
        Ok(answer)
    }
}
