//! The command line: flags, what they mean, and one clear line when they are wrong.

mod discovery;

pub use discovery::DiscoveryArgs;

use crate::chain::Network;
use crate::p2p::{DEFAULT_BACKFILL, MAX_BACKFILL, TransportChoice};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Watch the Bitcoin mempool live, without a node.
///
/// mempulse joins the peer-to-peer network itself, keeps its peers alive with pings, and asks for
/// every transaction that they announce.
#[derive(Clone, PartialEq, Debug, Parser)]
#[command(name = "mempulse", version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// Without one: the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to watch.
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// What to do instead of showing the screen.
#[derive(Clone, PartialEq, Debug, Subcommand)]
pub enum Command {
    /// Write one JSON object per line and event to standard output
    Stream(WatchArgs),
    /// Watch a small Bitcoin network that runs inside this process; needs no network
    Demo(DemoArgs),
    /// Print the effective settings as a commented configuration file
    Config(WatchArgs),
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Which network, which peers.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct WatchArgs {
    /// The Bitcoin network to join
    #[arg(long, value_name = "NAME", default_value = "mainnet", value_parser = network_parser())]
    pub network: Network,
    /// Which peers, and by which way.
    #[command(flatten)]
    pub discovery: DiscoveryArgs,
    /// Which transport to speak; v2 is the encrypted one (BIP324), auto takes it where a peer does
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = transport_parser())]
    pub transport: TransportChoice,
    /// Ask peers that offer it (BIP35) for their whole mempool once
    #[arg(long)]
    pub bootstrap: bool,
    /// Fetch this many of the last blocks in the background, so that more fees are known (0: none, at
    /// most 4032)
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BACKFILL,
          value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_BACKFILL)))]
    pub backfill: u32,
    /// Read settings from this file [default: mempulse/config.toml in the user's configuration folder]
    #[arg(long, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// How peers are kept.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// The embedded network.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct DemoArgs {
    /// How many nodes the demo runs (1 to 1000)
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub peers: u16,
    /// Transactions per second (0.01 to 1000)
    #[arg(long, value_name = "TX/S", default_value_t = 7.0, value_parser = rate)]
    pub rate: f64,
    /// Makes the demo's transactions, blocks and mishaps the same each time
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Write JSON lines instead of showing the screen
    #[arg(long)]
    pub stream: bool,
    /// How peers are kept.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What every frontend takes.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct CommonArgs {
    /// The time that a peer has for the handshake
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub handshake_timeout: Duration,
    /// The time between two pings
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub ping_interval: Duration,
    /// The time that a pong may take before the peer is dropped
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub ping_timeout: Duration,
    /// The time that a peer has to send a transaction before the next one is asked
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub request_timeout: Duration,
    /// The memory for transactions, in MiB (5 to 65536); the oldest are dropped beyond it
    #[arg(long, value_name = "MIB", default_value_t = 300, value_parser = clap::value_parser!(u32).range(5..=65_536))]
    pub max_mempool: u32,
    /// Tell what happens with this address, txid or scriptPubKey (hexadecimal digits); repeatable
    #[arg(long, value_name = "TARGET")]
    pub watch: Vec<String>,
    /// Ring the terminal's bell when something happens with what is watched
    #[arg(long)]
    pub bell: bool,
    /// Run this program when something happens with what is watched; it is told what by its environment
    #[arg(long, value_name = "PATH")]
    pub on_watch: Option<PathBuf>,
    /// Write a log to this file; a new one is begun each day, its name ends in the date
    #[arg(long, value_name = "PATH")]
    pub log_file: Option<PathBuf>,
    /// How much to log
    #[arg(long, value_name = "LEVEL", default_value = "info", value_parser = level_parser())]
    pub log_level: tracing::Level,
}

/// The message of a refused command line, folded into one line.
pub fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let said = text.split("\n\nUsage:").next().unwrap_or_default();
    let said = said.split("\n\nFor more information").next().unwrap_or_default();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn network_parser() -> impl TypedValueParser<Value = Network> {
    let names = Network::ALL.map(Network::name).into_iter().chain(["main"]);
    PossibleValuesParser::new(names).map(|name| {
        Network::ALL.into_iter().find(|network| network.name() == name).unwrap_or(Network::Mainnet)
    })
}

fn transport_parser() -> impl TypedValueParser<Value = TransportChoice> {
    let all = TransportChoice::ALL.iter().copied();
    let names = all.clone().map(TransportChoice::name);
    PossibleValuesParser::new(names)
        .map(move |name| all.clone().find(|choice| choice.name() == name).unwrap_or(TransportChoice::Auto))
}

fn level_parser() -> impl TypedValueParser<Value = tracing::Level> {
    PossibleValuesParser::new(["error", "warn", "info", "debug", "trace"])
        .try_map(|name| name.parse::<tracing::Level>())
}

/// The longest time that a flag may name: a day.
const MAX_DURATION: Duration = Duration::from_hours(24);

/// The shortest time that a flag may name.
const MIN_DURATION: Duration = Duration::from_millis(100);

fn duration(text: &str) -> Result<Duration, String> {
    let allowed = "a time from 100ms to 24h, such as 500ms, 30s, 2m, or plain seconds";
    let parsed = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => text.parse::<jiff::SignedDuration>().ok().and_then(|time| time.try_into().ok()),
    };
    parsed
        .filter(|time| (MIN_DURATION..=MAX_DURATION).contains(time))
        .ok_or_else(|| format!("allowed is {allowed}"))
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|rate| (0.01..=1000.0).contains(rate))
        .ok_or_else(|| "allowed is a number from 0.01 to 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, String> {
        Cli::try_parse_from(line.split_whitespace()).map_err(|error| one_line(&error))
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn main_is_short_for_mainnet() {
        assert_eq!(parse("mempulse --network main").unwrap().watch.network, Network::Mainnet);
        assert_eq!(parse("mempulse --network signet").unwrap().watch.network, Network::Signet);
    }

    #[test]
    fn the_transport_is_automatic_unless_chosen() {
        let transport = |line| parse(line).map(|cli| cli.watch.transport.name());
        assert_eq!(transport("mempulse"), Ok("auto"));
        assert_eq!(transport("mempulse --transport v1"), Ok("v1"));
        assert_eq!(transport("mempulse --transport v2"), Ok("v2"));
    }

    #[test]
    fn times_have_units_and_bounds() {
        assert_eq!(duration("30"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0", "-1", "NaN", "inf", "1e300", "-5s", "25h", "soon", "10ms"] {
            assert!(duration(wrong).unwrap_err().contains("100ms to 24h"), "{wrong}");
        }
    }

    #[test]
    fn wrong_input_gets_one_line_that_says_what_is_allowed() {
        for (line, parts) in [
            ("mempulse --network foo", ["'foo' for '--network <NAME>'", "testnet4"]),
            ("mempulse --peers 0", ["'0' for '--peers <N>'", "1..=1000"]),
            ("mempulse demo --rate 3x", ["'3x' for '--rate <TX/S>'", "0.01 to 1000"]),
            ("mempulse stream --ping-interval soon", ["'soon' for '--ping-interval <TIME>'", "500ms, 30s"]),
            ("mempulse --max-mempool 4", ["'4'", "5..=65536"]),
            ("mempulse --backfill 4033", ["'4033' for '--backfill <N>'", "0..=4032"]),
            ("mempulse --peer a --peers 3", ["'--peer <HOST[:PORT]>'", "cannot be used with"]),
            ("mempulse --nonsense", ["--nonsense", "unexpected argument"]),
        ] {
            let said = parse(line).unwrap_err();
            assert!(!said.contains('\n'), "{said}");
            for part in parts {
                assert!(said.contains(part), "{said:?} does not contain {part:?}");
            }
        }
    }
}
