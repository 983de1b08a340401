//! The demo's sensors, each at a different simulated place, and the NATS server they publish on.

use crate::app::assemble::{self, Parts, Upstream};
use crate::app::cli::MonitorArgs;
use crate::app::demo::nats_server::NatsServer;
use crate::chain::Network;
use crate::demo::{Demo, MAX_PLACES};
use crate::sensor::{
    CollectSettings, Collector, Login, Sensor, SensorName, SensorSettings, ServerSettings, StreamSettings,
    Tls,
};
use crate::util::clock::Clock;
use anyhow::{Context, Result};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The places: name, and message delay from there to each node.
const PLACES: [(&str, Duration); MAX_PLACES as usize] = [
    ("fra1", Duration::from_millis(5)),
    ("nyc1", Duration::from_millis(45)),
    ("sin1", Duration::from_millis(90)),
    ("syd1", Duration::from_millis(140)),
    ("gru1", Duration::from_millis(100)),
    ("tyo1", Duration::from_millis(115)),
    ("lon1", Duration::from_millis(8)),
    ("jnb1", Duration::from_millis(80)),
];

/// The size limit of the stream, in bytes: enough for an hour or more.
const STREAM: u64 = 1_000_000_000;

/// The size limit of a sensor's in-memory spool, in bytes.
const SPOOL: u64 = 32_000_000;

/// The running sensors and their server.
pub struct Fleet {
    server: NatsServer,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Fleet {
    /// Starts the server and the sensors. Returns once every sensor has published.
    pub async fn start(demo: &Demo, count: u8, args: &MonitorArgs) -> Result<Self> {
        let fleet = Self {
            server: NatsServer::start().await?,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let mut publishing = Vec::new();
        for (number, (name, way)) in PLACES.into_iter().take(count.into()).enumerate() {
            let settings = demo.settings_at(number, way).context("a place cannot be opened")?;
            let clock = Clock::start();
            let (sensor, first) = Sensor::start(fleet.sensor(name)?, clock.now()).await?;
            let parts = Parts {
                args,
                clock,
                state_dir: None,
                keeps_mempool: false,
                has_screen: false,
                targets: Vec::new(),
                rules: Vec::new(),
                demo: true,
            };
            let monitor = assemble::monitor(Upstream::Peers(Box::new(settings)), parts)?;
            fleet.tasks.spawn(monitor.feed_sensor(sensor, fleet.stop.clone()));
            publishing.push(first);
        }
        for first in publishing {
            first.await.context("a sensor ended immediately")?;
        }
        Ok(fleet)
    }

    /// Starts to read what the sensors publish.
    pub async fn collect(&self) -> Result<Collector> {
        let settings =
            CollectSettings { server: self.way(), network: Network::Regtest, since: Duration::from_hours(1) };
        Ok(Collector::start(settings, Clock::start()).await?)
    }

    fn sensor(&self, name: &str) -> Result<SensorSettings> {
        Ok(SensorSettings {
            network: Network::Regtest,
            name: SensorName::parse(name)?,
            server: self.way(),
            stream: StreamSettings { max_bytes: STREAM, max_age: Duration::from_hours(6), replicas: 1 },
            spool: None,
            max_spool: SPOOL,
        })
    }

    fn way(&self) -> ServerSettings {
        ServerSettings { addresses: vec![self.server.address()], tls: Tls::default(), login: Login::None }
    }

    /// Stops the sensors, then the server.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_names_of_sensors() {
        assert!(PLACES.iter().all(|(name, _)| SensorName::parse(name).is_ok()));
    }
}
