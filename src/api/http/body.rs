//! The bodies of answers.

use crate::api::events::Reader;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// The time between two signs of life on a stream of events, so that a vanished reader is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Body {
    /// In one piece.
    Whole(Bytes),
    /// Events as they happen.
    Events(Reader, Interval),
}

impl Body {
    pub(super) fn events(reader: Reader) -> Self {
        let mut signs = interval_at(Instant::now() + SIGN_OF_LIFE, SIGN_OF_LIFE);
        signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Events(reader, signs)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let bytes = match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Events(reader, signs) => match reader.poll_next(cx) {
                Poll::Ready(bytes) => bytes,
                Poll::Pending if signs.poll_tick(cx).is_ready() => Some(Bytes::from_static(b":\n\n")),
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Events(..) => SizeHint::default(),
        }
    }
}
