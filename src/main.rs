//! The entry: arguments → front end → exit code.

#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use mempulse::app::cli::{self, Cli, Command, CommonArgs, DemoArgs, WatchArgs};
use mempulse::app::config::{self, ConfigError};
use mempulse::app::log;
use mempulse::app::monitor::{Monitor, Screen};
use mempulse::app::watch_command::{self, Runner};
use mempulse::chain::Network;
use mempulse::demo::{Demo, DemoSettings};
use mempulse::event::{self, MAX_TARGETS, WatchTarget};
use mempulse::model::fees::prevouts::PrevoutCache;
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::{Driver, PeerChoice, Settings};
use mempulse::snapshot::View;
use mempulse::store::{Loaded, StoreSettings, Stores};
use mempulse::stream;
use mempulse::tui::{self, TuiSettings};
use mempulse::util::clock::Clock;
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How many commands of the user may wait for the monitor.
const COMMANDS: usize = 16;

/// How many records may wait for the reader of the stream before it slows the peers down.
const RECORD_QUEUE: usize = 1_024;

/// Time limit for writing the last records.
const FLUSH: Duration = Duration::from_secs(1);

/// The exit code for an invalid command line.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let cli = match config::load(&arguments) {
        Ok(cli) => cli,
        Err(ConfigError::CommandLine(asked)) if !asked.use_stderr() => asked.exit(),
        Err(ConfigError::CommandLine(error)) => {
            eprintln!("{}", cli::one_line(&error));
            return ExitCode::from(USAGE);
        }
        Err(error @ ConfigError::File(_)) => {
            eprintln!("error: {error}");
            return ExitCode::from(USAGE);
        }
    };
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(run(cli, &arguments));
    // A name resolution, or a write to a reader that does not read, cannot be interrupted.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output; a reader that closes the pipe is no error.
fn print(text: &[u8]) -> Result<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write"),
        _ => Ok(()),
    }
}

/// What the events are shown by.
enum FrontEnd {
    Screen,
    Stream,
}

async fn run(cli: Cli, arguments: &[OsString]) -> Result<()> {
    match cli.command {
        None => watch(FrontEnd::Screen, &cli.watch).await,
        Some(Command::Stream(args)) => watch(FrontEnd::Stream, &args).await,
        Some(Command::Demo(args)) => run_demo(&args).await,
        Some(Command::Config(_)) => print(config::effective(arguments)?.as_bytes()),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut config::command(), "mempulse", &mut script);
            print(&script)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(config::command()).render(&mut page)?;
            print(&page)
        }
    }
}

async fn watch(front_end: FrontEnd, args: &WatchArgs) -> Result<()> {
    let settings = Settings {
        network: args.network,
        choice: args.discovery.choice(args.network).map_err(anyhow::Error::msg)?,
        routes: args.discovery.routes(),
        transport: args.transport,
        bootstrap: args.bootstrap,
        backfill: args.backfill,
        ..Settings::default()
    };
    show(front_end, settings, &args.common, args.state_dir(), false).await
}

async fn run_demo(args: &DemoArgs) -> Result<()> {
    let nodes = DemoSettings { peers: args.peers.into(), rate: args.rate, seed: args.seed };
    let demo = Demo::start(nodes).await.context("the demo cannot start")?;
    let front_end = if args.stream { FrontEnd::Stream } else { FrontEnd::Screen };
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
    if matches!(front_end, FrontEnd::Screen) && !tui::is_terminal() {
        let instead = if demo { "mempulse demo --stream" } else { "mempulse stream" };
        anyhow::bail!("standard output is not a terminal; for a pipe or a file use: {instead}");
    }
    let _log = match &common.log_file {
        Some(path) => Some(log::start(path, common.log_level)?),
        None => None,
    };
    settings.handshake_timeout = common.handshake_timeout;
    settings.ping_interval = common.ping_interval;
    settings.ping_timeout = common.ping_timeout;
    settings.request_timeout = common.request_timeout;

    let targets = targets(&common.watch, settings.network)?;
    if let Some(command) = &common.on_watch {
        watch_command::check(command, std::env::var_os("PATH").as_deref())?;
    }
    let monitor = monitor(settings, common, state_dir.as_deref(), targets, demo);
    match front_end {
        FrontEnd::Screen => show_screen(monitor, common.bell).await,
        FrontEnd::Stream => write_stream(monitor).await,
    }
}

/// Loads what earlier runs saved, and joins it with the network and the model.
fn monitor(
    mut settings: Settings,
    common: &CommonArgs,
    state_dir: Option<&Path>,
    targets: Vec<WatchTarget>,
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
    let (stores, Loaded { addresses, prevouts, history }) = Stores::load(store_settings, clock.now());
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
    .with_history(history);
    for target in targets {
        model.command(&event::Command::Watch(target), clock.now());
    }
    // Boxed, as it contains all state and moves into the task that owns it.
    let network = Driver::start(settings, clock);
    let runner = Runner::start(common.on_watch.clone());
    Box::new(Monitor { network, model, stores, runner, clock })
}

/// Parses the targets of `--watch`.
fn targets(texts: &[String], network: Network) -> Result<Vec<WatchTarget>> {
    if texts.len() > MAX_TARGETS {
        anyhow::bail!("--watch is given {} times; at most {MAX_TARGETS} targets can be watched", texts.len());
    }
    texts.iter().map(|text| WatchTarget::parse(text, network).context("--watch")).collect()
}

async fn show_screen(monitor: Box<Monitor>, bell: bool) -> Result<()> {
    let (command_sender, commands) = mpsc::channel(COMMANDS);
    let (view_sender, views) = watch::channel(View::default());
    let (snapshots, snapshot_receiver) = watch::channel(Arc::default());
    let shutdown = CancellationToken::new();
    let feeding = tokio::spawn(monitor.feed_screen(Screen { views, snapshots, commands }, shutdown.clone()));
    let settings = TuiSettings { bell, ..TuiSettings::from_environment() };
    let shown = tui::run(settings, snapshot_receiver, view_sender, command_sender, shutdown.clone()).await;
    shutdown.cancel();
    feeding.await.context("the monitor failed")?;
    Ok(shown?)
}

async fn write_stream(monitor: Box<Monitor>) -> Result<()> {
    let (sender, records) = mpsc::channel(RECORD_QUEUE);
    let shutdown = CancellationToken::new();
    let writing = tokio::task::spawn_blocking(move || stream::write_lines(records, std::io::stdout().lock()));
    let interrupted = shutdown.clone();
    tokio::spawn(async move {
        wait_for_interrupt().await;
        interrupted.cancel();
    });
    monitor.feed_stream(sender, shutdown).await;
    match timeout(FLUSH, writing).await {
        Ok(written) => written.context("the writer failed")?.context("cannot write to standard output"),
        // The reader does not read: the records that it has not taken by now are lost.
        Err(_) => Ok(()),
    }
}

/// Waits until the user or the system asks the program to stop.
async fn wait_for_interrupt() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        tokio::signal::ctrl_c().await.ok();
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}
