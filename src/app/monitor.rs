//! The task that owns the network, the model and the stores: the one place where they meet.

use crate::app::log;
use crate::app::watch_command::WatchCommand;
use crate::event::{BootstrapProgress, Command, Event, EventKind, Restored, Warning};
use crate::model::{Change, Model, Outcome};
use crate::p2p::Driver;
use crate::report::{self, Format};
use crate::snapshot::{self, LogLines, LogScreen, Snapshot, View};
use crate::store::Stores;
use crate::stream::{self, Record, Stream};
use crate::util::clock::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{self, Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// The shortest time between two snapshots, unless the view changes or the user enters a command.
const FRAME: Duration = Duration::from_millis(100);

/// The longest time between two snapshots: ages and countdowns advance even if nothing happens.
const IDLE_FRAME: Duration = Duration::from_millis(500);

/// The time between two looks at what the stream is to contain though nothing happened.
const STREAM_TICK: Duration = Duration::from_secs(1);

/// The time between two looks at the wall clock.
const CLOCK_CHECK: Duration = Duration::from_secs(1);

/// The parts that the monitor joins.
#[derive(Debug)]
pub struct Monitor {
    /// The network, which makes events and serves requests.
    pub network: Driver,
    /// The state that the events make.
    pub model: Model,
    /// What survives a restart.
    pub stores: Stores,
    /// The user's command for matches of the watch list.
    pub watch_command: WatchCommand,
    /// The last lines of the log.
    pub log_lines: LogLines,
    /// The source of time.
    pub clock: Clock,
    /// When to look whether the wall clock was corrected.
    pub next_clock_check: Instant,
}

/// The monitor's ends of the channels to the screen.
#[derive(Debug)]
pub struct Screen {
    /// What the screen asks for.
    pub views: watch::Receiver<View>,
    /// What the screen draws.
    pub snapshots: watch::Sender<Arc<Snapshot>>,
    /// What the user asks of the model.
    pub commands: mpsc::Receiver<Command>,
}

impl Monitor {
    /// Feeds the screen until `shutdown`. A slow screen misses snapshots and slows nothing else.
    pub async fn feed_screen(mut self: Box<Self>, mut screen: Screen, shutdown: CancellationToken) {
        let mut frame = time::interval(FRAME);
        frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut published = self.clock.now();
        let mut has_changed = true;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Ok(()) = screen.views.changed() => self.publish(&mut screen),
                Some(command) = screen.commands.recv() => {
                    let outcome = self.model.command(&command, self.clock.now());
                    self.stores.note_command(&command, &self.model);
                    self.distribute(outcome);
                    self.publish(&mut screen);
                }
                _ = frame.tick() => {
                    let now = self.clock.now();
                    if has_changed || now.since(published) >= IDLE_FRAME {
                        self.publish(&mut screen);
                        published = now;
                        has_changed = false;
                    }
                }
                event = self.next() => {
                    self.apply(&event);
                    while let Some(event) = self.network.ready() {
                        self.apply(&event);
                    }
                    self.model.index_more(event.time);
                    has_changed = true;
                }
                () = std::future::ready(()), if self.model.is_indexing() => {
                    self.model.index_more(self.clock.now());
                    has_changed = true;
                }
            }
        }
        self.end().await;
    }

    /// Feeds the stream until `shutdown` or until its reader goes away. Records are never dropped: a slow reader
    /// slows the peers.
    pub async fn feed_stream(
        mut self: Box<Self>,
        mut stream: Stream,
        records: mpsc::Sender<Vec<Record>>,
        shutdown: CancellationToken,
    ) {
        let mut lines = vec![stream::start(self.model.settings().network, self.clock.now())];
        let mut tick = time::interval(STREAM_TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if !lines.is_empty() {
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => break,
                    sent = records.send(lines) => if sent.is_err() { break },
                }
            }
            lines = Vec::new();
            let mut event = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                _ = tick.tick() => {
                    lines = stream.due(self.clock.now(), &self.model);
                    continue;
                }
                event = self.next() => event,
            };
            loop {
                let outcome = self.apply(&event);
                lines.extend(stream.records(&event, &self.model, &outcome));
                let Some(next) = self.network.ready() else { break };
                event = next;
            }
        }
        self.end().await;
    }

    /// Watches until the whole mempool of a peer is here, for `longest` at most, and reports. Returns `None` if
    /// `interrupt` comes first.
    pub async fn report(
        mut self: Box<Self>,
        format: Format,
        longest: Duration,
        interrupt: impl Future<Output = ()>,
    ) -> Option<String> {
        let (end, mut interrupt) = (Instant::now() + longest, std::pin::pin!(interrupt));
        let is_interrupted = loop {
            tokio::select! {
                biased;
                () = &mut interrupt => break true,
                () = time::sleep_until(end) => break false,
                event = self.next() => {
                    self.apply(&event);
                    if matches!(event.kind, EventKind::Bootstrap(BootstrapProgress { done: true, .. })) {
                        break false;
                    }
                }
            }
        };
        let report = (!is_interrupted).then(|| report::report(&self.model, self.clock.now(), format));
        self.end().await;
        report
    }

    /// Waits for the next event. Cancel-safe.
    async fn next(&mut self) -> Event {
        loop {
            tokio::select! {
                event = self.network.next() => return event,
                () = std::future::ready(()), if self.model.is_restoring() => {
                    return Event { time: self.clock.now(), kind: EventKind::Restored(Restored::Continue) };
                }
                kind = self.stores.next() => return Event { time: self.clock.now(), kind },
                warning = self.watch_command.warning() => return self.warning(warning),
                () = time::sleep_until(self.next_clock_check) => {
                    self.next_clock_check = Instant::now() + CLOCK_CHECK;
                    let offset = self.clock.wall_offset();
                    if offset.is_step_from(self.model.wall_offset()) {
                        return Event { time: self.clock.now(), kind: EventKind::WallClock(offset) };
                    }
                }
            }
        }
    }

    fn warning(&self, warning: impl Into<Warning>) -> Event {
        Event { time: self.clock.now(), kind: EventKind::Warning(warning.into()) }
    }

    /// Saves the stores and closes the connections.
    async fn end(self: Box<Self>) {
        let Self { network, model, stores, clock, .. } = *self;
        let saving = stores.close(network.addresses(), &model, clock.now());
        let (problems, ()) = tokio::join!(saving, network.shutdown());
        for problem in problems {
            tracing::warn!("{problem}");
        }
    }

    fn apply(&mut self, event: &Event) -> Outcome {
        let outcome = self.model.apply(event);
        log::event(event, &self.model);
        let outcome = self.distribute(outcome);
        if let EventKind::Block { height, .. } = event.kind {
            self.stores.block_connected(height);
        }
        self.stores.note(event, &outcome, &self.model);
        self.stores.save(self.network.addresses(), &self.model, event.time);
        outcome
    }

    /// Passes on what the network, the log, a store or the watch command needs; returns the rest.
    fn distribute(&mut self, mut outcome: Outcome) -> Outcome {
        for request in std::mem::take(&mut outcome.requests) {
            self.network.request(request);
        }
        outcome.notices.iter().for_each(log::notice);
        for change in &outcome.changes {
            match change {
                Change::BlockOutputs(block) => self.stores.save_prevouts(Arc::clone(block)),
                Change::Watch(found) => self.watch_command.run(found),
                _ => {}
            }
        }
        outcome
    }

    fn publish(&mut self, screen: &mut Screen) {
        let view = screen.views.borrow_and_update().clone();
        view.prepare(&mut self.model, self.clock.now());
        let mut snapshot = Snapshot::take(&self.model, &view, self.clock.now());
        if view.everything || view.screen == snapshot::Screen::Log {
            snapshot.log = Some(Box::new(LogScreen::take(&self.log_lines, &view.log)));
        }
        screen.snapshots.send_replace(Arc::new(snapshot));
    }
}
