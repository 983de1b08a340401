//! The flags about reading sensors.

use crate::app::cli::nats::NatsArgs;
use crate::app::cli::{heading, parsers};
use crate::sensor::ServerAddress;
use clap::Args;
use std::time::Duration;

/// The flags that say which sensors are read in place of peers.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct FromArgs {
    /// Connect to no peers: show what "mempulse sensor" publishes on this NATS server; repeatable, for a cluster
    ///
    /// All sensors of the network make one mempool. The port defaults to 4222; `tls://HOST` requires TLS.
    #[arg(long, value_name = "URL", value_delimiter = ',', value_parser = parsers::nats,
          conflicts_with_all = ["peer", "add_peer", "proxy", "onion_proxy"], help_heading = heading::NATS)]
    pub from: Vec<ServerAddress>,
    /// Begin this far in the past, such as 90m or 6h, as far as the server has it
    #[arg(long, value_name = "TIME", default_value = "3m", value_parser = parsers::long_time,
          hide_short_help = true, help_heading = heading::NATS)]
    pub since: Duration,
    /// How server and reader authenticate to each other.
    #[command(flatten)]
    pub server: NatsArgs,
}
