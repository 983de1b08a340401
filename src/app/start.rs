//! Joins network, model and stores into a monitor, and hands it to a front end.

use crate::alert::{Alerts, Origin, Rule};
use crate::api;
use crate::app::alert_program::AlertPrograms;
use crate::app::as_file;
use crate::app::cli::{CommonArgs, DemoArgs, WatchArgs};
use crate::app::feed::Feed;
use crate::app::front_ends;
use crate::app::invalid::InvalidValue;
use crate::app::log;
use crate::app::monitor::Monitor;
use crate::app::open_files;
use crate::app::serve;
use crate::chain::Network;
use crate::demo::{Demo, DemoSettings};
use crate::event::{Command, MAX_TARGETS, WatchTarget};
use crate::model::PrevoutCache;
use crate::model::{Model, ModelSettings};
use crate::p2p::{Driver, PeerChoice, Settings};
use crate::query::{Query, Transactions};
use crate::recording::Recorder;
use crate::report::Format;
use crate::snapshot::LogLines;
use crate::store::{LineStore, Loaded, StoreSettings, Stores};
use crate::stream::Stream;
use crate::tui::{self, TuiSettings};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A node of the demo has a port, and both ends of a connection.
const FILES_PER_NODE: usize = 3;

/// What the events are shown by.
pub enum FrontEnd {
    Screen,
    /// Whether transactions come with their bytes, and which are written; `None`: all, and everything else.
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
    let settings = Settings {
        network: args.network,
        choice: args.discovery.choice(args.network)?,
        routes: args.discovery.routes(),
        transport: args.transport,
        bootstrap: args.bootstrap,
        backfill: args.backfill,
        ..Settings::default()
    };
    open_files::make_room(settings.choice.connections())?;
    show(front_end, settings, &args.common, args.folders.state_dir(), false).await
}

/// Starts the demo network and monitors it.
pub async fn demo(args: &DemoArgs) -> Result<()> {
    open_files::make_room(usize::from(args.peers) * FILES_PER_NODE)?;
    let nodes = DemoSettings { peers: args.peers.into(), rate: args.rate, seed: args.seed };
    let demo = Demo::start(nodes).await.context("the demo cannot start")?;
    let front_end = if args.stream {
        FrontEnd::Stream { raw: args.raw, query: args.filter.query()? }
    } else {
        FrontEnd::Screen
    };
    let result = show(front_end, demo.settings(), &args.common, None, true).await;
    demo.shutdown().await;
    result
}

/// Runs the front end. `state_dir` is for what survives a restart; the demo has none.
async fn show(
    front_end: FrontEnd,
    mut settings: Settings,
    common: &CommonArgs,
    state_dir: Option<PathBuf>,
    demo: bool,
) -> Result<()> {
    if matches!(front_end, FrontEnd::Screen) {
        check_terminal(if demo { "mempulse demo --stream" } else { "mempulse stream" })?;
    }
    let log_lines = LogLines::default();
    let for_screen = matches!(front_end, FrontEnd::Screen).then(|| log_lines.clone());
    let _log = log::start(common.files.log_file.as_deref(), for_screen, common.files.log_level)?;
    settings.handshake_timeout = common.handshake_timeout;
    settings.ping_interval = common.ping_interval;
    settings.ping_timeout = common.ping_timeout;
    settings.request_timeout = common.request_timeout;

    let is_report = matches!(front_end, FrontEnd::Report { .. });
    let api_settings = serve::settings(&common.serve)?;
    let listener = if is_report { None } else { serve::listen(&common.serve).await? };
    let targets = targets(&common.watch, settings.network)?;
    let rules = common.alerts.rules()?;
    let as_database = common.files.asn_file.as_deref().map(as_file::load).transpose()?;
    // Checked for every front end, as all other flags are.
    let screen = common.screen.settings(front_ends::kept_view(state_dir.as_deref()))?;
    let recorder = common.recording.settings().map(Recorder::start).transpose().context("cannot record")?;
    let mut monitor = monitor(&front_end, settings, common, state_dir.as_deref(), (targets, rules), demo);
    monitor.log_lines = log_lines;
    monitor.recorder = recorder;
    if let Some(database) = as_database {
        monitor.model = monitor.model.with_as_database(Arc::new(database));
    }
    let end = CancellationToken::new();
    let _served = end.clone().drop_guard();
    if let Some(listener) = listener {
        let (server, desk) = api::open(api_settings, monitor.clock.now());
        monitor.feed = Feed::of(desk);
        tokio::spawn(server.run(listener, end));
    }
    match front_end {
        FrontEnd::Screen => {
            let is_saving = monitor.stores.is_saving();
            let settings = TuiSettings { state_dir: state_dir.clone(), keeps_queries: is_saving, ..screen };
            let feed = |screen, shutdown| monitor.feed_screen(screen, shutdown);
            front_ends::screen(feed, settings, state_dir.as_deref().filter(|_| is_saving)).await
        }
        FrontEnd::Stream { raw, query } => {
            let stream = Stream::new(raw, query);
            front_ends::stream(|records, shutdown| monitor.feed_stream(stream, records, shutdown)).await
        }
        FrontEnd::Report { format, after } => front_ends::report(monitor, format, after).await,
    }
}

/// Refuses to show the screen where it cannot be drawn.
pub fn check_terminal(instead: &str) -> Result<()> {
    if !tui::is_terminal() {
        anyhow::bail!("standard output is not a terminal; for a pipe or a file use: {instead}");
    }
    if tui::is_dumb() {
        anyhow::bail!("a terminal with TERM=dumb cannot show the screen; use: {instead}");
    }
    Ok(())
}

/// Loads what earlier runs saved, and joins it with the network and the model.
fn monitor(
    front_end: &FrontEnd,
    mut settings: Settings,
    common: &CommonArgs,
    state_dir: Option<&Path>,
    (targets, rules): (Vec<WatchTarget>, Vec<Rule>),
    demo: bool,
) -> Box<Monitor> {
    let clock = Clock::start();
    let store_settings = StoreSettings {
        state_dir,
        network: settings.network,
        addresses: matches!(settings.choice, PeerChoice::Discover(_)),
        prevout_blocks: PrevoutCache::DEFAULT_BLOCKS
            .max(usize::try_from(settings.backfill).unwrap_or(usize::MAX)),
    };
    let (stores, loaded) = Stores::load(store_settings, clock.now());
    let Loaded { addresses, prevouts, history, blocks, targets: saved } = loaded;
    settings.known_blocks = prevouts.blocks().map(|(_, hash)| hash).collect();
    if let PeerChoice::Discover(discovery) = &mut settings.choice {
        discovery.addresses = addresses;
    }
    let mut model = Model::new(ModelSettings {
        network: settings.network,
        demo,
        chosen_peers: matches!(settings.choice, PeerChoice::Only(_)),
        started: clock.now(),
        max_mempool: u64::from(common.max_mempool) * 1024 * 1024,
    })
    .with_prevouts(prevouts)
    .with_history(history)
    .with_blocks(blocks);
    if stores.restores() {
        model = model.expecting_restored();
    }
    model.command(&Command::Watch(targets), clock.now());
    // Added on screen, for the screen: who reads a stream has named all targets.
    if matches!(front_end, FrontEnd::Screen) {
        model.command(&Command::Watch(saved), clock.now());
    }
    // Boxed, as it contains all state and moves into the task that owns it.
    let network = Driver::start(settings, clock);
    let (mut alert_lines, added) = LineStore::alerts(state_dir);
    if !stores.is_saving() {
        alert_lines.stop_saving();
    }
    let alerts = alerts(rules, &added, clock.now());
    let programs = AlertPrograms::start();
    let next_clock_check = Instant::now();
    let log_lines = LogLines::default();
    Box::new(Monitor {
        network,
        model,
        stores,
        alerts,
        programs,
        alert_lines,
        feed: Feed::default(),
        recorder: None,
        log_lines,
        clock,
        next_clock_check,
    })
}

/// Joins the rules of the settings with those that were added on screen in earlier runs. What this version does not
/// understand is left out, which the log says.
fn alerts(rules: Vec<Rule>, added: &[String], now: Timestamp) -> Alerts {
    let mut alerts = Alerts::default();
    for rule in rules {
        alerts.add(rule, Origin::Settings, now);
    }
    for line in added {
        match Rule::parse(line) {
            Ok(rule) => {
                alerts.add(rule, Origin::Screen, now);
            }
            Err(error) => tracing::warn!(line, %error, "a rule that was added on screen is left out"),
        }
    }
    alerts
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
