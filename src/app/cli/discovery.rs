//! The flags that say how peers are found and reached.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::p2p::{Discovery, IpFamilies, PeerChoice, Routes};
use crate::store::default_state_dir;
use clap::Args;
use std::path::PathBuf;

/// The port on which Tor takes SOCKS5 connections.
const TOR_PORT: u16 = 9_050;

/// Which peers, and by which way.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct DiscoveryArgs {
    /// Connect to this peer and to no others (repeatable); the port defaults to the network's
    #[arg(long = "peer", value_name = "HOST[:PORT]")]
    pub peer: Vec<String>,
    /// Connect to this peer besides the others that are found (repeatable)
    #[arg(long = "add-peer", value_name = "HOST[:PORT]", conflicts_with = "peer")]
    pub add_peer: Vec<String>,
    /// How many peers to find and keep (1 to 1000)
    #[arg(long, value_name = "N", default_value_t = 8, conflicts_with = "peer",
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub peers: u16,
    /// Do not ask DNS seeds for addresses of peers
    #[arg(long)]
    pub no_dns: bool,
    /// Use IPv4 only
    #[arg(long, conflicts_with = "ipv6_only")]
    pub ipv4_only: bool,
    /// Use IPv6 only
    #[arg(long)]
    pub ipv6_only: bool,
    /// Reach everybody through this SOCKS5 proxy, by name; nothing is resolved or dialled directly
    /// (port 9050 unless given)
    #[arg(long, value_name = "HOST[:PORT]", value_parser = proxy)]
    pub proxy: Option<PeerAddress>,
    /// Reach onion addresses through this SOCKS5 proxy, and the others directly or by --proxy
    #[arg(long, value_name = "HOST[:PORT]", value_parser = proxy)]
    pub onion_proxy: Option<PeerAddress>,
    /// Keep known addresses, the outputs of recent blocks and the history of the mempool in this folder [default: mempulse in the user's state folder]
    #[arg(long, value_name = "PATH")]
    pub state_dir: Option<PathBuf>,
}

impl DiscoveryArgs {
    /// Whom to dial on `network`.
    ///
    /// # Errors
    ///
    /// One line that names the flag's value, what is wrong with it, and what is allowed.
    pub fn choice(&self, network: Network) -> Result<PeerChoice, String> {
        if !self.peer.is_empty() {
            return Ok(PeerChoice::Only(addresses("--peer", &self.peer, network)?));
        }
        Ok(PeerChoice::Discover(Discovery {
            peers: self.peers.into(),
            also: addresses("--add-peer", &self.add_peer, network)?,
            dns: !self.no_dns,
            addresses: None,
        }))
    }

    /// The directory for what survives a restart; `None` without a home directory.
    pub fn state_dir(&self) -> Option<PathBuf> {
        self.state_dir.clone().or_else(default_state_dir)
    }

    /// By which ways.
    pub fn routes(&self) -> Routes {
        let families = match (self.ipv4_only, self.ipv6_only) {
            (true, _) => IpFamilies::V4,
            (_, true) => IpFamilies::V6,
            _ => IpFamilies::Both,
        };
        Routes { proxy: self.proxy.clone(), onion_proxy: self.onion_proxy.clone(), families }
    }
}

fn addresses(flag: &str, texts: &[String], network: Network) -> Result<Vec<PeerAddress>, String> {
    let parse = |text: &String| {
        PeerAddress::parse(text, network.default_port())
            .map_err(|error| format!("invalid value '{text}' for '{flag} <HOST[:PORT]>': {error}"))
    };
    texts.iter().map(parse).collect()
}

fn proxy(text: &str) -> Result<PeerAddress, String> {
    PeerAddress::parse(text, TOR_PORT).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, one_line};
    use super::*;
    use clap::Parser;

    fn parse(line: &str) -> Result<DiscoveryArgs, String> {
        let cli = Cli::try_parse_from(format!("mempulse {line}").split_whitespace());
        cli.map(|cli| cli.watch.discovery).map_err(|error| one_line(&error))
    }

    fn choice(line: &str) -> Result<PeerChoice, String> {
        parse(line).unwrap().choice(Network::Mainnet)
    }

    #[test]
    fn without_flags_eight_peers_are_found() {
        let PeerChoice::Discover(discovery) = choice("").unwrap() else { panic!("not a search") };
        assert_eq!((discovery.peers, discovery.dns), (8, true));
        assert!(discovery.also.is_empty());
        assert_eq!(parse("").unwrap().routes(), Routes::default());
    }

    #[test]
    fn flags_choose_peers_and_ways() {
        let at = |text| PeerAddress::parse(text, 8_333).unwrap();
        let PeerChoice::Discover(discovery) =
            choice("--add-peer 20.1.0.1 --peers 1000 --no-dns --state-dir /tmp/x").unwrap()
        else {
            panic!("not a search")
        };
        let expected = Discovery { peers: 1_000, also: vec![at("20.1.0.1")], dns: false, addresses: None };
        assert_eq!(discovery, expected);
        assert_eq!(choice("--peer 20.1.0.1:1"), Ok(PeerChoice::Only(vec![at("20.1.0.1:1")])));
        let routes = parse("--proxy localhost --onion-proxy 127.0.0.1:9150 --ipv6-only").unwrap().routes();
        assert_eq!(routes.proxy, Some(at("localhost:9050")));
        assert_eq!(routes.onion_proxy, Some(at("127.0.0.1:9150")));
        assert_eq!(routes.families, IpFamilies::V6);
    }

    #[test]
    fn wrong_flags_get_one_line() {
        for (line, parts) in [
            ("--peer a --add-peer b", ["--add-peer", "cannot be used with"]),
            ("--ipv4-only --ipv6-only", ["--ipv6-only", "cannot be used with"]),
            ("--proxy :1", ["'--proxy <HOST[:PORT]>'", "no host given"]),
            ("--onion-proxy host:0", ["'--onion-proxy <HOST[:PORT]>'", "no port"]),
        ] {
            let said = parse(line).unwrap_err();
            assert!(!said.contains('\n'), "{said}");
            for part in parts {
                assert!(said.contains(part), "{said:?} does not contain {part:?}");
            }
        }
    }

    #[test]
    fn a_wrong_peer_is_named() {
        let said = choice("--peer 127.0.0.1:99999").unwrap_err();
        assert!(said.starts_with("invalid value '127.0.0.1:99999' for '--peer <HOST[:PORT]>': "), "{said}");
        let said = choice("--add-peer [::1").unwrap_err();
        assert!(said.starts_with("invalid value '[::1' for '--add-peer <HOST[:PORT]>': "), "{said}");
    }
}
