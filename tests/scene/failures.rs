//! A network that cannot be reached.

use super::Scene;
use super::recording::{Recording, ms, seconds};
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{ConnectionKind, DisconnectReason, EventKind, PeerEvent, SeedFailure};

/// No seed answers, and the one known address refuses.
pub fn unreachable() -> Scene {
    let mut recording = Recording::new();
    for seed in Network::Mainnet.dns_seeds() {
        let answer = Err(SeedFailure::Lookup("temporary failure in name resolution".to_owned()));
        recording.at(ms(200), EventKind::Seed { name: (*seed).to_owned(), answer });
    }
    let address = PeerAddress::parse("203.0.113.5:8333", 8_333).unwrap();
    recording.peer(ms(300), 0, PeerEvent::Dialling { address, kind: ConnectionKind::Manual, attempt: 1 });
    let reason = DisconnectReason::Refused;
    let retry_at = Some(super::START + seconds(40));
    recording.peer(ms(340), 0, PeerEvent::Disconnected { reason, retry_at });
    Scene { commands: Vec::new(), events: recording.finish() }
}
