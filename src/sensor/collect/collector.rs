//! Reads what sensors publish, and hands over their events in one order.

use super::merge::Merge;
use super::offset::{difference, shifted};
use super::skipping::Skipping;
use super::source::Arrival;
use crate::chain::Network;
use crate::event::{Event, EventKind, Warning};
use crate::sensor::kind::{Kind, all_subjects};
use crate::sensor::server::{ConnectError, ConnectionEvent, ServerSettings};
use crate::sensor::stream;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use async_nats::datetime::{self, DateTime};
use async_nats::jetstream;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{self, Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How far back a reader begins at least: sensors publish their state every minute, and a body is published once for
/// all sensors within two.
pub const LEAST_PAST: Duration = Duration::from_mins(3);

/// How long `JetStream` may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// How often events are looked for that are due.
const TICK: Duration = Duration::from_millis(20);

/// How many events are handed over at once at most, and how many such pieces may wait.
const PIECE: usize = 512;
const PIECES: usize = 16;

/// How often the clocks are compared at the start: the fastest answer counts.
const PROBES: usize = 3;

/// Where from, and since when.
#[derive(Clone, Debug)]
pub struct CollectSettings {
    /// The server.
    pub server: ServerSettings,
    /// The network whose sensors are read.
    pub network: Network,
    /// How much of the past is read.
    pub since: Duration,
}

/// Why sensors cannot be read, in one line.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No sensor has ever published there.
    #[error("{server} has no stream {name}: no sensor publishes on {network} there")]
    NoStream {
        /// The server.
        server: String,
        /// The stream.
        name: String,
        /// The network.
        network: Network,
    },
    /// `JetStream` does not answer, or not to this user.
    #[error("{server} does not let the stream be read: {reason}")]
    Refused {
        /// The server.
        server: String,
        /// What it says.
        reason: String,
    },
}

/// Events that are in order, and up to when.
#[derive(Debug)]
struct Piece {
    events: Vec<Event>,
    position: Timestamp,
}

/// The events of all sensors.
#[derive(Debug)]
pub struct Collector {
    pieces: mpsc::Receiver<Piece>,
    events: VecDeque<Event>,
    /// Up to when all events were handed over, and that of the piece that is being handed over.
    position: Timestamp,
    next_position: Timestamp,
    stop: CancellationToken,
    task: AbortOnDropHandle<Option<()>>,
}

impl Collector {
    /// Connects, and begins to read.
    ///
    /// # Errors
    /// The server cannot be reached, refuses us, or has no such stream.
    pub async fn start(settings: CollectSettings, clock: Clock) -> Result<Self, CollectError> {
        let CollectSettings { server, network, since } = settings;
        let (name, address) = (stream::name(network), server.server());
        let refused = |reason: String| CollectError::Refused { server: address.clone(), reason };
        let connection = server.connect("mempulse").await?;
        let context = stream::context(&connection.client, ANSWER);
        let stream = match context.get_stream(&name).await {
            Ok(stream) => stream,
            Err(error) => {
                return Err(match error.kind() {
                    GetStreamErrorKind::JetStream(error)
                        if error.error_code() == jetstream::ErrorCode::STREAM_NOT_FOUND =>
                    {
                        CollectError::NoStream { server: address, name, network }
                    }
                    _ => refused(error.to_string()),
                });
            }
        };
        let reader = compare_clocks(&stream, network, clock).await.map_err(&refused)?;
        let server_now = shifted(clock.now(), reader.0.saturating_neg());
        let start = server_now - since.max(LEAST_PAST);
        let config = pull::OrderedConfig {
            filter_subject: all_subjects(network),
            deliver_policy: DeliverPolicy::ByStartTime { start_time: date(start) },
            ..pull::OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(|error| refused(error.to_string()))?;
        let messages = consumer.messages().await.map_err(|error| refused(error.to_string()))?;
        let (sender, pieces) = mpsc::channel(PIECES);
        let stop = CancellationToken::new();
        let reading = Reading {
            merge: Merge::new(network, reader),
            skipping: Skipping::default(),
            network,
            clock,
            reader_ahead: reader.0,
            server: address,
            connection_events: connection.events,
            is_behind: true,
            read: start,
            sender,
            warnings: Vec::new(),
        };
        let task = stop.clone().run_until_cancelled_owned(reading.run(messages));
        let task = AbortOnDropHandle::new(tokio::spawn(task));
        let position = shifted(start, reader.0);
        Ok(Self { pieces, events: VecDeque::new(), position, next_position: position, stop, task })
    }

    /// The next event. Cancel-safe; pending when there is none.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.ready() {
                return event;
            }
            match self.pieces.recv().await {
                Some(Piece { events, position }) => {
                    self.events = events.into();
                    self.next_position = position;
                }
                None => std::future::pending().await,
            }
        }
    }

    /// The next event, if it is here.
    pub fn ready(&mut self) -> Option<Event> {
        let event = self.events.pop_front();
        match &event {
            Some(event) => self.position = self.position.max(event.time),
            None => self.position = self.position.max(self.next_position),
        }
        event
    }

    /// The moment that is shown: no event before it is still to come.
    pub fn now(&self) -> Timestamp {
        self.position
    }

    /// Ends reading.
    pub async fn shutdown(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

/// What reads the messages.
struct Reading {
    merge: Merge,
    skipping: Skipping,
    network: Network,
    clock: Clock,
    reader_ahead: i64,
    server: String,
    connection_events: mpsc::Receiver<ConnectionEvent>,
    /// Whether there are more messages at the server: then it is not the clock that says which time it is.
    is_behind: bool,
    /// When the last message was stored.
    read: Timestamp,
    sender: mpsc::Sender<Piece>,
    warnings: Vec<Warning>,
}

impl Reading {
    async fn run(mut self, mut messages: pull::Ordered) {
        let mut tick = time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_away = false;
        loop {
            let mut is_tick = false;
            tokio::select! {
                biased;
                Some(event) = self.connection_events.recv() => match event {
                    ConnectionEvent::Connected if is_away => {
                        is_away = false;
                        self.merge.resume(self.server_now());
                        self.warnings.push(Warning::SensorServerBack(self.server.clone()));
                    }
                    ConnectionEvent::Disconnected if !is_away => {
                        is_away = true;
                        self.warnings.push(Warning::SensorServerAway(self.server.clone()));
                    }
                    ConnectionEvent::Refused(reason) => tracing::warn!(server = %self.server, reason, "refused"),
                    ConnectionEvent::Connected | ConnectionEvent::Disconnected => {}
                },
                _ = tick.tick() => is_tick = true,
                message = messages.next() => match message {
                    Some(Ok(message)) => self.take(&message),
                    Some(Err(error)) => tracing::debug!(%error, "reading is interrupted"),
                    None => return,
                },
            }
            if is_tick && !self.is_behind && !is_away {
                self.merge.advance(self.server_now());
            }
            if self.hand_over(is_tick).await.is_err() {
                return;
            }
        }
    }

    fn take(&mut self, message: &jetstream::Message) {
        let Ok(info) = message.info() else { return };
        let stored = timestamp(info.published);
        self.is_behind = info.pending > 0;
        self.read = stored;
        let lag = self.server_now().since(stored);
        let warning = self.skipping.note(lag, stored);
        self.merge.skip(self.skipping.kinds());
        if let Some((sensor, kind)) = Kind::of_subject(&message.subject, self.network) {
            self.skipping.count(kind);
            self.merge.receive(Arrival { sensor, kind, stored, payload: message.payload.clone() });
        }
        self.warnings.extend(warning);
        self.merge.advance(stored);
    }

    /// Hands over what is ready: if it is much, or at a tick.
    async fn hand_over(&mut self, is_tick: bool) -> Result<(), mpsc::error::SendError<Piece>> {
        if !is_tick && self.merge.ready() < PIECE {
            return Ok(());
        }
        let position = self.merge.position();
        let warning = |warning| Event { time: position, kind: EventKind::Warning(warning) };
        let warnings: Vec<_> = self.warnings.drain(..).map(warning).collect();
        let mut events = Vec::with_capacity(self.merge.ready() + warnings.len());
        while let Some(event) = self.merge.next() {
            events.push(event);
        }
        events.extend(warnings);
        self.sender.send(Piece { events, position }).await
    }

    /// The time by the server's clock.
    fn server_now(&self) -> Timestamp {
        shifted(self.clock.now(), self.reader_ahead.saturating_neg())
    }
}

/// By how many µs our clock is ahead of the server's, and how far that may be wrong: a consumer is created, and says
/// when it was.
async fn compare_clocks(stream: &Stream, network: Network, clock: Clock) -> Result<(i64, Duration), String> {
    let mut best: Option<(i64, Duration)> = None;
    for _ in 0..PROBES {
        let (before, asked) = (clock.now(), Instant::now());
        let config = pull::Config {
            filter_subject: all_subjects(network),
            deliver_policy: DeliverPolicy::New,
            inactive_threshold: ANSWER,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(|error| error.to_string())?;
        let way = asked.elapsed();
        let info = consumer.cached_info();
        let ahead = difference(before + way / 2, timestamp(info.created));
        if best.is_none_or(|(_, uncertainty)| way / 2 < uncertainty) {
            best = Some((ahead, way / 2));
        }
        // The server removes it by itself, if this does not reach it.
        let _ = stream.delete_consumer(&info.name).await;
    }
    Ok(best.unwrap_or_default())
}

fn timestamp(date: DateTime) -> Timestamp {
    let micros = date.unix_timestamp_nanos() / 1_000;
    Timestamp::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Times beyond the year 9999 are the beginning of time: there is nothing either.
fn date(time: Timestamp) -> DateTime {
    let nanos = i128::from(time.as_micros()) * 1_000;
    datetime::from_nanos(nanos).unwrap_or(DateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_server_are_ours() {
        let time = Timestamp::from_micros(1_795_411_272_123_456);
        assert_eq!(timestamp(date(time)), time);
        assert_eq!(timestamp(date(Timestamp::from_micros(u64::MAX))), Timestamp::default());
    }
}
