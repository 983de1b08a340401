//! Reads what sensors publish, and hands over their events in one order.

use super::reading::{ANSWER, Beginning, Piece, Reading, Subscription, compare_clocks};
use crate::chain::Network;
use crate::event::Event;
use crate::sensor::server::{ConnectError, ServerSettings, one_line};
use crate::sensor::stream;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use async_nats::jetstream;
use async_nats::jetstream::context::GetStreamErrorKind;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How far back a reader begins at least: sensors publish their state every minute, and a body is published once for
/// all sensors within two.
pub const LEAST_PAST: Duration = Duration::from_mins(3);

/// How many pieces of events may wait to be handed over.
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
        let mut subscription = Subscription::new(context, stream, network, start);
        let batches = subscription.open().await.map_err(&refused)?;
        let (sender, pieces) = mpsc::channel(PIECES);
        let stop = CancellationToken::new();
        let reading = Reading::new(Beginning {
            network,
            clock,
            ahead: reader,
            server: address,
            connection_events: connection.events,
            subscription,
            batches,
            sender,
        });
        let task = stop.clone().run_until_cancelled_owned(reading.run());
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
