//! The key exchange of the v2 transport (BIP324): each side sends a key, garbage and a version packet.

use crate::event::{DisconnectReason, KeyExchangeFailure};
use crate::wire::v2::{MAX_PACKET, PacketDecoder, PacketEncoder};
use bip324::{CipherSession, Error, GarbageResult, Handshake, Role, VersionResult};
use bytes::{Buf, BytesMut};
use rand::RngExt;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The most garbage between a key and the encrypted packets, in bytes (BIP324).
const MAX_GARBAGE: usize = 4_095;

/// The length of an encoded public key, in bytes (BIP324).
const KEY: usize = 64;

/// The most memory reserved at a time, in bytes: lengths announced by a peer are not trusted.
const READ_SIZE: usize = 16 * 1024;

/// The encoder and decoder of an encrypted connection.
pub struct Session {
    /// The session id, which both ends know (BIP324).
    pub id: [u8; 32],
    /// Messages to bytes.
    pub encoder: PacketEncoder,
    /// Bytes to messages. It already contains what arrived right after the exchange.
    pub decoder: PacketDecoder,
}

/// Why the key exchange failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The peer doesn't speak v2: it sent nothing until the time ran out, or it answered in v1.
    SpeaksV1,
    /// The connection ended before anything arrived. A peer without v2 closes like that, but so does a
    /// failing proxy.
    Closed(DisconnectReason),
    /// The connection ended.
    Ended(DisconnectReason),
}

/// Exchanges keys over a fresh `stream`, for at most `limit`.
///
/// # Errors
/// There is no session, and `stream` can't be used any further.
pub async fn exchange_keys<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    magic: [u8; 4],
    limit: Duration,
) -> Result<Session, Refusal> {
    let mut exchange = Exchange { stream, received: BytesMut::new(), answered: false, has_key: false };
    let outcome = timeout(limit, exchange.run(magic)).await;
    match outcome {
        Ok(Ok(session)) => Ok(session),
        Ok(Err(Failure::Crypto(Error::V1Protocol))) => Err(Refusal::SpeaksV1),
        Err(_) if !exchange.answered => Err(Refusal::SpeaksV1),
        Ok(Err(Failure::Closed)) if !exchange.answered => {
            Err(Refusal::Closed(DisconnectReason::ClosedByPeer))
        }
        Ok(Err(failure)) if !exchange.answered => Err(Refusal::Closed(failure.into())),
        Ok(Err(failure)) => Err(Refusal::Ended(failure.into())),
        // The packets' keys depend on the network: a node of another network sends all of its part, and
        // neither end finds the other's terminator.
        Err(_) if exchange.has_key => {
            Err(Refusal::Ended(DisconnectReason::KeyExchange(KeyExchangeFailure::NoGarbageTerminator)))
        }
        Err(_) => Err(Refusal::Ended(DisconnectReason::HandshakeTimeout(limit))),
    }
}

struct Exchange<'a, S> {
    stream: &'a mut S,
    /// Bytes received but not used yet.
    received: BytesMut,
    /// Whether anything arrived.
    answered: bool,
    /// Whether the peer's key arrived but not its terminator.
    has_key: bool,
}

enum Failure {
    Closed,
    Io(io::Error),
    Crypto(Error),
    TooLong(usize),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Crypto(error)
    }
}

impl From<Failure> for DisconnectReason {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Closed => Self::ClosedInsideMessage,
            Failure::Io(error) => Self::Io(error.into()),
            Failure::TooLong(length) => Self::MessageTooLong(u32::try_from(length).unwrap_or(u32::MAX)),
            Failure::Crypto(Error::NoGarbageTerminator) => {
                Self::KeyExchange(KeyExchangeFailure::NoGarbageTerminator)
            }
            Failure::Crypto(Error::Decryption(_)) => Self::NotAuthentic,
            Failure::Crypto(_) => Self::KeyExchange(KeyExchangeFailure::NoSecret),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Exchange<'_, S> {
    async fn run(&mut self, magic: [u8; 4]) -> Result<Session, Failure> {
        let garbage = garbage();
        let mut hello = vec![0; KEY + garbage.len()];
        let handshake = Handshake::new(magic, Role::Initiator)?.send_key(Some(&garbage), &mut hello)?;
        self.stream.write_all(&hello).await?;

        let key = self.read().await?;
        let handshake = handshake.receive_key(key)?;
        self.has_key = true;
        let mut version = vec![0; Handshake::send_version_len(None)];
        let mut handshake = handshake.send_version(&mut version, None)?;
        self.stream.write_all(&version).await?;

        let mut their_garbage = self.received.split();
        let (mut handshake, consumed) = loop {
            match handshake.receive_garbage(&their_garbage)? {
                GarbageResult::FoundGarbage { handshake, consumed_bytes } => {
                    break (handshake, consumed_bytes);
                }
                GarbageResult::NeedMoreData(same) => handshake = same,
            }
            self.receive().await?;
            their_garbage.unsplit(self.received.split());
        };
        self.has_key = false;
        self.received = BytesMut::from(&their_garbage[consumed..]);
        let cipher = loop {
            let length = handshake.decrypt_packet_len(self.read().await?)?;
            if length > MAX_PACKET {
                return Err(Failure::TooLong(length));
            }
            while self.received.len() < length {
                self.receive().await?;
            }
            match handshake.receive_version(&mut self.received.split_to(length))? {
                VersionResult::Complete { cipher } => break cipher,
                VersionResult::Decoy(same) => handshake = same,
            }
        };
        Ok(self.session(cipher))
    }

    fn session(&self, cipher: CipherSession) -> Session {
        let id = *cipher.id();
        let (inbound, outbound) = cipher.into_split();
        let decoder = PacketDecoder::new(inbound, &self.received);
        Session { id, encoder: PacketEncoder::new(outbound), decoder }
    }

    /// Reads the next `N` bytes.
    async fn read<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        loop {
            if let Some(&bytes) = self.received.first_chunk() {
                self.received.advance(N);
                return Ok(bytes);
            }
            self.receive().await?;
        }
    }

    /// Waits for more bytes.
    async fn receive(&mut self) -> Result<(), Failure> {
        self.received.reserve(READ_SIZE);
        if self.stream.read_buf(&mut self.received).await? == 0 {
            return Err(Failure::Closed);
        }
        self.answered = true;
        Ok(())
    }
}

/// A random number of random bytes, so that the exchange can't be recognised by its length.
fn garbage() -> Vec<u8> {
    let mut rng = rand::rng();
    let mut garbage = vec![0; rng.random_range(0..=MAX_GARBAGE)];
    rng.fill(&mut garbage[..]);
    garbage
}

#[cfg(test)]
mod tests;
