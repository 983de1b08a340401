//! Peers that break the format of messages or the rules of the protocol.

use super::peers::{
    BadPeer, Fate, HANDSHAKE_TIMEOUT, bytes, crafted, made_up, misbehaved, tolerated, too_many,
};
use super::support::{Conversation, version};
use mempulse::event::{DisconnectReason, Misbehaviour, PeerEvent};
use mempulse::wire::{Command, Message, Version};

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
            tolerated!(Misbehaviour::Malformed { command: Command::Inv, .. }),
            huge_count("inv"),
        ),
        BadPeer::new(
            "tx of 2^64-1",
            tolerated!(Misbehaviour::Malformed { command: Command::Tx, .. }),
            huge_count("tx"),
        ),
        BadPeer::new(
            "headers of 2^64-1",
            tolerated!(Misbehaviour::Malformed { command: Command::Headers, .. }),
            huge_count("headers"),
        ),
        BadPeer::new(
            "addrv2 of 2^64-1",
            tolerated!(Misbehaviour::Malformed { command: Command::AddrV2, .. }),
            huge_count("addrv2"),
        ),
        BadPeer::ends("inv of 50,001", too_many(Command::Inv, 50_001), long_list("inv", 50_001, 36)),
        BadPeer::ends("headers of 2,001", too_many(Command::Headers, 2_001), long_list("headers", 2_001, 81)),
        BadPeer::ends("addr of 1,001", too_many(Command::Addr, 1_001), long_list("addr", 1_001, 30)),
        BadPeer::new("bad checksums", tolerated!(Misbehaviour::BadChecksum(_)), |mut peer| async move {
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
            tolerated!(Misbehaviour::BeforeHandshake(_)),
            |mut peer| async move {
                for message in [Message::Verack, Message::Ping(1), Message::Inv(vec![made_up(1)])] {
                    peer.say(&message).await;
                }
                peer.greet().await;
                peer.behave().await;
            },
        ),
        BadPeer::new("second version", tolerated!(Misbehaviour::SecondVersion), |mut peer| async move {
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
