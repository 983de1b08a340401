//! Reads and writes one connection, with bounds on what may accumulate.

use crate::event::{DisconnectReason, Transport};
use crate::p2p::peer::transport::codec::Codec;
use crate::wire::{Decoded, FrameError, Message};
use bytes::{Buf, BytesMut};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

/// The number of unsent bytes at which nothing more is read from the peer: room for our longest message (a
/// `getdata` of 1,000 entries) and 900 pongs.
const MAX_BACKLOG: usize = 64 * 1024;

/// One connection over any kind of stream.
pub struct Connection<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    codec: Codec,
    output: BytesMut,
}

impl<S: AsyncRead + AsyncWrite> Connection<S> {
    /// A connection in the transport that both ends agreed on.
    pub fn new(stream: S, codec: Codec) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self { reader, writer, codec, output: BytesMut::new() }
    }

    /// The transport, for events.
    pub fn transport(&self) -> Transport {
        self.codec.transport()
    }

    /// Queues a message, and returns its size on the wire, in bytes.
    pub fn send(&mut self, message: &Message) -> u32 {
        let bytes = self.codec.encode(message);
        self.output.extend_from_slice(&bytes);
        u32::try_from(bytes.len()).unwrap_or(u32::MAX)
    }

    /// Whether to stop queueing for now.
    pub fn is_congested(&self) -> bool {
        self.output.len() >= MAX_BACKLOG
    }

    /// Whether everything was handed to the system.
    pub fn is_flushed(&self) -> bool {
        self.output.is_empty()
    }

    /// The number of received bytes waiting to be decoded: after [`Connection::next`] has returned `None`,
    /// those of an incomplete message.
    pub fn buffered(&self) -> usize {
        self.codec.buffered()
    }

    /// Returns the next message that has arrived.
    ///
    /// # Errors
    /// The stream can't be decoded any further.
    pub fn next(&mut self) -> Result<Option<Decoded>, DisconnectReason> {
        self.codec.next().map_err(|error| match error {
            FrameError::WrongMagic(magic) => DisconnectReason::WrongMagic(magic),
            FrameError::TooLong(length) => DisconnectReason::MessageTooLong(length),
            FrameError::NotAuthentic => DisconnectReason::NotAuthentic,
        })
    }

    /// Sends some queued bytes, or receives some if `may_read`. Returns how many were received. Cancel-safe.
    /// Take out all messages with [`Connection::next`] first.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn progress(&mut self, may_read: bool) -> Result<usize, DisconnectReason> {
        let Self { reader, writer, codec, output } = self;
        tokio::select! {
            received = reader.read_buf(codec.buffer()), if may_read => match received {
                Ok(0) if codec.is_between_messages() => Err(DisconnectReason::ClosedByPeer),
                Ok(0) => Err(DisconnectReason::ClosedInsideMessage),
                Ok(count) => Ok(count),
                Err(error) => Err(lost(&error)),
            },
            sent = writer.write(output), if !output.is_empty() => match sent {
                Ok(0) => Err(DisconnectReason::ClosedByPeer),
                Ok(count) => {
                    output.advance(count);
                    Ok(0)
                }
                Err(error) => Err(lost(&error)),
            },
            // Neither is possible: the caller waits for something else.
            else => std::future::pending().await,
        }
    }
}

fn lost(error: &io::Error) -> DisconnectReason {
    DisconnectReason::Io(error.into())
}
