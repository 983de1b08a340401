//! Which batch of messages is asked for next, and when one is complete: a pure decider.

use async_nats::StatusCode;
use std::time::Duration;
use tokio::time::Instant;

/// The most messages of a batch.
const MAX_MESSAGES: usize = 5_000;

/// The most bytes of a batch: with 100 ms back and forth to the server, more than a program can read in that time.
const MAX_BYTES: usize = 4 << 20;

/// The bytes of the first batch, and of each over a link that is slow: what else the server says, such as that it is
/// still there, comes after it.
const MIN_BYTES: usize = 32 << 10;

/// A batch that takes longer to arrive is followed by one as large as what comes in this time,
const LONG: Duration = Duration::from_secs(1);

/// and one that takes less than this by one of twice its size, if there is more.
const SHORT: Duration = Duration::from_millis(250);

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// Its number, which the server's answer bears.
    pub number: u64,
    /// The most messages.
    pub messages: usize,
    /// The most bytes; 0: any number.
    pub bytes: usize,
}

/// A batch is complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// There may be more.
    More,
    /// It had all that was stored when it was asked for.
    All,
}

/// Why reading must begin anew after the last message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Interrupted {
    /// A message is missing.
    #[error("message {0} of the consumer is missing")]
    Gap(u64),
    /// The server says something else than was asked for.
    #[error("the server says {0}")]
    Said(String),
    /// The server says nothing.
    #[error("the server does not answer")]
    Silent,
    /// There is no connection any more.
    #[error("the connection was closed")]
    Closed,
}

/// One batch after another from one consumer.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// What the server allows.
    most_messages: usize,
    most_bytes: usize,
    /// The most bytes of the next batch.
    bytes: usize,
    /// The next message has more bytes than that.
    is_large: bool,
    /// The number of the last request.
    number: u64,
    /// The consumer's number of the last message.
    last: u64,
    batch: Option<Batch>,
}

/// A batch that is arriving.
#[derive(Clone, Copy, Debug)]
struct Batch {
    request: Request,
    messages: usize,
    bytes: usize,
    /// When its first message arrived.
    began: Option<Instant>,
}

impl Asking {
    /// Begins; a limit of the server that is not positive is none.
    pub fn new(most_messages: i64, most_bytes: i64) -> Self {
        let least = |limit: i64, ours: usize| match usize::try_from(limit) {
            Ok(limit) if limit > 0 => ours.min(limit),
            _ => ours,
        };
        let most_bytes = least(most_bytes, MAX_BYTES);
        Self {
            most_messages: least(most_messages, MAX_MESSAGES),
            most_bytes,
            bytes: MIN_BYTES.min(most_bytes),
            is_large: false,
            number: 0,
            last: 0,
            batch: None,
        }
    }

    /// Whether a batch was asked for that is not complete.
    pub fn is_asking(&self) -> bool {
        self.batch.is_some()
    }

    /// The next request.
    pub fn ask(&mut self) -> Request {
        self.number += 1;
        let (messages, bytes) = if self.is_large { (1, 0) } else { (self.most_messages, self.bytes) };
        let request = Request { number: self.number, messages, bytes };
        self.is_large = false;
        self.batch = Some(Batch { request, messages: 0, bytes: 0, began: None });
        request
    }

    /// Takes a message: its number at the consumer, and its bytes as the server counts them. Returns whether it
    /// completes the batch.
    ///
    /// # Errors
    /// A message before it is missing.
    pub fn message(&mut self, number: u64, bytes: usize, now: Instant) -> Result<Option<End>, Interrupted> {
        if number != self.last + 1 {
            return Err(Interrupted::Gap(self.last + 1));
        }
        self.last = number;
        let Some(batch) = &mut self.batch else { return Ok(None) };
        batch.began.get_or_insert(now);
        batch.messages += 1;
        batch.bytes += bytes;
        let Request { messages, bytes, .. } = batch.request;
        let is_full = batch.messages >= messages || bytes > 0 && batch.bytes >= bytes;
        Ok(is_full.then(|| self.end(End::More, now)).flatten())
    }

    /// Takes what the server says instead of a message to the request of this number. Returns whether it completes the
    /// batch.
    ///
    /// # Errors
    /// It is not about the end of the batch.
    pub fn status(
        &mut self,
        number: Option<u64>,
        status: StatusCode,
        description: &str,
        now: Instant,
    ) -> Result<Option<End>, Interrupted> {
        let Some(batch) = self.batch.filter(|batch| Some(batch.request.number) == number) else {
            return Ok(None);
        };
        match (status, description) {
            (StatusCode::IDLE_HEARTBEAT, _) => Ok(None),
            (StatusCode::NOT_FOUND | StatusCode::TIMEOUT, _) => Ok(self.end(End::All, now)),
            (StatusCode::REQUEST_TERMINATED, "Batch Completed") => Ok(self.end(End::More, now)),
            (StatusCode::REQUEST_TERMINATED, "Message Size Exceeds MaxBytes") => {
                self.is_large = batch.messages == 0;
                Ok(self.end(End::More, now))
            }
            _ => Err(Interrupted::Said(format!("{status} {description}"))),
        }
    }

    fn end(&mut self, end: End, now: Instant) -> Option<End> {
        let batch = self.batch.take()?;
        let took = batch.began.map_or(Duration::ZERO, |began| now.duration_since(began));
        let fitting = if took > LONG {
            // Both are far below 2^52.
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let fitting = (batch.bytes as f64 * LONG.div_duration_f64(took)) as usize;
            fitting
        } else if end == End::More && took < SHORT {
            self.bytes * 2
        } else {
            self.bytes
        };
        self.bytes = fitting.max(MIN_BYTES).min(self.most_bytes);
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_nanos(1);
    const DONE: StatusCode = StatusCode::NOT_FOUND;

    /// A server that keeps messages of these bytes.
    struct Server {
        asking: Asking,
        now: Instant,
        next: u64,
        left: Vec<usize>,
        /// The time that a byte takes.
        byte: Duration,
    }

    impl Server {
        fn new(left: Vec<usize>, byte: Duration) -> Self {
            Self { asking: Asking::new(-1, 0), now: Instant::now(), next: 1, left, byte }
        }

        /// Answers one request. Returns what was asked for, how it ended, and how long it took.
        fn answer(&mut self) -> (Request, End, Duration) {
            let (request, began) = (self.asking.ask(), self.now);
            let (mut messages, mut bytes) = (request.messages, request.bytes);
            let end = loop {
                let said = match self.left.first() {
                    None => Some((DONE, "No Messages")),
                    Some(size) if request.bytes > 0 && *size > bytes => {
                        Some((StatusCode::REQUEST_TERMINATED, "Message Size Exceeds MaxBytes"))
                    }
                    Some(_) => None,
                };
                if let Some((status, text)) = said {
                    break self.asking.status(Some(request.number), status, text, self.now).unwrap();
                }
                let size = self.left.remove(0);
                self.now += self.byte * u32::try_from(size).unwrap();
                messages -= 1;
                bytes = bytes.saturating_sub(size);
                let end = self.asking.message(self.next, size, self.now).unwrap();
                self.next += 1;
                if request.bytes > 0 && bytes == 0 || messages == 0 {
                    break end;
                }
            };
            (request, end.expect("the batch is complete"), self.now - began)
        }
    }

    #[test]
    fn a_batch_ends_when_it_has_all_or_as_much_as_was_asked_for() {
        let mut server = Server::new(vec![1_000; 3], FAST);
        assert_eq!(server.answer().1, End::All);
        assert_eq!(server.answer().1, End::All);
        assert!(!server.asking.is_asking());
        // To the byte, of which the server says nothing, and with less than a message left.
        for size in [1_024, 1_000] {
            let mut server = Server::new(vec![size; 100], FAST);
            assert_eq!((server.answer().1, server.left.len()), (End::More, 100 - MIN_BYTES / size));
        }
        let mut server = Server::new(vec![1; MAX_MESSAGES + 1], FAST);
        assert_eq!((server.answer().1, server.left.len()), (End::More, 1));
    }

    #[test]
    fn a_message_that_is_larger_than_a_batch_comes_alone() {
        let mut server = Server::new(vec![500, MIN_BYTES + 1, 500], FAST);
        assert_eq!((server.answer().1, server.left.len()), (End::More, 2));
        assert_eq!((server.answer().1, server.left.len()), (End::All, 0), "twice the size is enough");
        let mut server = Server::new(vec![MIN_BYTES + 1, 500], FAST);
        assert_eq!((server.answer().1, server.left.len()), (End::More, 2));
        let (request, end, _) = server.answer();
        assert_eq!((request.messages, request.bytes, end, server.left.len()), (1, 0, End::More, 1));
        let (request, end, _) = server.answer();
        assert_eq!((request.messages, end), (MAX_MESSAGES, End::All));
    }

    #[test]
    fn batches_are_as_large_as_the_link_is_fast() {
        let mut fast = Server::new(vec![1_000; 100_000], FAST);
        let sizes: Vec<_> = (0..9).map(|_| fast.answer().0.bytes).collect();
        assert_eq!(sizes[..3], [MIN_BYTES, 2 * MIN_BYTES, 4 * MIN_BYTES]);
        assert_eq!(sizes[8], MAX_BYTES);
        fast.byte = Duration::from_micros(5);
        fast.answer();
        for _ in 0..3 {
            let (request, end, took) = fast.answer();
            assert!(request.bytes < 220_000 && end == End::More && took < 2 * LONG, "{request:?}");
        }
        fast.byte = Duration::from_millis(50);
        fast.left.truncate(3);
        fast.answer();
        assert_eq!(fast.asking.ask().bytes, MIN_BYTES);
    }

    #[test]
    fn the_limits_of_the_server_are_kept() {
        let mut asking = Asking::new(100, 10_000);
        let request = asking.ask();
        assert_eq!((request.messages, request.bytes), (100, 10_000));
    }

    #[test]
    fn a_gap_and_a_refusal_interrupt_and_what_is_said_of_an_earlier_request_does_not() {
        let now = Instant::now();
        let mut asking = Asking::new(-1, 0);
        let first = asking.ask().number;
        assert_eq!(asking.message(1, 100, now), Ok(None));
        assert_eq!(asking.status(Some(first), DONE, "No Messages", now), Ok(Some(End::All)));
        let second = asking.ask().number;
        for number in [None, Some(first)] {
            assert_eq!(asking.status(number, DONE, "No Messages", now), Ok(None));
        }
        let said = asking.status(Some(second), StatusCode::IDLE_HEARTBEAT, "Idle Heartbeat", now);
        assert_eq!((said, asking.is_asking()), (Ok(None), true));
        let said = |status, text| asking.clone().status(Some(second), status, text, now);
        for (status, text) in [
            (StatusCode::REQUEST_TERMINATED, "Consumer Deleted"),
            (StatusCode::REQUEST_TERMINATED, "Leadership Change"),
            (StatusCode::NO_RESPONDERS, ""),
        ] {
            assert_eq!(said(status, text), Err(Interrupted::Said(format!("{status} {text}"))));
        }
        assert_eq!(asking.message(3, 100, now), Err(Interrupted::Gap(2)));
    }
}
