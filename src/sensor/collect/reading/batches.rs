//! What the server has stored, asked for in batches.
//!
//! A standing request would have each message delivered by itself, and woken tasks cost more than what is in it. So what
//! has come is asked for now and then, and arrives at once.

use super::asking::{Asking, End, Interrupted};
use crate::sensor::server::one_line;
use crate::util::time::Timestamp;
use async_nats::datetime::DateTime;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::{BatchConfig, BatchRequestError};
use async_nats::jetstream::{self, Context};
use async_nats::{Message, Statistics, Subject, SubscribeError, Subscriber};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// How long `JetStream` may take to answer.
pub const ANSWER: Duration = Duration::from_secs(5);

/// So many bytes in [`ANSWER`] show that an answer is on its way over a slow link: they are more than what the server
/// says of itself.
const PROGRESS: u64 = 2_048;

/// The messages of a consumer.
#[derive(Debug)]
pub struct Batches {
    consumer: PullConsumer,
    subscriber: Subscriber,
    /// The subject of what the server says, before the number of the request.
    inbox: String,
    asking: Asking,
    /// When the batch was asked for, by the reader's clock: the server's may be set meanwhile.
    asked: Timestamp,
    /// How a batch ended whose last message was handed over.
    end: Option<End>,
    context: Context,
    statistics: Arc<Statistics>,
    /// How long nothing was heard, and how many bytes had come by then.
    waited: Duration,
    bytes: u64,
}

/// What the server answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A message.
    Message(Stored),
    /// A batch is complete: there may be more.
    More,
    /// A batch is complete: what was stored before this time, by the reader's clock, is here.
    All(Timestamp),
}

/// A message of the stream.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its number in the stream.
    pub sequence: u64,
    /// When it was stored, by the server's clock.
    pub time: Timestamp,
    /// Its subject.
    pub subject: Subject,
    /// Its content.
    pub payload: Bytes,
}

impl Batches {
    /// Begins with the first message of a consumer that nobody else reads. It is of a stream that `context` has.
    ///
    /// # Errors
    /// The connection was closed.
    pub async fn new(consumer: PullConsumer, context: Context) -> Result<Self, SubscribeError> {
        let (client, config) = (context.client(), &consumer.cached_info().config);
        let asking = Asking::new(config.max_batch, config.max_bytes);
        let inbox = client.new_inbox();
        let subscriber = client.subscribe(format!("{inbox}.*")).await?;
        let statistics = client.statistics();
        Ok(Self {
            consumer,
            subscriber,
            inbox,
            asking,
            asked: Timestamp::default(),
            end: None,
            context,
            statistics,
            waited: Duration::ZERO,
            bytes: 0,
        })
    }

    /// Asks for what is stored by `now`, by the reader's clock, unless an answer is awaited.
    ///
    /// # Errors
    /// The connection was closed.
    pub async fn ask(&mut self, now: Timestamp) -> Result<(), BatchRequestError> {
        if self.asking.is_asking() {
            return Ok(());
        }
        self.asked = now;
        self.heard();
        let request = self.asking.ask();
        let config = BatchConfig {
            batch: request.messages,
            max_bytes: request.bytes,
            no_wait: true,
            ..BatchConfig::default()
        };
        self.consumer.request_batch(config, format!("{}.{}", self.inbox, request.number).into()).await
    }

    /// What the server answers next. Pending if nothing was asked. Cancel-safe.
    ///
    /// # Errors
    /// Reading must begin anew.
    pub async fn next(&mut self) -> Result<Answer, Interrupted> {
        loop {
            match self.end.take() {
                Some(End::More) => return Ok(Answer::More),
                Some(End::All) => return Ok(Answer::All(self.asked)),
                None => {}
            }
            let message = self.subscriber.next().await.ok_or(Interrupted::Closed)?;
            if let Some(stored) = self.take(message)? {
                return Ok(Answer::Message(stored));
            }
        }
    }

    /// What the server answers next, if it is here.
    pub fn ready(&mut self) -> Option<Result<Answer, Interrupted>> {
        self.next().now_or_never()
    }

    /// Notes that this much more time has passed.
    ///
    /// # Errors
    /// The server has not answered for too long.
    pub fn wait(&mut self, time: Duration) -> Result<(), Interrupted> {
        self.waited += time;
        if !self.asking.is_asking() || self.waited < ANSWER {
            return Ok(());
        }
        let bytes = self.bytes;
        self.heard();
        if self.bytes - bytes > PROGRESS { Ok(()) } else { Err(Interrupted::Silent) }
    }

    fn heard(&mut self) {
        self.waited = Duration::ZERO;
        self.bytes = self.statistics.in_bytes.load(Ordering::Relaxed);
    }

    fn take(&mut self, message: Message) -> Result<Option<Stored>, Interrupted> {
        self.heard();
        let now = Instant::now();
        if let Some(status) = message.status {
            let number = message.subject.rsplit('.').next().and_then(|number| number.parse().ok());
            let said = one_line(message.description.as_deref().unwrap_or_default());
            self.end = self.asking.status(number, status, &said, now)?;
            return Ok(None);
        }
        let message = jetstream::Message { message, context: self.context.clone() };
        let Ok(info) = message.info() else { return Ok(None) };
        let (number, sequence, time) =
            (info.consumer_sequence, info.stream_sequence, timestamp(info.published));
        self.end = self.asking.message(number, message.length, now)?;
        let Message { subject, payload, .. } = message.message;
        Ok(Some(Stored { sequence, time, subject, payload }))
    }
}

/// A time of the server.
pub fn timestamp(date: DateTime) -> Timestamp {
    let micros = date.unix_timestamp_nanos() / 1_000;
    Timestamp::from_micros(u64::try_from(micros).unwrap_or_default())
}
