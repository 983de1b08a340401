//! The v2 transport (BIP324) after its key exchange: encrypted packets ↔ messages.

mod message_id;
#[cfg(test)]
mod tests;

use super::codec::{Decoded, Dropped, FrameError, KEEP, MAX_PAYLOAD, READ_AHEAD, READ_SIZE};
use super::command::{COMMAND_SIZE, name_of};
use super::{Command, Message};
use crate::util::text::clean;
use bip324::{InboundCipher, NUM_LENGTH_BYTES, OutboundCipher, PacketType};
use bytes::{Buf, BytesMut};

/// The length of a packet without its contents, in bytes: length, header, tag.
const OVERHEAD: usize = OutboundCipher::encryption_buffer_len(0);

/// The longest packet after its length, in bytes: header, tag, and a message of [`MAX_PAYLOAD`] with its
/// command (Core: `MAX_CONTENTS_LEN`).
pub const MAX_PACKET: usize = OVERHEAD - NUM_LENGTH_BYTES + 1 + COMMAND_SIZE + MAX_PAYLOAD as usize;

/// The flag of a decoy in the header of a packet, whose contents are ignored.
const DECOY: u8 = bip324::DECOY_BYTE;

/// Decodes messages from the bytes after the key exchange, received in any chunks.
///
/// Like [`super::Decoder`], but a packet must be complete before any of it can be used.
pub struct PacketDecoder {
    cipher: InboundCipher,
    buffer: BytesMut,
    /// The length of the next packet, once known.
    due: Option<usize>,
}

impl PacketDecoder {
    /// Returns a decoder for a session; `behind_handshake` are the bytes received after its key exchange.
    pub fn new(cipher: InboundCipher, behind_handshake: &[u8]) -> Self {
        Self { cipher, buffer: BytesMut::from(behind_handshake), due: None }
    }

    /// Returns the buffer for the next read (cancel-safe with `read_buf`). Its capacity never exceeds the
    /// received bytes by much. Take all messages out before reading again.
    pub fn buffer(&mut self) -> &mut BytesMut {
        let missing = self.due.unwrap_or_default().saturating_sub(self.buffer.len());
        self.buffer.reserve(missing.clamp(READ_SIZE, READ_AHEAD));
        &mut self.buffer
    }

    /// Whether the stream is between two packets and may end here.
    pub fn is_between_messages(&self) -> bool {
        self.due.is_none() && self.buffer.is_empty()
    }

    /// The number of bytes waiting to be decoded. After [`PacketDecoder::next`] returned `None`, they are the
    /// beginning of a packet.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the next message, or `None` until it is complete. Decoys are skipped.
    ///
    /// # Errors
    /// [`FrameError`] if the stream cannot be decoded any further: the connection must be closed. A length is
    /// checked before any byte of its packet arrives.
    pub fn next(&mut self) -> Result<Option<Decoded>, FrameError> {
        while let Some(length) = self.due()? {
            let Some(packet) = self.buffer.get_mut(..length) else { return Ok(None) };
            let opened = self.cipher.decrypt_in_place(packet, None);
            let (_, plaintext) = opened.map_err(|_| FrameError::NotAuthentic)?;
            let decoded = match plaintext.split_first() {
                // Only this bit counts, as in BIP324; the crate would treat a decoy with other bits set as
                // genuine.
                Some((header, contents)) if header & DECOY == 0 => {
                    let size = u32::try_from(NUM_LENGTH_BYTES + length).unwrap_or(u32::MAX);
                    Some(Decoded { size, content: decode(contents) })
                }
                _ => None,
            };
            self.consume(length);
            if decoded.is_some() {
                return Ok(decoded);
            }
        }
        Ok(None)
    }

    /// Returns the length of the next packet, if its three bytes have arrived.
    fn due(&mut self) -> Result<Option<usize>, FrameError> {
        if self.due.is_none()
            && let Some(&bytes) = self.buffer.first_chunk()
        {
            let length = self.cipher.decrypt_packet_len(bytes);
            if length > MAX_PACKET {
                return Err(FrameError::TooLong(u32::try_from(length).unwrap_or(u32::MAX)));
            }
            self.buffer.advance(NUM_LENGTH_BYTES);
            self.due = Some(length);
        }
        Ok(self.due)
    }

    /// Discards the packet, and its capacity if it was large.
    fn consume(&mut self, length: usize) {
        self.due = None;
        if length > KEEP {
            self.buffer = BytesMut::from(&self.buffer[length..]);
        } else {
            self.buffer.advance(length);
        }
    }
}

/// Encodes messages as packets, in the order in which they are sent.
pub struct PacketEncoder(OutboundCipher);

impl PacketEncoder {
    /// Returns an encoder for a session.
    pub fn new(cipher: OutboundCipher) -> Self {
        Self(cipher)
    }

    /// Encodes a message as a packet.
    pub fn encode(&mut self, message: &Message) -> Vec<u8> {
        let mut contents = Vec::new();
        let command = message.command();
        contents.push(message_id::of(command).unwrap_or(message_id::LONG));
        if contents == [message_id::LONG] {
            contents.extend_from_slice(command.as_bytes());
            contents.resize(1 + COMMAND_SIZE, 0);
        }
        message.encode_payload(&mut contents);
        self.0.encrypt_to_vec(&contents, PacketType::Genuine, None)
    }
}

/// Decodes a command and a payload. As in Core, a malformed message is dropped and the stream continues.
fn decode(contents: &[u8]) -> Result<Message, Dropped> {
    let (&id, rest) = contents.split_first().ok_or(Dropped::NoCommand)?;
    let (command, name, payload) = if id == message_id::LONG {
        let (field, payload) = rest.split_first_chunk().ok_or(Dropped::NoCommand)?;
        (Command::from_field(field), clean(name_of(field), COMMAND_SIZE), payload)
    } else {
        let name = message_id::command(id);
        let text = name.map_or_else(|| format!("id {id}"), str::to_owned);
        (name.and_then(Command::from_name), text, rest)
    };
    if let Some(command) = command {
        return Message::decode(command, payload).map_err(|why| Dropped::Malformed { command, why });
    }
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    Ok(Message::Unknown { command: name, length })
}
