//! Every flag, under its heading, with its short and its long help.

use crate::app::cli::alert::AlertArgs;
use crate::app::cli::discovery::DiscoveryArgs;
use crate::app::cli::filter::FilterArgs;
use crate::app::cli::from::FromArgs;
use crate::app::cli::recording::RecordingArgs;
use crate::app::cli::screen::ScreenArgs;
use crate::app::cli::serve::ServeArgs;
use crate::app::cli::{heading, parsers};
use crate::chain::Network;
use crate::demo::MAX_PLACES;
use crate::model::ModelSettings;
use crate::p2p::{BootstrapMode, DEFAULT_BACKFILL, MAX_BACKFILL, TransportChoice};
use crate::report::Format;
use crate::store::default_state_dir;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The flags of the screen and the stream.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    pub join: JoinArgs,
    /// Whether to read sensors in place of peers.
    #[command(flatten)]
    pub from: FromArgs,
    /// Flags that every front end shares.
    #[command(flatten)]
    pub common: CommonArgs,
    /// The folders of the program's files.
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// The flags that say how a network is joined.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct JoinArgs {
    /// Join this Bitcoin network
    #[arg(long, value_name = "NAME", default_value = "mainnet", value_parser = parsers::network(),
          help_heading = heading::NETWORK)]
    pub network: Network,
    /// Speak this transport: v1 (plain), v2 (encrypted, BIP324), or auto: v2 where a peer supports it
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = parsers::transport(),
          help_heading = heading::NETWORK)]
    pub transport: TransportChoice,
    /// Which peers, and how they are reached.
    #[command(flatten)]
    pub discovery: DiscoveryArgs,
    /// Request what is already in the mempool at startup: auto, off, or force (also from each --peer)
    ///
    /// Nodes do not repeat earlier announcements. About one node in five sends a list of its whole mempool when
    /// asked (BIP35); what is missing is then fetched from all peers, up to 200 MB once. "force" also asks each
    /// --peer and --add-peer that doesn't offer the list: use it for your own nodes if they grant the permission
    /// (in Bitcoin Core: whitelist=mempool@ADDRESS). A node that doesn't grant it disconnects. Fetching a
    /// transaction from a node ends its rebroadcast there.
    #[arg(long, value_name = "MODE", default_value = "auto", num_args = 0..=1,
          default_missing_value = "auto", value_parser = parsers::bootstrap(),
          help_heading = heading::MEMPOOL)]
    pub bootstrap: BootstrapMode,
    /// Fetch this many of the latest blocks in the background, so that more fees are known (0 to 4032)
    ///
    /// Each block is 1 to 2 MB and is fetched once: the values of its outputs are kept in the state
    /// folder. 144 blocks are a day.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BACKFILL,
          value_parser = parsers::number(0..=MAX_BACKFILL), help_heading = heading::MEMPOOL)]
    pub backfill: u32,
}

/// The flags that say where files are.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct FolderArgs {
    /// Read settings from this file [default: mempulse/config.toml in the user's configuration folder]
    #[arg(long, value_name = "PATH", hide_short_help = true, help_heading = heading::FILES)]
    pub config: Option<PathBuf>,
    /// Keep what survives a restart in this folder [default: mempulse in the user's state folder]
    ///
    /// It contains the mempool, the addresses of peers, the outputs of recent blocks, and the size of the
    /// mempool by fee rate over the last 24 hours, for each network. Of several mempulses with the same
    /// folder and network, only the first one saves.
    #[arg(long, value_name = "PATH", hide_short_help = true, help_heading = heading::FILES)]
    state_dir: Option<PathBuf>,
}

impl FolderArgs {
    /// The folder for what survives a restart; `None` without a home directory.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.state_dir.clone().or_else(default_state_dir)
    }
}

/// The flags for files outside the state folder.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct FileArgs {
    /// Tell peers apart by the operator of their network with this maxminddb file (GeoLite2-ASN or the like)
    ///
    /// The Peers screen then has a column and groups of autonomous systems. The file is only read; mempulse
    /// comes with none, and downloads none.
    #[arg(long, value_name = "FILE", hide_short_help = true, help_heading = heading::FILES)]
    pub asn_file: Option<PathBuf>,
    /// Write a log to this file
    ///
    /// A new file is started each day, its name ends in the date, and seven are kept.
    #[arg(long, value_name = "PATH", help_heading = heading::FILES)]
    pub log_file: Option<PathBuf>,
    /// Log messages of this level and above
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = parsers::level(),
          hide_short_help = true, help_heading = heading::FILES)]
    pub log_level: tracing::Level,
}

/// The flags of a report.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    pub watch: WatchArgs,
    /// Write the report as md (Markdown), json or csv
    #[arg(long, value_name = "FORMAT", default_value = "md", value_parser = parsers::format(),
          help_heading = heading::REPORT)]
    pub format: Format,
    /// Print the report after this time at the latest
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parsers::duration,
          help_heading = heading::REPORT)]
    pub after: Duration,
}

/// The flags of the stream.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct StreamArgs {
    /// Which transactions are written.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Write each transaction with its bytes, in hexadecimal
    #[arg(long)]
    pub raw: bool,
    /// The flags shared with the screen.
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// The flags of `import` and `export`.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct TransferArgs {
    /// The `mempool.dat` of Bitcoin Core
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The mempool of this Bitcoin network
    #[arg(long, value_name = "NAME", default_value = "mainnet", value_parser = parsers::network(),
          help_heading = heading::NETWORK)]
    pub network: Network,
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// The flags of the demo.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct DemoArgs {
    /// Run this many nodes (1 to 1000)
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = parsers::number(1_u16..=1_000),
          help_heading = heading::DEMO)]
    pub peers: u16,
    /// Make this many transactions per second on average (0.01 to 1000)
    #[arg(long, value_name = "TX/S", default_value_t = 7.0, value_parser = parsers::rate,
          help_heading = heading::DEMO)]
    pub rate: f64,
    /// Make the same transactions, blocks and mishaps each time
    #[arg(long, value_name = "NUMBER", value_parser = parsers::number(0..=u64::MAX), help_heading = heading::DEMO)]
    pub seed: Option<u64>,
    /// Watch the network through this many sensors in different places (1 to 8), over a NATS server
    ///
    /// This needs the program nats-server in $PATH; it runs on this machine until the demo ends.
    #[arg(long, value_name = "N", value_parser = parsers::number(1_u8..=MAX_PLACES), help_heading = heading::DEMO)]
    pub sensors: Option<u8>,
    /// Write JSON lines instead of showing the screen
    #[arg(long, help_heading = heading::DEMO)]
    pub stream: bool,
    /// In the JSON lines, write each transaction with its bytes, in hexadecimal
    #[arg(long, hide_short_help = true, help_heading = heading::DEMO)]
    pub raw: bool,
    /// Which transactions are written.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Flags that every front end shares.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The flags that the demo shares with the screen and the stream.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct CommonArgs {
    /// Watch this address, txid or scriptPubKey (hexadecimal); repeatable
    #[arg(long, value_name = "TARGET", help_heading = heading::WATCH_LIST)]
    pub watch: Vec<String>,
    /// What the user is alerted to.
    #[command(flatten)]
    pub alerts: AlertArgs,
    /// How the screen looks and reacts.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// How the network is monitored.
    #[command(flatten)]
    pub monitor: MonitorArgs,
}

/// The flags of every front end that monitors a network.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct MonitorArgs {
    /// Use at most this much memory for transactions (5 to 65536 MiB); what a single netgroup vouches
    /// for is evicted first, then the lowest fee rates
    #[arg(long, value_name = "MIB", default_value_t = ModelSettings::DEFAULT_MAX_MEMPOOL,
          value_parser = parsers::number(5_u32..=65_536), hide_short_help = true, help_heading = heading::MEMPOOL)]
    pub max_mempool: u32,
    /// Whether events are recorded.
    #[command(flatten)]
    pub recording: RecordingArgs,
    /// Whether the API is served.
    #[command(flatten)]
    pub serve: ServeArgs,
    /// Files that are read, and the log.
    #[command(flatten)]
    pub files: FileArgs,
    /// Time limit for a handshake
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parsers::duration,
          hide_short_help = true, help_heading = heading::TIMING)]
    pub handshake_timeout: Duration,
    /// Time between two pings to a peer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parsers::duration,
          hide_short_help = true, help_heading = heading::TIMING)]
    pub ping_interval: Duration,
    /// Time limit for a pong; a peer that exceeds it is dropped
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parsers::duration,
          hide_short_help = true, help_heading = heading::TIMING)]
    pub ping_timeout: Duration,
    /// Time limit for a requested transaction; after that, the next peer that announced it is asked
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parsers::duration,
          hide_short_help = true, help_heading = heading::TIMING)]
    pub request_timeout: Duration,
}
