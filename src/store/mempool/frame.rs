//! The frames of the journal: each write is one frame with its own checksum.
//!
//! ```text
//! magic 8 · version 4 · network 4 · (length 4 · time 8 · records … · sha256 32) …
//! ```
//! The length is that of the records. The time, in µs since the UNIX epoch, is that of the resulting state.
//! The checksum covers length, time and records.

use crate::chain::Network;
use crate::event::Damage;
use crate::store::format::{CHECKSUM, add_checksum, check};
use crate::util::time::Timestamp;
use std::io::{self, ErrorKind, Read};

const MAGIC: [u8; 8] = *b"mpulmemp";

/// Incremented when an older program could misread the file.
const VERSION: u32 = 1;

/// Bytes before the first frame.
pub(super) const HEADER: usize = 16;

/// Bytes of a frame before its records.
const PREFIX: usize = 12;

/// A frame is full at this many bytes of records.
pub(super) const FULL: usize = 1 << 20;

/// The most bytes of records in a frame: a nearly full one takes one more record, of a transaction of at most
/// 4 MB whose input values take less than a third of that again.
pub(super) const MAX_RECORDS: usize = 8 << 20;

/// Returns the beginning of a journal.
pub(super) fn header(network: Network) -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes(), &network.magic()].concat()
}

/// Checks the beginning of a journal.
///
/// # Errors
/// It belongs to another program, version or network.
pub(super) fn check_header(start: &[u8], network: Network) -> Result<(), Damage> {
    let (magic, rest) = start.split_first_chunk::<8>().ok_or(Damage::Foreign)?;
    if *magic != MAGIC {
        return Err(Damage::Foreign);
    }
    let (version, its_network) = rest.split_first_chunk::<4>().ok_or(Damage::Content)?;
    match u32::from_le_bytes(*version) {
        VERSION if its_network == network.magic() => Ok(()),
        VERSION => Err(Damage::Network),
        version => Err(Damage::Version(version)),
    }
}

/// Returns a frame of records.
#[expect(clippy::cast_possible_truncation, reason = "the caller keeps to `MAX_RECORDS`")]
pub(super) fn seal(time: Timestamp, records: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(PREFIX + records.len() + CHECKSUM);
    frame.extend_from_slice(&(records.len() as u32).to_le_bytes());
    frame.extend_from_slice(&time.as_micros().to_le_bytes());
    frame.extend_from_slice(records);
    add_checksum(&mut frame);
    frame
}

/// Reads frames up to the end or the first damaged one.
#[derive(Debug)]
pub(super) struct Frames<R> {
    input: R,
    frame: Vec<u8>,
    /// The number of bytes in whole frames read so far.
    pub(super) whole: u64,
    /// Whether the last frame is damaged or cut off.
    pub(super) is_damaged: bool,
}

impl<R: Read> Frames<R> {
    /// Reads from `input`, which is at the start of a frame.
    pub(super) fn new(input: R) -> Self {
        Self { input, frame: Vec::new(), whole: 0, is_damaged: false }
    }

    /// Returns time and records of the next whole frame.
    ///
    /// # Errors
    /// The error of the system.
    pub(super) fn next(&mut self) -> io::Result<Option<(Timestamp, &[u8])>> {
        self.frame.clear();
        (&mut self.input).take(PREFIX as u64).read_to_end(&mut self.frame)?;
        if self.frame.is_empty() {
            return Ok(None);
        }
        self.is_damaged = true;
        let Some((length, rest)) = self.frame.split_first_chunk() else { return Ok(None) };
        let Some(time) = rest.first_chunk().copied() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if length > MAX_RECORDS {
            return Ok(None);
        }
        let left = (length + CHECKSUM) as u64;
        if let Err(error) = (&mut self.input).take(left).read_to_end(&mut self.frame) {
            return if error.kind() == ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
        }
        if self.frame.len() != PREFIX + length + CHECKSUM {
            return Ok(None);
        }
        let Some(records) = check(&self.frame).and_then(|sealed| sealed.get(PREFIX..)) else {
            return Ok(None);
        };
        self.is_damaged = false;
        self.whole += self.frame.len() as u64;
        Ok(Some((Timestamp::from_micros(u64::from_le_bytes(time)), records)))
    }
}
