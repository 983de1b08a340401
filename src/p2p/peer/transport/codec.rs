//! Messages ↔ bytes, in whichever transport a connection has.

use crate::event::Transport;
use crate::p2p::peer::transport::key_exchange::Session;
use crate::wire::{Decoded, Decoder, FrameError, Message};
use bytes::BytesMut;

/// Both directions of one connection.
pub enum Codec {
    /// The plain transport.
    V1 {
        /// The network's.
        magic: [u8; 4],
        /// Bytes → messages.
        decoder: Decoder,
    },
    /// The encrypted one (BIP324).
    V2(Box<Session>),
}

impl Codec {
    /// The plain transport on the network of this magic.
    pub fn plain(magic: [u8; 4]) -> Self {
        Self::V1 { magic, decoder: Decoder::new(magic) }
    }

    /// Which it is.
    pub fn transport(&self) -> Transport {
        match self {
            Self::V1 { .. } => Transport::V1,
            Self::V2(session) => Transport::V2 { session_id: session.id },
        }
    }

    /// The bytes of a message, which have to be sent in the order in which they are made.
    pub fn encode(&mut self, message: &Message) -> Vec<u8> {
        match self {
            Self::V1 { magic, .. } => message.encode(*magic),
            Self::V2(session) => session.encoder.encode(message),
        }
    }

    /// Where to read the next bytes to (see [`Decoder::buffer`]).
    pub fn buffer(&mut self) -> &mut BytesMut {
        match self {
            Self::V1 { decoder, .. } => decoder.buffer(),
            Self::V2(session) => session.decoder.buffer(),
        }
    }

    /// The next message that has arrived.
    ///
    /// # Errors
    /// The stream cannot be understood any more.
    pub fn next(&mut self) -> Result<Option<Decoded>, FrameError> {
        match self {
            Self::V1 { decoder, .. } => decoder.next(),
            Self::V2(session) => session.decoder.next(),
        }
    }

    /// Whether the stream may end here: not inside a message.
    pub fn is_between_messages(&self) -> bool {
        match self {
            Self::V1 { decoder, .. } => decoder.is_between_messages(),
            Self::V2(session) => session.decoder.is_between_messages(),
        }
    }
}
