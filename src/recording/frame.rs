//! A frame: length-prefixed messages, compressed together.

use crate::event::{Event, EventKind, Restored};
use crate::recording::error::Unreadable;
use crate::recording::layout::{self, MAX_CONTENT};
use crate::schema;
use crate::schema::message::record::Content;
use crate::schema::message::{self, FrameHead, Record, event};
use bytes::{Buf, Bytes};
use prost::Message;
use std::io;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// The compression level. Transactions are mostly random bytes: higher levels cost more and gain little.
const LEVEL: i32 = 1;

/// A frame is written when its messages reach this many bytes.
pub(super) const FULL: usize = 1 << 20;

/// Calls `add` with each message of an event: none for events that never leave the machine, several for many
/// saved transactions.
pub(super) fn encode(event: &Event, mut add: impl FnMut(message::Event)) {
    match &event.kind {
        EventKind::Restored(part @ Restored::Transactions(_)) => {
            for part in schema::parts(part) {
                schema::encode(&Event { time: event.time, kind: EventKind::Restored(part) }).map(&mut add);
            }
        }
        _ => _ = schema::encode(event).map(add),
    }
}

/// Messages encoded as in a frame.
#[derive(Default, Debug)]
pub(super) struct Messages {
    content: Vec<u8>,
    head: FrameHead,
}

impl Messages {
    /// An empty list with room for this many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { content: Vec::with_capacity(bytes), head: FrameHead::default() }
    }

    /// Adds a message.
    pub(super) fn add(&mut self, record: &Record) {
        match &record.content {
            Some(Content::Event(message)) => {
                if self.head.events == 0 {
                    self.head.start_us = message.time_us;
                }
                self.head.events += 1;
                self.head.end_us = self.head.end_us.max(message.time_us);
                if let Some(event::Kind::Block(block)) = &message.kind {
                    self.head.blocks.push(block.height);
                }
            }
            Some(Content::State(_) | Content::Entries(_)) => self.head.keyframe = true,
            _ => {}
        }
        // A vector grows as needed.
        let _ = record.encode_length_delimited(&mut self.content);
    }

    /// Appends `other`.
    fn append(&mut self, other: &Self) {
        if self.head.events == 0 {
            self.head.start_us = other.head.start_us;
        }
        self.head.events += other.head.events;
        self.head.end_us = self.head.end_us.max(other.head.end_us);
        self.head.blocks.extend_from_slice(&other.head.blocks);
        self.head.keyframe |= other.head.keyframe;
        self.content.extend_from_slice(&other.content);
    }

    /// The total size, in bytes.
    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    /// The number of events among the messages, and the times of the first and the last one, in µs.
    pub(super) fn events(&self) -> (u64, [u64; 2]) {
        (self.head.events, [self.head.start_us, self.head.end_us])
    }

    /// Whether there are enough messages to write a frame.
    pub(super) fn is_full(&self) -> bool {
        self.content.len() >= FULL
    }
}

/// Collects messages and makes frames of them.
pub(super) struct FrameBuilder {
    messages: Messages,
    compressor: Compressor<'static>,
}

impl FrameBuilder {
    pub(super) fn new() -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        Ok(Self { messages: Messages::default(), compressor })
    }

    /// Adds a message.
    pub(super) fn add(&mut self, record: &Record) {
        self.messages.add(record);
    }

    /// Adds messages. Together with the earlier ones they must fit into a frame.
    pub(super) fn append(&mut self, messages: &Messages) {
        self.messages.append(messages);
    }

    /// Whether there are no messages.
    pub(super) fn is_empty(&self) -> bool {
        self.messages.len() == 0
    }

    /// Whether there are enough messages to write a frame.
    pub(super) fn is_full(&self) -> bool {
        self.messages.is_full()
    }

    /// Turns the messages into a frame for `offset` in the file. Returns its bytes, starting with its head,
    /// and its index entry.
    pub(super) fn seal(&mut self, offset: u64) -> io::Result<(Vec<u8>, FrameHead)> {
        let Messages { content, head } = &mut self.messages;
        let frame = self.compressor.compress(content)?;
        let mut entry = std::mem::take(head);
        (entry.length, entry.content) = (frame.len() as u64, content.len() as u64);
        content.clear();
        let mut bytes = layout::head(&entry);
        entry.offset = offset + bytes.len() as u64;
        bytes.extend_from_slice(&frame);
        Ok((bytes, entry))
    }
}

/// Decodes frames.
pub(super) struct FrameReader(Decompressor<'static>);

impl FrameReader {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Decompressor::new()?))
    }

    /// Returns the messages in a frame.
    ///
    /// # Errors
    /// The frame is damaged, or a message is refused.
    pub(super) fn records(&mut self, head: &FrameHead, frame: &[u8]) -> Result<Vec<Record>, Unreadable> {
        let damaged = || Unreadable::Damaged(head.offset);
        let length = usize::try_from(head.content).ok().filter(|length| *length <= MAX_CONTENT);
        let content = self.0.decompress(frame, length.ok_or_else(damaged)?).map_err(|_| damaged())?;
        let mut content = Bytes::from(content);
        let mut records = Vec::new();
        while content.has_remaining() {
            let length = prost::encoding::decode_varint(&mut content).map_err(|_| damaged())?;
            let length = usize::try_from(length).ok().filter(|length| *length <= content.len());
            let message = content.split_to(length.ok_or_else(damaged)?);
            let refused = |error| Unreadable::Message { offset: head.offset, error };
            records.push(schema::decode_record(message).map_err(refused)?);
        }
        Ok(records)
    }
}

impl std::fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FrameReader")
    }
}
