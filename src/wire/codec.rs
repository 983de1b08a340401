//! The v1 transport: a stream of bytes ↔ framed messages.

use super::command::{COMMAND_SIZE, name_of};
use super::sha256d::sha256d;
use super::{Command, Message, WireError};
use crate::util::text::clean;
use bytes::{Buf, BytesMut};

/// The length of a message header, in bytes: magic, command, length, checksum.
const HEADER_SIZE: usize = 4 + COMMAND_SIZE + 4 + 4;

/// The longest payload, in bytes (Core: `MAX_PROTOCOL_MESSAGE_LENGTH`).
pub const MAX_PAYLOAD: u32 = 4_000_000;

/// The least room that the buffer offers to a read, in bytes.
pub(super) const READ_SIZE: usize = 16 * 1024;

/// How far the buffer grows ahead of the received bytes of a long payload, in bytes, as in Core: a peer may
/// announce a length and then send nothing.
pub(super) const READ_AHEAD: usize = 256 * 1024;

/// The most capacity that the buffer keeps between messages, in bytes.
pub(super) const KEEP: usize = 64 * 1024;

/// Why a stream cannot be decoded any further.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    /// The magic of another network, or of no Bitcoin node at all.
    #[error("wrong magic {:08x}", u32::from_be_bytes(*.0))]
    WrongMagic([u8; 4]),
    /// A payload longer than [`MAX_PAYLOAD`], in bytes.
    #[error("message of {0} bytes is too long")]
    TooLong(u32),
    /// A v2 packet fails its authentication: it was forged or changed in transit.
    #[error("a packet fails its authentication")]
    NotAuthentic,
}

/// Why a message was dropped. Decoding continues after it, as in Core.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Dropped {
    /// The checksum does not match the payload.
    #[error("bad checksum on {}", .0.name())]
    BadChecksum(Command),
    /// A message of the v2 transport without a command.
    #[error("message without a command")]
    NoCommand,
    /// The payload is malformed.
    #[error("malformed {}: {why}", command.name())]
    Malformed {
        /// The command of the message.
        command: Command,
        /// Why the payload cannot be decoded.
        why: WireError,
    },
}

/// One frame of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The size on the wire, including the header, in bytes.
    pub size: u32,
    /// The message, or why it was dropped.
    pub content: Result<Message, Dropped>,
}

/// Decodes messages from the bytes of one connection, received in any chunks.
///
/// At most one known message is buffered; unknown ones are only counted, not kept.
#[derive(Debug)]
pub struct Decoder {
    magic: [u8; 4],
    buffer: BytesMut,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The next bytes are a header.
    Header,
    /// The next bytes are the payload of a known command.
    Payload { command: Command, length: u32, checksum: [u8; 4] },
    /// The next bytes are the rest of the payload of an unknown command.
    Skip { command: String, length: u32, left: usize },
}

impl Decoder {
    /// Returns a decoder for the network of this magic.
    pub fn new(magic: [u8; 4]) -> Self {
        Self { magic, buffer: BytesMut::new(), state: State::Header }
    }

    /// Returns the buffer for the next read (cancel-safe with `read_buf`). Its capacity never exceeds the
    /// received bytes by much. Take all messages out before reading again.
    pub fn buffer(&mut self) -> &mut BytesMut {
        let room = match self.state {
            State::Payload { length, .. } => {
                (length as usize).saturating_sub(self.buffer.len()).clamp(READ_SIZE, READ_AHEAD)
            }
            State::Header | State::Skip { .. } => READ_SIZE,
        };
        self.buffer.reserve(room);
        &mut self.buffer
    }

    /// Appends received bytes.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether the stream is between two messages and may end here.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, State::Header) && self.buffer.is_empty()
    }

    /// The number of bytes waiting to be decoded. After [`Decoder::next`] returned `None`, they are the
    /// beginning of a message.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next message, or `None` until it is complete.
    ///
    /// # Errors
    /// [`FrameError`] if the stream cannot be decoded any further: the connection must be closed. Wrong magic
    /// is reported as soon as its four bytes have arrived, an excessive length before any byte of the
    /// payload.
    #[expect(clippy::should_implement_trait, reason = "an iterator would end at the first None")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Decoded>, FrameError> {
        if matches!(self.state, State::Header) && !self.read_header()? {
            return Ok(None);
        }
        match &mut self.state {
            State::Header => Ok(None),
            State::Skip { command, length, left } => {
                let skipped = self.buffer.len().min(*left);
                self.buffer.advance(skipped);
                *left -= skipped;
                if *left > 0 {
                    return Ok(None);
                }
                let (command, length) = (std::mem::take(command), *length);
                self.state = State::Header;
                Ok(Some(Decoded {
                    size: wire_size(length),
                    content: Ok(Message::Unknown { command, length }),
                }))
            }
            &mut State::Payload { command, length, checksum } => {
                let Some(payload) = self.buffer.get(..length as usize) else {
                    return Ok(None);
                };
                let content = check_and_decode(command, payload, checksum);
                self.state = State::Header;
                self.consume(length as usize);
                Ok(Some(Decoded { size: wire_size(length), content }))
            }
        }
    }

    /// Reads a header; returns whether it was complete.
    fn read_header(&mut self) -> Result<bool, FrameError> {
        if let Some(&magic) = self.buffer.first_chunk::<4>()
            && magic != self.magic
        {
            return Err(FrameError::WrongMagic(magic));
        }
        let Some(header) = self.buffer.first_chunk::<HEADER_SIZE>() else {
            return Ok(false);
        };
        let header = Header::read(header);
        if header.length > MAX_PAYLOAD {
            return Err(FrameError::TooLong(header.length));
        }
        self.buffer.advance(HEADER_SIZE);
        let Header { command, length, checksum } = header;
        self.state = match Command::from_field(&command) {
            Some(command) => State::Payload { command, length, checksum },
            None => {
                State::Skip { command: clean(name_of(&command), COMMAND_SIZE), length, left: length as usize }
            }
        };
        Ok(true)
    }

    /// Discards the first `length` bytes, and their capacity if it was large.
    fn consume(&mut self, length: usize) {
        if length > KEEP {
            self.buffer = BytesMut::from(&self.buffer[length..]);
        } else {
            self.buffer.advance(length);
        }
    }
}

/// The fields of a header after its magic.
struct Header {
    command: [u8; COMMAND_SIZE],
    length: u32,
    checksum: [u8; 4],
}

impl Header {
    fn read(bytes: &[u8; HEADER_SIZE]) -> Self {
        let (mut command, mut length, mut checksum) = ([0; COMMAND_SIZE], [0; 4], [0; 4]);
        command.copy_from_slice(&bytes[4..16]);
        length.copy_from_slice(&bytes[16..20]);
        checksum.copy_from_slice(&bytes[20..24]);
        Self { command, length: u32::from_le_bytes(length), checksum }
    }
}

fn check_and_decode(command: Command, payload: &[u8], checksum: [u8; 4]) -> Result<Message, Dropped> {
    let message = Message::decode(command, payload);
    // The wtxid is the hash of a transaction's payload: no need to hash it twice.
    let hash = match &message {
        Ok(Message::Tx(tx)) => tx.wtxid().0,
        _ => sha256d(payload),
    };
    if !hash.starts_with(&checksum) {
        return Err(Dropped::BadChecksum(command));
    }
    message.map_err(|why| Dropped::Malformed { command, why })
}

/// Returns the length of the frame around a payload of at most [`MAX_PAYLOAD`], in bytes.
#[expect(clippy::cast_possible_truncation, reason = "the header has 24 bytes")]
const fn wire_size(length: u32) -> u32 {
    HEADER_SIZE as u32 + length
}

impl Message {
    /// Encodes the message for the v1 transport.
    pub fn encode(&self, magic: [u8; 4]) -> Vec<u8> {
        let mut out = vec![0; HEADER_SIZE];
        self.encode_payload(&mut out);
        put_header(&mut out, magic, self.command());
        out
    }
}

/// Returns a frame around any payload. The receiver refuses one longer than [`MAX_PAYLOAD`].
pub fn frame(magic: [u8; 4], command: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_SIZE + payload.len());
    out.resize(HEADER_SIZE, 0);
    out.extend_from_slice(payload);
    put_header(&mut out, magic, command);
    out
}

/// Fills in the header of `out`, which consists of a blank header and the payload.
fn put_header(out: &mut [u8], magic: [u8; 4], command: &str) {
    let (header, payload) = out.split_at_mut(HEADER_SIZE);
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    header[..4].copy_from_slice(&magic);
    header[4..16].iter_mut().zip(command.as_bytes()).for_each(|(field, byte)| *field = *byte);
    header[16..20].copy_from_slice(&length.to_le_bytes());
    header[20..24].copy_from_slice(&sha256d(payload)[..4]);
}

#[cfg(test)]
mod tests;
