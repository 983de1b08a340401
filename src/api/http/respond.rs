//! The response to each path.

use crate::api::ServeSettings;
use crate::api::answers::figures::Figures;
use crate::api::answers::mempool_space::{Block, Mempool, Recommended, Transaction, Unknown};
use crate::api::answers::peers::Listed;
use crate::api::counter::{Busy, Counter};
use crate::api::http::allowance::Allowance;
use crate::api::http::answer::Answer;
use crate::api::http::guard;
use crate::api::http::route::{Route, RouteError};
use crate::api::http::usage::Usage;
use crate::api::metrics;
use hyper::StatusCode;
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// The answer to `/`.
const INDEX: &str = "\
mempulse serves:
/metrics                                  figures for Prometheus
/api/mempool                              the mempool and its fee histogram
/api/v1/fees/recommended                  fee rates for the next blocks, in whole sat/vB
/api/v1/fees/precise                      the same with decimals
/api/v1/fees/mempool-blocks               the projected blocks
/api/tx/TXID                              a transaction in the mempool
/api/blocks/tip/height                    the height of the best chain
/api/blocks/tip/hash                      the hash of its last block
/api/transactions?where=…&sort=…&limit=…  transactions that match a query, such as where=fee_rate>20 and sort=-vsize
/api/peers                                the peers with their figures
/events                                   what happens, as server-sent events
docs/api.md describes the answers.
";

/// The name under which metrics count requests for unknown paths.
const OTHER: &str = "other";

/// Answers requests.
#[derive(Debug)]
pub(super) struct Responder {
    counter: Counter,
    settings: ServeSettings,
    allowance: Mutex<Allowance>,
    /// Usage of the API.
    pub(super) usage: Usage,
}

impl Responder {
    pub(super) fn new(counter: Counter, settings: ServeSettings) -> Self {
        let allowance = Mutex::new(Allowance::new(Instant::now()));
        Self { counter, settings, allowance, usage: Usage::default() }
    }

    /// Answers a request, within 15 s.
    pub(super) async fn answer(&self, request: &Parts) -> Answer {
        let (path, answer) = self.checked(request).await;
        self.usage.request(path, answer.status);
        answer
    }

    async fn checked(&self, request: &Parts) -> (&'static str, Answer) {
        // Valid even after a panic while locked.
        if !self.allowance.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now()) {
            let message = "too many requests: try again in a second";
            return (OTHER, Answer::problem(StatusCode::TOO_MANY_REQUESTS, message));
        }
        if let Err(refusal) = guard::check(request, &self.settings) {
            return (OTHER, Answer::problem(refusal.status(), refusal.reason()));
        }
        let route = match Route::parse(request.uri.path(), request.uri.query()) {
            Ok(route) => route,
            Err(RouteError::Unknown) => {
                let message = "no such path; / lists what is served";
                return (OTHER, Answer::problem(StatusCode::NOT_FOUND, message));
            }
            Err(RouteError::Wrong(message)) => {
                return (OTHER, Answer::problem(StatusCode::BAD_REQUEST, &message));
            }
        };
        let path = route.name();
        let answer = self.respond(route, request).await.unwrap_or_else(|Busy| {
            Answer::problem(StatusCode::SERVICE_UNAVAILABLE, "mempulse is busy: try again in a second")
        });
        (path, answer)
    }

    async fn respond(&self, route: Route, request: &Parts) -> Result<Answer, Busy> {
        Ok(match route {
            Route::Index => Answer::text(INDEX),
            Route::Metrics => {
                let accept = request.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
                let format = metrics::Format::accepted(accept.unwrap_or_default());
                let (figures, peers) = (self.counter.figures().await?, self.counter.peers().await?);
                let per_peer = self.settings.metrics_per_peer;
                Answer::new(
                    format.content_type(),
                    metrics::render(&figures, &peers, &self.usage, per_peer, format),
                )
            }
            Route::Mempool => {
                let figures = self.counter.figures().await?;
                Answer::json(&Mempool::of(&figures)).resting_on(figures.basis())
            }
            Route::RecommendedFees => fees(&*self.counter.figures().await?, Recommended::of),
            Route::PreciseFees => fees(&*self.counter.figures().await?, Recommended::precise),
            Route::MempoolBlocks => fees(&*self.counter.figures().await?, Block::all),
            Route::Transaction(txid) => match self.counter.transaction(txid).await? {
                Some(facts) => {
                    Answer::json(&Transaction::of(&facts)).resting_on(self.counter.figures().await?.basis())
                }
                None => Answer::problem(
                    StatusCode::NOT_FOUND,
                    "the transaction is not in the mempool; confirmed ones are not served",
                ),
            },
            Route::TipHeight => tip(&*self.counter.figures().await?, |tip| tip.height.to_string()),
            Route::TipHash => tip(&*self.counter.figures().await?, |tip| tip.hash.to_string()),
            Route::Transactions(selection) => {
                let found = self.counter.transactions(selection).await?;
                Answer::json(&found).resting_on(self.counter.figures().await?.basis())
            }
            Route::Peers => {
                let peers = self.counter.peers().await?;
                Answer::json(&Listed::of(&peers)).resting_on(self.counter.figures().await?.basis())
            }
            Route::Events => Answer::events(self.counter.events().await?),
        })
    }
}

/// An answer about fees, or why there is none.
fn fees<T: Serialize>(figures: &Figures, of: impl FnOnce(&Figures) -> Result<T, Unknown>) -> Answer {
    let answer = match of(figures) {
        Ok(fees) => Answer::json(&fees),
        Err(Unknown(reason)) => Answer::problem(StatusCode::SERVICE_UNAVAILABLE, &reason),
    };
    answer.resting_on(figures.basis())
}

fn tip(figures: &Figures, text: impl FnOnce(&crate::event::Tip) -> String) -> Answer {
    let answer = match &figures.snapshot.totals.tip {
        Some(tip) => Answer::text(text(tip)),
        None => Answer::problem(StatusCode::SERVICE_UNAVAILABLE, "the best chain is not known yet"),
    };
    answer.resting_on(figures.basis())
}
