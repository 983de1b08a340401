//! The screen: keys and snapshots in, views and frames out.
//!
//! ```text
//!  keys ──▶ Action ──▶ App ◀── Snapshot
//!                      │ └───▶ View
//!                      └─────▶ draw
//! ```
//!
//! [`App`] is plain state, and drawing only reads it, so whole screens can be tested without a terminal.

mod app;
mod chrome;
mod context;
mod display;
mod glyphs;
mod keys;
mod layer;
mod list_query;
mod overlays;
mod pointer;
mod preferences;
mod saved_screen;
mod screens;
mod session;
mod settings;
mod terminal;
mod theme;
mod view_state;
mod widgets;
pub(crate) mod wording;

pub use app::{App, Effect};
pub use glyphs::Glyphs;
pub use keys::{Action, BINDINGS, Key, KeyConflict, Keymap, parse_binding};
pub use preferences::{Preferences, Times, Unit};
pub use settings::TuiSettings;
pub use terminal::Multiplexer;
pub use theme::{Depth, Meaning, Theme, ThemeName};
pub use view_state::ViewState;

use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::View;
use crate::util::platform::Signals;
use session::Session;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use terminal::Tty;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Why the terminal interface ended.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal could not be prepared, drawn on, or read.
    #[error("terminal error: {0}")]
    Terminal(#[from] io::Error),
}

/// Whether the terminal cannot move its cursor (`TERM=dumb`).
pub fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether there is a terminal to draw on.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Shows snapshots and sends views until the user quits, `shutdown` is cancelled, a signal ends it, the
/// sender of snapshots is dropped, or the terminal is closed.
///
/// `kept` receives the view state for the next run.
///
/// The terminal is always restored, even after a panic anywhere in the process. A panic also cancels
/// `shutdown`.
///
/// # Errors
///
/// The terminal cannot be prepared, drawn on, or read.
pub async fn run(
    settings: TuiSettings,
    kept: &mut ViewState,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    shutdown: CancellationToken,
) -> Result<(), TuiError> {
    let mut signals = Signals::listen()?;
    // In its own task, as a write to the terminal may block the loop.
    let discarding = tokio::spawn(terminal::discard_output_at_end(Signals::listen()?));
    let mut tty = Tty::open(settings.preserve_screen, shutdown.clone())?;
    let mut session = Session::new(settings, snapshots, views, commands, &tty)?;
    let ended = session.run(&mut tty, &mut signals, shutdown).await;
    *kept = session.view_state();
    let closed = tty.close();
    discarding.abort();
    session.close().await;
    match ended.and(closed) {
        // A closed terminal cannot show an error.
        Err(error) if terminal::is_gone(&error) => Ok(()),
        other => Ok(other?),
    }
}
