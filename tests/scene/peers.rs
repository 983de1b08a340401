//! The peers: how each one connects, answers pings, and fails.

use super::LENGTH;
use super::chain::HEIGHT;
use super::chance::Chance;
use super::recording::{Recording, ms, seconds};
use mempulse::address::{Host, PeerAddress};
use mempulse::event::{
    AddressCounts, AddressNetwork, ConnectionKind, DisconnectReason, EventKind, Misbehaviour, PeerEvent,
    PeerInfo, SeedFailure, Transport,
};
use mempulse::wire::{Command, Services};
use std::time::Duration;

/// A peer whose handshake succeeds.
#[derive(Clone, Copy)]
pub struct Peer {
    pub id: u64,
    pub address: &'static str,
    pub user_agent: &'static str,
    /// Whether the transport is encrypted.
    pub v2: bool,
    /// The shortest round trip, in ms.
    pub ping_ms: u64,
    /// In sat/kvB; `None` for a blocks-only peer.
    pub fee_filter: Option<u64>,
}

impl Peer {
    /// When its handshake is complete.
    pub fn ready(self) -> Duration {
        ms(300 + self.id * 120 + self.ping_ms * 4)
    }

    /// When it falls silent.
    pub fn silent_from(self) -> Duration {
        match self.id {
            LATE => seconds(690),
            LOST => seconds(500),
            _ => self.disconnected_at(),
        }
    }

    fn disconnected_at(self) -> Duration {
        match self.id {
            LOST => seconds(541),
            CLOSED => seconds(390),
            _ => LENGTH,
        }
    }

    pub fn announces_at(self, at: Duration) -> bool {
        self.fee_filter.is_some() && self.ready() < at && at < self.silent_from()
    }
}

const fn peer(
    id: u64,
    address: &'static str,
    user_agent: &'static str,
    v2: bool,
    ping_ms: u64,
    filter: u64,
) -> Peer {
    Peer { id, address, user_agent, v2, ping_ms, fee_filter: Some(filter) }
}

/// The peer that delivers the blocks and lists its mempool.
pub const FIRST: u64 = 0;
/// Leaves a ping unanswered at the end.
const LATE: u64 = 1;
/// Disconnected by ping timeout.
const LOST: u64 = 2;
/// Its latency jumps.
const SLOW: u64 = 3;
/// Its clock is off, it lacks the last blocks, and it misbehaves.
pub const STALE: u64 = 4;
/// Its fee filter is much higher than the others'.
const STRICT: u64 = 6;
/// Closes the connection.
const CLOSED: u64 = 9;

/// The peers whose handshake succeeds.
pub const PEERS: [Peer; 9] = [
    peer(FIRST, "203.0.113.5:8333", "/Satoshi:31.0.0/", true, 38, 100),
    peer(LATE, "[2001:db8::7]:8333", "/Satoshi:31.0.0/", false, 61, 1_000),
    peer(LOST, "198.51.100.9:8333", "/Satoshi:28.1.0/", true, 112, 1_000),
    peer(SLOW, "192.0.2.44:8333", "/Satoshi:29.0.0/Knots:20250508/", false, 87, 1_000),
    peer(STALE, "203.0.113.77:18333", "/日本語:1.0/", false, 140, 1_000),
    peer(5, ONION, "/Satoshi:31.0.0/", true, 310, 100),
    peer(STRICT, "198.51.100.61:8333", "/btcd:0.25.0/", false, 54, 20_000),
    Peer { fee_filter: None, ..peer(7, "192.0.2.9:8333", "/Satoshi:27.1.0/", true, 132, 0) },
    peer(CLOSED, "192.0.2.190:8333", "/Satoshi:30.0.0/", false, 71, 1_000),
];

/// The ids of the peers.
pub fn peer_ids() -> impl Iterator<Item = u64> {
    PEERS.iter().map(|peer| peer.id)
}

/// Stands for the address of an onion service.
const ONION: &str = "onion";

/// Records DNS seeds, connections, pings, failures and misbehaviour.
pub fn record(recording: &mut Recording, chance: &mut Chance) {
    for (name, answer) in [
        ("seed.bitcoin.sprovoost.nl", Ok(38)),
        ("dnsseed.emzy.de", Ok(40)),
        ("seed.btc.petertodd.net", Err(SeedFailure::Timeout(seconds(5)))),
    ] {
        recording.at(ms(80), EventKind::Seed { name: name.to_owned(), answer });
    }
    for peer in PEERS {
        connect(recording, peer);
        ping(recording, peer, chance);
    }
    fail(recording);
    misbehave(recording);
    recording.at(
        seconds(5),
        EventKind::Addresses(vec![
            AddressCounts { network: AddressNetwork::Ipv4, untried: 12_000, good: 211, failing: 90 },
            AddressCounts { network: AddressNetwork::Ipv6, untried: 2_950, good: 31, failing: 12 },
            AddressCounts { network: AddressNetwork::Onion, untried: 3_100, good: 1, failing: 0 },
        ]),
    );
}

fn address(text: &str) -> PeerAddress {
    match text {
        ONION => PeerAddress { host: Host::TorV3([0xa7; 32]), port: 8_333 },
        _ => PeerAddress::parse(text, 8_333).unwrap(),
    }
}

fn connect(recording: &mut Recording, peer: Peer) {
    let dialled = ms(300 + peer.id * 120);
    let transport = if peer.v2 { Transport::V2 { session_id: [0xa1; 32] } } else { Transport::V1 };
    let base = Services::NETWORK.with(Services::WITNESS).with(Services::NETWORK_LIMITED);
    let base = if peer.id == FIRST { base.with(Services::BLOOM) } else { base };
    let info = PeerInfo {
        version: 70_016,
        services: if peer.v2 { base.with(Services::P2P_V2).with(Services::COMPACT_FILTERS) } else { base },
        user_agent: peer.user_agent.to_owned(),
        start_height: i32::try_from(HEIGHT).unwrap() - if peer.id == STALE { 2 } else { 0 },
        relay: peer.fee_filter.is_some(),
        clock_offset: if peer.id == STALE { 2 * 60 * 60 } else { i64::try_from(peer.id).unwrap() - 3 },
        wtxid_relay: true,
    };
    recording.peer(
        dialled,
        peer.id,
        PeerEvent::Dialling { address: address(peer.address), kind: ConnectionKind::Outbound, attempt: 1 },
    );
    recording.peer(dialled + ms(peer.ping_ms), peer.id, PeerEvent::Connected { transport });
    recording.peer(peer.ready(), peer.id, PeerEvent::Ready(Box::new(info)));
    if let Some(sat_per_kvb) = peer.fee_filter {
        recording.peer(peer.ready(), peer.id, PeerEvent::FeeFilter { sat_per_kvb });
    }
    recording.peer(peer.ready() + seconds(1), peer.id, PeerEvent::Addresses { count: 1_000 });
}

/// A ping every 30 s.
fn ping(recording: &mut Recording, peer: Peer, chance: &mut Chance) {
    for round in 0..24 {
        let asked = peer.ready() + seconds(round * 30);
        let jump = if peer.id == SLOW && asked > seconds(540) { 720 } else { 0 };
        let rtt = ms(peer.ping_ms + jump + chance.below(peer.ping_ms / 2));
        if asked < peer.disconnected_at() {
            recording.peer(asked, peer.id, PeerEvent::Pinged);
        }
        if asked + rtt < peer.silent_from() {
            recording.peer(asked + rtt, peer.id, PeerEvent::Pong { rtt });
        }
    }
}

/// Connections that end, and addresses that were never reached.
fn fail(recording: &mut Recording) {
    let disconnected = |reason, retry_in: Option<u64>| PeerEvent::Disconnected {
        reason,
        retry_at: retry_in.map(|after| super::END + seconds(after)),
    };
    recording.peer(seconds(541), LOST, disconnected(DisconnectReason::PingTimeout, Some(38)));
    recording.peer(seconds(390), CLOSED, disconnected(DisconnectReason::ClosedByPeer, Some(71)));
    let dialling = |text, attempt| PeerEvent::Dialling {
        address: address(text),
        kind: ConnectionKind::Outbound,
        attempt,
    };
    let (refused, silent, hello) = (10, 11, 12);
    recording.peer(seconds(2), refused, dialling("198.51.100.132:8333", 1));
    recording.peer(seconds(3), refused, disconnected(DisconnectReason::Refused, Some(244)));
    let long = "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:8333";
    recording.peer(seconds(640), silent, dialling(long, 1));
    let timeout = DisconnectReason::DialTimeout(seconds(5));
    recording.peer(seconds(645), silent, disconnected(timeout, None));
    recording.peer(seconds(717), silent, dialling(long, 2));
    recording.peer(ms(718_800), hello, dialling("198.51.100.200:8333", 1));
    let transport = Transport::V1;
    recording.peer(seconds(719), hello, PeerEvent::Connected { transport });
}

fn misbehave(recording: &mut Recording) {
    for after in [222, 431, 640] {
        recording.peer(seconds(after), STALE, PeerEvent::Tolerated(Misbehaviour::UnexpectedPong));
    }
    let checksum = Misbehaviour::BadChecksum(Command::Tx);
    recording.peer(seconds(333), STALE, PeerEvent::Tolerated(checksum));
}
