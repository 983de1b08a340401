//! The log file, and the words in it. Nothing is ever logged to the terminal.

use crate::event::{Event, EventKind, PeerEvent, PeerId, Restored};
use crate::model::{Model, Notice};
use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};

/// How many files, one for each day, are kept.
const MAX_FILES: usize = 7;

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The path does not end in a file name.
    #[error("invalid --log-file \"{0}\": must end in a file name")]
    NoFileName(String),
    /// The folder of the file cannot be created.
    #[error("cannot create the folder \"{path}\" of --log-file: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write --log-file \"{path}\": {source}")]
    Open {
        /// The path, as the user gave it.
        path: String,
        /// The error of the appender.
        source: InitError,
    },
}

/// Logs to `path` at `level` and above, until the guard is dropped. The date is appended to the name, and
/// the oldest of more than seven files is deleted.
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
    // Without a folder the appender complains on the terminal when it looks for old files.
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

/// Logs an event that `model` has applied, unless a notice says the same.
pub fn event(event: &Event, model: &Model) {
    match &event.kind {
        EventKind::Peer(peer, event) => peer_event(*peer, event, model),
        EventKind::Addresses(counts) => tracing::debug!(?counts, "addresses"),
        EventKind::WallClock(offset) => tracing::info!(?offset, "the wall clock was corrected"),
        EventKind::Tip(tip) => tracing::info!(hash = %tip.hash, height = tip.height, "tip"),
        EventKind::BlocksDisconnected { blocks } => tracing::info!(?blocks, "blocks disconnected"),
        EventKind::PastBlock { height, block, .. } => {
            tracing::debug!(hash = %block.hash, height, "past block");
        }
        EventKind::Backfill { fetched, requested, given_up } => {
            tracing::debug!(fetched, requested, given_up, "backfill");
        }
        EventKind::MissingBlocks(Some(missing)) => tracing::warn!(?missing, "blocks are missing"),
        EventKind::MissingBlocks(None) => tracing::info!("no block is missing any more"),
        EventKind::CatchUp(progress) => tracing::debug!(?progress, "catch-up"),
        EventKind::Restored(Restored::Complete(saved)) => tracing::info!(?saved, "restored"),
        EventKind::Bootstrap(progress) => tracing::debug!(?progress, "bootstrap"),
        EventKind::Seed { .. }
        | EventKind::Warning(_)
        | EventKind::Block { .. }
        | EventKind::Restored(Restored::Transactions(_) | Restored::Nothing | Restored::Continue) => {}
    }
}

fn peer_event(peer: PeerId, event: &PeerEvent, model: &Model) {
    let peer = || model.peer_address(peer).map(tracing::field::display);
    match event {
        PeerEvent::Ready(_)
        | PeerEvent::Disconnected { .. }
        | PeerEvent::Tolerated(_)
        | PeerEvent::Traffic(_) => {}
        PeerEvent::Transaction { tx, .. } => {
            tracing::debug!(peer = peer(), txid = %tx.txid(), "transaction");
        }
        other => tracing::trace!(peer = peer(), ?other),
    }
}

/// Logs a notice.
pub fn notice(notice: &Notice) {
    match notice {
        Notice::PeerReady { address, user_agent, relay, .. } => {
            tracing::info!(peer = %address, user_agent, relay, "connected");
        }
        Notice::Disconnected { address, reason, .. } => {
            tracing::info!(peer = %address, %reason, "disconnected");
        }
        Notice::Misbehaved { address, misbehaviour, .. } => {
            tracing::debug!(peer = %address, %misbehaviour, "tolerated");
        }
        Notice::Anomaly { address, anomaly, .. } => {
            tracing::warn!(peer = %address, ?anomaly, "anomaly");
        }
        Notice::Seed { name, answer: Ok(count) } => tracing::info!(name, count, "seed"),
        Notice::Seed { name, answer: Err(failure) } => tracing::warn!(name, %failure, "seed"),
        Notice::Warning(warning) => tracing::warn!("{warning}"),
        Notice::Block(figures) => {
            let (height, transactions) = (figures.height, figures.transactions);
            tracing::info!(hash = %figures.hash, height, transactions, "block");
        }
        Notice::Reorg { blocks, from_height, returned } => {
            tracing::warn!(blocks, from_height, returned, "reorg");
        }
        Notice::BackfillDone(progress) => {
            tracing::info!(fetched = progress.fetched, requested = progress.requested, "backfill done");
        }
        Notice::Restoration(milestone) => tracing::info!(?milestone, "mempool of an earlier run"),
        Notice::Replacement { replaced, others, by } => {
            tracing::debug!(%replaced, others, %by, "replacement");
        }
        Notice::DoubleSpend(spend) => {
            tracing::warn!(txid = %spend.txid, conflict = %spend.conflict, "double spend");
        }
        Notice::Watch(found) => {
            let (event, target) = (found.event.name(), &found.target);
            tracing::info!(event, target, txid = %found.txid, "watch");
        }
    }
}
