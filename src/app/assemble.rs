//! What every front end that monitors a network needs before it begins, and the monitor itself.

use crate::address::AsDatabase;
use crate::alert::{Alerts, Origin, Rule};
use crate::api::{self, ServeSettings};
use crate::app::alert_program::AlertPrograms;
use crate::app::cli::{JoinArgs, MonitorArgs};
use crate::app::feed::Feed;
use crate::app::invalid::InvalidValue;
use crate::app::monitor::Monitor;
use crate::app::resources::as_file;
use crate::app::resources::serve;
use crate::event::{Command, WatchTarget};
use crate::model::{Model, ModelSettings, PrevoutCache};
use crate::p2p::{Driver, PeerChoice, Settings};
use crate::recording::Recorder;
use crate::snapshot::LogLines;
use crate::store::{LineStore, Loaded, StoreSettings, Stores};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What the flags of a network say.
pub fn network(join: &JoinArgs) -> Result<Settings, InvalidValue> {
    Ok(Settings {
        network: join.network,
        choice: join.discovery.choice(join.network)?,
        routes: join.discovery.routes(),
        transport: join.transport,
        bootstrap: join.bootstrap,
        backfill: join.backfill,
        ..Settings::default()
    })
}

/// What is read and opened before the network is joined, so that what is wrong with it is said first.
pub struct Opened {
    api_settings: ServeSettings,
    listener: Option<TcpListener>,
    as_database: Option<AsDatabase>,
    recorder: Option<Recorder>,
}

impl Opened {
    /// Opens what the flags name; the port of the API only if it `serves`.
    pub async fn new(args: &MonitorArgs, serves: bool) -> Result<Self> {
        Ok(Self {
            api_settings: serve::settings(&args.serve)?,
            listener: if serves { serve::listen(&args.serve).await? } else { None },
            as_database: args.files.asn_file.as_deref().map(as_file::load).transpose()?,
            recorder: args.recording.settings().map(Recorder::start).transpose().context("cannot record")?,
        })
    }

    /// Gives it to the monitor. The API is served until the guard is dropped.
    pub fn give_to(self, monitor: &mut Monitor) -> DropGuard {
        let Self { api_settings, listener, as_database, recorder } = self;
        monitor.recorder = recorder;
        if let Some(database) = as_database {
            monitor.model.set_as_database(Arc::new(database));
        }
        let end = CancellationToken::new();
        if let Some(listener) = listener {
            let (server, desk) = api::open(api_settings, monitor.clock.now());
            monitor.feed = Feed::of(desk);
            tokio::spawn(server.run(listener, end.clone()));
        }
        end.drop_guard()
    }
}

/// What a monitor is made of, beside the settings of the network.
pub struct Parts<'a> {
    /// The flags of monitors.
    pub args: &'a MonitorArgs,
    /// The source of time.
    pub clock: Clock,
    /// For what survives a restart.
    pub state_dir: Option<&'a Path>,
    /// Whether the mempool survives a restart.
    pub keeps_mempool: bool,
    /// Whether targets of the watch list and rules count that were added on screen in earlier runs.
    pub keeps_targets: bool,
    /// The targets of the flags.
    pub targets: Vec<WatchTarget>,
    /// The rules of the flags.
    pub rules: Vec<Rule>,
    /// Whether it is the demo.
    pub demo: bool,
}

/// Loads what earlier runs saved, and joins it with the network and the model.
pub fn monitor(mut settings: Settings, parts: Parts<'_>) -> Box<Monitor> {
    let Parts { args, clock, state_dir, .. } = parts;
    settings.handshake_timeout = args.handshake_timeout;
    settings.ping_interval = args.ping_interval;
    settings.ping_timeout = args.ping_timeout;
    settings.request_timeout = args.request_timeout;
    let store_settings = StoreSettings {
        state_dir,
        network: settings.network,
        addresses: matches!(settings.choice, PeerChoice::Discover(_)),
        prevout_blocks: PrevoutCache::DEFAULT_BLOCKS
            .max(usize::try_from(settings.backfill).unwrap_or(usize::MAX)),
        mempool: parts.keeps_mempool,
    };
    let (stores, loaded) = Stores::load(store_settings, clock.now());
    let Loaded { addresses, prevouts, history, blocks, targets: saved } = loaded;
    settings.known_blocks = prevouts.blocks().map(|(_, hash)| hash).collect();
    if let PeerChoice::Discover(discovery) = &mut settings.choice {
        discovery.addresses = addresses;
    }
    let mut model = Model::new(ModelSettings {
        network: settings.network,
        demo: parts.demo,
        chosen_peers: matches!(settings.choice, PeerChoice::Only(_)),
        started: clock.now(),
        max_mempool: u64::from(args.max_mempool) * 1024 * 1024,
    })
    .with_prevouts(prevouts)
    .with_history(history)
    .with_blocks(blocks);
    if stores.restores() {
        model = model.expecting_restored();
    }
    model.command(&Command::Watch(parts.targets), clock.now());
    // Added on screen, for the screen: who reads a stream has named all targets.
    if parts.keeps_targets {
        model.command(&Command::Watch(saved), clock.now());
    }
    // Boxed, as it contains all state and moves into the task that owns it.
    let network = Driver::start(settings, clock);
    let (mut alert_lines, added) = LineStore::alerts(state_dir);
    if !stores.is_saving() {
        alert_lines.stop_saving();
    }
    let alerts = alerts(parts.rules, &added, clock.now());
    let programs = AlertPrograms::start();
    let next_clock_check = Instant::now();
    Box::new(Monitor {
        network,
        model,
        stores,
        alerts,
        programs,
        alert_lines,
        feed: Feed::default(),
        recorder: None,
        log_lines: LogLines::default(),
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
