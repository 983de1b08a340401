//! The HTTP front end: metrics for Prometheus, the mempool and its fees in the format of mempool.space's API,
//! transactions by query, and the stream as server-sent events. `docs/api.md` describes the answers.
//!
//! | file | what it is |
//! |---|---|
//! | [`tally`] | counters for metrics |
//! | [`events`] | readers of the stream of events |
//! | [`desk`] | the monitor's end: answers questions from the model in bounded pieces of work |
//! | [`question`] | the server's questions to the desk |
//! | [`counter`] | the server's end: asks the desk, at most once a second for frequent questions |
//! | [`http`] | sockets, limits, access control, paths and answers |
//! | [`answers`] | what the model is asked for, and how it is formatted |
//! | [`metrics`] | the figures for Prometheus |
//!
//! The server never touches the model, so that no amount of requests costs the monitor more than a bounded
//! share of its time. Nothing about the watch list or alert rules is served.

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

/// What is served, and to whom.
#[derive(Clone, Default, Debug)]
pub struct ServeSettings {
    /// The token that clients must know; without one, anyone who can connect may ask.
    pub token: Option<Token>,
    /// Whether metrics have series for each peer.
    pub metrics_per_peer: bool,
}

/// Returns the two ends of the API: the listening server, and the desk that answers from the model.
pub fn open(settings: ServeSettings, now: Timestamp) -> (Server, Desk) {
    let (sender, questions) = mpsc::channel(QUESTIONS);
    (Server::new(Counter::new(sender), settings), Desk::new(questions, now))
}
