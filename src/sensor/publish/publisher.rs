//! The task that publishes waiting messages and awaits acknowledgements.

use crate::chain::Network;
use crate::sensor::kind::{Kind, SensorName};
use crate::sensor::publish::acknowledgement::{ACKNOWLEDGE, Shortest, described, is_for_ever};
use crate::sensor::publish::disk::Disk;
use crate::sensor::publish::message::Outgoing;
use crate::sensor::publish::segment::Folder;
use crate::sensor::publish::spool::{Spool, Ticket};
use crate::sensor::server::{Connection, ConnectionEvent};
use crate::sensor::stream::{self, StreamError, StreamSettings};
use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{HeaderMap, header};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{self, Instant};

/// The pause after a failure; it doubles with each consecutive one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long to keep publishing at the end.
const LAST: Duration = Duration::from_secs(3);

/// How many reasons to report until the server accepts messages again.
const MAX_REASONS: usize = 16;

/// The age at which the shortest time to an acknowledgement is forgotten, in two steps.
const HALF_MINUTE: Duration = Duration::from_secs(30);

/// A job for the task.
#[derive(Debug)]
pub(super) enum Job {
    /// Publish these in order, as soon as possible.
    Publish(Vec<Outgoing>),
    /// Publish this immediately or not at all.
    Status(Outgoing),
    /// Count messages of these kinds as dropped.
    Dropped(Vec<Kind>),
}

/// The task's figures, for the status.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Progress {
    pub waiting: u64,
    pub waiting_bytes: u64,
    pub dropped: Vec<(Kind, u64)>,
    pub ack: Duration,
}

/// The result of publishing a message.
type Published = (Ticket, Instant, Result<(), PublishError>);

/// Where and how messages are published.
#[derive(Debug)]
pub(super) struct Place {
    pub network: Network,
    pub name: SensorName,
    pub stream: StreamSettings,
    /// The addresses of the server, as text.
    pub server: String,
}

/// The state of the task.
pub(super) struct Publisher {
    place: Place,
    connection: Connection,
    context: Context,
    spool: Spool,
    disk: Disk,
    in_flight: FuturesUnordered<BoxFuture<'static, Published>>,
    /// The check of the stream, while in progress.
    check: Option<BoxFuture<'static, Result<Vec<String>, StreamError>>>,
    /// Whether the stream was checked on this connection.
    is_checked: bool,
    /// Nothing is published until then; afterwards one message at a time, until one is acknowledged.
    pause_until: Instant,
    pause: Duration,
    /// Whether messages are held up for longer than an acknowledgement takes, and which reasons were
    /// reported.
    is_waiting: bool,
    warned: Vec<String>,
    has_refused: bool,
    acks: Shortest,
    progress: watch::Sender<Progress>,
    /// Notified of the first acknowledgement.
    first: Option<oneshot::Sender<()>>,
}

/// The other ends of the task.
#[derive(Debug)]
pub(super) struct Ends {
    pub progress: watch::Receiver<Progress>,
    pub first: oneshot::Receiver<()>,
}

impl Publisher {
    /// A publisher for the messages in `spool`.
    pub fn new(place: Place, connection: Connection, spool: Spool, folder: Option<Folder>) -> (Self, Ends) {
        let (progress, progress_receiver) = watch::channel(Progress::default());
        let (first, first_receiver) = oneshot::channel();
        let context = stream::context(&connection.client, ACKNOWLEDGE);
        let publisher = Self {
            place,
            connection,
            context,
            spool,
            disk: Disk::new(folder),
            in_flight: FuturesUnordered::new(),
            check: None,
            is_checked: false,
            pause_until: Instant::now(),
            pause: Duration::ZERO,
            is_waiting: false,
            warned: Vec::new(),
            has_refused: false,
            acks: Shortest::default(),
            progress,
            first: Some(first),
        };
        (publisher, Ends { progress: progress_receiver, first: first_receiver })
    }

    /// Publishes until there are no more jobs, then for at most 3 s, and saves the rest to disk.
    pub async fn run(mut self, mut jobs: mpsc::UnboundedReceiver<Job>) {
        let mut tick = time::interval(HALF_MINUTE);
        let mut end = None;
        while !end.is_some_and(|end| self.has_ended(end)) {
            self.publish().await;
            self.disk.begin(&mut self.spool);
            self.tell();
            tokio::select! {
                biased;
                job = jobs.recv(), if end.is_none() => match job {
                    Some(job) => self.carry_out(job).await,
                    None => end = Some(Instant::now() + LAST),
                },
                Some(published) = self.in_flight.next() => self.published(published),
                done = self.disk.done() => self.disk.apply(done, &mut self.spool),
                Some(event) = self.connection.events.recv() => self.heard(event),
                checked = finished_check(&mut self.check) => self.checked(checked),
                () = time::sleep_until(self.pause_until), if self.is_pausing() => {}
                () = time::sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => {}
                _ = tick.tick() => {
                    self.acks.forget();
                    self.spool.try_disk_again();
                }
            }
        }
        self.disk.close(self.spool).await;
    }

    /// Whether publishing has ended, because the time is up or nothing is waiting.
    fn has_ended(&self, end: Instant) -> bool {
        let is_connected = self.connection.client.connection_state() == State::Connected;
        self.spool.is_empty() || !is_connected || Instant::now() >= end
    }

    async fn carry_out(&mut self, job: Job) {
        match job {
            Job::Publish(messages) => messages.into_iter().for_each(|message| self.spool.push(message)),
            Job::Dropped(kinds) => kinds.into_iter().for_each(|kind| self.spool.count_dropped(kind)),
            Job::Status(message) => {
                if self.is_ready() {
                    let (subject, headers) = (self.subject(message.kind), id_header(&message.id));
                    let client = &self.connection.client;
                    let sent = client.publish_with_headers(subject, headers, message.payload);
                    // The next status comes soon and is more up to date.
                    let _ = time::timeout(ACKNOWLEDGE, sent).await;
                }
            }
        }
    }

    fn subject(&self, kind: Kind) -> String {
        kind.subject(self.place.network, &self.place.name)
    }

    /// Whether the server is connected and the stream was checked since.
    fn is_ready(&self) -> bool {
        self.is_checked && self.connection.client.connection_state() == State::Connected
    }

    fn is_pausing(&self) -> bool {
        Instant::now() < self.pause_until
    }

    /// Publishes as many messages as fit into the window.
    async fn publish(&mut self) {
        if self.is_pausing() || self.connection.client.connection_state() != State::Connected {
            return;
        }
        if !self.is_checked {
            self.begin_check();
            return;
        }
        let window = if self.pause.is_zero() { usize::MAX } else { 1 };
        while let Some((ticket, message)) = self.spool.next(window) {
            let publish = PublishMessage::build().payload(message.payload.clone()).message_id(&message.id);
            let subject = message.kind.subject(self.place.network, &self.place.name);
            let begun = Instant::now();
            match self.context.send_publish(subject, publish).await {
                Ok(ack) => self.in_flight.push(Box::pin(async move { (ticket, begun, ack.await.map(drop)) })),
                Err(error) => {
                    self.published((ticket, begun, Err(error)));
                    return;
                }
            }
        }
    }

    fn begin_check(&mut self) {
        if self.check.is_none() {
            let (context, network, settings) = (self.context.clone(), self.place.network, self.place.stream);
            self.check =
                Some(Box::pin(async move { stream::create_or_check(&context, network, &settings).await }));
        }
    }

    fn checked(&mut self, checked: Result<Vec<String>, StreamError>) {
        match checked {
            Ok(_) => self.is_checked = true,
            Err(error) => self.wait_because(&error.to_string()),
        }
    }

    fn published(&mut self, (ticket, begun, result): Published) {
        let error = match result {
            Ok(()) => {
                self.acks.add(begun.elapsed());
                self.spool.acknowledged(ticket);
                self.pause = Duration::ZERO;
                if std::mem::take(&mut self.is_waiting) {
                    self.warned.clear();
                    tracing::info!("the server accepts messages again");
                }
                if let Some(first) = self.first.take() {
                    // The receiver may be gone.
                    let _ = first.send(());
                }
                return;
            }
            Err(error) => error,
        };
        if is_for_ever(&error) {
            self.spool.refused(ticket);
            if !std::mem::replace(&mut self.has_refused, true) {
                tracing::warn!(
                    "the server permanently refuses messages, which are dropped: {}",
                    described(&error)
                );
            }
            return;
        }
        self.spool.failed(ticket);
        if error.kind() == PublishErrorKind::StreamNotFound {
            self.is_checked = false;
        }
        // Of several failures in flight, only the first one counts.
        if !self.is_pausing() {
            self.wait_because(&described(&error));
        }
    }

    fn wait_because(&mut self, reason: &str) {
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.pause_until = Instant::now() + self.pause;
        self.warn_once(format!("messages wait: {reason}"));
    }

    /// Warns about why messages are held up, once for each reason until the server accepts messages again.
    fn warn_once(&mut self, trouble: String) {
        self.is_waiting = true;
        if self.warned.len() < MAX_REASONS && !self.warned.contains(&trouble) {
            tracing::warn!("{trouble}");
            self.warned.push(trouble);
        }
    }

    fn heard(&mut self, event: ConnectionEvent) {
        match event {
            ConnectionEvent::Connected => {
                tracing::info!("connected to {}", self.place.server);
                self.pause_until = Instant::now();
                self.is_checked = false;
            }
            ConnectionEvent::Disconnected => {
                // Nothing in flight will be acknowledged on another connection.
                self.in_flight = FuturesUnordered::new();
                self.spool.all_failed();
                self.is_checked = false;
                self.check = None;
                self.warn_once(format!("messages wait: the connection to {} ended", self.place.server));
            }
            ConnectionEvent::Refused(reason) => self.warn_once(format!("the server says: {reason}")),
        }
    }

    /// Publishes the task's figures.
    fn tell(&self) {
        let (waiting, waiting_bytes) = self.spool.waiting();
        let progress =
            Progress { waiting, waiting_bytes, dropped: self.spool.dropped(), ack: self.acks.get() };
        self.progress.send_if_modified(|last| {
            let is_new = *last != progress;
            *last = progress;
            is_new
        });
    }
}

/// The result of the check; pending forever if none is in progress.
async fn finished_check(
    check: &mut Option<BoxFuture<'static, Result<Vec<String>, StreamError>>>,
) -> Result<Vec<String>, StreamError> {
    let Some(checking) = check else { return std::future::pending().await };
    let checked = checking.await;
    *check = None;
    checked
}

fn id_header(id: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::NATS_MESSAGE_ID, id);
    headers
}
