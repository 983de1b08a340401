//! Bytes in and out of one connection, with bounds on what may pile up.

use crate::event::{DisconnectReason, Transport};
use crate::p2p::peer::transport::codec::Codec;
use crate::wire::{Decoded, FrameError, Message};
use bytes::{Buf, BytesMut};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

/// How much may wait to be sent, in bytes, before the peer is no longer listened to. It has the
/// longest message that we send in it (a `getdata` of 1,000 entries) and 900 pongs.
const MAX_BACKLOG: usize = 64 * 1024;

/// One connection of any kind of stream.
pub struct Connection<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    codec: Codec,
    output: BytesMut,
}

impl<S: AsyncRead + AsyncWrite> Connection<S> {
    /// A connection in the transport that its ends have agreed on.
    pub fn new(stream: S, codec: Codec) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self { reader, writer, codec, output: BytesMut::new() }
    }

    /// The format of its bytes.
    pub fn transport(&self) -> Transport {
        self.codec.transport()
    }

    /// Queues a message. Its size on the wire, in bytes.
    pub fn send(&mut self, message: &Message) -> u32 {
        let bytes = self.codec.encode(message);
        self.output.extend_from_slice(&bytes);
        u32::try_from(bytes.len()).unwrap_or(u32::MAX)
    }

    /// Whether so much waits to be sent that nothing more should be added.
    pub fn is_congested(&self) -> bool {
        self.output.len() >= MAX_BACKLOG
    }

    /// Whether everything is sent, as far as we can know.
    pub fn is_flushed(&self) -> bool {
        self.output.is_empty()
    }

    /// The next message that has arrived.
    ///
    /// # Errors
    /// The stream cannot be understood any more.
    pub fn next(&mut self) -> Result<Option<Decoded>, DisconnectReason> {
        self.codec.next().map_err(|error| match error {
            FrameError::WrongMagic(magic) => DisconnectReason::WrongMagic(magic),
            FrameError::TooLong(length) => DisconnectReason::MessageTooLong(length),
            FrameError::NotAuthentic => DisconnectReason::NotAuthentic,
        })
    }

    /// Sends some of what waits, and receives something if `listen`. Cancel-safe. Take out all
    /// messages ([`Connection::next`]) before.
    ///
    /// # Errors
    /// The connection has ended.
    pub async fn progress(&mut self, listen: bool) -> Result<(), DisconnectReason> {
        let Self { reader, writer, codec, output } = self;
        tokio::select! {
            received = reader.read_buf(codec.buffer()), if listen => match received {
                Ok(0) if codec.is_between_messages() => Err(DisconnectReason::ClosedByPeer),
                Ok(0) => Err(DisconnectReason::ClosedInsideMessage),
                Ok(_) => Ok(()),
                Err(error) => Err(lost(&error)),
            },
            sent = writer.write(output), if !output.is_empty() => match sent {
                Ok(0) => Err(DisconnectReason::ClosedByPeer),
                Ok(count) => {
                    output.advance(count);
                    Ok(())
                }
                Err(error) => Err(lost(&error)),
            },
            // Neither is wanted: somebody else has to make a move first.
            else => std::future::pending().await,
        }
    }
}

fn lost(error: &io::Error) -> DisconnectReason {
    DisconnectReason::Io(error.into())
}
