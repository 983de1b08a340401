//! The task that owns the network, the model and the stores, and joins them.

use crate::alert::{Alerts, Firing};
use crate::app::alert_program::{AlertPrograms, Report};
use crate::app::feed::Feed;
use crate::app::log;
use crate::app::source::Source;
use crate::event::{BootstrapProgress, Command, Event, EventKind, Restored, Warning};
use crate::model::{Change, Model, Outcome};
use crate::recording::Recorder;
use crate::report::{self, Format};
use crate::sensor::{self, Sensor};
use crate::snapshot::{self, LogLines, LogScreen, Snapshot, View};
use crate::store::Stores;
use crate::stream::{self, Record, Stream};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{self, Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// The longest time between two snapshots. Ages and countdowns advance even when nothing happens, and alerts
/// ring in time however seldom the screen is redrawn.
const IDLE_FRAME: Duration = Duration::from_millis(500);

/// How often the stream is checked for records that are due without an event.
const STREAM_TICK: Duration = Duration::from_secs(1);

/// How often to check the wall clock, and the API for records that are due without an event.
const CLOCK_CHECK: Duration = Duration::from_secs(1);

/// The parts that the monitor joins.
#[derive(Debug)]
pub struct Monitor {
    /// The source of events, and the target of requests.
    pub source: Source,
    pub model: Model,
    /// What survives a restart.
    pub stores: Stores,
    /// The user's rules.
    pub alerts: Alerts,
    /// The programs of alerts.
    pub programs: AlertPrograms,
    /// Answers the API's questions.
    pub feed: Feed,
    /// Records the events, if recording is on.
    pub recorder: Option<Recorder>,
    /// The last lines of the log.
    pub log_lines: LogLines,
    /// The source of time.
    pub clock: Clock,
    /// When to check next whether the wall clock was corrected.
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
    /// The shortest time between two snapshots, unless the view changes or the user enters a command.
    pub frame: Duration,
}

impl Screen {
    /// When to feed the screen without being asked.
    pub fn frames(&self) -> Interval {
        let mut frames = time::interval(self.frame.min(IDLE_FRAME));
        frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
        frames
    }

    /// Publishes a snapshot of what the screen asks for, as of `now`. `complete` adds what the model does not
    /// know.
    pub fn publish(
        &mut self,
        model: &mut Model,
        now: Timestamp,
        log_lines: &LogLines,
        complete: impl FnOnce(&View, &mut Snapshot),
    ) {
        let view = self.views.borrow_and_update().clone();
        view.prepare(model, now);
        let mut snapshot = Snapshot::take(model, &view, now);
        if view.everything || view.screen == snapshot::Screen::Log {
            snapshot.log = Some(Box::new(LogScreen::take(log_lines, &view.log)));
        }
        complete(&view, &mut snapshot);
        self.snapshots.send_replace(Arc::new(snapshot));
    }
}

impl Monitor {
    /// Feeds the screen until `shutdown`. A slow screen misses snapshots and slows nothing else.
    pub async fn feed_screen(mut self: Box<Self>, mut screen: Screen, shutdown: CancellationToken) {
        let mut frame = screen.frames();
        let mut published = self.now();
        let mut has_changed = true;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Ok(()) = screen.views.changed() => self.publish(&mut screen),
                Some(command) = screen.commands.recv() => {
                    self.command(&command);
                    self.publish(&mut screen);
                }
                _ = frame.tick() => {
                    let now = self.now();
                    has_changed |= !self.look().changes.is_empty();
                    if has_changed || now.since(published) >= IDLE_FRAME {
                        self.publish(&mut screen);
                        published = now;
                        has_changed = false;
                    }
                }
                event = self.next() => {
                    self.apply(&event);
                    while let Some(event) = self.source.ready() {
                        self.apply(&event);
                    }
                    self.model.index_more(event.time);
                    has_changed = true;
                }
                () = std::future::ready(()), if self.model.is_indexing() => {
                    self.model.index_more(self.now());
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
        let mut lines = vec![stream::start(self.model.settings().network, self.now())];
        let mut tick = time::interval(STREAM_TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if !lines.is_empty() {
                tokio::select! {
                    biased;
                    () = shutdown.cancelled() => break,
                    () = self.answer_all() => break,
                    sent = records.send(lines) => if sent.is_err() { break },
                }
            }
            lines = Vec::new();
            let mut event = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                _ = tick.tick() => {
                    let now = self.now();
                    lines = stream.due(now, &self.model);
                    lines.extend(Stream::alerts(&self.look(), &self.model, now));
                    continue;
                }
                event = self.next() => event,
            };
            loop {
                let outcome = self.apply(&event);
                lines.extend(stream.records(&event, &self.model, &outcome));
                let Some(next) = self.source.ready() else { break };
                event = next;
            }
        }
        self.end().await;
    }

    /// Publishes events until `shutdown`. A server that is slow or away slows nothing else.
    pub async fn feed_sensor(mut self: Box<Self>, mut sensor: Sensor, shutdown: CancellationToken) {
        let mut tick = time::interval(sensor::FLUSH);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                _ = tick.tick() => sensor.tick(&self.model, self.clock.now()),
                event = self.next() => {
                    let mut next = Some(event);
                    while let Some(event) = next {
                        // Before the model applies the event: the message includes what the model knew until
                        // then.
                        sensor.note(&event, &self.model);
                        self.apply(&event);
                        next = self.source.ready();
                    }
                }
            }
        }
        let now = self.clock.now();
        // Boxed, as the future of the program contains it.
        Box::pin(async { tokio::join!(sensor.close(now), self.end()) }).await;
    }

    /// Monitors until a peer's whole mempool is here, at most for `longest`, and reports. Returns `None` if
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
        let report = (!is_interrupted).then(|| report::report(&self.model, self.now(), format));
        self.end().await;
        report
    }

    /// Waits for the next event. Cancel-safe.
    async fn next(&mut self) -> Event {
        loop {
            tokio::select! {
                event = self.source.next() => return event,
                () = std::future::ready(()), if self.model.is_restoring() => {
                    return Event { time: self.now(), kind: EventKind::Restored(Restored::Continue) };
                }
                kind = self.stores.next() => return Event { time: self.now(), kind },
                () = self.feed.wait() => {
                    self.feed.work(&self.model, self.now());
                    // The screen comes first, then what has arrived from peers.
                    tokio::task::yield_now().await;
                }
                report = self.programs.report() => match report {
                    Report::Warning(warning) => return self.warning(warning),
                    Report::Tested { program, result } => self.alerts.tested(program, result),
                },
                warning = warning_of(&mut self.recorder) => return self.warning(warning),
                () = time::sleep_until(self.next_clock_check) => {
                    self.next_clock_check = Instant::now() + CLOCK_CHECK;
                    self.feed.tick(&self.model, self.now());
                    if let Some(recorder) = &mut self.recorder {
                        recorder.flush();
                    }
                    let offset = self.clock.wall_offset();
                    if offset.is_step_from(self.model.wall_offset()) {
                        return Event { time: self.now(), kind: EventKind::WallClock(offset) };
                    }
                }
            }
        }
    }

    /// Answers the API while nothing else happens. Cancel-safe; never ends.
    async fn answer_all(&mut self) {
        loop {
            self.feed.wait().await;
            self.feed.work(&self.model, self.now());
            tokio::task::yield_now().await;
        }
    }

    /// The time as of which the state is.
    fn now(&self) -> Timestamp {
        self.source.now(self.clock)
    }

    fn warning(&self, warning: impl Into<Warning>) -> Event {
        Event { time: self.now(), kind: EventKind::Warning(warning.into()) }
    }

    /// Saves the stores and closes the connections.
    async fn end(self: Box<Self>) {
        let Self { source, model, stores, recorder, clock, .. } = *self;
        let saving = stores.close(source.addresses(), &model, source.now(clock));
        // Boxed, as the futures of the front ends contain it.
        let recorded = async {
            match recorder {
                Some(recorder) => recorder.close().await,
                None => None,
            }
        };
        let (problems, (), unrecorded) =
            Box::pin(async { tokio::join!(saving, source.shutdown(), recorded) }).await;
        for problem in problems {
            tracing::warn!("{problem}");
        }
        if let Some(warning) = unrecorded {
            tracing::warn!("{warning}");
        }
    }

    fn apply(&mut self, event: &Event) -> Outcome {
        if let Some(recorder) = &mut self.recorder {
            recorder.note(event, &self.model);
        }
        let outcome = self.model.apply(event);
        log::event(event, &self.model);
        let outcome = self.distribute(Some(&event.kind), outcome, event.time);
        self.feed.note(event, &outcome, &self.model);
        if let EventKind::Block { height, .. } = event.kind {
            self.stores.block_connected(height);
        }
        self.stores.note(event, &outcome, &self.model);
        self.stores.save(self.source.addresses(), &self.model, event.time);
        outcome
    }

    /// Carries out a user command.
    fn command(&mut self, command: &Command) {
        let now = self.now();
        if let Command::Alert(command) = command {
            let firing = self.alerts.command(command, &self.model, now);
            self.stores.save_alerts(self.alerts.kept());
            if let Some(firing) = firing {
                self.carry_out(&firing, now);
            }
            return;
        }
        let outcome = self.model.command(command, now);
        self.stores.note_command(command, &self.model);
        self.distribute(None, outcome, now);
    }

    /// Checks the rules against figures and peers. Returns the outcome.
    fn look(&mut self) -> Outcome {
        let now = self.now();
        let firings = self.alerts.look(&self.model, now);
        let mut outcome = Outcome::default();
        for firing in firings {
            outcome.extend(self.carry_out(&firing, now));
        }
        outcome
    }

    /// Carries out what a rule asks for, except bell and notification, which the screen handles.
    fn carry_out(&mut self, firing: &Firing, now: Timestamp) -> Outcome {
        self.programs.run(firing);
        if !firing.rule.actions().event {
            return Outcome::default();
        }
        let outcome = self.model.alert(&firing.alert, now);
        outcome.notices.iter().for_each(log::notice);
        outcome
    }

    /// Passes on what the network, the log, a store or the alert rules need. Returns the rest, and the
    /// alerts.
    fn distribute(&mut self, event: Option<&EventKind>, mut outcome: Outcome, now: Timestamp) -> Outcome {
        for request in std::mem::take(&mut outcome.requests) {
            self.source.request(request);
        }
        outcome.notices.iter().for_each(log::notice);
        for change in &outcome.changes {
            if let Change::BlockOutputs(block) = change {
                self.stores.save_prevouts(Arc::clone(block));
            }
        }
        for firing in self.alerts.after(event, &outcome, &self.model, now) {
            outcome.extend(self.carry_out(&firing, now));
        }
        outcome
    }

    fn publish(&mut self, screen: &mut Screen) {
        let now = self.now();
        screen.publish(&mut self.model, now, &self.log_lines, |view, snapshot| {
            if view.alerts {
                snapshot.alerts = self.alerts.rows(now);
            }
            snapshot.signals = self.alerts.signals().clone();
            snapshot.from_sensors |= matches!(self.source, Source::Sensors(_));
        });
    }
}

/// Waits for the next problem of the recording; pending forever without a recording.
async fn warning_of(recorder: &mut Option<Recorder>) -> Warning {
    match recorder {
        Some(recorder) => recorder.warning().await,
        None => std::future::pending().await,
    }
}
