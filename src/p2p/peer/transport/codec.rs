//! Messages ↔ bytes in the transport of a connection.

use crate::event::Transport;
use crate::p2p::peer::transport::key_exchange::Session;
use crate::wire::{Decoded, Decoder, FrameError, Message};
use bytes::BytesMut;

/// The encoder and decoder of one connection.
pub enum Codec {
    /// The plain transport.
    V1 {
        /// The magic of the network.
        magic: [u8; 4],
        /// Bytes to messages.
        decoder: Decoder,
    },
    /// The encrypted transport (BIP324).
    V2(Box<Session>),
}

impl Codec {
    /// The plain transport on the network with this magic.
    pub fn plain(magic: [u8; 4]) -> Self {
        Self::V1 { magic, decoder: Decoder::new(magic) }
    }

    /// The transport, for events.
    pub fn transport(&self) -> Transport {
        match self {
            Self::V1 { .. } => Transport::V1,
            Self::V2(session) => Transport::V2 { session_id: session.id },
        }
    }

    /// Encodes a message. The results must be sent in this order.
    pub fn encode(&mut self, message: &Message) -> Vec<u8> {
        match self {
            Self::V1 { magic, .. } => message.encode(*magic),
            Self::V2(session) => session.encoder.encode(message),
        }
    }

    /// The buffer to read bytes into (see [`Decoder::buffer`]).
    pub fn buffer(&mut self) -> &mut BytesMut {
        match self {
            Self::V1 { decoder, .. } => decoder.buffer(),
            Self::V2(session) => session.decoder.buffer(),
        }
    }

    /// The number of bytes that wait to be decoded (see [`Decoder::buffered`]).
    pub fn buffered(&self) -> usize {
        match self {
            Self::V1 { decoder, .. } => decoder.buffered(),
            Self::V2(session) => session.decoder.buffered(),
        }
    }

    /// Decodes the next message, or returns `None` if more bytes are needed.
    ///
    /// # Errors
    /// The stream can't be decoded any further.
    pub fn next(&mut self) -> Result<Option<Decoded>, FrameError> {
        match self {
            Self::V1 { decoder, .. } => decoder.next(),
            Self::V2(session) => session.decoder.next(),
        }
    }

    /// Whether the stream is between two messages and may end here.
    pub fn is_between_messages(&self) -> bool {
        match self {
            Self::V1 { decoder, .. } => decoder.is_between_messages(),
            Self::V2(session) => session.decoder.is_between_messages(),
        }
    }
}
