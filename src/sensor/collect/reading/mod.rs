//! The task that reads messages from the server, and hands over events in their order.
//!
//! | file | what it is about |
//! |---|---|
//! | `subscription` | the stream, read in its order, and where to go on after an interruption |
//! | `batches` | messages, asked for in batches |
//! | `asking` | which batch is asked for next |
//! | `pause` | whether the reader was stopped |
//! | `skipping` | what a slow reader leaves out |

mod asking;
mod batches;
mod pause;
mod skipping;
mod subscription;

use super::merge::Merge;
use super::source::Arrival;
use crate::chain::Network;
use crate::event::{Event, EventKind, Warning};
use crate::sensor::kind::Kind;
use crate::sensor::server::{ConnectionEvent, one_line};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use asking::Interrupted;
pub use batches::ANSWER;
use batches::{Answer, Batches, Stored};
use pause::Pause;
use skipping::Skipping;
use std::time::Duration;
use subscription::Comparing;
pub use subscription::{Subscription, compare_clocks};
use tokio::sync::mpsc;
use tokio::time::{self, Instant, MissedTickBehavior};

/// How often the server is asked what it has stored.
const TICK: Duration = Duration::from_millis(50);

/// How often the clocks are compared.
const COMPARE: Duration = Duration::from_mins(1);

/// The time to the next attempt to read from a server that is away.
const AGAIN: Duration = Duration::from_secs(1);

/// The number of events that are handed over at once, even if more of the same batch follow.
const PIECE: usize = 512;

/// Events in their order, and up to when.
#[derive(Debug)]
pub struct Piece {
    /// The events.
    pub events: Vec<Event>,
    /// Up to when all events were handed over with these.
    pub position: Timestamp,
}

/// What a reader begins with.
pub struct Beginning {
    /// The network whose sensors are read.
    pub network: Network,
    /// The reader's clock.
    pub clock: Clock,
    /// How many µs it is ahead of the server's, and how far that may be wrong.
    pub ahead: (i64, Duration),
    /// The address of the server.
    pub server: String,
    /// What happens to the connection.
    pub connection_events: mpsc::Receiver<ConnectionEvent>,
    /// What is read.
    pub subscription: Subscription,
    /// Its messages.
    pub batches: Batches,
    /// Where the events go.
    pub sender: mpsc::Sender<Piece>,
}

/// Reads the messages of a server.
pub struct Reading {
    merge: Merge,
    skipping: Skipping,
    network: Network,
    clock: Clock,
    pause: Pause,
    server: String,
    connection_events: mpsc::Receiver<ConnectionEvent>,
    subscription: Subscription,
    batches: Batches,
    /// Whether there is more than was asked for: then it is asked for at once.
    is_behind: bool,
    /// When to try again to read, while that is not possible.
    away: Option<Instant>,
    /// Whether it was said that the server is away.
    said_away: bool,
    /// The comparison of clocks that is being made, and when the last one began.
    comparing: Option<Comparing>,
    compared: Instant,
    warnings: Vec<Warning>,
    sender: mpsc::Sender<Piece>,
}

impl Reading {
    /// A reader that has read nothing.
    pub fn new(beginning: Beginning) -> Self {
        let Beginning { network, clock, ahead, server, connection_events, subscription, batches, sender } =
            beginning;
        Self {
            merge: Merge::new(network, ahead),
            skipping: Skipping::default(),
            network,
            clock,
            pause: Pause::begin(clock.now()),
            server,
            connection_events,
            subscription,
            batches,
            is_behind: true,
            away: None,
            said_away: false,
            comparing: None,
            compared: Instant::now(),
            warnings: Vec::new(),
            sender,
        }
    }

    /// Reads until nobody takes the events.
    pub async fn run(mut self) {
        let mut tick = time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (mut is_tick, mut is_complete) = (false, false);
            tokio::select! {
                biased;
                Some(event) = self.connection_events.recv() => self.connection_event(event),
                _ = tick.tick() => {
                    is_tick = true;
                    self.tick();
                }
                compared = Self::compared(&mut self.comparing) => self.set_clock(compared),
                answer = self.batches.next(), if self.away.is_none() => match self.read(answer) {
                    Ok(complete) => is_complete = complete,
                    Err(error) => self.interrupted(&error),
                },
            }
            if self.away.is_some_and(|again| again <= Instant::now()) {
                self.open().await;
            }
            if (is_tick || self.is_behind)
                && self.away.is_none()
                && let Err(error) = self.batches.ask(self.clock.now()).await
            {
                self.interrupted(&error);
            }
            let is_rest = is_tick && (self.merge.ready() > 0 || !self.warnings.is_empty());
            if (is_complete || is_rest || self.merge.ready() >= PIECE) && self.hand_over().await.is_err() {
                return;
            }
            self.pause = Pause::begin(self.clock.now());
        }
    }

    fn connection_event(&mut self, event: ConnectionEvent) {
        match event {
            // It may be there at once; a batch that was asked for before will not come.
            ConnectionEvent::Connected => self.away = self.away.map(|_| Instant::now()),
            ConnectionEvent::Disconnected if self.away.is_none() => {
                self.away = Some(Instant::now() + AGAIN);
                self.said_away = true;
                self.warnings.push(Warning::SensorServerAway(self.server.clone()));
            }
            ConnectionEvent::Disconnected => {}
            ConnectionEvent::Refused(reason) => tracing::warn!(server = %self.server, reason, "refused"),
        }
    }

    fn tick(&mut self) {
        if self.pause.was_stopped(self.clock.now()) {
            self.was_away();
        }
        if self.away.is_some() {
            return;
        }
        if let Err(error) = self.batches.wait(TICK) {
            self.interrupted(&error);
        }
        if self.compared.elapsed() >= COMPARE {
            self.compare_clocks();
        }
    }

    /// Begins again after the last message that was read.
    async fn open(&mut self) {
        match self.subscription.open().await {
            Ok(opened) => {
                (self.batches, self.away, self.is_behind) = (opened, None, true);
                self.was_away();
                self.compare_clocks();
                if std::mem::take(&mut self.said_away) {
                    self.warnings.push(Warning::SensorServerBack(self.server.clone()));
                }
            }
            Err(error) => {
                tracing::debug!(error, "the stream cannot be read yet");
                self.away = Some(Instant::now() + AGAIN);
            }
        }
    }

    /// Takes an answer, and those behind it that have arrived. Returns whether all is here that was stored when it was
    /// asked for.
    fn read(&mut self, answer: Result<Answer, Interrupted>) -> Result<bool, Interrupted> {
        let mut answer = answer?;
        loop {
            match answer {
                Answer::Message(message) => self.take(message),
                Answer::More => {
                    self.is_behind = true;
                    return Ok(false);
                }
                Answer::All(asked) => {
                    self.is_behind = false;
                    self.merge.advance(self.merge.server_time(asked));
                    return Ok(true);
                }
            }
            if self.merge.ready() >= PIECE {
                return Ok(false);
            }
            let Some(next) = self.batches.ready() else { return Ok(false) };
            answer = next?;
        }
    }

    /// Reading cannot go on, and is tried again.
    fn interrupted(&mut self, error: &dyn std::error::Error) {
        tracing::debug!(server = %self.server, error = one_line(&error.to_string()), "reading is interrupted");
        self.away = Some(Instant::now() + AGAIN);
    }

    /// The reader was away: nobody is stale because of that, and it is not too slow for what came meanwhile.
    fn was_away(&mut self) {
        self.merge.resume(self.server_now());
        self.warnings.extend(self.skipping.restart(self.server_now()));
    }

    fn take(&mut self, message: Stored) {
        let Stored { sequence, time: stored, subject, payload } = message;
        self.subscription.read(sequence, stored);
        let received = self.server_now();
        let warning = self.skipping.note(received.since(stored), stored);
        self.merge.skip(self.skipping.kinds());
        if let Some((sensor, kind)) = Kind::of_subject(&subject, self.network) {
            self.skipping.count(kind);
            self.merge.receive(Arrival { sensor, kind, stored, received, payload });
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

    /// Hands over what is ready, and up to when it is all.
    async fn hand_over(&mut self) -> Result<(), mpsc::error::SendError<Piece>> {
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
