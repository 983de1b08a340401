//! The log file. Nothing is ever logged to the screen.

use crate::event::{Event, EventKind, PeerEvent};
use crate::model::Model;
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};

/// How many days are kept.
const MAX_FILES: usize = 7;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The path ends in no file name.
    #[error("--log-file {0} names no file")]
    NoFileName(String),
    /// Its folder cannot be made.
    #[error("cannot make the folder {path} of --log-file: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write --log-file {path}: {source}")]
    Open {
        /// The path as given.
        path: String,
        /// What the system says.
        source: InitError,
    },
}

/// Logs to `path`, from `level` up, until the guard is dropped. A date is appended to the name, and
/// after a week the oldest file goes.
///
/// # Errors
///
/// If the file cannot be written.
pub fn start(path: &Path, level: tracing::Level) -> Result<WorkerGuard, LogError> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| LogError::NoFileName(path.display().to_string()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Else the appender complains on the terminal when it looks for old files.
    std::fs::create_dir_all(folder)
        .map_err(|source| LogError::Folder { path: folder.display().to_string(), source })?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .max_log_files(MAX_FILES)
        .build(folder)
        .map_err(|source| LogError::Open { path: path.display().to_string(), source })?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_max_level(level).init();
    Ok(guard)
}

/// Logs an event that `model` has applied.
pub fn event(event: &Event, model: &Model) {
    match &event.kind {
        EventKind::Peer(peer, what) => {
            let peer = || model.peer_address(*peer).map(tracing::field::display);
            match what {
                PeerEvent::Ready(info) => {
                    tracing::info!(peer = peer(), user_agent = info.user_agent, "connected");
                }
                PeerEvent::Disconnected { reason, .. } => {
                    tracing::info!(peer = peer(), %reason, "disconnected");
                }
                PeerEvent::Tolerated(what) => tracing::debug!(peer = peer(), %what, "tolerated"),
                PeerEvent::Transaction { tx, .. } => {
                    tracing::debug!(peer = peer(), txid = %tx.txid(), "transaction");
                }
                PeerEvent::Traffic(_) => {}
                other => tracing::trace!(peer = peer(), ?other),
            }
        }
        EventKind::Seed { name, answer } => tracing::info!(name, ?answer, "seed"),
        EventKind::Warning(warning) => tracing::warn!("{warning}"),
        EventKind::Addresses(sizes) => tracing::debug!(?sizes, "address book"),
        EventKind::Tip(tip) => tracing::info!(hash = %tip.hash, height = tip.height, "tip"),
        EventKind::Block { height, block, .. } => {
            tracing::info!(hash = %block.hash, height, transactions = block.transactions.len(), "block");
        }
        EventKind::BlocksDisconnected { blocks } => tracing::info!(?blocks, "disconnected blocks"),
        EventKind::PastBlock { height, block, .. } => {
            tracing::debug!(hash = %block.hash, height, "past block");
        }
        EventKind::Backfill { fetched, requested, given_up } => {
            tracing::debug!(fetched, requested, given_up, "backfill");
        }
    }
}
