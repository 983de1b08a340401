//! The v2 transport with peers built on the crate `bip324`, and the fallback to v1.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use bip324::Role;
use bip324::io::{Payload, Protocol};
use mempulse::address::PeerAddress;
use mempulse::event::{DisconnectReason, PeerEvent, PeerId, Transport};
use mempulse::p2p::{Routes, Settings, TransportChoice};
use mempulse::wire::{Message, Services, Version};
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{JoinHandle, spawn};
use support::{Conversation, Monitor, NETWORK, Node, settings, version};

const PEER: PeerId = PeerId(0);

/// The dialled end of a v2 connection.
struct Encrypted {
    protocol: Protocol<BufReader<TcpStream>, TcpStream>,
    /// For writing bytes past the protocol.
    stream: TcpStream,
}

impl Encrypted {
    fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        let (reader, writer) = (stream.try_clone().unwrap(), stream.try_clone().unwrap());
        let (garbage, decoys) = (Some(vec![7; 3_000]), Some(vec![vec![1; 50], vec![]]));
        let reader = BufReader::new(reader);
        let protocol = Protocol::new(NETWORK.magic(), Role::Responder, garbage, decoys, reader, writer);
        Self { protocol: protocol.unwrap_or_else(|error| panic!("{error}")), stream }
    }

    /// Sends a message with its long command, and a decoy before it.
    fn say(&mut self, message: &Message) {
        let mut contents = vec![0; 13];
        contents[1..][..message.command().len()].copy_from_slice(message.command().as_bytes());
        message.encode_payload(&mut contents);
        self.write(&Payload::decoy(vec![18; 9]));
        self.write(&Payload::genuine(contents));
    }

    fn write(&mut self, payload: &Payload) {
        self.protocol.write(payload).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Reads the contents of the next packet.
    fn hear(&mut self) -> Vec<u8> {
        self.protocol.read().unwrap_or_else(|error| panic!("{error}")).contents().to_vec()
    }

    /// Reads packets until one has this short id; returns its payload.
    fn hear_id(&mut self, id: u8) -> Vec<u8> {
        loop {
            let contents = self.hear();
            if contents[0] == id {
                return contents[1..].to_vec();
            }
        }
    }

    fn hear_command(&mut self, command: &str) {
        let mut name = vec![0; 13];
        name[1..][..command.len()].copy_from_slice(command.as_bytes());
        assert_eq!(self.hear()[..13], name, "{command}");
    }

    fn shake_hands(&mut self) {
        self.hear_command("version");
        let ours = Version { services: version().services.with(Services::P2P_V2), ..version() };
        for message in [Message::Version(ours), Message::WtxidRelay, Message::SendAddrV2, Message::Verack] {
            self.say(&message);
        }
        for command in ["wtxidrelay", "sendaddrv2", "verack", "sendheaders"] {
            self.hear_command(command);
        }
        let nonce = self.hear_id(18);
        self.write(&Payload::genuine([&[19], &nonce[..]].concat()));
    }
}

fn listen() -> (TcpListener, PeerAddress) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = PeerAddress::from_socket(listener.local_addr().unwrap());
    (listener, address)
}

/// A peer that completes the v2 handshake, then runs `script`.
fn encrypted<T: Send + 'static>(
    script: impl FnOnce(Encrypted) -> T + Send + 'static,
) -> (PeerAddress, JoinHandle<T>) {
    let (listener, address) = listen();
    let peer = spawn(move || {
        let mut peer = Encrypted::accept(&listener);
        peer.shake_hands();
        script(peer)
    });
    (address, peer)
}

fn with(transport: TransportChoice, peer: PeerAddress) -> Monitor {
    Monitor::start(Settings { transport, ..settings(vec![peer]) })
}

async fn transport(monitor: &mut Monitor) -> Transport {
    monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Connected { transport } => Some(transport),
            PeerEvent::Disconnected { reason, .. } => panic!("{reason}"),
            _ => None,
        })
        .await
}

async fn pong(monitor: &mut Monitor) {
    monitor.first_of_peer(|_, event| matches!(event, PeerEvent::Pong { .. }).then_some(())).await;
}

#[tokio::test]
async fn with_a_peer_that_speaks_v2_the_connection_is_v2() {
    for choice in [TransportChoice::Auto, TransportChoice::V2] {
        let (address, peer) = encrypted(|mut peer| {
            peer.say(&Message::Ping(7));
            assert_eq!(peer.hear_id(19), [7, 0, 0, 0, 0, 0, 0, 0]);
        });
        let mut monitor = with(choice, address);
        assert!(matches!(transport(&mut monitor).await, Transport::V2 { .. }));
        pong(&mut monitor).await;
        monitor.end_of(PEER).await;
        peer.join().unwrap();
    }
}

/// A peer that speaks v1 only, and closes when it doesn't understand.
async fn refuse(node: &Node) {
    let garbage = node.accept().await.read::<24>().await;
    assert_ne!(garbage[..4], NETWORK.magic());
}

#[tokio::test]
async fn a_peer_that_does_not_is_redialled_in_v1_and_that_is_remembered() {
    let node = Node::listen().await;
    let mut monitor = with(TransportChoice::Auto, node.address());
    let peer = async {
        refuse(&node).await;
        node.meet().await
    };
    let (met, transport) = tokio::join!(peer, transport(&mut monitor));
    assert_eq!(transport, Transport::V1);
    pong(&mut monitor).await;
    drop(met);
    monitor.end_of(PEER).await;
    tokio::join!(pong(&mut monitor), node.meet());
}

#[tokio::test]
async fn a_peer_that_offers_v2_is_dialled_in_v2_again() {
    let node = Node::listen().await;
    let mut monitor = with(TransportChoice::Auto, node.address());
    let offers = Version { services: Services::P2P_V2, ..version() };
    for _ in 0..2 {
        let peer = async {
            refuse(&node).await;
            drop(node.meet_as(offers.clone()).await);
        };
        tokio::join!(monitor.end_of(PEER), peer);
    }
}

/// Reads a list of bytes after its length.
async fn skip(peer: &mut Conversation) {
    let [length] = peer.read().await;
    for _ in 0..length {
        peer.read::<1>().await;
    }
}

/// The proxy's side of a SOCKS5 connection (RFC 1928, RFC 1929) that breaks off. Returns the first bytes for
/// the peer.
async fn proxied(node: &Node) -> [u8; 4] {
    let mut peer = node.accept().await;
    assert_eq!(peer.read().await, [5]);
    skip(&mut peer).await;
    peer.write(&[5, 2]).await;
    assert_eq!(peer.read().await, [1]);
    skip(&mut peer).await;
    skip(&mut peer).await;
    peer.write(&[1, 0]).await;
    assert_eq!(peer.read().await, [5, 1, 0, 3]);
    skip(&mut peer).await;
    peer.read::<2>().await;
    peer.write(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await;
    peer.read().await
}

/// Monitors a peer behind a proxy.
fn behind(proxy: &Node, transport: TransportChoice) -> Monitor {
    let peer = PeerAddress::parse("20.1.0.1", 18_444).unwrap();
    let routes = Routes { proxy: Some(proxy.address()), ..Routes::default() };
    Monitor::start(Settings { routes, transport, ..settings(vec![peer]) })
}

#[tokio::test]
async fn a_peer_is_not_said_to_lack_v2_when_the_proxy_breaks_off() {
    let proxy = Node::listen().await;
    let mut monitor = behind(&proxy, TransportChoice::V2);
    let (reason, _) = tokio::join!(monitor.end_of(PEER), proxied(&proxy));
    assert!(matches!(reason, DisconnectReason::ClosedByPeer | DisconnectReason::Io(_)), "{reason:?}");
}

#[tokio::test]
async fn a_proxy_that_breaks_off_does_not_make_a_peer_count_as_v1() {
    let proxy = Node::listen().await;
    let mut monitor = behind(&proxy, TransportChoice::Auto);
    let dials = async {
        let mut first_bytes = Vec::new();
        while first_bytes.len() < 5 {
            first_bytes.push(proxied(&proxy).await);
        }
        first_bytes
    };
    let first_bytes = tokio::select! {
        first_bytes = dials => first_bytes,
        () = async { loop { monitor.next().await; } } => unreachable!(),
    };
    // It is tried in v1 immediately, and in v2 again the next time.
    let in_v1: Vec<_> = first_bytes.iter().map(|bytes| *bytes == NETWORK.magic()).collect();
    assert!(!in_v1[0], "{in_v1:?}");
    assert!(in_v1.windows(2).all(|two| !(two[0] && two[1])), "{in_v1:?}");
}

#[tokio::test]
async fn with_v2_only_there_is_no_fallback() {
    let node = Node::listen().await;
    let mut monitor = with(TransportChoice::V2, node.address());
    let (reason, ()) = tokio::join!(monitor.end_of(PEER), refuse(&node));
    assert_eq!(reason, DisconnectReason::SpeaksV1);
}

#[tokio::test]
async fn a_packet_above_the_limit_ends_the_session_at_its_length() {
    let (address, peer) = encrypted(|mut peer| {
        // The rest of the packet is refused, sooner or later.
        let too_long = Payload::genuine(vec![21; 4_000_014]);
        _ = peer.protocol.write(&too_long);
        peer
    });
    let mut monitor = with(TransportChoice::V2, address);
    assert_eq!(monitor.end_of(PEER).await, DisconnectReason::MessageTooLong(4_000_031));
    peer.join().unwrap();
}

#[tokio::test]
async fn bytes_that_are_no_packet_end_the_session() {
    let (address, peer) = encrypted(|mut peer| {
        // Whatever length they decode to, there are more bytes than that: the connection ends before all are
        // read.
        _ = peer.stream.write_all(&vec![9; 4_100_000]);
        peer
    });
    let mut monitor = with(TransportChoice::V2, address);
    let reason = monitor.end_of(PEER).await;
    let expected = matches!(reason, DisconnectReason::NotAuthentic | DisconnectReason::MessageTooLong(_));
    assert!(expected, "{reason:?}");
    peer.join().unwrap();
}
