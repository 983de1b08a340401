//! The flags of the API.

use crate::app::cli::{heading, parsers};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Whether to serve the API, where, and to whom.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct ServeArgs {
    /// Serve metrics and an API over HTTP; a PORT alone means 127.0.0.1
    ///
    /// Prometheus, wallets and scripts can ask for figures, fees, transactions and events. docs/api.md describes what
    /// is served; the watch list never is. Any address other than a loopback one
    /// (such as 127.0.0.1) needs --serve-token-file. A report is not served.
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = parsers::serve, help_heading = heading::API)]
    pub serve: Option<SocketAddr>,
    /// Serve only clients that know the token in this file ("Authorization: Bearer TOKEN"), of 16 to 1024 characters
    #[arg(long, value_name = "PATH", hide_short_help = true, help_heading = heading::API)]
    pub serve_token_file: Option<PathBuf>,
    /// Add series for each peer to the metrics
    #[arg(long, hide_short_help = true, help_heading = heading::API)]
    pub metrics_per_peer: bool,
}
