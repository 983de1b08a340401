//! The loop: keys, snapshots and signals in, views and frames out.

use super::app::{App, Effect};
use super::saved_screen;
use super::settings::TuiSettings;
use super::terminal::{self, Bell, Multiplexer, ReplyFilter, Resumed, Tty};
use super::view_state::ViewState;
use super::wording;
use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::View;
use crate::store::LineStore;
use crate::util::clock::Clock;
use crate::util::platform::{self, Signal, Signals};
use crate::util::time::Timestamp;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// The shortest time between two frames: 30 per second look smooth.
const FRAME: Duration = Duration::from_millis(33);
/// The same with reduced motion.
const CALM: Duration = Duration::from_secs(1);
/// How long tmux may take to answer.
const TMUX: Duration = Duration::from_secs(1);
/// How many background tasks may run: a slow disk or tmux must not pile them up.
const MAX_TASKS: usize = 4;
/// How long saving the last screens may take at the end.
const SAVE: Duration = Duration::from_secs(1);
/// How often ages are updated while no snapshot arrives.
const TICK: Duration = Duration::from_millis(250);

/// One run of the screen.
pub struct Session {
    app: App,
    clock: Clock,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    bell: Bell,
    /// The number of desktop notifications so far.
    notified: u64,
    replies: ReplyFilter,
    settings: TuiSettings,
    /// Background tasks; each returns a message for the user, if any.
    tasks: JoinSet<Option<String>>,
    queries: LineStore,
}

impl Session {
    pub fn new(
        settings: TuiSettings,
        mut snapshots: watch::Receiver<Arc<Snapshot>>,
        views: watch::Sender<View>,
        commands: mpsc::Sender<Command>,
        tty: &Tty,
    ) -> io::Result<Self> {
        let clock = Clock::start();
        let first = snapshots.borrow_and_update().clone();
        let bell = Bell::new(first.signals.bells);
        let notified = first.signals.notified;
        let (queries, lines) = LineStore::queries(settings.state_dir.as_deref(), settings.saving.clone());
        let app = App::new(&settings, tty.size()?, first, clock.now()).with_queries(&lines);
        let replies = ReplyFilter::default();
        let tasks = JoinSet::new();
        Ok(Self { app, clock, snapshots, views, commands, bell, notified, replies, settings, tasks, queries })
    }

    /// The view state for the next run.
    pub fn view_state(&self) -> ViewState {
        self.app.view_state()
    }

    pub async fn run(
        &mut self,
        tty: &mut Tty,
        signals: &mut Signals,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let mut keys = EventStream::new();
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Nothing is drawn before the first snapshot for this view: not even the network is known.
        self.send_view();
        let mut next_frame: Option<Instant> = None;
        loop {
            let due = next_frame.unwrap_or_else(Instant::now);
            let esc_due = self.replies.due();
            let mut is_input = false;
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                signal = signals.next() => match signal {
                    Signal::End => return Ok(()),
                    Signal::Stop => {
                        if tty.suspend(signals).await? == Resumed::Ended {
                            return Ok(());
                        }
                    }
                    Signal::Continue => tty.reopen()?,
                },
                // Before keys and snapshots, so that frames are drawn however fast those arrive.
                () = sleep_until(due), if next_frame.is_some() => {
                    next_frame = None;
                    self.draw(tty)?;
                    continue;
                }
                event = keys.next() => match event {
                    None => return Ok(()),
                    Some(event) => {
                        let events = self.replies.take(event?, Instant::now());
                        if self.on_events(events, tty)?.is_break() {
                            return Ok(());
                        }
                        is_input = true;
                    }
                },
                () = sleep_until(esc_due.unwrap_or(due)), if esc_due.is_some() => {
                    let esc = self.replies.expire(Instant::now());
                    if self.on_events(esc, tty)?.is_break() {
                        return Ok(());
                    }
                    is_input = true;
                }
                Some(note) = self.tasks.join_next() => {
                    if let Ok(Some(note)) = note {
                        self.app.remark(note);
                        is_input = true;
                    }
                }
                changed = self.snapshots.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let snapshot = self.snapshots.borrow_and_update().clone();
                    let now = self.clock.now();
                    self.signal(&snapshot, now, tty)?;
                    self.app.on_snapshot(snapshot, now);
                }
                problem = self.queries.problem() => self.app.remark(problem.to_string()),
                _ = tick.tick() => {}
            }
            self.app.on_tick(self.clock.now());
            self.send_view();
            let pause = if is_input { FRAME } else { self.pause() };
            let due = tty.last_frame() + pause;
            next_frame = Some(next_frame.map_or(due, |earlier| earlier.min(due)));
        }
    }

    /// Rings and notifies for new alerts, whatever is on screen.
    fn signal(&mut self, snapshot: &Snapshot, now: Timestamp, tty: &mut Tty) -> io::Result<()> {
        let signals = &snapshot.signals;
        if self.bell.rings(signals.bells, now) {
            tty.ring()?;
        }
        for alert in signals.after(self.notified) {
            let text = wording::alert::alert(alert, self.app.preferences().unit);
            tty.send(&self.settings.notifier.notify(&text, self.settings.multiplexer))?;
        }
        self.notified = signals.notified;
        Ok(())
    }

    /// The shortest time between two frames without input.
    fn pause(&self) -> Duration {
        let calm = if self.app.preferences().reduced_motion { CALM } else { Duration::ZERO };
        self.settings.tick.max(calm)
    }

    fn on_events(
        &mut self,
        events: impl IntoIterator<Item = Event>,
        tty: &mut Tty,
    ) -> io::Result<ControlFlow<()>> {
        for event in events {
            if self.on_event(&event, tty)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Saves what is to be kept, for at most 3 s.
    pub async fn close(mut self) {
        let saving = async { while self.tasks.join_next().await.is_some() {} };
        // Whatever takes longer is lost.
        let _ = timeout(SAVE, saving).await;
        if let Some(problem) = self.queries.close().await {
            tracing::warn!("{problem}");
        }
    }

    /// Lets the application handle a key. Returns whether to continue.
    fn on_event(&mut self, event: &Event, tty: &mut Tty) -> io::Result<ControlFlow<()>> {
        match self.app.on_event(event) {
            None => {}
            Some(Effect::Quit) => return Ok(ControlFlow::Break(())),
            Some(Effect::Suspend) => platform::ask_to_stop()?,
            Some(Effect::KeepQueries(lines)) => self.queries.save(lines),
            Some(Effect::Copy(text)) => {
                tty.copy(&text, self.settings.multiplexer)?;
                if self.settings.multiplexer == Multiplexer::Tmux && self.tasks.len() < MAX_TASKS {
                    self.tasks.spawn(ask_tmux());
                }
            }
            Some(Effect::SaveScreen(_)) if self.tasks.len() >= MAX_TASKS => {
                self.app.remark("not saved: earlier screens are still being saved");
            }
            Some(Effect::SaveScreen(name)) => {
                // Keys may outpace frames: draw first, so that what is saved is current.
                self.draw(tty)?;
                let content = saved_screen::content(tty.shown());
                let folders = self.folders();
                self.tasks.spawn_blocking(move || Some(saved_screen::save(&folders, &name, &content)));
            }
            Some(Effect::Send(command)) => {
                // The queue is only full if the monitor has ended.
                let _ = self.commands.try_send(command);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The folders to save screens in: the one where the user started the program, then the state folder.
    fn folders(&self) -> Vec<PathBuf> {
        std::env::current_dir().ok().into_iter().chain(self.settings.state_dir.clone()).collect()
    }

    fn draw(&mut self, tty: &mut Tty) -> io::Result<()> {
        tty.capture_mouse(self.app.preferences().mouse)?;
        self.app.on_resize(tty.size()?);
        self.send_view();
        tty.draw(|frame| self.app.draw(frame))
    }

    fn send_view(&self) {
        let view = self.app.view();
        self.views.send_if_modified(|sent| {
            let differs = *sent != view;
            if differs {
                *sent = view;
            }
            differs
        });
    }
}

/// Asks tmux for its options. Returns what keeps a text from reaching the clipboard, if anything.
async fn ask_tmux() -> Option<String> {
    let mut tmux = tokio::process::Command::new("tmux");
    tmux.args(["display-message", "-p", "#{set-clipboard} #{allow-passthrough}"]).kill_on_drop(true);
    let answer = timeout(TMUX, tmux.stdin(Stdio::null()).output()).await.ok()?.ok()?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let (clipboard, passthrough) = answer.trim_end().split_once(' ')?;
    terminal::missing_in_tmux(clipboard, passthrough).map(str::to_owned)
}
