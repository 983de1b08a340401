//! The HTTP front end: metrics for Prometheus, the mempool and its fees in the shapes of mempool.space's API,
//! transactions by query, and the stream as server-sent events. `docs/api.md` describes the answers.
//!
//! | file | what it is |
//! |---|---|
//! | [`tally`] | what is counted for metrics |
//! | [`events`] | who reads the stream of events |
//! | [`desk`] | the monitor's end: answers questions from the model, a bounded piece of work at a time |
//! | [`question`] | what the server asks of the desk |
//! | [`counter`] | the server's end: asks the desk, at most once a second for what many ask |
//! | [`http`] | sockets, limits, who may ask, paths and answers |
//! | [`answers`] | what is asked of the model, and how it is written |
//! | [`metrics`] | the figures for Prometheus |
//!
//! The server never touches the model, so that however much is asked costs the monitor a bounded share of its time.
//! Nothing about the watch list or the rules of alerts is served.

mod answers;
mod counter;
mod desk;
mod events;
mod http;
mod metrics;
mod question;
mod tally;
#[cfg(test)]
mod tests;

pub use desk::Desk;
pub use http::guard::Token;
pub use http::server::Server;

use crate::util::time::Timestamp;
use counter::Counter;
use tokio::sync::mpsc;

/// How many questions may wait for the monitor.
const QUESTIONS: usize = 64;

/// What is served and to whom.
#[derive(Clone, Default, Debug)]
pub struct ServeSettings {
    /// Whoever asks must know it; without one, whoever can connect may ask.
    pub token: Option<Token>,
    /// Whether metrics have series for each peer.
    pub metrics_per_peer: bool,
}

/// Returns the two ends of the API: the one that listens, and the one that answers from the model.
pub fn open(settings: ServeSettings, now: Timestamp) -> (Server, Desk) {
    let (sender, questions) = mpsc::channel(QUESTIONS);
    (Server::new(Counter::new(sender), settings), Desk::new(questions, now))
}
