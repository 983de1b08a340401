//! Scripted peers on loopback sockets, in our own wire format.

#![allow(dead_code, reason = "every test uses a part of it")]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

pub mod chain;
pub mod faketime;

use mempulse::Clock;
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId, Request};
use mempulse::p2p::{AddrTable, Driver, PeerChoice, Settings, TransportChoice};
use mempulse::wire::{Decoder, Message, Services, Txid, Version};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long a test waits for an expected event.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The network of the tests.
pub const NETWORK: Network = Network::Regtest;

/// The time at which every test begins.
pub const START: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A listening socket of a scripted peer.
pub struct Node {
    listener: TcpListener,
}

impl Node {
    pub async fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    /// A socket with a small receive buffer.
    pub fn listen_tightly() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8_192).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self { listener: socket.listen(16).unwrap() }
    }

    pub fn address(&self) -> PeerAddress {
        PeerAddress::from_socket(self.listener.local_addr().unwrap())
    }

    /// Accepts the next connection, before any message.
    pub async fn accept(&self) -> Conversation {
        timeout(PATIENCE, self.accept_whenever()).await.unwrap()
    }

    /// Like [`Node::accept`], however long it takes.
    pub async fn accept_whenever(&self) -> Conversation {
        let (stream, _) = self.listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        Conversation { stream, decoder: Decoder::new(NETWORK.magic()) }
    }

    /// Accepts the next connection, and completes the handshake and the first ping.
    pub async fn meet(&self) -> Conversation {
        self.meet_as(version()).await
    }

    /// Like [`Node::meet`], with another `version`.
    pub async fn meet_as(&self, version: Version) -> Conversation {
        let mut peer = self.accept().await;
        peer.shake_hands(version).await;
        let nonce = peer.hear_ping().await;
        peer.say(&Message::Pong(nonce)).await;
        peer
    }
}

/// One end of a connection.
pub struct Conversation {
    stream: TcpStream,
    decoder: Decoder,
}

impl Conversation {
    pub async fn say(&mut self, message: &Message) {
        self.write(&message.encode(NETWORK.magic())).await;
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.try_write(bytes).await.unwrap();
    }

    pub async fn try_write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next bytes, whatever they mean.
    pub async fn read<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        timeout(PATIENCE, self.stream.read_exact(&mut bytes)).await.unwrap().unwrap();
        bytes
    }

    /// The next message, or `None` when the other end has closed.
    pub async fn try_hear(&mut self) -> Option<Message> {
        loop {
            if let Some(decoded) = self.decoder.next().unwrap() {
                return Some(decoded.content.unwrap());
            }
            if timeout(PATIENCE, self.stream.read_buf(self.decoder.buffer())).await.unwrap().ok()? == 0 {
                return None;
            }
        }
    }

    /// The next message, if it has already arrived.
    pub fn heard(&mut self) -> Option<Message> {
        loop {
            if let Some(decoded) = self.decoder.next().unwrap() {
                return Some(decoded.content.unwrap());
            }
            if self.stream.try_read_buf(self.decoder.buffer()).ok()? == 0 {
                return None;
            }
        }
    }

    pub async fn hear(&mut self) -> Message {
        self.try_hear().await.expect("the connection closed")
    }

    /// The first message for which `wanted` returns something.
    pub async fn hear_first<T>(&mut self, mut wanted: impl FnMut(Message) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.hear().await) {
                return found;
            }
        }
    }

    pub async fn hear_ping(&mut self) -> u64 {
        self.hear_first(|message| match message {
            Message::Ping(nonce) => Some(nonce),
            _ => None,
        })
        .await
    }

    /// Completes the handshake as Core does.
    pub async fn shake_hands(&mut self, version: Version) {
        assert!(matches!(self.hear().await, Message::Version(_)));
        for message in [Message::Version(version), Message::WtxidRelay, Message::SendAddrV2, Message::Verack]
        {
            self.say(&message).await;
        }
        self.hear_first(|message| (message == Message::Verack).then_some(())).await;
    }
}

/// The `version` of an ordinary node.
pub fn version() -> Version {
    Version {
        version: 70_016,
        services: Services::NETWORK.with(Services::WITNESS),
        time: i64::try_from(START.as_secs()).unwrap(),
        nonce: 1,
        user_agent: b"/Scripted:1.0/".to_vec(),
        start_height: 0,
        relay: true,
    }
}

/// The network and its events.
pub fn settings(peers: Vec<PeerAddress>) -> Settings {
    let (choice, transport) = (PeerChoice::Only(peers), TransportChoice::V1);
    Settings { network: NETWORK, choice, transport, ..Settings::default() }
}

/// The network and its events.
pub struct Monitor {
    network: Driver,
}

impl Monitor {
    pub fn start(settings: Settings) -> Self {
        Self::of(Driver::start(settings, Clock::starting_at(START)))
    }

    pub fn of(network: Driver) -> Self {
        Self { network }
    }

    pub async fn next(&mut self) -> Event {
        timeout(PATIENCE, self.network.next()).await.expect("nothing happens any more")
    }

    /// The first event for which `wanted` returns something.
    pub async fn first<T>(&mut self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    /// Like [`Monitor::first`], for events of a peer.
    pub async fn first_of_peer<T>(&mut self, mut wanted: impl FnMut(PeerId, PeerEvent) -> Option<T>) -> T {
        self.first(|event| match event.kind {
            EventKind::Peer(id, event) => wanted(id, event),
            _ => None,
        })
        .await
    }

    pub async fn end_of(&mut self, peer: PeerId) -> DisconnectReason {
        self.first_of_peer(|id, event| match event {
            PeerEvent::Disconnected { reason, .. } if id == peer => Some(reason),
            _ => None,
        })
        .await
    }

    pub fn request_parents(&mut self, peer: PeerId, child: Txid, parents: &[Txid]) {
        self.network.request(Request::Parents { peer, child, txids: parents.to_vec() });
    }

    pub fn addresses(&self) -> Option<&AddrTable> {
        self.network.addresses()
    }

    pub async fn shutdown(self) {
        self.network.shutdown().await;
    }
}
