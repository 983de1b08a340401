//! Answers, before they are sent.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::http::response::Builder;
use serde::Serialize;

/// The header that says what an answer rests on.
const BASIS: HeaderName = HeaderName::from_static("mempulse-basis");

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    content_type: &'static str,
    basis: Option<String>,
    pub(super) body: Bytes,
}

#[derive(Serialize)]
struct Problem<'a> {
    error: &'a str,
}

impl Answer {
    pub(super) fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, content_type, basis: None, body: body.into() }
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

    /// An error, with its reason.
    pub(super) fn problem(status: StatusCode, reason: &str) -> Self {
        Self { status, ..Self::json(&Problem { error: reason }) }
    }

    /// Says what the answer rests on.
    pub(super) fn resting_on(self, basis: String) -> Self {
        Self { basis: Some(basis), ..self }
    }

    /// The head of the response.
    pub(super) fn head(&self) -> Builder {
        let mut head = hyper::Response::builder()
            .status(self.status)
            .header(CONTENT_TYPE, self.content_type)
            .header(CACHE_CONTROL, "no-store")
            .header("x-content-type-options", "nosniff");
        if let Some(basis) = self.basis.as_deref().and_then(|basis| HeaderValue::from_str(basis).ok()) {
            head = head.header(BASIS, basis);
        }
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => head.header(ALLOW, "GET"),
            StatusCode::UNAUTHORIZED => head.header(WWW_AUTHENTICATE, "Bearer"),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => head.header(RETRY_AFTER, "1"),
            _ => head,
        }
    }
}
