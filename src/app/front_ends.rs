//! Runs a monitor behind the screen or the stream until one of them ends.

use crate::app::monitor::{Monitor, Screen};
use crate::app::output::print;
use crate::app::reader;
use crate::report::Format;
use crate::snapshot::View;
use crate::store;
use crate::stream::{self, Record};
use crate::tui::{self, TuiSettings, ViewState};
use crate::util::platform;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How many user commands may wait for the monitor.
const COMMANDS: usize = 16;

/// How many batches of records, each of 64 reports at most, may wait for the reader of the stream before the
/// peers are slowed down.
const RECORD_QUEUE: usize = 16;

/// Time limit for writing the last records.
const FLUSH: Duration = Duration::from_secs(1);

/// Returns the view that the last run saved; the default one without a state directory.
pub fn kept_view(state_dir: Option<&Path>) -> ViewState {
    match state_dir.map(store::load_view).transpose() {
        Ok(bytes) => ViewState::of_bytes(&bytes.unwrap_or_default()),
        Err(error) => {
            tracing::warn!(%error, "cannot read where the last run ended");
            ViewState::default()
        }
    }
}

/// Shows the screen, fed by `feed`, until the user quits, and saves the view.
pub async fn screen<F>(feed: impl FnOnce(Screen, CancellationToken) -> F, settings: TuiSettings) -> Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (command_sender, commands) = mpsc::channel(COMMANDS);
    let (view_sender, views) = watch::channel(View::default());
    let (snapshots, snapshot_receiver) = watch::channel(Arc::default());
    let shutdown = CancellationToken::new();
    let ends = Screen { views, snapshots, commands, frame: settings.tick };
    let feeding = tokio::spawn(feed(ends, shutdown.clone()));
    let (state_dir, saving, before) =
        (settings.state_dir.clone(), settings.saving.clone(), settings.view.clone());
    let mut view = before.clone();
    let shown =
        tui::run(settings, &mut view, snapshot_receiver, view_sender, command_sender, shutdown.clone()).await;
    shutdown.cancel();
    if let Some(folder) = state_dir.filter(|_| saving.is_on() && view != before)
        && let Err(error) = store::save_view(&folder, &view.to_bytes())
    {
        tracing::warn!(%error, "cannot save where this run ended");
    }
    feeding.await.context("the monitor failed")?;
    Ok(shown?)
}

/// Writes the records that `feed` makes to standard output until `feed` ends, the program is interrupted or
/// the reader goes away.
pub async fn stream<F: Future<Output = ()>>(
    feed: impl FnOnce(mpsc::Sender<Vec<Record>>, CancellationToken) -> F,
) -> Result<()> {
    let (sender, records) = mpsc::channel(RECORD_QUEUE);
    let shutdown = CancellationToken::new();
    let writing = tokio::task::spawn_blocking(move || stream::write_lines(records, std::io::stdout().lock()));
    reader::end_without(shutdown.clone());
    let interrupted = shutdown.clone();
    tokio::spawn(async move {
        platform::end_is_asked().await;
        interrupted.cancel();
    });
    feed(sender, shutdown).await;
    match timeout(FLUSH, writing).await {
        Ok(written) => written.context("the writer failed")?.context("cannot write to standard output"),
        // The reader is stuck: the records that it has not taken are lost.
        Err(_) => Ok(()),
    }
}

/// Prints one report as soon as the mempool is complete, or after `longest`. Prints none if interrupted.
pub async fn report(monitor: Box<Monitor>, format: Format, longest: Duration) -> Result<()> {
    let report = monitor.report(format, longest, platform::end_is_asked()).await;
    report.map_or(Ok(()), |report| print(report.as_bytes()))
}
