//! The flags of a sensor.

use crate::app::cli::flags::{FolderArgs, JoinArgs, MonitorArgs};
use crate::app::cli::nats::NatsArgs;
use crate::app::cli::{heading, parsers};
use crate::sensor::{SensorName, ServerAddress};
use clap::Args;
use std::time::Duration;

/// The flags of `sensor`.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct SensorArgs {
    /// Publish on this NATS server; repeatable, for the servers of a cluster
    ///
    /// The port defaults to 4222. An address that begins with tls:// requires TLS.
    #[arg(long, value_name = "URL", required = true, value_delimiter = ',', value_parser = parsers::nats,
          help_heading = heading::SENSOR)]
    pub nats: Vec<ServerAddress>,
    /// Publish under this name, unique for each sensor: 1 to 32 of a-z, 0-9, - and _
    #[arg(long, value_name = "NAME", required = true, value_parser = parsers::sensor_name,
          help_heading = heading::SENSOR)]
    pub name: SensorName,
    /// Keep at most this many bytes waiting on disk while the server is away or full (32MB or more)
    ///
    /// From 70 % on, kinds of messages are dropped: first traffic, then relay, transactions, blocks, and all.
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = parsers::spool, hide_short_help = true,
          help_heading = heading::SENSOR)]
    pub spool: u64,
    /// Create the stream with at most this many bytes; beyond them the oldest messages are removed (16MB or more)
    #[arg(long, value_name = "SIZE", default_value = "8GB", value_parser = parsers::stream_bytes,
          hide_short_help = true, help_heading = heading::SENSOR)]
    pub stream_max_bytes: u64,
    /// Create the stream with this maximum age of messages, such as 90m, 24h or 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = parsers::long_time,
          hide_short_help = true, help_heading = heading::SENSOR)]
    pub stream_max_age: Duration,
    /// Create the stream on this many servers of a cluster (1 to 5)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parsers::number(1_u8..=5),
          hide_short_help = true, help_heading = heading::SENSOR)]
    pub stream_replicas: u8,
    /// How server and sensor authenticate to each other.
    #[command(flatten)]
    pub server: NatsArgs,
    /// Which network, and how.
    #[command(flatten)]
    pub join: JoinArgs,
    /// How the network is monitored.
    #[command(flatten)]
    pub monitor: MonitorArgs,
    /// Where files are.
    #[command(flatten)]
    pub folders: FolderArgs,
}
