//! Words for when no peer can be reached: what failed, and what the user can try.

use crate::event::{DisconnectReason, NoRoute};
use crate::model::Unreachable;

/// Lists what failed, then what to try; one line each.
pub fn advice(unreachable: &Unreachable) -> Vec<String> {
    let network = unreachable.network;
    let has_seeds = !network.dns_seeds().is_empty();
    let discovers = !unreachable.chosen_peers;
    let mut lines = Vec::new();
    if discovers && !has_seeds {
        lines.push(format!("{network} has no DNS seeds: give a node with --peer HOST:PORT"));
    }
    if discovers {
        lines.extend(unreachable.seeds.iter().map(|(name, failure)| format!("seed {name}: {failure}")));
    }
    let peer = |(address, reason)| format!("{address}: {reason}{}", flags(reason));
    lines.extend(unreachable.peers.iter().map(|(address, reason)| peer((address, reason))));
    if unreachable.more_peers > 0 {
        lines.push(format!("and {} more addresses", unreachable.more_peers));
    }
    if unreachable.chosen_peers {
        lines.push(format!("is the node running, listening, and on {network}? (--network sets the network)"));
    } else if has_seeds {
        let port = network.default_port();
        lines.push(format!("is there a network, and does it allow connections to port {port}?"));
        lines.push("--peer HOST:PORT connects to a node of your choice".to_owned());
    }
    lines.push("mempulse demo needs no network".to_owned());
    lines
}

/// The flags that change the settings behind `reason`.
fn flags(reason: &DisconnectReason) -> &'static str {
    match reason {
        DisconnectReason::NoRoute(NoRoute::OnionWithoutProxy) => " (--onion-proxy or --proxy)",
        DisconnectReason::NoRoute(NoRoute::Ipv4Excluded) => " by --ipv6-only",
        DisconnectReason::NoRoute(NoRoute::Ipv6Excluded) => " by --ipv4-only",
        _ => "",
    }
}
