//! Prepares what every front end that monitors a network needs, and the monitor itself.

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
use crate::app::source::Source;
use crate::chain::Network;
use crate::event::{Command, WatchTarget};
use crate::model::{Model, ModelSettings, PrevoutCache};
use crate::p2p::{Discovery, Driver, PeerChoice, Settings};
use crate::recording::Recorder;
use crate::sensor::Collector;
use crate::snapshot::LogLines;
use crate::store::{Loaded, StoreSettings, Stores};
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Turns the network flags into settings.
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

/// Files and ports opened before joining the network, so that errors about them come first.
pub struct Opened {
    api_settings: ServeSettings,
    listener: Option<TcpListener>,
    as_database: Option<AsDatabase>,
    recorder: Option<Recorder>,
}

impl Opened {
    /// Opens what the flags name; the API's port only if `serves`.
    pub async fn new(args: &MonitorArgs, serves: bool) -> Result<Self> {
        Ok(Self {
            api_settings: serve::settings(&args.serve)?,
            listener: if serves { serve::listen(&args.serve).await? } else { None },
            as_database: args.files.asn_file.as_deref().map(as_file::load).transpose()?,
            recorder: args.recording.settings().map(Recorder::start).transpose().context("cannot record")?,
        })
    }

    /// Hands everything over to the monitor. The API is served until the guard is dropped.
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

/// Where events are to come from.
pub enum Upstream {
    /// The peers of a network that is joined.
    Peers(Box<Settings>),
    /// The sensors of a network.
    Sensors(Network, Box<Collector>),
}

impl Upstream {
    pub fn network(&self) -> Network {
        match self {
            Self::Peers(settings) => settings.network,
            Self::Sensors(network, _) => *network,
        }
    }
}

/// The parts of a monitor other than its source of events.
pub struct Parts<'a> {
    pub args: &'a MonitorArgs,
    /// The source of time.
    pub clock: Clock,
    /// The folder for what survives a restart.
    pub state_dir: Option<&'a Path>,
    pub keeps_mempool: bool,
    /// Whether there is a screen: if so, watch targets added on screen in earlier runs count, and what the
    /// user types and chooses is saved.
    pub has_screen: bool,
    /// The targets of the flags.
    pub targets: Vec<WatchTarget>,
    /// The rules of the flags.
    pub rules: Vec<Rule>,
    /// Whether it is the demo.
    pub demo: bool,
}

/// Loads what earlier runs saved and joins it with the model and the source of events.
///
/// # Errors
/// No peer can ever be found.
pub fn monitor(upstream: Upstream, parts: Parts<'_>) -> Result<Box<Monitor>, InvalidValue> {
    let Parts { args, clock, state_dir, .. } = parts;
    let (network, choice, backfill) = match &upstream {
        Upstream::Peers(settings) => (settings.network, Some(&settings.choice), settings.backfill),
        Upstream::Sensors(network, _) => (*network, None, 0),
    };
    let store_settings = StoreSettings {
        state_dir,
        network,
        addresses: matches!(choice, Some(PeerChoice::Discover(_))),
        prevout_blocks: PrevoutCache::DEFAULT_BLOCKS.max(usize::try_from(backfill).unwrap_or(usize::MAX)),
        mempool: parts.keeps_mempool && choice.is_some(),
        figures: choice.is_some(),
        screen: parts.has_screen,
    };
    let (stores, loaded) = Stores::load(store_settings, clock.now());
    let Loaded { addresses, prevouts, history, blocks, targets: saved, alerts: added } = loaded;
    let chosen_peers = !matches!(choice, Some(PeerChoice::Discover(_)));
    let source = match upstream {
        Upstream::Peers(settings) => {
            let known_blocks = prevouts.blocks().map(|(_, hash)| hash).collect();
            let mut settings = Settings { known_blocks, ..timed(*settings, args) };
            if let PeerChoice::Discover(discovery) = &mut settings.choice {
                discovery.addresses = addresses;
                check_findable(network, discovery)?;
            }
            Source::Peers(Box::new(Driver::start(settings, clock)))
        }
        Upstream::Sensors(_, collector) => Source::Sensors(collector),
    };
    let started = source.now(clock);
    let max_mempool = u64::from(args.max_mempool) * 1024 * 1024;
    let mut model =
        Model::new(ModelSettings { network, demo: parts.demo, chosen_peers, started, max_mempool })
            .with_prevouts(prevouts)
            .with_history(history)
            .with_blocks(blocks);
    if stores.restores() {
        model = model.expecting_restored();
    }
    model.command(&Command::Watch(parts.targets), started);
    // Targets added on screen are for the screen only; a stream user has named all targets.
    if parts.has_screen {
        model.command(&Command::Watch(saved), started);
    }
    // Boxed, as it contains all state and moves into the task that owns it.
    Ok(Box::new(Monitor {
        source,
        model,
        stores,
        alerts: alerts(parts.rules, &added, started),
        programs: AlertPrograms::start(),
        feed: Feed::default(),
        recorder: None,
        log_lines: LogLines::default(),
        clock,
        next_clock_check: Instant::now(),
    }))
}

/// Refuses to look for peers where there is nowhere to begin: a network without seeds and no peer address.
fn check_findable(network: Network, discovery: &Discovery) -> Result<(), InvalidValue> {
    let has_saved = discovery.addresses.as_ref().is_some_and(|saved| !saved.records.is_empty());
    if has_saved || !discovery.also.is_empty() || !network.dns_seeds().is_empty() {
        return Ok(());
    }
    let message = format!(
        "{network} has no seeds to find peers by, and no addresses of peers are saved: name a node with \
         --peer HOST[:PORT] (no other peers) or --add-peer HOST[:PORT]"
    );
    Err(InvalidValue::new("network", message))
}

/// Applies the time limits of the flags to the settings.
fn timed(settings: Settings, args: &MonitorArgs) -> Settings {
    Settings {
        handshake_timeout: args.handshake_timeout,
        ping_interval: args.ping_interval,
        ping_timeout: args.ping_timeout,
        request_timeout: args.request_timeout,
        ..settings
    }
}

/// Joins the configured rules with those added on screen in earlier runs. Rules that this version doesn't
/// understand are skipped and logged.
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
