//! A stream of bytes ↔ messages, as the v1 transport frames them.

use super::command::{COMMAND_SIZE, name_of};
use super::sha256d::sha256d;
use super::{Command, Message, WireError};
use crate::util::text::clean;
use bytes::{Buf, BytesMut};

/// Magic, command, length, checksum.
pub const HEADER_SIZE: usize = 4 + COMMAND_SIZE + 4 + 4;

/// The longest payload (Core: `MAX_PROTOCOL_MESSAGE_LENGTH`), in bytes.
pub const MAX_PAYLOAD: u32 = 4_000_000;

/// What a read may bring at least.
pub(super) const READ_SIZE: usize = 16 * 1024;

/// How far ahead of the bytes that came the buffer grows for a long payload, as in Core: a length
/// is only a promise.
pub(super) const READ_AHEAD: usize = 256 * 1024;

/// What the buffer may keep between messages.
pub(super) const KEEP: usize = 64 * 1024;

/// Why a stream is no use any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    /// Another network, or no Bitcoin node.
    #[error("wrong magic {:08x}", u32::from_be_bytes(*.0))]
    WrongMagic([u8; 4]),
    /// More than [`MAX_PAYLOAD`], in bytes.
    #[error("message of {0} bytes is too long")]
    TooLong(u32),
    /// A packet of the v2 transport was not made by the one with whom the session was begun, or
    /// was changed on its way.
    #[error("a packet fails its authentication")]
    NotAuthentic,
}

/// Why a message was dropped. The stream goes on behind it, as in Core.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Dropped {
    /// The checksum is not that of the payload.
    #[error("bad checksum on {}", .0.name())]
    BadChecksum(Command),
    /// A message of the v2 transport that does not say what it is.
    #[error("message without a command")]
    NoCommand,
    /// The payload is not one of this command.
    #[error("malformed {}: {why}", command.name())]
    Malformed {
        /// What it should have been.
        command: Command,
        /// What is wrong.
        why: WireError,
    },
}

/// One frame of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// What it took on the wire, the header included, in bytes.
    pub size: u32,
    /// What it says.
    pub content: Result<Message, Dropped>,
}

/// Takes the bytes of one connection in any chunks and yields its messages.
///
/// It buffers at most one message that it understands; of the others it counts the bytes.
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
    /// The next bytes are a payload that we understand.
    Payload { command: Command, length: u32, checksum: [u8; 4] },
    /// The next bytes are the rest of a payload that we don't.
    Skip { command: String, length: u32, left: usize },
}

impl Decoder {
    /// For a connection to the network of this magic.
    pub fn new(magic: [u8; 4]) -> Self {
        Self { magic, buffer: BytesMut::new(), state: State::Header }
    }

    /// Where to read the next bytes to (cancel-safe with `read_buf`). It has room for some, and
    /// never for much more than has come so far. Take out all messages before reading again.
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

    /// Adds bytes that came.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether the stream may end here: not inside a message.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, State::Header) && self.buffer.is_empty()
    }

    /// The next message, or `None` if its end has not come yet.
    ///
    /// # Errors
    /// What comes cannot be understood any more: the connection has to end. Wrong magic is told as
    /// soon as its four bytes are there, a length before any byte of the payload is.
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

    /// Whether a header was there and read.
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

    /// Forgets the first `length` bytes, and their room if it was large.
    fn consume(&mut self, length: usize) {
        if length > KEEP {
            self.buffer = BytesMut::from(&self.buffer[length..]);
        } else {
            self.buffer.advance(length);
        }
    }
}

/// The fields of a header behind its magic.
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
    // The hash of a transaction's payload is its wtxid: no need to hash it twice.
    let hash = match &message {
        Ok(Message::Tx(tx)) => tx.wtxid().0,
        _ => sha256d(payload),
    };
    if !hash.starts_with(&checksum) {
        return Err(Dropped::BadChecksum(command));
    }
    message.map_err(|why| Dropped::Malformed { command, why })
}

/// The length of the frame around a payload of at most [`MAX_PAYLOAD`].
#[expect(clippy::cast_possible_truncation, reason = "the header has 24 bytes")]
const fn wire_size(length: u32) -> u32 {
    HEADER_SIZE as u32 + length
}

impl Message {
    /// The message as the v1 transport sends it.
    pub fn encode(&self, magic: [u8; 4]) -> Vec<u8> {
        let mut out = vec![0; HEADER_SIZE];
        self.encode_payload(&mut out);
        put_header(&mut out, magic, self.command());
        out
    }
}

/// A frame around any payload. One longer than [`MAX_PAYLOAD`] is refused by its reader.
pub fn frame(magic: [u8; 4], command: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_SIZE + payload.len());
    out.resize(HEADER_SIZE, 0);
    out.extend_from_slice(payload);
    put_header(&mut out, magic, command);
    out
}

/// Fills in the header of `out`, which is a blank header and the payload.
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
