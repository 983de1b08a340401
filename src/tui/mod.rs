//! The screen: keys and snapshots in, views and frames out.
//!
//! ```text
//!  keys ──▶ Action ──▶ App ◀── Snapshot
//!                      │ └───▶ View
//!                      └─────▶ draw
//! ```
//!
//! [`App`] is plain state, and drawing only reads it; so whole screens are tested without a terminal.

mod app;
mod chrome;
mod context;
mod display;
mod keys;
mod layer;
mod overlays;
mod pointer;
mod screens;
mod session;
mod settings;
mod terminal;
mod theme;
mod widgets;
pub(crate) mod wording;

pub use app::{App, Effect};
pub use keys::BINDINGS;
pub use settings::TuiSettings;
pub use theme::Theme;

use crate::event::Command;
use crate::snapshot::Snapshot;
use crate::snapshot::View;
use session::Session;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use terminal::{Signals, Tty};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Why the terminal interface ended.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal could not be prepared, drawn on, or read.
    #[error("terminal error: {0}")]
    Terminal(#[from] io::Error),
}

/// Whether there is a terminal to draw on.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Shows snapshots and sends views until the user quits, `shutdown` is cancelled, a signal asks for the
/// end, the sender of snapshots is dropped, or the terminal is closed.
///
/// The terminal is restored in any case, after a panic anywhere in the process too. A panic also cancels
/// `shutdown`.
///
/// # Errors
///
/// If the terminal cannot be prepared, drawn on, or read.
pub async fn run(
    settings: TuiSettings,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    views: watch::Sender<View>,
    commands: mpsc::Sender<Command>,
    shutdown: CancellationToken,
) -> Result<(), TuiError> {
    let mut signals = Signals::listen()?;
    let mut tty = Tty::open(shutdown.clone())?;
    let ended =
        Session::new(settings, snapshots, views, commands, &tty)?.run(&mut tty, &mut signals, shutdown).await;
    let closed = tty.close();
    match ended.and(closed) {
        // A closed terminal shows no error.
        Err(error) if terminal::is_gone(&error) => Ok(()),
        other => Ok(other?),
    }
}
