//! The command line: commands, flags, and one-line errors.

mod alert;
mod discovery;
mod filter;
mod flags;
mod from;
mod nats;
mod needs;
mod parsers;
mod recording;
mod refusal;
mod replay;
mod screen;
mod sensor;
mod serve;

pub use flags::{
    CommonArgs, DemoArgs, JoinArgs, MonitorArgs, ReportArgs, StreamArgs, TransferArgs, WatchArgs,
};
pub use from::FromArgs;
pub use nats::NatsArgs;
pub use needs::check as check_needs;
pub use refusal::one_line;
pub use replay::ReplayArgs;
pub use sensor::SensorArgs;
pub use serve::ServeArgs;

use clap::{Parser, Subcommand};

/// The headings under which help lists the flags.
mod heading {
    pub(super) const NETWORK: &str = "Network";
    pub(super) const PEERS: &str = "Peers";
    pub(super) const MEMPOOL: &str = "Mempool";
    pub(super) const WATCH_LIST: &str = "Watch list";
    pub(super) const ALERTS: &str = "Alerts";
    pub(super) const SCREEN: &str = "Screen";
    pub(super) const STREAM: &str = "Stream";
    pub(super) const API: &str = "API";
    pub(super) const SENSOR: &str = "Sensor";
    pub(super) const NATS: &str = "NATS server";
    pub(super) const REPLAY: &str = "Replay";
    pub(super) const FILES: &str = "Files and logs";
    pub(super) const TIMING: &str = "Timing";
    pub(super) const REPORT: &str = "Report";
    pub(super) const DEMO: &str = "Demo";
}

/// The text below the flags in the short help.
const SHORT_HELP: &str = "`--help` lists all flags and explains them.";

/// The text below the flags in the long help.
const LONG_HELP: &str = "\
Times are written as 500ms, 30s, 2m, 1h or plain seconds, from 100ms to 24h.

Every flag can also be set in the environment (MEMPULSE_PING_INTERVAL=10s, MEMPULSE_NO_DNS=true) or in \
the configuration file (ping-interval = \"10s\", no-dns = true). A flag overrides the environment, which \
overrides the file. `mempulse config` prints the effective settings.";

/// Watch the Bitcoin mempool live, without a node
///
/// mempulse joins Bitcoin's peer-to-peer network itself: it connects to several peers, requests every
/// transaction that they announce, and shows what it learns from them.
#[derive(Clone, PartialEq, Debug, Parser)]
#[command(name = "mempulse", version, args_conflicts_with_subcommands = true,
          after_help = SHORT_HELP, after_long_help = LONG_HELP)]
pub struct Cli {
    /// `None`: show the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of the screen.
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// The subcommands.
#[derive(Clone, PartialEq, Debug, Subcommand)]
pub enum Command {
    /// Write events as JSON lines to standard output
    #[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
    Stream(StreamArgs),
    /// Print one report of peers, mempool and blocks, and exit
    ///
    /// It is printed as soon as the whole mempool of a peer has been fetched, or after `--after` if that takes
    /// longer.
    #[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
    Report(ReportArgs),
    /// Watch a small Bitcoin network inside this process; needs no internet
    #[command(after_help = SHORT_HELP)]
    Demo(DemoArgs),
    /// Replay recordings (--record), at any speed and from any moment
    ///
    /// On screen, `p` pauses, `{` and `}` change the speed (1 to 1,000 times), `<` and `>` go 10 s back and forward, `[` and
    /// `]` to the block before and after. It connects to nothing, and checks no alerts.
    #[command(after_help = SHORT_HELP)]
    Replay(Box<ReplayArgs>),
    /// Publish events on NATS JetStream, without a screen: one of many vantage points
    ///
    /// What the peers announce and deliver goes into a stream on the server, which is created if it does not exist.
    /// While the server is away or full, messages wait on disk. The watch list and alerts are never published.
    /// docs/sensors.md describes the messages, and how to set up a server.
    #[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
    Sensor(Box<SensorArgs>),
    /// Start the next run with the mempool in a mempool.dat of Bitcoin Core
    ///
    /// It replaces the mempool that mempulse saved for this network, and counts as soon as the blocks since then
    /// are known: at most 144, or as many as `--backfill` says. Bitcoin Core's `savemempool` writes such a file. No
    /// other mempulse may be running with the same folder and network.
    #[command(after_help = SHORT_HELP)]
    Import(TransferArgs),
    /// Write the saved mempool to a mempool.dat, for importmempool of Bitcoin Core
    ///
    /// The mempool is saved while mempulse runs, and when it ends. An existing file is not overwritten. No
    /// other mempulse may be running with the same folder and network.
    #[command(after_help = SHORT_HELP)]
    Export(TransferArgs),
    /// Print the effective settings as a configuration file
    #[command(after_help = SHORT_HELP, after_long_help = LONG_HELP)]
    Config(WatchArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell that reads the script
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Network;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, String> {
        Cli::try_parse_from(line.split_whitespace()).map_err(|error| one_line(&error))
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_before_the_subcommand_is_shown_where_it_belongs() {
        let refused = parse("mempulse --network regtest stream").unwrap_err();
        assert_eq!(refused, "error: flags follow the subcommand: mempulse stream --network <NAME>");
    }

    #[test]
    fn main_is_short_for_mainnet() {
        assert_eq!(parse("mempulse --network main").unwrap().watch.join.network, Network::Mainnet);
        assert_eq!(parse("mempulse --network signet").unwrap().watch.join.network, Network::Signet);
    }

    #[test]
    fn the_transport_is_automatic_unless_chosen() {
        let transport = |line| parse(line).map(|cli| cli.watch.join.transport.name());
        assert_eq!(transport("mempulse"), Ok("auto"));
        assert_eq!(transport("mempulse --transport v1"), Ok("v1"));
        assert_eq!(transport("mempulse --transport v2"), Ok("v2"));
    }

    #[test]
    fn the_bootstrap_is_automatic_unless_chosen() {
        let bootstrap = |line| parse(line).map(|cli| cli.watch.join.bootstrap.name());
        for line in ["mempulse", "mempulse --bootstrap", "mempulse --bootstrap true --bell"] {
            assert_eq!(bootstrap(line), Ok("auto"), "{line}");
        }
        assert_eq!(bootstrap("mempulse --bootstrap false"), Ok("off"));
        for mode in ["auto", "off", "force"] {
            let line = format!("mempulse --bootstrap {mode}");
            assert_eq!(parse(&line).map(|cli| cli.watch.join.bootstrap.name()), Ok(mode));
        }
    }

    #[test]
    fn invalid_input_gets_one_line_that_says_what_is_allowed() {
        for (line, parts) in [
            ("mempulse --network foo", ["'foo' for '--network <NAME>'", "testnet4"]),
            ("mempulse --peers 0", ["'0' for '--peers <N>'", "must be 1 to 1000"]),
            ("mempulse demo --rate 3x", ["'3x' for '--rate <TX/S>'", "0.01 to 1000"]),
            ("mempulse stream --ping-interval soon", ["'soon' for '--ping-interval <TIME>'", "500ms, 30s"]),
            ("mempulse --max-mempool 4", ["'4'", "must be 5 to 65536"]),
            ("mempulse --bootstrap yes", ["'yes' for '--bootstrap [<MODE>]'", "auto, off, force"]),
            ("mempulse --backfill 4033", ["'4033' for '--backfill <N>'", "must be 0 to 4032"]),
            ("mempulse --peer a --peers 3", ["'--peer <HOST[:PORT]>'", "cannot be used with"]),
            ("mempulse --alert figures:live_peer<5", ["column 9: ", "did you mean live_peers?"]),
            (
                "mempulse sensor --nats nats://a:b@c --name x",
                ["--nats <URL>", "must not contain a user or a password"],
            ),
            (
                "mempulse sensor --nats http://c --name x",
                ["'http://c'", "nats://HOST[:PORT] or tls://HOST[:PORT]"],
            ),
            ("mempulse sensor --nats c --name Fra1", ["'Fra1' for '--name <NAME>'", "1 to 32 of a-z"]),
            ("mempulse sensor --name x", ["required", "--nats <URL>"]),
            (
                "mempulse sensor --nats c --name x --nats-user me --nats-nkey-file f",
                ["--nats-user", "cannot be used"],
            ),
            ("mempulse sensor --nats c --name x --watch a", ["--watch", "unexpected argument"]),
            ("mempulse --nonsense", ["--nonsense", "unexpected argument"]),
            ("mempulse --netwrk x", ["'--netwrk' found; a similar argument exists: ", "'--network'"]),
            ("mempulse strem", ["'strem'; a similar subcommand exists: ", "'stream'"]),
            ("mempulse --stream", ["'--stream': it is a flag of ", "mempulse demo and mempulse replay"]),
            ("mempulse --where x", ["'--where': it is a flag of ", "mempulse stream, mempulse demo and "]),
            ("mempulse demo --seed x", ["'x' for '--seed <NUMBER>': ", "must be 0 to 18446744073709551615"]),
            ("mempulse replay x --stream --speed 9", ["--stream", "cannot be used with '--speed <N>'"]),
        ] {
            let message = parse(line).unwrap_err();
            assert!(!message.contains('\n'), "{message}");
            for part in parts {
                assert!(message.contains(part), "{message:?} does not contain {part:?}");
            }
        }
    }

    #[test]
    fn the_servers_of_a_cluster_can_be_listed_or_named_one_by_one() {
        for line in ["--nats nats://a:1,tls://b", "--nats a:1 --nats tls://b"] {
            let cli = parse(&format!("mempulse sensor --name x {line}")).unwrap();
            let Some(Command::Sensor(args)) = cli.command else { panic!("{cli:?}") };
            let addresses: Vec<String> = args.nats.iter().map(ToString::to_string).collect();
            assert_eq!(addresses, ["nats://a:1", "tls://b:4222"]);
        }
    }

    #[test]
    fn control_characters_of_invalid_input_are_not_repeated() {
        for flag in ["--alert", "--network", "--peers"] {
            let message = |value| one_line(&Cli::try_parse_from(["mempulse", flag, value]).unwrap_err());
            for value in ["figures:\u{9b}31m", "a\u{202e}b"] {
                let message = message(value);
                assert!(message.contains('·') && !message.contains(['\u{9b}', '\u{202e}']), "{message:?}");
            }
            assert!(!message("\u{1b}]0;x\u{7}").contains(char::is_control));
        }
    }
}
