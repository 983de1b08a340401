//! Connections from the dial to their end, over loopback sockets: every ending has its reason.

mod support;

use mempulse::address::{Host, PeerAddress};
use mempulse::event::{DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, PeerInfo};
use mempulse::p2p::Settings;
use mempulse::wire::{Command, Message, Version};
use std::time::Duration;
use support::{Monitor, NETWORK, Node, settings, version};

const PEER: PeerId = PeerId(0);

/// Runs the monitor until the connection has ended, while the peer follows `script`.
async fn ending<T>(settings: Settings, script: impl Future<Output = T>) -> DisconnectReason {
    let mut monitor = Monitor::start(settings);
    tokio::join!(monitor.end_of(PEER), script).0
}

async fn ready(monitor: &mut Monitor) -> Box<PeerInfo> {
    monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Ready(info) => Some(info),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_peer_is_dialled_connects_completes_the_handshake_and_answers_pings() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut seen = Vec::new();
    let reported = async {
        while seen.len() < 5 {
            match monitor.next().await.kind {
                EventKind::Peer(PEER, PeerEvent::Dialling { address, attempt: 1, .. }) => {
                    assert_eq!(address, node.address());
                    seen.push("dialling");
                }
                EventKind::Peer(PEER, PeerEvent::Connected { .. }) => seen.push("connected"),
                EventKind::Peer(PEER, PeerEvent::Ready(info)) => {
                    assert_eq!(info.user_agent, "/Scripted:1.0/");
                    assert!(info.wtxid_relay);
                    seen.push("ready");
                }
                EventKind::Peer(PEER, PeerEvent::Pinged) => seen.push("pinged"),
                EventKind::Peer(PEER, PeerEvent::Pong { .. }) => seen.push("pong"),
                EventKind::Peer(PEER, PeerEvent::Traffic(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let (mut peer, ()) = tokio::join!(node.meet(), reported);
    assert_eq!(seen, ["dialling", "connected", "ready", "pinged", "pong"]);
    peer.say(&Message::Ping(77)).await;
    peer.hear_first(|message| (message == Message::Pong(77)).then_some(())).await;
    monitor.shutdown().await;
}

#[tokio::test]
async fn the_traffic_is_reported_before_the_end() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let (peer, _) = tokio::join!(node.meet(), ready(&mut monitor));
    drop(peer);
    let mut commands = Vec::new();
    loop {
        match monitor.next().await.kind {
            EventKind::Peer(_, PeerEvent::Traffic(traffic)) => {
                commands.extend(traffic.commands.iter().map(|traffic| traffic.command.clone()));
            }
            EventKind::Peer(_, PeerEvent::Disconnected { .. }) => break,
            _ => {}
        }
    }
    for command in ["version", "wtxidrelay", "sendaddrv2", "verack", "sendheaders", "ping", "pong"] {
        assert!(commands.iter().any(|counted| counted == command), "{command} in {commands:?}");
    }
}

#[tokio::test]
async fn a_closed_port_refuses_and_is_redialled_later() {
    let node = Node::listen().await;
    let address = node.address();
    drop(node);
    let mut monitor = Monitor::start(settings(vec![address]));
    let (time, reason, retry_at) = monitor
        .first(|event| match event.kind {
            EventKind::Peer(PEER, PeerEvent::Disconnected { reason, retry_at }) => {
                Some((event.time, reason, retry_at))
            }
            _ => None,
        })
        .await;
    assert_eq!(reason, DisconnectReason::Refused);
    let wait = retry_at.expect("a chosen peer is redialled").since(time);
    assert!((Duration::from_millis(750)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
    let attempt = monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Dialling { attempt, .. } => (attempt > 1).then_some(attempt),
            _ => None,
        })
        .await;
    assert_eq!(attempt, 2);
}

#[tokio::test]
async fn a_name_is_resolved_and_an_unknown_one_is_reported() {
    let node = Node::listen().await;
    let name = |name: &str| PeerAddress { host: Host::Name(name.to_owned()), port: node.address().port };
    let mut monitor = Monitor::start(settings(vec![name("localhost")]));
    tokio::join!(node.meet(), ready(&mut monitor));
    let mut monitor = Monitor::start(settings(vec![name("no such name.invalid")]));
    let reason = monitor.end_of(PEER).await;
    assert_eq!(reason, DisconnectReason::NameNotResolved("no such name.invalid".to_owned()));
}

#[tokio::test]
async fn the_reason_shows_whether_a_peer_closed_inside_a_message() {
    let node = Node::listen().await;
    let between = ending(settings(vec![node.address()]), async { drop(node.meet().await) });
    assert_eq!(between.await, DisconnectReason::ClosedByPeer);
    let inside = ending(settings(vec![node.address()]), async {
        let mut peer = node.meet().await;
        let bytes = Message::Ping(1).encode(NETWORK.magic());
        peer.write(&bytes[..30]).await;
    });
    assert_eq!(inside.await, DisconnectReason::ClosedInsideMessage);
}

#[tokio::test]
async fn another_network_is_recognised() {
    let node = Node::listen().await;
    let reason = ending(settings(vec![node.address()]), async {
        let mut peer = node.accept().await;
        peer.write(&Message::Verack.encode([0xf9, 0xbe, 0xb4, 0xd9])).await;
        peer
    });
    assert_eq!(reason.await, DisconnectReason::WrongMagic([0xf9, 0xbe, 0xb4, 0xd9]));
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_ends_the_connection() {
    let node = Node::listen().await;
    let limit = Duration::from_millis(300);
    let impatient = Settings { handshake_timeout: limit, ..settings(vec![node.address()]) };
    let reason = ending(impatient, async {
        let mut peer = node.accept().await;
        peer.say(&Message::Version(version())).await;
        peer
    });
    assert_eq!(reason.await, DisconnectReason::HandshakeTimeout(limit));
}

#[tokio::test]
async fn a_connection_to_ourselves_is_recognised() {
    let node = Node::listen().await;
    let reason = ending(settings(vec![node.address()]), async {
        let mut peer = node.accept().await;
        let ours = peer.hear().await;
        peer.say(&ours).await;
        peer
    });
    assert_eq!(reason.await, DisconnectReason::SelfConnection);
}

#[tokio::test]
async fn a_version_that_is_too_old_is_refused() {
    let node = Node::listen().await;
    let reason = ending(settings(vec![node.address()]), async {
        let mut peer = node.accept().await;
        peer.say(&Message::Version(Version { version: 209, ..version() })).await;
        peer
    });
    assert_eq!(reason.await, DisconnectReason::VersionTooOld(209));
}

#[tokio::test]
async fn a_frozen_peer_ends_by_ping_timeout_and_is_redialled() {
    let node = Node::listen().await;
    let impatient = Settings {
        ping_interval: Duration::from_millis(100),
        ping_timeout: Duration::from_millis(300),
        ..settings(vec![node.address()])
    };
    let mut monitor = Monitor::start(impatient);
    let (_frozen, _) = tokio::join!(node.meet(), ready(&mut monitor));
    assert_eq!(monitor.end_of(PEER).await, DisconnectReason::PingTimeout);
    tokio::join!(node.meet(), ready(&mut monitor));
}

#[tokio::test]
async fn a_blocks_only_peer_stays_with_a_warning() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let blocks_only = Version { relay: false, ..version() };
    let (mut peer, info) = tokio::join!(node.meet_as(blocks_only), ready(&mut monitor));
    assert!(!info.relay);
    peer.say(&Message::Ping(5)).await;
    peer.hear_first(|message| (message == Message::Pong(5)).then_some(())).await;
}

#[tokio::test]
async fn features_after_the_handshake_end_the_connection_as_in_core() {
    let node = Node::listen().await;
    let reason = ending(settings(vec![node.address()]), async {
        let mut peer = node.meet().await;
        peer.say(&Message::WtxidRelay).await;
        peer
    });
    let what = Misbehaviour::AfterHandshake(Command::WtxidRelay);
    assert_eq!(reason.await, DisconnectReason::Misbehaved(what));
}

#[tokio::test]
async fn a_dropped_future_loses_no_event() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut kinds = Vec::new();
    let poll_now_and_then = async {
        loop {
            let event = tokio::time::timeout(Duration::from_micros(50), monitor.next()).await;
            match event.map(|event| event.kind) {
                Ok(EventKind::Peer(_, PeerEvent::Pong { .. })) => break,
                Ok(EventKind::Peer(_, PeerEvent::Traffic(_))) | Err(_) => {}
                Ok(kind) => kinds.push(kind),
            }
        }
    };
    tokio::join!(node.meet(), poll_now_and_then);
    assert_eq!(kinds.len(), 4, "dialling, connected, ready, pinged: {kinds:?}");
}
