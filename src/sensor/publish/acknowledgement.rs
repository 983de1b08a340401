//! Acknowledgements: how long they take, and what a missing one means.

use crate::util::text::clean;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::{self, ErrorCode};
use std::error::Error;
use std::time::Duration;

/// How long an acknowledgement may take.
pub(super) const ACKNOWLEDGE: Duration = Duration::from_secs(5);

/// The longest server message to quote, in characters.
const MAX_REASON: usize = 200;

/// Whether the message will be refused however often it is published.
pub(super) fn is_for_ever(error: &PublishError) -> bool {
    let is_too_long =
        |error: &jetstream::Error| error.error_code() == ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM;
    error.kind() == PublishErrorKind::MaxPayloadExceeded || said_by_server(error).is_some_and(is_too_long)
}

fn said_by_server(error: &PublishError) -> Option<&jetstream::Error> {
    error.source()?.downcast_ref()
}

/// Why a message is not in the stream, in words.
pub(super) fn described(error: &PublishError) -> String {
    match (error.kind(), said_by_server(error)) {
        (_, Some(error)) => clean(error.to_string().as_bytes(), MAX_REASON),
        (PublishErrorKind::TimedOut, _) => format!("no acknowledgement in {} s", ACKNOWLEDGE.as_secs()),
        (PublishErrorKind::StreamNotFound, _) => "the stream is not there".to_owned(),
        (PublishErrorKind::BrokenPipe, _) => "the connection ended".to_owned(),
        _ => clean(error.to_string().as_bytes(), MAX_REASON),
    }
}

/// The shortest time to an acknowledgement in the last minute.
#[derive(Default, Debug)]
pub(super) struct Shortest {
    before: Option<Duration>,
    current: Option<Duration>,
}

impl Shortest {
    /// Adds a time.
    pub fn add(&mut self, time: Duration) {
        self.current = Some(self.current.map_or(time, |shortest| shortest.min(time)));
    }

    /// Forgets times more than half a minute old. Meant to be called every half minute.
    pub fn forget(&mut self) {
        self.before = self.current.take();
    }

    /// The shortest time; 0 if there was none.
    pub fn get(&self) -> Duration {
        [self.before, self.current].into_iter().flatten().min().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_time_of_the_last_minute_counts() {
        let millis = Duration::from_millis;
        let mut shortest = Shortest::default();
        assert_eq!(shortest.get(), Duration::ZERO);
        for time in [9, 5, 7] {
            shortest.add(millis(time));
        }
        assert_eq!(shortest.get(), millis(5));
        shortest.forget();
        shortest.add(millis(8));
        assert_eq!(shortest.get(), millis(5), "less than a minute ago");
        shortest.forget();
        assert_eq!(shortest.get(), millis(8));
        shortest.forget();
        assert_eq!(shortest.get(), Duration::ZERO);
    }

    #[test]
    fn only_a_message_that_is_too_long_is_refused_forever() {
        let message = |code: u64, description: &str| {
            let error = serde_json::json!({ "code": 503, "err_code": code, "description": description });
            let error: jetstream::Error = serde_json::from_value(error).unwrap();
            PublishError::with_source(PublishErrorKind::Other, error)
        };
        assert!(is_for_ever(&message(10_054, "message size exceeds maximum allowed")));
        assert!(is_for_ever(&PublishError::new(PublishErrorKind::MaxPayloadExceeded)));
        let full = message(10_077, "maximum\u{1b}[2J bytes exceeded");
        assert!(!is_for_ever(&full));
        assert!(described(&full).starts_with("maximum·[2J bytes exceeded"), "{}", described(&full));
        for kind in
            [PublishErrorKind::TimedOut, PublishErrorKind::StreamNotFound, PublishErrorKind::BrokenPipe]
        {
            let error = PublishError::new(kind);
            assert!(!is_for_ever(&error) && !described(&error).is_empty());
        }
    }
}
