//! Messages waiting to be published or acknowledged: first in memory, then in segments on disk. Pure: file
//! operations are returned to the caller.
//!
//! ```text
//!  oldest                                                      newest
//!  head: published, or next ◀── segments: on disk ◀── tail: the next segment ◀── push
//! ```

use crate::sensor::kind::Kind;
use crate::sensor::publish::message::Outgoing;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How often to try reading a segment, at two attempts a minute.
const MAX_TRIES: u32 = 10;

/// How many bytes may wait in memory before they are written to disk.
pub(super) const MEMORY: u64 = 16 << 20;

/// The size of a segment, in bytes. A smaller tail stays in memory.
pub(super) const SEGMENT: u64 = 4 << 20;

/// The limits of published but unacknowledged messages, in number and bytes.
const WINDOW: usize = 256;
const WINDOW_BYTES: u64 = 4 << 20;

/// Which kinds are dropped when this percentage of the limit is used, the least important ones first.
const CLASSES: [(u64, &[Kind]); 5] = [
    (70, &[Kind::Traffic]),
    (80, &[Kind::Relay]),
    (90, &[Kind::Tx, Kind::RawTx]),
    (95, &[Kind::Chain, Kind::Block]),
    (100, &[Kind::Peers, Kind::State, Kind::Status]),
];

/// A dropped kind is accepted again only this many percentage points lower, so that it does not flip back and
/// forth.
const AGAIN: u64 = 5;

/// Identifies a message in the head.
pub(super) type Ticket = u64;

/// A file with messages. Lower numbers are older.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    /// The number, which names the file.
    pub number: u64,
    /// The number of messages.
    pub messages: u64,
    /// Their size in bytes.
    pub bytes: u64,
}

/// A file operation. Only one is in progress at a time.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Work {
    /// Write a segment with this number; then call [`Spool::written`].
    Write(u64, Vec<Outgoing>),
    /// Read the segment with this number; then call [`Spool::loaded`].
    Load(u64),
    /// Remove the segment with this number; then call [`Spool::removed`].
    Remove(u64),
}

/// Waiting messages.
#[derive(Debug)]
pub(super) struct Spool {
    limit: u64,
    /// Whether there is a disk, and whether the last write succeeded.
    has_disk: bool,
    is_disk_full: bool,
    reading: Reading,
    /// Whether a file operation is in progress.
    is_busy: bool,
    head: BTreeMap<Ticket, Slot>,
    unsent: BTreeSet<Ticket>,
    in_flight_bytes: u64,
    next_ticket: Ticket,
    /// Segments on disk that are not in the head.
    segments: VecDeque<Segment>,
    /// Segments that were read, with the number of their messages still in the head.
    read: BTreeMap<u64, usize>,
    /// Segments that are no longer needed.
    done: Vec<u64>,
    tail: VecDeque<Outgoing>,
    head_bytes: u64,
    tail_bytes: u64,
    /// The number of the next segment. Segments have odd numbers. Even ones are for messages that go directly
    /// into the head, so that these get the right place if they are written at the end.
    next_segment: u64,
    is_dropping: [bool; CLASSES.len()],
    dropped: [u64; Kind::ALL.len()],
}

/// The attempts to read a segment.
#[derive(Default, Debug)]
struct Reading {
    /// The number of attempts.
    tries: u32,
    /// Whether to pause before the next attempt.
    waits: bool,
}

#[derive(Debug)]
struct Slot {
    message: Outgoing,
    /// The segment it came from, or would be written to.
    segment: u64,
    is_on_disk: bool,
}

impl Spool {
    /// A spool for at most `limit` bytes, or [`MEMORY`] without a disk. `segments` are from earlier runs, in
    /// numerical order.
    pub fn new(limit: u64, has_disk: bool, segments: Vec<Segment>) -> Self {
        let last = segments.iter().map(|segment| segment.number).max().unwrap_or(0);
        Self {
            limit,
            has_disk,
            is_disk_full: false,
            reading: Reading::default(),
            is_busy: false,
            head: BTreeMap::new(),
            unsent: BTreeSet::new(),
            in_flight_bytes: 0,
            next_ticket: 0,
            segments: segments.into(),
            read: BTreeMap::new(),
            done: Vec::new(),
            tail: VecDeque::new(),
            head_bytes: 0,
            tail_bytes: 0,
            next_segment: (last / 2 + 1) * 2,
            is_dropping: [false; CLASSES.len()],
            dropped: [0; Kind::ALL.len()],
        }
    }

    /// Adds a message, or drops it.
    pub fn push(&mut self, message: Outgoing) {
        self.decide();
        if self.drops(message.kind) {
            self.count_dropped(message.kind);
            return;
        }
        self.tail_bytes += message.size();
        self.tail.push_back(message);
        self.advance();
    }

    /// Counts a message of this kind as dropped.
    pub fn count_dropped(&mut self, kind: Kind) {
        self.dropped[kind as usize] += 1;
    }

    /// The next message to publish, if the window has room. It then counts as in flight.
    pub fn next(&mut self, window: usize) -> Option<(Ticket, &Outgoing)> {
        let in_flight = self.head.len() - self.unsent.len();
        if in_flight >= window.min(WINDOW) || self.in_flight_bytes >= WINDOW_BYTES {
            return None;
        }
        let ticket = self.unsent.pop_first()?;
        let message = &self.head.get(&ticket)?.message;
        self.in_flight_bytes += message.size();
        Some((ticket, message))
    }

    /// Notes that a message is in the stream.
    pub fn acknowledged(&mut self, ticket: Ticket) {
        let Some(slot) = self.head.remove(&ticket) else { return };
        let size = slot.message.size();
        self.head_bytes -= size;
        if !self.unsent.remove(&ticket) {
            self.in_flight_bytes -= size;
        }
        if let Some(left) = self.read.get_mut(&slot.segment).filter(|_| slot.is_on_disk) {
            *left -= 1;
            if *left == 0 {
                self.read.remove(&slot.segment);
                self.done.push(slot.segment);
            }
        }
        self.advance();
    }

    /// Notes that a message is not in the stream and must be published again.
    pub fn failed(&mut self, ticket: Ticket) {
        if let Some(slot) = self.head.get(&ticket)
            && self.unsent.insert(ticket)
        {
            self.in_flight_bytes -= slot.message.size();
        }
    }

    /// Notes that nothing is in flight any more.
    pub fn all_failed(&mut self) {
        self.unsent = self.head.keys().copied().collect();
        self.in_flight_bytes = 0;
    }

    /// Drops a message that the server will never take.
    pub fn refused(&mut self, ticket: Ticket) {
        if let Some(kind) = self.head.get(&ticket).map(|slot| slot.message.kind) {
            self.count_dropped(kind);
            self.acknowledged(ticket);
        }
    }

    /// The next file operation; `None` if there is none or one is in progress.
    pub fn work(&mut self) -> Option<Work> {
        if self.is_busy {
            return None;
        }
        let work = if let Some(number) = self.done.pop() {
            Work::Remove(number)
        } else if self.tail_bytes >= SEGMENT && self.memory() > MEMORY && self.writes() {
            self.write()
        } else if self.head_bytes <= SEGMENT
            && !self.reading.waits
            && let Some(segment) = self.segments.front()
        {
            Work::Load(segment.number)
        } else {
            return None;
        };
        self.is_busy = true;
        Some(work)
    }

    fn write(&mut self) -> Work {
        let messages = Vec::from(std::mem::take(&mut self.tail));
        let bytes = std::mem::take(&mut self.tail_bytes);
        let number = self.next_segment + 1;
        self.next_segment += 2;
        self.segments.push_back(Segment { number, messages: messages.len() as u64, bytes });
        Work::Write(number, messages)
    }

    /// Notes that the segment was written, or takes back the messages that could not be written.
    pub fn written(&mut self, unwritten: Option<Vec<Outgoing>>) {
        self.is_busy = false;
        self.is_disk_full = unwritten.is_some();
        if let Some(messages) = unwritten
            && let Some(segment) = self.segments.pop_back()
        {
            self.tail_bytes += segment.bytes;
            let newer = std::mem::replace(&mut self.tail, messages.into());
            self.tail.extend(newer);
        }
        self.advance();
    }

    /// Notes that a segment cannot be read for now. After too many attempts it is skipped, as others wait
    /// behind it: returns how many messages are left on disk for the next start.
    pub fn unreadable(&mut self) -> Option<u64> {
        self.is_busy = false;
        self.reading.waits = true;
        self.reading.tries += 1;
        if self.reading.tries < MAX_TRIES {
            return None;
        }
        self.reading.tries = 0;
        let left = self.segments.pop_front().map(|segment| segment.messages);
        self.advance();
        left
    }

    /// Adds the whole messages of the segment just read. Returns how many were missing.
    pub fn loaded(&mut self, messages: Vec<Outgoing>) -> u64 {
        self.is_busy = false;
        self.reading.tries = 0;
        let Some(Segment { number, messages: expected, .. }) = self.segments.pop_front() else { return 0 };
        let damaged = expected.saturating_sub(messages.len() as u64);
        if messages.is_empty() {
            self.done.push(number);
        } else {
            self.read.insert(number, messages.len());
        }
        for message in messages {
            self.add_to_head(message, number, true);
        }
        self.advance();
        damaged
    }

    /// Notes that the segment was removed.
    pub fn removed(&mut self) {
        self.is_busy = false;
    }

    /// Retries a disk that was full or could not be read.
    pub fn try_disk_again(&mut self) {
        (self.is_disk_full, self.reading.waits) = (false, false);
    }

    /// Whether nothing is waiting, neither messages nor file operations.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty()
            && self.segments.is_empty()
            && self.tail.is_empty()
            && !self.is_busy
            && self.done.is_empty()
    }

    /// The number of waiting messages, and their bytes.
    pub fn waiting(&self) -> (u64, u64) {
        let in_memory = (self.head.len() + self.tail.len()) as u64;
        let on_disk = self.segments.iter().map(|segment| segment.messages).sum::<u64>();
        (in_memory + on_disk, self.bytes())
    }

    /// The number of dropped messages, by kind.
    pub fn dropped(&self) -> Vec<(Kind, u64)> {
        Kind::ALL.into_iter().zip(self.dropped).filter(|(_, count)| *count > 0).collect()
    }

    /// The messages that are only in memory, as segments to be written at the end, oldest first.
    pub fn into_unsaved(self) -> Vec<(u64, Vec<Outgoing>)> {
        let mut unsaved: BTreeMap<u64, Vec<Outgoing>> = BTreeMap::new();
        for slot in self.head.into_values().filter(|slot| !slot.is_on_disk) {
            unsaved.entry(slot.segment).or_default().push(slot.message);
        }
        if !self.tail.is_empty() {
            unsaved.insert(self.next_segment + 1, self.tail.into());
        }
        unsaved.into_iter().collect()
    }

    /// Moves the tail into the head if no segment is between them.
    fn advance(&mut self) {
        while self.segments.is_empty()
            && self.head_bytes < MEMORY - SEGMENT
            && let Some(message) = self.tail.pop_front()
        {
            self.tail_bytes -= message.size();
            self.add_to_head(message, self.next_segment, false);
        }
    }

    fn add_to_head(&mut self, message: Outgoing, segment: u64, is_on_disk: bool) {
        self.head_bytes += message.size();
        self.unsent.insert(self.next_ticket);
        self.head.insert(self.next_ticket, Slot { message, segment, is_on_disk });
        self.next_ticket += 1;
    }

    fn writes(&self) -> bool {
        self.has_disk && !self.is_disk_full
    }

    fn memory(&self) -> u64 {
        self.head_bytes + self.tail_bytes
    }

    fn bytes(&self) -> u64 {
        self.memory() + self.segments.iter().map(|segment| segment.bytes).sum::<u64>()
    }

    /// Decides which kinds to drop.
    fn decide(&mut self) {
        // A disk slower than the arriving messages gets twice the memory.
        let memory = if self.writes() { 2 * MEMORY } else { MEMORY };
        let of_memory = self.memory() * 100 / memory;
        let of_limit = self.bytes().saturating_mul(100) / self.limit.max(1);
        let used = of_memory.max(of_limit);
        for (is_dropping, (percent, _)) in self.is_dropping.iter_mut().zip(CLASSES) {
            let least = if *is_dropping { percent - AGAIN } else { percent };
            *is_dropping = used >= least;
        }
    }

    fn drops(&self, kind: Kind) -> bool {
        self.is_dropping
            .iter()
            .zip(CLASSES)
            .any(|(is_dropping, (_, kinds))| *is_dropping && kinds.contains(&kind))
    }
}

#[cfg(test)]
mod tests;
