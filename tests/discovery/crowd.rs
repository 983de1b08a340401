//! Nodes that know and announce each other, each at its own address.

use crate::support::version;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::wire::message::KnownAddress;
use mempulse::wire::{Decoder, Message, Services, Version};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How a node behaves.
#[derive(Clone)]
pub struct Script {
    pub network: Network,
    pub version: Version,
    /// What it sends after the handshake.
    pub greeting: Vec<Message>,
    /// Its answer to the first `getaddr`, one message for each list.
    pub answer: Vec<Vec<KnownAddress>>,
}

impl Default for Script {
    fn default() -> Self {
        Self { network: Network::Regtest, version: version(), greeting: vec![], answer: vec![] }
    }
}

/// A node that runs until it is dropped.
pub struct Node {
    pub address: PeerAddress,
    _tasks: JoinSet<()>,
}

/// The socket of node `number`, each in a different /16 if the system allows it.
pub async fn listen(number: u8) -> TcpListener {
    let own = SocketAddr::from((Ipv4Addr::new(127, number, 0, 1), 0));
    match TcpListener::bind(own).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind("127.0.0.1:0").await.unwrap(),
    }
}

pub fn address_of(listener: &TcpListener) -> PeerAddress {
    PeerAddress::from_socket(listener.local_addr().unwrap())
}

impl Node {
    /// Serves all connections to `listener`.
    pub fn start(listener: TcpListener, script: Script) -> Self {
        let address = address_of(&listener);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // The connections end with the node.
            let mut conversations = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                conversations.spawn(script.clone().follow(stream));
            }
        });
        Self { address, _tasks: tasks }
    }
}

impl Script {
    /// Serves one connection until the other end closes.
    pub async fn follow(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut decoder = Decoder::new(self.network.magic());
        let mut answered = false;
        loop {
            while let Ok(Some(decoded)) = decoder.next() {
                let replies = match decoded.content {
                    Ok(Message::Version(_)) => self.handshake(),
                    Ok(Message::Verack) => self.greeting.clone(),
                    Ok(Message::Ping(nonce)) => vec![Message::Pong(nonce)],
                    Ok(Message::GetAddr) if !std::mem::replace(&mut answered, true) => {
                        self.answer.iter().cloned().map(Message::AddrV2).collect()
                    }
                    _ => vec![],
                };
                for reply in replies {
                    if stream.write_all(&reply.encode(self.network.magic())).await.is_err() {
                        return;
                    }
                }
            }
            if !matches!(stream.read_buf(decoder.buffer()).await, Ok(1..)) {
                return;
            }
        }
    }

    fn handshake(&self) -> Vec<Message> {
        let version = Message::Version(self.version.clone());
        vec![version, Message::WtxidRelay, Message::SendAddrV2, Message::Verack]
    }
}

/// An address as sent by a peer that saw it a moment ago.
pub fn known(address: PeerAddress) -> KnownAddress {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let services = Services::NETWORK.with(Services::WITNESS);
    KnownAddress { time: u32::try_from(now).unwrap(), services, address }
}

/// Starts `count` nodes, each of which knows the next `acquaintances` in a circle. They announce themselves
/// first, then the others.
pub async fn crowd(count: u8, acquaintances: usize) -> Vec<Node> {
    let mut listeners = Vec::new();
    for number in 1..=count {
        listeners.push(listen(number).await);
    }
    let addresses: Vec<PeerAddress> = listeners.iter().map(address_of).collect();
    let node = |(number, listener): (usize, TcpListener)| {
        let others = addresses.iter().cycle().skip(number + 1).take(acquaintances);
        let itself = vec![known(addresses[number].clone())];
        let answer = vec![itself, others.cloned().map(known).collect()];
        Node::start(listener, Script { answer, ..Script::default() })
    };
    listeners.into_iter().enumerate().map(node).collect()
}

/// Addresses at which nothing listens, all in 127/8.
pub fn made_up(count: u32) -> Vec<KnownAddress> {
    let address = |number: u32| {
        let [.., b, c, d] = number.to_be_bytes();
        // The nodes are in the lower half.
        let ip = IpAddr::V4(Ipv4Addr::new(127, 128 | b | c & 0x7f, c, d));
        known(PeerAddress::from_socket(SocketAddr::new(ip, 1_025)))
    };
    (0..count).map(address).collect()
}
