//! The file format.
//!
//! ```text
//! skip 5E · "mempulse recording" · version 4 · Header        the beginning
//! ( skip 5D · FrameHead · zstd frame of messages )…           each with its length in front
//! skip 5C · Index · offset of this 8 · "mpulindx"             at the end of a file that was finished
//! ```
//! `skip` is a skippable zstd frame (RFC 8878, 3.1.2): its magic, whose first byte is given, and its length
//! in 4 bytes. `zstd -d` therefore turns a file into its messages, each prefixed with its length as a varint.
//! Numbers are little-endian.

use crate::recording::error::Unreadable;
use crate::schema::message::{FrameHead, Header, Index};
use prost::Message;

/// Incremented when an older program could misread the file.
const VERSION: u32 = 1;

const SKIP: [u8; 3] = [0x2a, 0x4d, 0x18];
const BEGINNING: u8 = 0x5e;
const HEAD: u8 = 0x5d;
const INDEX: u8 = 0x5c;

const MAGIC: &[u8] = b"mempulse recording";
const END: &[u8; 8] = b"mpulindx";

/// Bytes of a skippable frame before its content.
pub(super) const PREFIX: usize = 8;

/// Bytes after the index.
pub(super) const TRAILER: usize = 16;

/// The longest header and the longest head of a frame, in bytes.
pub(super) const MAX_HEAD: usize = 4_096;

/// The longest index, in bytes: a frame a second for more than an hour, each with some blocks.
pub(super) const MAX_INDEX: usize = 4 << 20;

/// The most bytes of messages in a frame: a nearly full one takes one more message.
pub(super) const MAX_CONTENT: usize = crate::schema::MAX_MESSAGE + (2 << 20);

/// A skippable frame.
#[expect(clippy::cast_possible_truncation, reason = "the writer keeps to the limits above")]
fn skippable(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(PREFIX + content.len());
    frame.push(kind);
    frame.extend_from_slice(&SKIP);
    frame.extend_from_slice(&(content.len() as u32).to_le_bytes());
    frame.extend_from_slice(content);
    frame
}

/// The content length of a skippable frame of this kind; `None` for anything else.
fn skipped(kind: u8, prefix: &[u8]) -> Option<usize> {
    let (magic, length) = prefix.split_first_chunk::<4>()?;
    let is_it = magic[0] == kind && magic[1..] == SKIP;
    is_it.then(|| length.first_chunk().map(|length| u32::from_le_bytes(*length) as usize)).flatten()
}

/// Encodes the beginning of a file.
pub(super) fn beginning(header: &Header) -> Vec<u8> {
    skippable(BEGINNING, &[MAGIC, &VERSION.to_le_bytes(), &header.encode_to_vec()].concat())
}

/// Returns the length of the beginning of a file, given its first bytes as `prefix`.
pub(super) fn beginning_length(prefix: &[u8]) -> Result<usize, Unreadable> {
    let length = skipped(BEGINNING, prefix).filter(|length| *length <= MAX_HEAD);
    length.map(|length| PREFIX + length).ok_or(Unreadable::Foreign)
}

/// Decodes the beginning of a file.
pub(super) fn read_beginning(bytes: &[u8]) -> Result<Header, Unreadable> {
    let rest = bytes.get(PREFIX..).and_then(|rest| rest.strip_prefix(MAGIC)).ok_or(Unreadable::Foreign)?;
    let (version, header) = rest.split_first_chunk::<4>().ok_or(Unreadable::Foreign)?;
    match u32::from_le_bytes(*version) {
        VERSION => Header::decode(header).map_err(|_| Unreadable::Foreign),
        other => Err(Unreadable::Version(other)),
    }
}

/// Encodes the head of a frame.
pub(super) fn head(head: &FrameHead) -> Vec<u8> {
    skippable(HEAD, &head.encode_to_vec())
}

/// Returns the length of a head, given its first bytes as `prefix`; `None` if no frame of messages follows.
pub(super) fn head_length(prefix: &[u8]) -> Option<usize> {
    skipped(HEAD, prefix).filter(|length| *length <= MAX_HEAD)
}

/// Decodes a head; `None` if it cannot be one.
pub(super) fn read_head(content: &[u8]) -> Option<FrameHead> {
    FrameHead::decode(content).ok().filter(is_possible)
}

/// Whether a frame may have this head, which bounds all allocations for it.
fn is_possible(head: &FrameHead) -> bool {
    let longest = |content: u64| content + content / 128 + 1_024;
    head.content <= MAX_CONTENT as u64 && head.length > 0 && head.length <= longest(head.content)
}

/// Encodes the end of a file whose index begins at `offset`.
pub(super) fn end(index: &Index, offset: u64) -> Vec<u8> {
    skippable(INDEX, &[&index.encode_to_vec()[..], &offset.to_le_bytes(), END].concat())
}

/// Returns where the index of a file begins, from its last bytes; `None` for an unfinished file.
pub(super) fn index_offset(trailer: &[u8; TRAILER]) -> Option<u64> {
    let (offset, end) = trailer.split_first_chunk::<8>()?;
    (end == END).then(|| u64::from_le_bytes(*offset))
}

/// Decodes the index, which takes up all of `bytes`, of a file whose first frame is at `first`.
pub(super) fn read_index(bytes: &[u8], first: u64, offset: u64) -> Option<Vec<FrameHead>> {
    let content = bytes.get(PREFIX..)?.strip_suffix(END)?;
    let index = Index::decode(&content[..content.len().checked_sub(8)?]).ok()?;
    let mut place = first;
    for frame in &index.frames {
        if !is_possible(frame) || frame.offset < place {
            return None;
        }
        place = frame.offset.checked_add(frame.length)?;
    }
    (skipped(INDEX, bytes) == Some(bytes.len() - PREFIX) && place <= offset).then_some(index.frames)
}
