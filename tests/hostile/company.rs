//! Peers that come and go, or send too little.

use super::peers::{BadPeer, Fate, HANDSHAKE_TIMEOUT, bytes, connection_reset, crafted};
use super::support::{Conversation, version};
use mempulse::event::DisconnectReason;
use mempulse::wire::Message;
use std::time::Duration;
use tokio::time::sleep;

/// Peers that come and go, or send too little.
pub fn bad_company() -> Vec<BadPeer> {
    let closed = || DisconnectReason::ClosedByPeer;
    vec![
        // What we send arrives at a closed socket: whether the refusal or the end is seen first is up to the
        // system.
        BadPeer::new(
            "closes immediately",
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
        BadPeer::ends("drips an endless message", DisconnectReason::PingTimeout, |mut peer| async move {
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
