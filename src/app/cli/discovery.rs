//! Flags about the choice of peers and the routes to them.

use crate::address::PeerAddress;
use crate::app::cli::{heading, parsers};
use crate::app::invalid::InvalidValue;
use crate::chain::Network;
use crate::p2p::{Discovery, IpFamilies, PeerChoice, Routes};
use clap::Args;

/// The flags that say which peers to connect to, and how to reach them.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct DiscoveryArgs {
    /// Do not query DNS seeds for addresses of peers
    #[arg(long, hide_short_help = true, help_heading = heading::NETWORK)]
    pub no_dns: bool,
    /// Connect over IPv4 only
    #[arg(long, conflicts_with = "ipv6_only", hide_short_help = true, help_heading = heading::NETWORK)]
    pub ipv4_only: bool,
    /// Connect over IPv6 only
    #[arg(long, hide_short_help = true, help_heading = heading::NETWORK)]
    pub ipv6_only: bool,
    /// Connect to all peers through this SOCKS5 proxy; its port defaults to 9050
    ///
    /// The proxy resolves all names: nothing is resolved or dialled directly.
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parsers::proxy, help_heading = heading::NETWORK)]
    pub proxy: Option<PeerAddress>,
    /// Connect to onion addresses through this SOCKS5 proxy, and to others directly or through --proxy
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parsers::proxy, hide_short_help = true,
          help_heading = heading::NETWORK)]
    pub onion_proxy: Option<PeerAddress>,
    /// Connect to this peer and to no others; repeatable
    ///
    /// HOST is an IPv4 or IPv6 address, a name, or an onion address; the port defaults to the network's.
    /// A network without seeds (regtest, simnet) needs a --peer.
    #[arg(long = "peer", value_name = "HOST[:PORT]", help_heading = heading::PEERS)]
    pub peer: Vec<String>,
    /// Connect to this peer in addition to discovered ones; repeatable
    #[arg(long = "add-peer", value_name = "HOST[:PORT]", conflicts_with = "peer",
          help_heading = heading::PEERS)]
    pub add_peer: Vec<String>,
    /// Find and keep this many peers (1 to 1000)
    #[arg(long, value_name = "N", default_value_t = 8, conflicts_with = "peer",
          value_parser = parsers::number(1_u16..=1_000), help_heading = heading::PEERS)]
    pub peers: u16,
}

impl DiscoveryArgs {
    /// Returns the peers to connect to on `network`.
    ///
    /// # Errors
    /// One line with the flag, its value, what is wrong with the value, and what is allowed.
    pub fn choice(&self, network: Network) -> Result<PeerChoice, InvalidValue> {
        if !self.peer.is_empty() {
            return Ok(PeerChoice::Only(addresses("peer", "--peer", &self.peer, network)?));
        }
        Ok(PeerChoice::Discover(Discovery {
            peers: self.peers.into(),
            also: addresses("add_peer", "--add-peer", &self.add_peer, network)?,
            dns: !self.no_dns,
            addresses: None,
        }))
    }

    /// How to reach peers.
    pub fn routes(&self) -> Routes {
        let families = match (self.ipv4_only, self.ipv6_only) {
            (true, _) => IpFamilies::V4,
            (_, true) => IpFamilies::V6,
            _ => IpFamilies::Both,
        };
        Routes { proxy: self.proxy.clone(), onion_proxy: self.onion_proxy.clone(), families }
    }
}

fn addresses(
    id: &'static str,
    flag: &str,
    texts: &[String],
    network: Network,
) -> Result<Vec<PeerAddress>, InvalidValue> {
    let parse = |(index, text): (usize, &String)| {
        PeerAddress::parse(text, network.default_port()).map_err(|error| {
            let message = format!("invalid value '{text}' for '{flag} <HOST[:PORT]>': {error}");
            InvalidValue::new(id, message).at(index)
        })
    };
    texts.iter().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, one_line};
    use super::*;
    use clap::Parser;

    fn parse(line: &str) -> Result<DiscoveryArgs, String> {
        let cli = Cli::try_parse_from(format!("mempulse {line}").split_whitespace());
        cli.map(|cli| cli.watch.join.discovery).map_err(|error| one_line(&error))
    }

    fn choice(line: &str) -> Result<PeerChoice, String> {
        parse(line).unwrap().choice(Network::Mainnet).map_err(|invalid| invalid.message)
    }

    #[test]
    fn without_flags_eight_peers_are_found() {
        let PeerChoice::Discover(discovery) = choice("").unwrap() else { panic!("not a search") };
        assert_eq!((discovery.peers, discovery.dns), (8, true));
        assert!(discovery.also.is_empty());
        assert_eq!(parse("").unwrap().routes(), Routes::default());
    }

    #[test]
    fn flags_choose_peers_and_routes() {
        let at = |text| PeerAddress::parse(text, 8_333).unwrap();
        let PeerChoice::Discover(discovery) = choice("--add-peer 20.1.0.1 --peers 1000 --no-dns").unwrap()
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
            ("--proxy :1", ["'--proxy <HOST[:PORT]>'", "no host: must be HOST or HOST:PORT"]),
            (
                "--onion-proxy host:0",
                ["'--onion-proxy <HOST[:PORT]>'", "invalid port \"0\": must be 1 to 65535"],
            ),
        ] {
            let output = parse(line).unwrap_err();
            assert!(!output.contains('\n'), "{output}");
            for part in parts {
                assert!(output.contains(part), "{output:?} does not contain {part:?}");
            }
        }
    }

    #[test]
    fn a_wrong_peer_is_named() {
        let output = choice("--peer 127.0.0.1:99999").unwrap_err();
        assert!(
            output.starts_with("invalid value '127.0.0.1:99999' for '--peer <HOST[:PORT]>': "),
            "{output}"
        );
        let output = choice("--add-peer [::1").unwrap_err();
        assert!(output.starts_with("invalid value '[::1' for '--add-peer <HOST[:PORT]>': "), "{output}");
    }
}
