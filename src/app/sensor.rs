//! `sensor`: publishes events, without a screen.

use crate::app::assemble::{self, Opened, Parts, Upstream};
use crate::app::cli::SensorArgs;
use crate::app::log::{self, LogTo};
use crate::app::output::print;
use crate::app::resources::{nats, open_files};
use crate::sensor::{Sensor, SensorSettings, StreamSettings};
use crate::util::clock::Clock;
use crate::util::platform;
use anyhow::Result;
use tokio_util::sync::CancellationToken;

/// Publishes until interrupted.
pub async fn run(args: &SensorArgs) -> Result<()> {
    let settings = assemble::network(&args.join)?;
    open_files::make_room(settings.choice.connections())?;
    let server = nats::settings(&args.nats, &args.server)?;
    let files = &args.monitor.files;
    let _log = log::start(files.log_file.as_deref(), LogTo::Errors, files.log_level)?;
    let opened = Opened::new(&args.monitor, true).await?;
    // Its own folder, as a screen or another sensor may run beside it and save its state.
    let state_dir = args.folders.state_dir().map(|folder| folder.join(format!("sensor-{}", args.name)));
    let clock = Clock::start();
    let sensor_settings = SensorSettings {
        network: settings.network,
        name: args.name.clone(),
        server,
        stream: StreamSettings {
            max_bytes: args.stream_max_bytes,
            max_age: args.stream_max_age,
            replicas: args.stream_replicas.into(),
        },
        spool: state_dir.as_ref().map(|folder| folder.join(format!("spool-{}", settings.network))),
        max_spool: args.spool,
    };
    let place = sensor_settings.to_string();
    let (sensor, first) = Sensor::start(sensor_settings, clock.now()).await?;
    let parts = Parts {
        args: &args.monitor,
        clock,
        state_dir: state_dir.as_deref(),
        keeps_mempool: false,
        has_screen: false,
        targets: Vec::new(),
        rules: Vec::new(),
        demo: false,
    };
    let mut monitor = assemble::monitor(Upstream::Peers(Box::new(settings)), parts)?;
    let _served = opened.give_to(&mut monitor);
    tokio::spawn(async move {
        if first.await.is_ok() {
            // The parent process may not read our output.
            let _ = print(format!("publishing {place}\n").as_bytes());
        }
    });
    let shutdown = CancellationToken::new();
    let interrupted = shutdown.clone();
    tokio::spawn(async move {
        platform::end_is_asked().await;
        interrupted.cancel();
    });
    monitor.feed_sensor(sensor, shutdown).await;
    Ok(())
}
