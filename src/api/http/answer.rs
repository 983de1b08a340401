//! Answers, before they are sent.

use crate::api::events::Reader;
use crate::api::http::body::Body;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use serde::Serialize;

/// The header with the basis of an answer.
const BASIS: HeaderName = HeaderName::from_static("mempulse-basis");

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    content_type: &'static str,
    basis: Option<String>,
    body: Body,
}

#[derive(Serialize)]
struct Problem<'a> {
    error: &'a str,
}

impl Answer {
    pub(super) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type, basis: None, body: Body::Whole(body.into()) }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::new(TEXT, text.into())
    }

    pub(super) fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(JSON, body),
            Err(error) => Self::problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    /// Events as they happen.
    pub(super) fn events(reader: Reader) -> Self {
        Self { body: Body::events(reader), ..Self::new("text/event-stream", Bytes::new()) }
    }

    /// An error, with its reason.
    pub(super) fn problem(status: StatusCode, reason: &str) -> Self {
        Self { status, ..Self::json(&Problem { error: reason }) }
    }

    /// Adds the basis of the answer.
    pub(super) fn resting_on(self, basis: String) -> Self {
        Self { basis: Some(basis), ..self }
    }

    /// The response.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(basis) = self.basis.and_then(|basis| HeaderValue::try_from(basis).ok()) {
            headers.insert(BASIS, basis);
        }
        let for_status = match self.status {
            StatusCode::METHOD_NOT_ALLOWED => Some((ALLOW, "GET")),
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some((RETRY_AFTER, "1")),
            _ => None,
        };
        headers.extend(for_status.map(|(name, value)| (name, HeaderValue::from_static(value))));
        response
    }
}
