//! Bad peers, each with its expected treatment.

use super::support::chain::{genesis, mine, transaction};
use super::support::{Conversation, NETWORK, version};
use mempulse::event::{BlockFault, DisconnectReason, Misbehaviour, OsError, PeerEvent};
use mempulse::wire::block::BlockError;
use mempulse::wire::codec::frame;
use mempulse::wire::{Command, Inventory, Message, Version, Wtxid};
use std::pin::Pin;
use std::time::Duration;
use tokio::time::sleep;

/// How long a handshake may take in this suite.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// A peer that misbehaves.
pub struct BadPeer {
    /// Its name in failure messages.
    pub name: &'static str,
    /// Its expected treatment.
    pub fate: Fate,
    /// What it does with a connection.
    pub script: Script,
}

/// What a peer does with a connection.
pub type Script = Box<dyn Fn(Conversation) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The expected treatment of a peer.
pub enum Fate {
    /// The connection ends for one of these reasons.
    Ends(Vec<DisconnectReason>),
    /// This is reported, and the connection stays.
    Stays(fn(&PeerEvent) -> bool),
}

impl BadPeer {
    pub fn new<F>(
        name: &'static str,
        fate: Fate,
        script: impl Fn(Conversation) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { name, fate, script: Box::new(move |peer| Box::pin(script(peer))) }
    }

    fn ends<F>(
        name: &'static str,
        reason: DisconnectReason,
        script: impl Fn(Conversation) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::new(name, Fate::Ends(vec![reason]), script)
    }
}

pub fn misbehaved(what: Misbehaviour) -> DisconnectReason {
    DisconnectReason::Misbehaved(what)
}

/// `errno` of a connection that was reset, on Linux.
const ECONNRESET: i32 = 104;

/// The system's error when a peer closes with bytes unread.
fn connection_reset() -> OsError {
    std::io::Error::from_raw_os_error(ECONNRESET).into()
}

pub fn invalid_block(fault: impl Into<BlockFault>) -> DisconnectReason {
    misbehaved(Misbehaviour::InvalidBlock(fault.into()))
}

fn too_many(command: Command, count: u64) -> DisconnectReason {
    misbehaved(Misbehaviour::TooManyEntries { command, count })
}

macro_rules! told {
    ($pattern:pat) => {
        Fate::Stays(|event| matches!(event, PeerEvent::Tolerated($pattern)))
    };
}
pub(crate) use told;

/// The connection stays, and messages with this command were received on it.
macro_rules! received {
    ($command:literal) => {
        Fate::Stays(|event| {
            matches!(event, PeerEvent::Traffic(traffic) if traffic.commands.iter().any(|command| {
                command.direction == mempulse::event::Direction::Received && command.command == $command
            }))
        })
    };
}
pub(crate) use received;

impl Conversation {
    /// The handshake of an ordinary node, and the answer to the first ping.
    pub async fn greet(&mut self) {
        self.shake_hands(version()).await;
        let nonce = self.hear_ping().await;
        self.say(&Message::Pong(nonce)).await;
    }

    /// Behaves well until the other end closes.
    pub async fn behave(mut self) {
        while let Some(message) = self.try_hear().await {
            if let Message::Ping(nonce) = message
                && self.try_write(&Message::Pong(nonce).encode(NETWORK.magic())).await.is_err()
            {
                return;
            }
        }
    }

    /// Sends bytes whether or not the other end reads them, then behaves well.
    pub async fn insist(mut self, bytes: Vec<u8>) {
        if self.try_write(&bytes).await.is_ok() {
            self.behave().await;
        }
    }

    /// Keeps the connection open and does nothing.
    async fn freeze(self) {
        std::future::pending::<()>().await;
        drop(self);
    }
}

/// A message with this payload and a valid checksum.
pub fn crafted(command: &str, payload: &[u8]) -> Vec<u8> {
    frame(NETWORK.magic(), command, payload)
}

pub fn bytes(message: &Message) -> Vec<u8> {
    message.encode(NETWORK.magic())
}

pub fn made_up(number: u64) -> Inventory {
    let mut wtxid = [0xee; 32];
    wtxid[..8].copy_from_slice(&number.to_le_bytes());
    Inventory::Wtx(Wtxid(wtxid))
}

/// Peers that break the format of the stream or of a message.
pub fn format_breakers() -> Vec<BadPeer> {
    let huge_count = |command: &'static str| {
        move |mut peer: Conversation| async move {
            peer.greet().await;
            peer.insist(crafted(command, &[0xff; 9])).await;
        }
    };
    // 50,001 entries of an inv, 2,001 headers, 1,001 addresses: whole, but more than allowed.
    let long_list = |command: &'static str, count: u16, entry: usize| {
        move |mut peer: Conversation| async move {
            peer.greet().await;
            let [low, high] = count.to_le_bytes();
            let mut payload = vec![0xfd, low, high];
            payload.resize(3 + usize::from(count) * entry, 0);
            peer.insist(crafted(command, &payload)).await;
        }
    };
    let long_header = |length: u32| {
        move |mut peer: Conversation| async move {
            peer.greet().await;
            let mut bytes = crafted("tx", &[]);
            bytes[16..20].copy_from_slice(&length.to_le_bytes());
            peer.insist(bytes).await;
        }
    };
    vec![
        BadPeer::ends("length 2^32-1", DisconnectReason::MessageTooLong(u32::MAX), long_header(u32::MAX)),
        BadPeer::ends(
            "length 4,000,001",
            DisconnectReason::MessageTooLong(4_000_001),
            long_header(4_000_001),
        ),
        BadPeer::new(
            "inv of 2^64-1",
            told!(Misbehaviour::Malformed { command: Command::Inv, .. }),
            huge_count("inv"),
        ),
        BadPeer::new(
            "tx of 2^64-1",
            told!(Misbehaviour::Malformed { command: Command::Tx, .. }),
            huge_count("tx"),
        ),
        BadPeer::new(
            "headers of 2^64-1",
            told!(Misbehaviour::Malformed { command: Command::Headers, .. }),
            huge_count("headers"),
        ),
        BadPeer::new(
            "addrv2 of 2^64-1",
            told!(Misbehaviour::Malformed { command: Command::AddrV2, .. }),
            huge_count("addrv2"),
        ),
        BadPeer::ends("inv of 50,001", too_many(Command::Inv, 50_001), long_list("inv", 50_001, 36)),
        BadPeer::ends("headers of 2,001", too_many(Command::Headers, 2_001), long_list("headers", 2_001, 81)),
        BadPeer::ends("addr of 1,001", too_many(Command::Addr, 1_001), long_list("addr", 1_001, 30)),
        BadPeer::new("bad checksums", told!(Misbehaviour::BadChecksum(_)), |mut peer| async move {
            peer.greet().await;
            let mut bytes = bytes(&Message::Inv(vec![made_up(0)]));
            bytes[20] ^= 1;
            peer.insist(bytes.repeat(100)).await;
        }),
        BadPeer::ends(
            "wrong magic",
            DisconnectReason::WrongMagic([0xf9, 0xbe, 0xb4, 0xd9]),
            |mut peer| async move {
                peer.greet().await;
                peer.insist(Message::Ping(1).encode([0xf9, 0xbe, 0xb4, 0xd9])).await;
            },
        ),
        BadPeer::ends("garbage", DisconnectReason::WrongMagic(*b"GARB"), |mut peer| async move {
            peer.greet().await;
            peer.insist(b"GARBAGE".repeat(1_000)).await;
        }),
        BadPeer::ends("garbage at once", DisconnectReason::WrongMagic(*b"HTTP"), |peer| async move {
            peer.insist(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()).await;
        }),
    ]
}

/// Peers that break the rules of the protocol.
pub fn rule_breakers() -> Vec<BadPeer> {
    vec![
        BadPeer::new(
            "messages before the handshake",
            told!(Misbehaviour::BeforeHandshake(_)),
            |mut peer| async move {
                for message in [Message::Verack, Message::Ping(1), Message::Inv(vec![made_up(1)])] {
                    peer.say(&message).await;
                }
                peer.greet().await;
                peer.behave().await;
            },
        ),
        BadPeer::new("second version", told!(Misbehaviour::SecondVersion), |mut peer| async move {
            peer.greet().await;
            peer.insist(bytes(&Message::Version(version()))).await;
        }),
        BadPeer::ends(
            "late wishes",
            misbehaved(Misbehaviour::AfterHandshake(Command::SendAddrV2)),
            |mut peer| async move {
                peer.greet().await;
                peer.insist(bytes(&Message::SendAddrV2)).await;
            },
        ),
        BadPeer::new(
            "escape sequences as user agent",
            Fate::Stays(
                |event| matches!(event, PeerEvent::Ready(info) if info.user_agent == "·[2J·]0;owned·/"),
            ),
            |mut peer| async move {
                peer.shake_hands(Version { user_agent: b"\x1b[2J\x1b]0;owned\x07/".to_vec(), ..version() })
                    .await;
                peer.behave().await;
            },
        ),
        BadPeer::ends(
            "5,000 bytes as user agent",
            DisconnectReason::HandshakeTimeout(HANDSHAKE_TIMEOUT),
            |mut peer| async move {
                peer.say(&Message::Version(Version { user_agent: vec![b'a'; 5_000], ..version() })).await;
                peer.insist(bytes(&Message::Verack)).await;
            },
        ),
        BadPeer::ends("ourselves", DisconnectReason::SelfConnection, |mut peer| async move {
            if let Some(ours) = peer.try_hear().await {
                peer.insist(bytes(&ours)).await;
            }
        }),
        BadPeer::ends("version 209", DisconnectReason::VersionTooOld(209), |peer| async move {
            peer.insist(bytes(&Message::Version(Version { version: 209, ..version() }))).await;
        }),
    ]
}

/// Peers that send invalid blocks.
pub fn forgers() -> Vec<BadPeer> {
    vec![
        BadPeer::ends("headers without work", invalid_block(BlockError::NoWork), |mut peer| async move {
            peer.greet().await;
            let mut header = mine(genesis(), 1, vec![]).header;
            while header.check(NETWORK).is_ok() {
                header.nonce += 1;
            }
            peer.insist(bytes(&Message::Headers(vec![header]))).await;
        }),
        BadPeer::ends(
            "easy headers",
            invalid_block(BlockError::TooEasy(0x2100_ffff)),
            |mut peer| async move {
                peer.greet().await;
                let mut header = mine(genesis(), 1, vec![]).header;
                header.bits = 0x2100_ffff;
                peer.insist(bytes(&Message::Headers(vec![header]))).await;
            },
        ),
        BadPeer::ends(
            "hard headers",
            invalid_block(BlockFault::WrongDifficulty { bits: 0x201f_ffff, height: 1 }),
            |mut peer| async move {
                peer.greet().await;
                let mut header = mine(genesis(), 1, vec![]).header;
                header.bits = 0x201f_ffff;
                while header.check(NETWORK).is_err() {
                    header.nonce += 1;
                }
                peer.insist(bytes(&Message::Headers(vec![header]))).await;
            },
        ),
        BadPeer::ends(
            "headers without links",
            invalid_block(BlockFault::BrokenChain),
            |mut peer| async move {
                peer.greet().await;
                let header = mine(genesis(), 1, vec![]).header;
                peer.insist(bytes(&Message::Headers(vec![header, header]))).await;
            },
        ),
        BadPeer::new(
            "unlinked headers",
            Fate::Stays(|event| matches!(event, PeerEvent::BlockAnnounced { .. })),
            |mut peer| async move {
                peer.greet().await;
                let elsewhere = mine(mempulse::wire::BlockHash([9; 32]), 1, vec![]).header;
                peer.insist(bytes(&Message::Headers(vec![elsewhere])).repeat(20)).await;
            },
        ),
        BadPeer::ends("mutated block", invalid_block(BlockError::MerkleRoot), |mut peer| async move {
            peer.greet().await;
            let mut block = mine(genesis(), 1, vec![transaction(900_001)]);
            block.transactions[1] = transaction(900_002);
            peer.insist(bytes(&Message::Block(block))).await;
        }),
        BadPeer::new(
            "a block that nobody wants",
            told!(Misbehaviour::UnrequestedBlock),
            |mut peer| async move {
                peer.greet().await;
                let block = mine(mempulse::wire::BlockHash([9; 32]), 1, vec![]);
                peer.insist(bytes(&Message::Block(block)).repeat(20)).await;
            },
        ),
    ]
}

/// Peers that come and go, or send too little.
pub fn bad_company() -> Vec<BadPeer> {
    let closed = || DisconnectReason::ClosedByPeer;
    vec![
        // What we send arrives at a closed socket: whether the refusal or the end is seen first is up to the
        // system.
        BadPeer::new(
            "closes at once",
            Fate::Ends(vec![closed(), DisconnectReason::Io(connection_reset())]),
            |peer| async move { drop(peer) },
        ),
        BadPeer::ends("closes after our version", closed(), |mut peer| async move {
            peer.try_hear().await;
        }),
        BadPeer::ends(
            "closes inside its version",
            DisconnectReason::ClosedInsideMessage,
            |mut peer| async move {
                peer.try_hear().await;
                let bytes = bytes(&Message::Version(version()));
                peer.write(&bytes[..60]).await;
            },
        ),
        BadPeer::ends("closes after its version", closed(), |mut peer| async move {
            peer.try_hear().await;
            peer.say(&Message::Version(version())).await;
            peer.hear_first(|message| (message == Message::Verack).then_some(())).await;
        }),
        BadPeer::ends("closes after verack", closed(), |mut peer| async move {
            peer.greet().await;
            // Everything we sent was read, so the connection closes in order.
            peer.hear_first(|message| matches!(message, Message::Ping(_)).then_some(())).await;
        }),
        BadPeer::ends(
            "silent from the start",
            DisconnectReason::HandshakeTimeout(HANDSHAKE_TIMEOUT),
            Conversation::freeze,
        ),
        BadPeer::ends("silent after the handshake", DisconnectReason::PingTimeout, |mut peer| async move {
            peer.shake_hands(version()).await;
            peer.freeze().await;
        }),
        BadPeer::ends(
            "drips its version",
            DisconnectReason::HandshakeTimeout(HANDSHAKE_TIMEOUT),
            |mut peer| async move {
                for byte in bytes(&Message::Version(version())) {
                    if peer.try_write(&[byte]).await.is_err() {
                        return;
                    }
                    sleep(HANDSHAKE_TIMEOUT / 60).await;
                }
                peer.freeze().await;
            },
        ),
        BadPeer::ends("drips a message without end", DisconnectReason::PingTimeout, |mut peer| async move {
            peer.greet().await;
            let mut header = crafted("tx", &[]);
            header[16..20].copy_from_slice(&4_000_000_u32.to_le_bytes());
            while peer.try_write(&header).await.is_ok() {
                header.truncate(1);
                sleep(Duration::from_millis(5)).await;
            }
        }),
    ]
}
