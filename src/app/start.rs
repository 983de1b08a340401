//! Hands a monitor to a front end.

use crate::app::assemble::{self, Opened, Parts, Upstream};
use crate::app::cli::{CommonArgs, FromArgs, WatchArgs};
use crate::app::front_ends;
use crate::app::invalid::InvalidValue;
use crate::app::log::{self, LogTo};
use crate::app::resources::{nats, open_files};
use crate::chain::Network;
use crate::event::{MAX_TARGETS, WatchTarget};
use crate::query::{Query, Transactions};
use crate::report::Format;
use crate::sensor::{CollectSettings, Collector};
use crate::snapshot::LogLines;
use crate::stream::Stream;
use crate::tui::{self, TuiSettings};
use crate::util::clock::Clock;
use anyhow::Result;
use std::path::PathBuf;
use std::time::Duration;

/// The front end that shows the events.
pub enum FrontEnd {
    Screen,
    /// JSON lines, with or without the transactions' bytes; `None` in place of a query writes everything.
    Stream {
        raw: bool,
        query: Option<Box<Query<Transactions>>>,
    },
    /// One report, after this time at the latest.
    Report {
        format: Format,
        after: Duration,
    },
}

/// Monitors the network that the flags name.
pub async fn watch(front_end: FrontEnd, args: &WatchArgs) -> Result<()> {
    if let Some(settings) = sensors(args)? {
        let collector = Collector::start(settings, Clock::start()).await?;
        let upstream = Upstream::Sensors(args.join.network, Box::new(collector));
        // Its own folder: a monitor of this machine's peers may run beside it.
        let state_dir = args.folders.state_dir().map(|folder| folder.join("from"));
        return show(front_end, upstream, &args.common, state_dir, false).await;
    }
    let settings = assemble::network(&args.join)?;
    open_files::make_room(settings.choice.connections())?;
    show(front_end, Upstream::Peers(Box::new(settings)), &args.common, args.folders.state_dir(), false).await
}

/// Which sensors to read, if any.
fn sensors(args: &WatchArgs) -> Result<Option<CollectSettings>, InvalidValue> {
    let FromArgs { from, since, server } = &args.from;
    if from.is_empty() {
        return Ok(None);
    }
    let server = nats::settings(from, server)?;
    Ok(Some(CollectSettings { server, network: args.join.network, since: *since }))
}

/// Runs the front end. `state_dir` is the folder for what survives a restart; the demo has none.
pub async fn show(
    front_end: FrontEnd,
    upstream: Upstream,
    common: &CommonArgs,
    state_dir: Option<PathBuf>,
    demo: bool,
) -> Result<()> {
    if matches!(front_end, FrontEnd::Screen) {
        check_terminal(if demo { "mempulse demo --stream" } else { "mempulse stream" })?;
    }
    let log_lines = LogLines::default();
    let log_to = match front_end {
        FrontEnd::Screen => LogTo::Screen(log_lines.clone()),
        _ => LogTo::File,
    };
    let files = &common.monitor.files;
    let _log = log::start(files.log_file.as_deref(), log_to, files.log_level)?;
    let is_report = matches!(front_end, FrontEnd::Report { .. });
    let targets = targets(&common.watch, upstream.network())?;
    let rules = common.alerts.rules()?;
    // Every front end checks these flags, as it does all others.
    let screen = common.screen.settings(front_ends::kept_view(state_dir.as_deref()))?;
    let opened = Opened::new(&common.monitor, !is_report).await?;
    let parts = Parts {
        args: &common.monitor,
        clock: Clock::start(),
        state_dir: state_dir.as_deref(),
        keeps_mempool: true,
        has_screen: matches!(front_end, FrontEnd::Screen),
        targets,
        rules,
        demo,
    };
    let mut monitor = assemble::monitor(upstream, parts)?;
    monitor.log_lines = log_lines;
    let _served = opened.give_to(&mut monitor);
    match front_end {
        FrontEnd::Screen => {
            let settings = TuiSettings { state_dir, saving: monitor.stores.saving(), ..screen };
            front_ends::screen(|screen, shutdown| monitor.feed_screen(screen, shutdown), settings).await
        }
        FrontEnd::Stream { raw, query } => {
            let stream = Stream::new(raw, query);
            front_ends::stream(|records, shutdown| monitor.feed_stream(stream, records, shutdown)).await
        }
        FrontEnd::Report { format, after } => front_ends::report(monitor, format, after).await,
    }
}

/// Refuses to show the screen where there is no terminal to draw it on.
pub fn check_terminal(instead: &str) -> Result<()> {
    if !tui::is_terminal() {
        anyhow::bail!("standard output is not a terminal; for a pipe or a file use: {instead}");
    }
    if tui::is_dumb() {
        anyhow::bail!("a terminal with TERM=dumb cannot show the screen; use: {instead}");
    }
    Ok(())
}

/// Parses the targets of `--watch`.
pub fn targets(texts: &[String], network: Network) -> Result<Vec<WatchTarget>, InvalidValue> {
    if texts.len() > MAX_TARGETS {
        let count = texts.len();
        let message = format!("--watch is given {count} times; at most {MAX_TARGETS} targets can be watched");
        return Err(InvalidValue::new("watch", message));
    }
    let parse = |(index, text): (usize, &String)| {
        let invalid = |error| InvalidValue::new("watch", format!("--watch: {error}")).at(index);
        WatchTarget::parse(text, network).map_err(invalid)
    };
    texts.iter().enumerate().map(parse).collect()
}
