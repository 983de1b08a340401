//! Words for the state of a peer.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::ConnectionKind;
use crate::snapshot::Liveness;
use crate::tui::widgets::{format, text};
use std::time::Duration;

/// Describes how alive a peer is, `drift` after the snapshot.
pub fn liveness(liveness: &Liveness, drift: Duration) -> String {
    match liveness {
        Liveness::Live => "live".to_owned(),
        Liveness::Dialling { elapsed, attempt } => {
            let attempt = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("dialling {}{attempt}", format::span(*elapsed + drift))
        }
        Liveness::Handshake { elapsed } => format!("handshake {}", format::span(*elapsed + drift)),
        Liveness::Late { waiting } => format!("late {}", format::span(*waiting + drift)),
        Liveness::Disconnected { reason, retry_in } => match retry_in {
            Some(retry_in) => {
                format!("{reason} · retrying in {}", format::span(retry_in.saturating_sub(drift)))
            }
            None => reason.to_string(),
        },
    }
}

/// The purpose of a short-lived connection.
pub fn purpose(kind: ConnectionKind) -> Option<&'static str> {
    match kind {
        ConnectionKind::Manual | ConnectionKind::Outbound => None,
        ConnectionKind::AddrFetch => Some("addresses only"),
        ConnectionKind::MempoolFetch => Some("mempool list"),
    }
}

/// The address of a peer, if it is still known.
pub fn address(address: Option<&PeerAddress>) -> String {
    address.map_or_else(|| "a peer no longer known".to_owned(), ToString::to_string)
}

/// An address in at most `cells` cells. The network's default port is dropped before anything is cut.
pub fn short_address(address: &PeerAddress, cells: usize, network: Network) -> String {
    let address = address.to_string();
    let default_port = format!(":{}", network.default_port());
    match address.strip_suffix(&default_port) {
        Some(host) if text::width(&address) > cells => text::cut_middle(host, cells),
        _ => text::cut_middle(&address, cells),
    }
}

/// A user agent without its surrounding slashes.
pub fn agent(user_agent: &str) -> String {
    user_agent.trim_matches('/').to_owned()
}
