//! The log: to a file, to the Log screen, or to standard error where there is no screen; and its wording.

use crate::event::{
    AddressCounts, BootstrapProgress, CatchUp, Event, EventKind, MissingBlocks, PeerEvent, PeerId, Restored,
};
use crate::model::{Model, Notice};
use crate::snapshot::LogLines;
use crate::tui::{Unit, wording};
use crate::util::clock::Clock;
use std::fmt::{self, Write as _};
use std::io;
use std::path::Path;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// How many log files to keep, one a day.
const MAX_FILES: usize = 7;

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The path does not end in a file name.
    #[error("invalid --log-file \"{0}\": must end in a file name")]
    NoFileName(String),
    /// The folder of the file cannot be created.
    #[error("cannot create the folder \"{path}\" of --log-file: {error}")]
    Folder {
        /// The folder.
        path: String,
        /// The error of the system.
        error: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write --log-file \"{path}\": {error}")]
    Open {
        /// The path, as the user gave it.
        path: String,
        /// The error of the appender.
        error: InitError,
    },
}

/// Where else the log goes.
pub enum LogTo {
    /// Nowhere but the file.
    File,
    /// To the lines of the Log screen.
    Screen(LogLines),
    /// To standard error, if there is no file.
    Errors,
}

/// Logs at `level` and above: to the file `path` until the guard is dropped, and to `beside`. The date is appended to the
/// name of the file, and the oldest of more than seven files is deleted.
///
/// # Errors
///
/// The file cannot be written.
pub fn start(
    path: Option<&Path>,
    beside: LogTo,
    level: tracing::Level,
) -> Result<Option<WorkerGuard>, LogError> {
    let (writer, guard) = path.map(open).transpose()?.unzip();
    let file = writer.map(|writer| tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false));
    let (lines, errors) = match beside {
        LogTo::File => (None, false),
        LogTo::Screen(lines) => (Some(ForScreen { lines, clock: Clock::start() }), false),
        LogTo::Errors => (None, file.is_none()),
    };
    let errors = errors.then(|| tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false));
    if file.is_some() || lines.is_some() || errors.is_some() {
        // We log the NATS client's errors ourselves, with what they mean.
        let of_client =
            if level >= tracing::Level::DEBUG { LevelFilter::from_level(level) } else { LevelFilter::OFF };
        let levels = Targets::new().with_default(level).with_target("async_nats", of_client);
        tracing_subscriber::registry().with(levels).with(file).with(lines).with(errors).init();
    }
    Ok(guard)
}

fn open(path: &Path) -> Result<(NonBlocking, WorkerGuard), LogError> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| LogError::NoFileName(path.display().to_string()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Without a folder, the appender would complain on the terminal while looking for old files.
    std::fs::create_dir_all(folder)
        .map_err(|error| LogError::Folder { path: folder.display().to_string(), error })?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .max_log_files(MAX_FILES)
        .build(folder)
        .map_err(|error| LogError::Open { path: path.display().to_string(), error })?;
    Ok(tracing_appender::non_blocking(file))
}

/// Collects lines for the Log screen.
struct ForScreen {
    lines: LogLines,
    clock: Clock,
}

impl<S: Subscriber> Layer<S> for ForScreen {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let text = format!("{}{}", words.message, words.fields);
        self.lines.push(self.clock.now(), *event.metadata().level(), text.trim_start());
    }
}

/// The message of a log line, and its fields as `name=value`.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

/// Logs an event that `model` has applied, unless a notice covers it.
pub fn event(event: &Event, model: &Model) {
    match &event.kind {
        EventKind::Peer(peer, event) => peer_event(*peer, event, model),
        EventKind::Addresses(counts) => {
            for AddressCounts { network, untried, good, failing } in counts {
                tracing::debug!(network = network.name(), good, failing, untried, "addresses");
            }
        }
        EventKind::WallClock(offset) => {
            tracing::info!(ahead_secs = offset.as_secs(), "the wall clock was corrected since startup");
        }
        EventKind::Tip(tip) => tracing::info!(hash = %tip.hash, height = tip.height, "tip"),
        EventKind::BlocksDisconnected { blocks, tip } => {
            for (height, hash) in blocks {
                tracing::info!(height, %hash, "block disconnected");
            }
            tracing::info!(hash = %tip.hash, height = tip.height, "tip after a reorg");
        }
        EventKind::PastBlock { height, block, .. } => {
            tracing::debug!(hash = %block.hash, height, "past block");
        }
        EventKind::Backfill { fetched, requested, given_up } => {
            tracing::debug!(fetched, requested, given_up, "backfill");
        }
        EventKind::MissingBlocks(Some(MissingBlocks { height, hash, count, since })) => {
            tracing::warn!(height, %hash, count, since = %since.rfc3339(), "blocks are missing");
        }
        EventKind::MissingBlocks(None) => tracing::info!("no block is missing any more"),
        EventKind::CatchUp(CatchUp::Missing(blocks)) => {
            tracing::debug!(blocks, "blocks since the earlier run are missing");
        }
        EventKind::CatchUp(CatchUp::Complete) => tracing::debug!("the blocks since the earlier run are here"),
        EventKind::Restored(Restored::Complete(saved)) => {
            let height = saved.blocks.first().map(|(height, _)| height);
            tracing::info!(saved = %saved.time.rfc3339(), height, "the mempool of an earlier run is loaded");
        }
        EventKind::Bootstrap(BootstrapProgress { listed, fetched, done }) => {
            tracing::debug!(listed, fetched, done, "bootstrap");
        }
        EventKind::Seed { .. }
        | EventKind::Warning(_)
        | EventKind::Sensor(..)
        | EventKind::Block { .. }
        | EventKind::KnownOutputs(_)
        | EventKind::CatchUp(CatchUp::Failed(_))
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
            tracing::warn!(peer = %address, "anomaly: {}", wording::notice::anomaly(*anomaly));
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
        Notice::Restoration(_) | Notice::Sensor { .. } | Notice::Alert(_) => {
            tracing::info!("{}", wording::notice::notice(notice, Unit::Btc));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PeerAddress;
    use crate::chain::Network;
    use crate::event::{Saved, Tip};
    use crate::model::{Alert, AlertItem, Anomaly, ModelSettings, SensorNotice};
    use crate::util::time::Timestamp;
    use crate::wire::BlockHash;
    use std::sync::Arc;

    /// Returns the lines that `log` writes, newest first.
    fn logged(log: impl FnOnce()) -> Vec<String> {
        let lines = LogLines::default();
        let for_screen = ForScreen { lines: lines.clone(), clock: Clock::start() };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(for_screen), log);
        lines.read(tracing::Level::DEBUG, |all| all.iter().map(|line| line.text.clone()).collect())
    }

    #[test]
    fn what_happened_is_logged_in_words() {
        let address = PeerAddress::parse("10.0.0.1", 8_333).unwrap();
        let hash = BlockHash([7; 32]);
        let found = Alert {
            rule: "blocks".into(),
            item: AlertItem::Block { height: 412, hash, pool: None },
            skipped: 0,
            is_test: false,
        };
        let anomaly = Anomaly::FeeFilter { sat_per_kvb: 12_000, others: 1_000 };
        let lines = logged(|| {
            notice(&Notice::Anomaly { peer: PeerId(1), address, anomaly });
            notice(&Notice::Alert(Arc::new(found)));
            notice(&Notice::Sensor { name: "fra1".to_owned(), what: SensorNotice::Restarted });
        });
        assert_eq!(
            lines,
            [
                "sensor fra1 was restarted",
                "alert: blocks · block 412",
                "anomaly: fee filter 12,000 sat/kvB, the others' median is 1,000 sat/kvB peer=10.0.0.1:8333",
            ]
        );
    }

    #[test]
    fn events_are_logged_in_words() {
        let (time, hash) = (Timestamp::from_secs(1_700_000_000), BlockHash([7; 32]));
        let (network, max_mempool) = (Network::Regtest, 1 << 20);
        let settings = ModelSettings { network, demo: false, chosen_peers: true, max_mempool, started: time };
        let model = Model::new(settings);
        let lines = logged(|| {
            for kind in [
                EventKind::MissingBlocks(Some(MissingBlocks { height: 412, hash, count: 2, since: time })),
                EventKind::BlocksDisconnected { blocks: vec![(412, hash)], tip: Tip::default() },
                EventKind::CatchUp(CatchUp::Missing(3)),
                EventKind::Restored(Restored::Complete(Saved { time, blocks: vec![(412, hash)] })),
            ] {
                event(&Event { time, kind }, &model);
            }
        });
        assert_eq!(lines.len(), 5);
        for line in lines {
            assert!(!line.contains(['{', '(', '[']), "{line}");
        }
    }

    #[test]
    fn the_systems_message_is_not_repeated() {
        let Err(error) = open(Path::new("/dev/null/folder/log")) else { panic!("that is no folder") };
        let output = format!("{:#}", anyhow::Error::from(error));
        assert_eq!(output.matches("os error").count(), 1, "{output}");
    }
}
