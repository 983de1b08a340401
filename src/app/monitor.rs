//! The task that owns network and model: the one place where they meet.

use crate::app::log;
use crate::app::watch_command::Runner;
use crate::event::{Command, Event, EventKind, Warning};
use crate::model::{Change, Model, Outcome};
use crate::p2p::Driver;
use crate::snapshot::Snapshot;
use crate::snapshot::View;
use crate::store::Stores;
use crate::stream::{self, Record};
use crate::util::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{self, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// The shortest time between two snapshots, unless the view changed.
const FRAME: Duration = Duration::from_millis(100);

/// The longest time between two snapshots: ages and countdowns run on when nothing happens.
const IDLE_FRAME: Duration = Duration::from_millis(500);

/// Where events come in, and the state that they make.
#[derive(Debug)]
pub struct Monitor {
    /// The peers.
    pub network: Driver,
    /// What is known.
    pub model: Model,
    /// What survives a restart.
    pub stores: Stores,
    /// What is run when something happens with what is watched.
    pub runner: Runner,
    /// What time it is.
    pub clock: Clock,
}

/// The screen's ends of the channels.
#[derive(Debug)]
pub struct Screen {
    /// What it looks at.
    pub views: watch::Receiver<View>,
    /// What it draws.
    pub snapshots: watch::Sender<Arc<Snapshot>>,
    /// What the user wants to be watched, or not any more.
    pub commands: mpsc::Receiver<Command>,
}

impl Monitor {
    /// Feeds the screen until `shutdown`. A slow screen misses snapshots and slows nobody.
    pub async fn feed_screen(mut self: Box<Self>, mut screen: Screen, shutdown: CancellationToken) {
        let mut frame = time::interval(FRAME);
        frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut published = self.clock.now();
        let mut news = true;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Ok(()) = screen.views.changed() => self.publish(&mut screen),
                Some(command) = screen.commands.recv() => {
                    let outcome = self.model.command(&command, self.clock.now());
                    self.hand_on(&outcome);
                    self.publish(&mut screen);
                }
                _ = frame.tick() => {
                    let now = self.clock.now();
                    if news || now.since(published) >= IDLE_FRAME {
                        self.publish(&mut screen);
                        published = now;
                        news = false;
                    }
                }
                event = self.next() => {
                    self.apply(&event);
                    news = true;
                }
            }
        }
        self.end().await;
    }

    /// Feeds the stream until `shutdown` or until its reader goes away. Records are never dropped: a slow reader
    /// slows the peers.
    pub async fn feed_stream(
        mut self: Box<Self>,
        records: mpsc::Sender<Record>,
        shutdown: CancellationToken,
    ) {
        let mut lines = vec![stream::start(self.model.settings().network, self.clock.now())];
        'events: loop {
            for record in lines {
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => break 'events,
                    sent = records.send(record) => if sent.is_err() { break 'events },
                }
            }
            let event = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                event = self.next() => event,
            };
            let outcome = self.apply(&event);
            lines = stream::records(&event, &self.model, &outcome);
        }
        self.end().await;
    }

    /// What happens next. Cancel-safe.
    async fn next(&mut self) -> Event {
        tokio::select! {
            event = self.network.next() => event,
            problem = self.stores.problem() => self.warn(problem),
            warning = self.runner.problem() => self.warn(warning),
        }
    }

    fn warn(&self, warning: impl Into<Warning>) -> Event {
        Event { time: self.clock.now(), kind: EventKind::Warning(warning.into()) }
    }

    async fn end(self: Box<Self>) {
        let Self { network, model, stores, .. } = *self;
        let saving = stores.close(network.addresses(), model.history());
        let (problems, ()) = tokio::join!(saving, network.shutdown());
        for problem in problems {
            tracing::warn!("{problem}");
        }
    }

    fn apply(&mut self, event: &Event) -> Outcome {
        let mut outcome = self.model.apply(event);
        log::event(event, &self.model);
        for request in std::mem::take(&mut outcome.requests) {
            self.network.request(request);
        }
        self.hand_on(&outcome);
        if let EventKind::Block { height, .. } = event.kind {
            self.stores.block_connected(height);
        }
        self.stores.save(self.network.addresses(), self.model.history(), event.time);
        outcome
    }

    /// Hands on what others keep or run.
    fn hand_on(&mut self, outcome: &Outcome) {
        for change in &outcome.changes {
            match change {
                Change::BlockOutputs(block) => self.stores.save_prevouts(Arc::clone(block)),
                Change::Watch(notice) => self.runner.tell(notice),
                _ => {}
            }
        }
    }

    fn publish(&mut self, screen: &mut Screen) {
        let view = screen.views.borrow_and_update().clone();
        let snapshot = Snapshot::take(&self.model, &view, self.clock.now());
        screen.snapshots.send_replace(Arc::new(snapshot));
    }
}
