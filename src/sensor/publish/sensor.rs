//! The monitor's interface to a sensor. It never waits for the server or the disk.

use crate::chain::Network;
use crate::event::{Event, EventKind};
use crate::model::Model;
use crate::sensor::kind::{Kind, SensorName};
use crate::sensor::publish::outbox::{Figures, Outbox};
use crate::sensor::publish::publisher::{Ends, Job, Place, Progress, Publisher};
use crate::sensor::publish::segment::{Folder, FolderError};
use crate::sensor::publish::spool::Spool;
use crate::sensor::server::{ConnectError, ServerSettings};
use crate::sensor::stream::{self, StreamError, StreamSettings};
use crate::util::time::Timestamp;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// The time between two state messages.
const STATE: Duration = Duration::from_mins(1);

/// The time between two status messages.
const STATUS: Duration = Duration::from_secs(5);

/// How long the check of the stream may take at startup.
const CHECK: Duration = Duration::from_secs(5);

/// The time after which a state is published again that was dropped. Readers cannot use a new run without it.
const AGAIN: Duration = Duration::from_secs(5);

/// How many of the last blocks from before startup are published, for readers of a sensor that was away.
const MAX_PAST: u32 = 6;

/// What a sensor publishes, and where.
#[derive(Clone, Debug)]
pub struct SensorSettings {
    /// The network to monitor.
    pub network: Network,
    /// Its name.
    pub name: SensorName,
    /// The connection to the server.
    pub server: ServerSettings,
    /// How to create the stream if there is none.
    pub stream: StreamSettings,
    /// The folder for messages that do not fit into memory; `None`: they are dropped.
    pub spool: Option<PathBuf>,
    /// The size limit of waiting messages, in bytes.
    pub max_spool: u64,
}

impl fmt::Display for SensorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { network, name, server, .. } = self;
        write!(f, "{network} as {name} to stream {} on {}", stream::name(*network), server.server())
    }
}

/// Why a sensor cannot start, in one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The server refuses us.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The stream cannot be used.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The folder of the spool cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Publishes events as they happen.
#[derive(Debug)]
pub struct Sensor {
    outbox: Outbox,
    jobs: mpsc::UnboundedSender<Job>,
    progress: watch::Receiver<Progress>,
    publisher: JoinHandle<()>,
    started: Timestamp,
    states: States,
    next_status: Timestamp,
}

impl Sensor {
    /// Connects, checks the stream, and starts to publish what an earlier run left over. If the server is
    /// away, keeps trying. The receiver is notified of the first acknowledgement.
    ///
    /// # Errors
    /// The server or the stream is unfit and must be changed, or the spool's folder cannot be used.
    pub async fn start(
        settings: SensorSettings,
        now: Timestamp,
    ) -> Result<(Self, oneshot::Receiver<()>), StartError> {
        let SensorSettings { network, name, server, stream: stream_settings, spool, max_spool } = settings;
        let (folder, segments) = spool.map(|path| Folder::open(&path, network)).transpose()?.unzip();
        let client_name = name.to_string();
        let connection = match server.connect(&client_name).await {
            Ok(connection) => {
                let context = stream::context(&connection.client, CHECK);
                match stream::create_or_check(&context, network, &stream_settings).await {
                    Ok(differences) if differences.is_empty() => {}
                    Ok(differences) => {
                        let (name, differences) = (stream::name(network), differences.join(", "));
                        tracing::warn!("stream {name} exists and stays as it is: {differences}");
                    }
                    Err(StreamError::Away(reason)) => tracing::warn!("events wait: {reason}"),
                    Err(error) => return Err(error.into()),
                }
                connection
            }
            Err(error @ ConnectError::Away { .. }) => {
                tracing::warn!("events wait: {error}");
                server.connect_later(&client_name).await?
            }
            Err(error) => return Err(error.into()),
        };
        let spool = Spool::new(max_spool, folder.is_some(), segments.unwrap_or_default());
        let place = Place { network, name, stream: stream_settings, server: server.server() };
        let (publisher, Ends { progress, first }) = Publisher::new(place, connection, spool, folder);
        let (jobs, queue) = mpsc::unbounded_channel();
        let sensor = Self {
            outbox: Outbox::new(rand::random()),
            jobs,
            progress,
            publisher: tokio::spawn(publisher.run(queue)),
            started: now,
            states: States::default(),
            next_status: now,
        };
        Ok((sensor, first))
    }

    /// Adds an event that `model` is about to apply. Never blocks.
    pub fn note(&mut self, event: &Event, model: &Model) {
        if let EventKind::PastBlock { height, .. } = event.kind
            && model.tip().is_some_and(|tip| height.saturating_add(MAX_PAST) <= tip.height)
        {
            return;
        }
        self.outbox.note(event, model.known_outputs(&event.kind), event.time);
    }

    /// Publishes the collected events and what is due. Meant to be called every 100 ms.
    pub fn tick(&mut self, model: &Model, now: Timestamp) {
        self.outbox.flush(now);
        if self.states.is_due(now, self.dropped_states()) {
            self.outbox.state(&model.state_events(now), now);
        }
        self.hand_over();
        if now >= self.next_status {
            self.next_status = now + STATUS;
            let Progress { waiting, waiting_bytes, dropped, ack } = self.progress.borrow().clone();
            let ack_us = u64::try_from(ack.as_micros()).unwrap_or(u64::MAX);
            let (started, live_peers) = (self.started, model.live_peers());
            let figures = Figures { started, live_peers, waiting, waiting_bytes, dropped, ack_us };
            self.give(Job::Status(self.outbox.status(figures, now)));
        }
    }

    /// The number of messages not yet published or acknowledged.
    pub fn waiting(&self) -> u64 {
        self.progress.borrow().waiting
    }

    /// Publishes the rest for at most 3 s, then saves what is left to disk.
    pub async fn close(mut self, now: Timestamp) {
        self.outbox.flush(now);
        self.hand_over();
        drop(self.jobs);
        if self.publisher.await.is_err() {
            tracing::error!("the publisher failed");
        }
    }

    /// The number of states that were dropped because too much waits.
    fn dropped_states(&self) -> u64 {
        let progress = self.progress.borrow();
        progress.dropped.iter().find(|(kind, _)| *kind == Kind::State).map_or(0, |(_, count)| *count)
    }

    fn hand_over(&mut self) {
        let messages = self.outbox.take();
        if !messages.is_empty() {
            self.give(Job::Publish(messages));
        }
        let too_long = self.outbox.take_too_long();
        if !too_long.is_empty() {
            self.give(Job::Dropped(too_long));
        }
    }

    fn give(&self, job: Job) {
        // The task outlives this end of the channel unless it failed, which `close` reports.
        let _ = self.jobs.send(job);
    }
}

/// When states are published.
#[derive(Default, Debug)]
struct States {
    last: Option<Timestamp>,
    /// The number of states that had been dropped by then.
    dropped: u64,
}

impl States {
    /// Whether a state is due at `now`, when `dropped` states have been dropped. If so, it is published.
    fn is_due(&mut self, now: Timestamp, dropped: u64) -> bool {
        let pause = if dropped > self.dropped { AGAIN } else { STATE };
        let is_due = self.last.is_none_or(|last| now >= last + pause);
        if is_due {
            *self = Self { last: Some(now), dropped };
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_was_dropped_is_published_again_until_it_is_taken() {
        let mut states = States::default();
        // The first two are dropped.
        let dropped = |second| match second {
            0 => 0,
            1..6 => 1,
            _ => 2,
        };
        let is_due =
            |second: &u64| states.is_due(Timestamp::from_secs(1_700_000_000 + second), dropped(*second));
        assert_eq!((0..140).filter(is_due).collect::<Vec<_>>(), [0, 5, 10, 70, 130]);
    }
}
