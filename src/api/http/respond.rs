//! What each path is answered with.

use crate::api::ServeSettings;
use crate::api::answers::mempool_space::Mempool;
use crate::api::counter::{Busy, Counter};
use crate::api::http::allowance::Allowance;
use crate::api::http::answer::Answer;
use crate::api::http::guard;
use crate::api::http::route::{Route, RouteError};
use crate::api::metrics;
use hyper::StatusCode;
use hyper::header::ACCEPT;
use hyper::http::request::Parts;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// What the answer to `/` says.
const INDEX: &str = "\
mempulse serves:
/metrics                        figures for Prometheus
/api/mempool                    the mempool, as mempool.space's API has it
";

/// Answers requests.
#[derive(Debug)]
pub(super) struct Responder {
    counter: Counter,
    settings: ServeSettings,
    allowance: Mutex<Allowance>,
}

impl Responder {
    pub(super) fn new(counter: Counter, settings: ServeSettings) -> Self {
        Self { counter, settings, allowance: Mutex::new(Allowance::new(Instant::now())) }
    }

    /// Answers a request, in 10 s at most.
    pub(super) async fn answer(&self, request: &Parts) -> Answer {
        // A panic cannot leave it half changed.
        if !self.allowance.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now()) {
            return Answer::problem(
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests: try again in a second",
            );
        }
        if let Err(refusal) = guard::check(request, &self.settings) {
            return Answer::problem(refusal.status(), refusal.reason());
        }
        let route = match Route::parse(request.uri.path(), request.uri.query()) {
            Ok(route) => route,
            Err(RouteError::Unknown) => {
                return Answer::problem(StatusCode::NOT_FOUND, "no such path; / lists what is served");
            }
        };
        self.respond(&route, request).await.unwrap_or_else(|Busy| {
            Answer::problem(StatusCode::SERVICE_UNAVAILABLE, "mempulse is busy: try again in a second")
        })
    }

    async fn respond(&self, route: &Route, request: &Parts) -> Result<Answer, Busy> {
        Ok(match route {
            Route::Index => Answer::text(INDEX),
            Route::Metrics => {
                let accept = request.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
                let format = metrics::Format::accepted(accept.unwrap_or_default());
                let figures = self.counter.figures().await?;
                Answer::new(format.content_type(), metrics::render(&figures, format))
            }
            Route::Mempool => {
                let figures = self.counter.figures().await?;
                Answer::json(&Mempool::of(&figures)).resting_on(figures.basis())
            }
        })
    }
}
