//! What bad peers have in common: how each is treated, and how it talks.

use super::support::{Conversation, NETWORK, version};
use mempulse::event::{BlockFault, DisconnectReason, Misbehaviour, OsError, PeerEvent};
use mempulse::wire::codec::frame;
use mempulse::wire::{Command, Inventory, Message, Wtxid};
use std::pin::Pin;
use std::time::Duration;

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

    pub fn ends<F>(
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
pub fn connection_reset() -> OsError {
    std::io::Error::from_raw_os_error(ECONNRESET).into()
}

pub fn invalid_block(fault: impl Into<BlockFault>) -> DisconnectReason {
    misbehaved(Misbehaviour::InvalidBlock(fault.into()))
}

pub fn too_many(command: Command, count: u64) -> DisconnectReason {
    misbehaved(Misbehaviour::TooManyEntries { command, count })
}

macro_rules! tolerated {
    ($pattern:pat) => {
        Fate::Stays(|event| matches!(event, PeerEvent::Tolerated($pattern)))
    };
}

pub(crate) use tolerated;

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
    pub async fn freeze(self) {
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
