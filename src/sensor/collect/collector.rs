//! Reads what sensors publish, and hands over their events in one order.

use super::merge::Merge;
use super::progress::Progress;
use super::skipping::Skipping;
use super::source::Arrival;
use super::subscription::{ANSWER, Comparing, Subscription, compare_clocks, timestamp};
use crate::chain::Network;
use crate::event::{Event, EventKind, Warning};
use crate::sensor::kind::Kind;
use crate::sensor::server::{ConnectError, ConnectionEvent, ServerSettings, one_line};
use crate::sensor::stream;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use async_nats::jetstream;
use async_nats::jetstream::consumer::pull::{self, OrderedError};
use async_nats::jetstream::context::GetStreamErrorKind;
use futures_util::{FutureExt, StreamExt};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{self, Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How far back a reader begins at least: sensors publish their state every minute, and a body is published once for
/// all sensors within two.
pub const LEAST_PAST: Duration = Duration::from_mins(3);

/// How often messages and events are looked for that are due.
const TICK: Duration = Duration::from_millis(50);

/// How often the clocks are compared.
const COMPARE: Duration = Duration::from_mins(1);

/// The time to the next attempt to read from a server that is away.
const AGAIN: Duration = Duration::from_secs(1);

/// How many events are handed over at once at most, and how many such pieces may wait.
const PIECE: usize = 512;
const PIECES: usize = 16;

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
        let refused =
            |reason: String| CollectError::Refused { server: address.clone(), reason: one_line(&reason) };
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
                    _ => refused(stream::unanswered(&error).to_string()),
                });
            }
        };
        let reader = compare_clocks(&stream, network, clock).await.map_err(&refused)?;
        let server_now = clock.now().shifted(reader.0.saturating_neg());
        let start = server_now - since.max(LEAST_PAST);
        let mut subscription = Subscription::new(stream, network, start);
        let (messages, waiting) = subscription.open().await.map_err(&refused)?;
        let (sender, pieces) = mpsc::channel(PIECES);
        let stop = CancellationToken::new();
        let reading = Reading {
            merge: Merge::new(network, reader),
            skipping: Skipping::default(),
            network,
            clock,
            server: address,
            connection_events: connection.events,
            progress: Progress::begin(waiting, clock.now()),
            comparing: None,
            compared: Instant::now(),
            subscription,
            sender,
            warnings: Vec::new(),
            said_away: false,
        };
        let task = stop.clone().run_until_cancelled_owned(reading.run(messages));
        let task = AbortOnDropHandle::new(tokio::spawn(task));
        let position = start.shifted(reader.0);
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
                // It has ended, as it was asked to, or has panicked.
                None => match (&mut self.task).await {
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    _ => std::future::pending().await,
                },
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
    server: String,
    connection_events: mpsc::Receiver<ConnectionEvent>,
    progress: Progress,
    /// The comparison of clocks that is being made, and when the last one began.
    comparing: Option<Comparing>,
    compared: Instant,
    subscription: Subscription,
    sender: mpsc::Sender<Piece>,
    warnings: Vec<Warning>,
    /// Whether it was said that the server is away.
    said_away: bool,
}

impl Reading {
    async fn run(mut self, mut messages: pull::Ordered) {
        let mut tick = time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // When to try again to read, while the server is away.
        let mut away: Option<Instant> = None;
        loop {
            let mut is_tick = false;
            tokio::select! {
                biased;
                Some(event) = self.connection_events.recv() => match event {
                    // It may be there at once; what its consumer would have noticed takes it a minute.
                    ConnectionEvent::Connected => away = away.map(|_| Instant::now()),
                    ConnectionEvent::Disconnected if away.is_none() => {
                        away = Some(Instant::now() + AGAIN);
                        self.said_away = true;
                        self.warnings.push(Warning::SensorServerAway(self.server.clone()));
                    }
                    ConnectionEvent::Disconnected => {}
                    ConnectionEvent::Refused(reason) => tracing::warn!(server = %self.server, reason, "refused"),
                },
                _ = tick.tick() => {
                    is_tick = true;
                    if self.progress.was_stopped(self.clock.now()) {
                        self.was_away();
                    }
                    // What has come since the last tick is read at once: each look at a message costs a task switch.
                    while away.is_none() && let Some(message) = messages.next().now_or_never() {
                        away = self.read(message);
                    }
                }
                compared = Self::compared(&mut self.comparing) => self.set_clock(compared),
                message = messages.next(), if away.is_none() && self.progress.is_behind(self.clock.now()) => away = self.read(message),
            }
            if away.is_some_and(|again| again <= Instant::now()) {
                match self.subscription.open().await {
                    Ok((opened, waiting)) => {
                        (messages, away) = (opened, None);
                        self.was_away();
                        self.progress = Progress::begin(waiting, self.clock.now());
                        self.compare_clocks();
                        if std::mem::take(&mut self.said_away) {
                            self.warnings.push(Warning::SensorServerBack(self.server.clone()));
                        }
                    }
                    Err(error) => {
                        tracing::debug!(error, "the stream cannot be read yet");
                        away = Some(Instant::now() + AGAIN);
                    }
                }
            }
            if is_tick && away.is_none() {
                if !self.progress.is_behind(self.clock.now()) {
                    self.merge.advance(self.server_now());
                }
                if self.compared.elapsed() >= COMPARE {
                    self.compare_clocks();
                }
            }
            if self.hand_over(is_tick).await.is_err() {
                return;
            }
            self.progress.rest(self.clock.now());
        }
    }

    /// Takes what was read. Returns when to try again, if there is nothing more to be read.
    fn read(&mut self, message: Option<Result<jetstream::Message, OrderedError>>) -> Option<Instant> {
        match message {
            Some(Ok(message)) => self.take(&message),
            Some(Err(error)) => tracing::debug!(%error, "reading is interrupted"),
            None => return Some(Instant::now() + AGAIN),
        }
        None
    }

    /// The reader was away: nobody is stale because of that, and it is not too slow for what came meanwhile.
    fn was_away(&mut self) {
        self.merge.resume(self.server_now());
        self.warnings.extend(self.skipping.restart(self.server_now()));
    }

    fn take(&mut self, message: &jetstream::Message) {
        let Ok(info) = message.info() else { return };
        let stored = timestamp(info.published);
        self.subscription.read(info.stream_sequence, stored);
        let lag = self.server_now().since(stored);
        self.progress.read(lag, info.pending, self.clock.now());
        let warning = self.skipping.note(lag, stored);
        self.merge.skip(self.skipping.kinds());
        if let Some((sensor, kind)) = Kind::of_subject(&message.subject, self.network) {
            self.skipping.count(kind);
            self.merge.receive(Arrival {
                sensor,
                kind,
                stored,
                received: self.server_now(),
                payload: message.payload.clone(),
            });
        }
        self.warnings.extend(warning);
        self.merge.advance(stored);
    }

    /// Begins to compare the clocks: one that drifts, or is set, must not make sensors look stale or late.
    fn compare_clocks(&mut self) {
        self.compared = Instant::now();
        self.comparing = Some(self.subscription.compare_clocks(self.clock));
    }

    /// How the comparison ends. Pending if none is being made. Cancel-safe.
    async fn compared(comparing: &mut Option<Comparing>) -> Option<(i64, Duration)> {
        let Some(task) = comparing else { return std::future::pending().await };
        let compared = task.await;
        *comparing = None;
        compared.ok()?.inspect_err(|error| tracing::debug!(error, "the clocks cannot be compared")).ok()
    }

    fn set_clock(&mut self, compared: Option<(i64, Duration)>) {
        if let Some(compared) = compared {
            self.merge.set_clock(compared);
        }
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
        self.merge.server_time(self.clock.now())
    }
}
