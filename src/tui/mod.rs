//! The screen: keys and snapshots in, views and frames out.
//!
//! ```text
//!  keys ──▶ Action ──▶ App ◀── Snapshot
//!                      │ └───▶ View
//!                      └─────▶ panels::draw
//! ```
//!
//! [`App`] is plain state, and drawing only reads it; so whole screens are tested without a terminal.

pub mod action;
pub mod app;
mod bell;
mod chart;
mod format;
mod layout;
mod list;
mod panels;
mod signals;
mod table;
mod terminal;
mod text;
mod theme;

pub use app::App;
pub use panels::draw;
pub use theme::Theme;

use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::view::View;
use crate::util::clock::Clock;
use app::Flow;
use bell::Bell;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::tz::TimeZone;
use signals::{Signal, Signals};
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;
use terminal::Screen;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};
use tokio_util::sync::CancellationToken;

/// The shortest time between two frames: more than 30 per second, nobody sees.
const FRAME: Duration = Duration::from_millis(33);
/// How often ages grow on screen while no snapshot comes.
const TICK: Duration = Duration::from_millis(250);

/// How the screen looks.
#[derive(Clone, Debug)]
pub struct TuiSettings {
    /// Whether to use colours.
    pub colour: bool,
    /// The zone in which times of day are told.
    pub zone: TimeZone,
    /// Whether to ring the bell when something happens with what is watched.
    pub bell: bool,
}

impl TuiSettings {
    /// As the environment asks for: no colours if `NO_COLOR` is set and not empty (no-color.org),
    /// and the system's time zone.
    pub fn from_environment() -> Self {
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour, zone: TimeZone::system(), bell: false }
    }
}

/// Why the screen cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal refuses something.
    #[error("the terminal fails: {0}")]
    Terminal(#[from] io::Error),
}

/// Whether there is a terminal to draw on.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Shows snapshots and sends views until the user quits, `shutdown` is cancelled, a signal asks for
/// the end, nobody sends snapshots any more, or the terminal goes away.
///
/// Whatever ends it, a panic anywhere in the process included, the terminal is restored. A panic
/// also cancels `shutdown`.
///
/// # Errors
///
/// If the terminal cannot be prepared, drawn on, or asked for keys.
pub async fn run(
    settings: TuiSettings,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    shutdown: CancellationToken,
) -> Result<(), TuiError> {
    let mut signals = Signals::listen()?;
    let mut screen = Screen::open(shutdown.clone())?;
    let ended = Session::new(settings, snapshots, views, commands, &screen)?
        .run(&mut screen, &mut signals, shutdown)
        .await;
    let closed = screen.close();
    match ended.and(closed) {
        // There is nobody left to tell.
        Err(error) if terminal::is_gone(&error) => Ok(()),
        other => Ok(other?),
    }
}

/// One run of the screen.
struct Session {
    app: App,
    clock: Clock,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    bell: Option<Bell>,
}

impl Session {
    fn new(
        settings: TuiSettings,
        mut snapshots: watch::Receiver<Arc<Snapshot>>,
        views: watch::Sender<View>,
        commands: mpsc::Sender<Command>,
        screen: &Screen,
    ) -> io::Result<Self> {
        let clock = Clock::start();
        let theme = Theme::new(settings.colour);
        let first = snapshots.borrow_and_update().clone();
        let notices = first.notices;
        let app = App::new(theme, settings.zone, screen.size()?, first, clock.now());
        let bell = settings.bell.then(|| Bell::new(notices));
        Ok(Self { app, clock, snapshots, views, commands, bell })
    }

    async fn run(
        mut self,
        screen: &mut Screen,
        signals: &mut Signals,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        let mut keys = EventStream::new();
        let mut tick = interval_at(Instant::now() + TICK, TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Nothing is drawn before the first answer to this view: until then not even the network is
        // known.
        self.send_view();
        let mut next_frame: Option<Instant> = None;
        loop {
            let due = next_frame.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                signal = signals.next() => match signal {
                    Signal::End => return Ok(()),
                    Signal::Stop => {
                        if screen.suspend(signals).await? == Flow::Quit {
                            return Ok(());
                        }
                    }
                    Signal::Continue => screen.reopen()?,
                },
                // Before keys and snapshots: however fast they come, frames are drawn.
                () = sleep_until(due), if next_frame.is_some() => {
                    next_frame = None;
                    self.draw(screen)?;
                    continue;
                }
                event = keys.next() => match event {
                    None => return Ok(()),
                    Some(event) => match self.on_event(&event?, screen)? {
                        Flow::Continue => {}
                        Flow::Quit => return Ok(()),
                        Flow::Suspend => signals::ask_to_stop()?,
                    },
                },
                changed = self.snapshots.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let snapshot = self.snapshots.borrow_and_update().clone();
                    let now = self.clock.now();
                    if self.bell.as_mut().is_some_and(|bell| bell.rings(snapshot.notices, now)) {
                        screen.ring()?;
                    }
                    self.app.on_snapshot(snapshot, now);
                }
                _ = tick.tick() => {}
            }
            self.app.on_tick(self.clock.now());
            self.send_view();
            next_frame.get_or_insert(screen.last_frame() + FRAME);
        }
    }

    fn on_event(&mut self, event: &Event, screen: &mut Screen) -> io::Result<Flow> {
        let flow = self.app.on_event(event);
        if let Some(copied) = self.app.take_copied() {
            screen.copy(&copied)?;
        }
        for command in self.app.take_commands() {
            // So many wait only if the monitor has ended.
            let _ = self.commands.try_send(command);
        }
        Ok(flow)
    }

    fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        self.app.on_resize(screen.size()?);
        self.send_view();
        screen.draw(|frame| draw(frame, &self.app))
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
