//! The loop: keys, snapshots and signals in, views and frames out.

use super::app::{App, Effect};
use super::settings::TuiSettings;
use super::terminal::{self, Bell, ReplyFilter, Resumed, Signal, Signals, Tty};
use super::theme::Theme;
use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::View;
use crate::util::clock::Clock;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

/// The shortest time between two frames: 30 per second look smooth.
const FRAME: Duration = Duration::from_millis(33);
/// How often ages grow on screen while no snapshot comes.
const TICK: Duration = Duration::from_millis(250);

/// One run of the screen.
pub struct Session {
    app: App,
    clock: Clock,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    bell: Option<Bell>,
    replies: ReplyFilter,
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
        let theme = Theme::new(settings.colour);
        let first = snapshots.borrow_and_update().clone();
        let matches = first.watch_matches;
        let app = App::new(theme, settings.zone, tty.size()?, first, clock.now());
        let app = if settings.mouse { app } else { app.without_mouse() };
        let bell = settings.bell.then(|| Bell::new(matches));
        Ok(Self { app, clock, snapshots, views, commands, bell, replies: ReplyFilter::default() })
    }

    pub async fn run(
        mut self,
        tty: &mut Tty,
        signals: &mut Signals,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let mut keys = EventStream::new();
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Nothing is drawn before the first answer to this view, for not even the network is known.
        self.send_view();
        let mut next_frame: Option<Instant> = None;
        loop {
            let due = next_frame.unwrap_or_else(Instant::now);
            let esc_due = self.replies.due();
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
                // Before keys and snapshots, so that frames are drawn however fast those come.
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
                    }
                },
                () = sleep_until(esc_due.unwrap_or(due)), if esc_due.is_some() => {
                    let esc = self.replies.expire(Instant::now());
                    if self.on_events(esc, tty)?.is_break() {
                        return Ok(());
                    }
                }
                changed = self.snapshots.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let snapshot = self.snapshots.borrow_and_update().clone();
                    let now = self.clock.now();
                    if self.bell.as_mut().is_some_and(|bell| bell.rings(snapshot.watch_matches, now)) {
                        tty.ring()?;
                    }
                    self.app.on_snapshot(snapshot, now);
                }
                _ = tick.tick() => {}
            }
            self.app.on_tick(self.clock.now());
            self.send_view();
            next_frame.get_or_insert(tty.last_frame() + FRAME);
        }
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

    /// Lets the application handle a key; returns whether to go on.
    fn on_event(&mut self, event: &Event, tty: &mut Tty) -> io::Result<ControlFlow<()>> {
        match self.app.on_event(event) {
            None => {}
            Some(Effect::Quit) => return Ok(ControlFlow::Break(())),
            Some(Effect::Suspend) => terminal::ask_to_stop()?,
            Some(Effect::Copy(text)) => tty.copy(&text)?,
            Some(Effect::Send(command)) => {
                // The queue is full only if the monitor has ended.
                let _ = self.commands.try_send(command);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn draw(&mut self, tty: &mut Tty) -> io::Result<()> {
        tty.capture_mouse(self.app.captures_mouse())?;
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
