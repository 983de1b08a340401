//! Turns events into messages. Pure: the time is a parameter.

use crate::event::{Event, EventKind, KnownOutput};
use crate::schema::message::{self, Batch, BlockPart, DroppedMessages, SensorState, SensorStatus};
use crate::schema::{self, Body, MAX_BLOCK_PART, MAX_SENSOR_MESSAGE};
use crate::sensor::events::kind_of;
use crate::sensor::kind::Kind;
use crate::sensor::publish::message::Outgoing;
use crate::sensor::publish::selection;
use crate::util::bounded::BoundedSet;
use crate::util::time::Timestamp;
use crate::wire::{Block, Transaction, Wtxid};
use bytes::Bytes;
use prost::Message;

/// A batch or a part of the state is sealed at this many bytes of events.
const FULL: usize = 256 << 10;

/// The most bytes of one event, which leaves room for the rest of a message.
const MAX_EVENT: usize = MAX_SENSOR_MESSAGE - (4 << 10);

/// How many transactions are remembered as published: many times the number within the two minutes for which
/// the stream remembers message ids.
const PASSED_ON: usize = 50_000;

/// The field number of the events in a batch and in a state; its wire type is length-delimited bytes.
const EVENTS_FIELD: u32 = 6;

/// Collects events and turns them into messages.
#[derive(Debug)]
pub(super) struct Outbox {
    run: u64,
    /// The events of the open flush, by kind.
    open: [Gathered; Kind::OF_EVENTS.len()],
    /// The number of events in the open flush.
    in_flush: u32,
    /// The number of the open flush.
    flush: u64,
    /// The number of events in all sealed batches.
    sealed: u64,
    /// The number of messages with numeric ids.
    numbered: u64,
    passed_on: BoundedSet<Wtxid, PASSED_ON>,
    /// Messages ready to be published.
    ready: Vec<Outgoing>,
    /// The kinds of events too long for any message.
    too_long: Vec<Kind>,
}

/// The events of an open batch.
#[derive(Default, Debug)]
struct Gathered {
    places: Vec<u32>,
    /// The events, encoded as in the message.
    events: Vec<u8>,
}

/// A position in an open batch.
#[derive(Clone, Copy)]
struct Mark {
    places: usize,
    events: usize,
}

/// The figures of the status that the outbox doesn't know itself.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Figures {
    pub started: Timestamp,
    pub live_peers: usize,
    pub waiting: u64,
    pub waiting_bytes: u64,
    pub dropped: Vec<(Kind, u64)>,
    pub ack_us: u64,
}

impl Outbox {
    /// A run with this number, which must differ for each run of the program.
    pub fn new(run: u64) -> Self {
        Self {
            run,
            open: Default::default(),
            in_flush: 0,
            flush: 0,
            sealed: 0,
            numbered: 0,
            passed_on: BoundedSet::default(),
            ready: Vec::new(),
            too_long: Vec::new(),
        }
    }

    /// Adds an event, with the known outputs that its transaction spends.
    pub fn note(&mut self, event: &Event, known: Vec<KnownOutput>, now: Timestamp) {
        let Some(kind) = kind_of(&event.kind) else { return };
        let before = self.open(kind).mark();
        if !known.is_empty() {
            let known = Event { time: event.time, kind: EventKind::KnownOutputs(known) };
            selection::for_each_part(&known, |part| drop(self.add(kind, part)));
        }
        let mut before = Some(before);
        selection::for_each_part(event, |part| {
            let before = before.take().unwrap_or_else(|| self.open(kind).mark());
            let body = self.add(kind, part);
            if self.pass_on(body) && self.open(kind).since(before) <= MAX_EVENT {
                self.keep_to_limit(kind, before, now);
            } else {
                self.in_flush -= self.open(kind).cut(before);
                self.too_long.push(kind);
            }
        });
    }

    /// Seals the open batches.
    pub fn flush(&mut self, now: Timestamp) {
        if self.in_flush == 0 {
            return;
        }
        for kind in Kind::OF_EVENTS {
            self.seal(kind, now);
        }
        self.in_flush = 0;
        self.flush += 1;
    }

    /// Adds the events that lead to the current state.
    pub fn state(&mut self, events: &[Event], now: Timestamp) {
        self.flush(now);
        let mut parts = vec![Vec::new()];
        let mut messages = Vec::new();
        for event in events {
            selection::for_each_part(event, |event| messages.extend(schema::encode(event)));
        }
        for message in messages {
            let length = message.encoded_len();
            if parts.last().is_some_and(|part| !part.is_empty() && part.len() + length > FULL) {
                parts.push(Vec::new());
            }
            parts.last_mut().into_iter().for_each(|part| encode_event(&message, part));
        }
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        for (part, events) in (0..count).zip(parts) {
            let (run, flush, sent_us) = (self.run, self.flush, now.as_micros());
            let state = SensorState { run, flush, sent_us, part, parts: count, events: Vec::new() };
            self.push_numbered(Kind::State, joined(&state, &events));
        }
    }

    /// The status message, to be published immediately or not at all.
    pub fn status(&self, figures: Figures, now: Timestamp) -> Outgoing {
        let Figures { started, live_peers, waiting, waiting_bytes, dropped, ack_us } = figures;
        let dropped = dropped
            .into_iter()
            .map(|(kind, messages)| DroppedMessages { kind: kind.name().to_owned(), messages })
            .collect();
        let status = SensorStatus {
            run: self.run,
            sent_us: now.as_micros(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            started_us: started.as_micros(),
            live_peers: u32::try_from(live_peers).unwrap_or(u32::MAX),
            events: self.sealed,
            waiting,
            waiting_bytes,
            dropped,
            ack_us,
        };
        let id = format!("{:016x}-s{}", self.run, now.as_micros());
        Outgoing { kind: Kind::Status, id, payload: status.encode_to_vec().into() }
    }

    /// Takes the ready messages, in publishing order.
    pub fn take(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.ready)
    }

    /// Takes the kinds of the events left out because they fit into no message.
    pub fn take_too_long(&mut self) -> Vec<Kind> {
        std::mem::take(&mut self.too_long)
    }

    fn open(&mut self, kind: Kind) -> &mut Gathered {
        &mut self.open[kind as usize]
    }

    /// Adds an event without its body, and returns the body.
    fn add(&mut self, kind: Kind, event: &Event) -> Option<Body> {
        let (message, body) = schema::encode_without_body(event)?;
        let place = self.in_flush;
        self.in_flush += 1;
        let open = self.open(kind);
        open.places.push(place);
        encode_event(&message, &mut open.events);
        body
    }

    /// Turns a body, if there is one, into messages. Returns whether it fits.
    fn pass_on(&mut self, body: Option<Body>) -> bool {
        match body {
            None => true,
            Some(Body::Transaction(tx)) => self.pass_on_transaction(&tx),
            Some(Body::Block(block)) => self.pass_on_block(&block),
        }
    }

    fn pass_on_transaction(&mut self, tx: &Transaction) -> bool {
        let wtxid = tx.wtxid();
        if tx.raw().len() > MAX_EVENT {
            return false;
        }
        if !self.passed_on.contains(&wtxid) {
            self.passed_on.insert(wtxid);
            let payload = Bytes::copy_from_slice(tx.raw());
            self.ready.push(Outgoing { kind: Kind::RawTx, id: wtxid.to_string(), payload });
        }
        true
    }

    fn pass_on_block(&mut self, block: &Block) -> bool {
        let mut raw = Vec::with_capacity(block.size as usize);
        block.encode(&mut raw);
        let raw = Bytes::from(raw);
        let parts = u32::try_from(raw.len().div_ceil(MAX_BLOCK_PART)).unwrap_or(u32::MAX);
        for (part, at) in (0..parts).zip((0..raw.len()).step_by(MAX_BLOCK_PART)) {
            let body = raw.slice(at..raw.len().min(at + MAX_BLOCK_PART));
            let hash = Bytes::copy_from_slice(&block.hash.0);
            let payload = BlockPart { hash, part, parts, body }.encode_to_vec().into();
            self.ready.push(Outgoing { kind: Kind::Block, id: format!("{}-{part}", block.hash), payload });
        }
        true
    }

    /// Seals everything before `mark` if the batch has become too long.
    fn keep_to_limit(&mut self, kind: Kind, mark: Mark, now: Timestamp) {
        let open = self.open(kind);
        if open.events.len() > FULL && mark.events > 0 {
            let last = Gathered {
                places: open.places.split_off(mark.places),
                events: open.events.split_off(mark.events),
            };
            self.seal(kind, now);
            *self.open(kind) = last;
        }
    }

    /// Makes a message of a batch, unless it is empty.
    fn seal(&mut self, kind: Kind, now: Timestamp) {
        let Gathered { places, events } = std::mem::take(self.open(kind));
        if places.is_empty() {
            return;
        }
        let (run, first, flush, sent_us) = (self.run, self.sealed, self.flush, now.as_micros());
        self.sealed += places.len() as u64;
        let batch = Batch { run, first, flush, sent_us, places, events: Vec::new() };
        self.push_numbered(kind, joined(&batch, &events));
    }

    fn push_numbered(&mut self, kind: Kind, payload: Bytes) {
        let id = format!("{:016x}-{}", self.run, self.numbered);
        self.numbered += 1;
        self.ready.push(Outgoing { kind, id, payload });
    }
}

impl Gathered {
    fn mark(&self) -> Mark {
        Mark { places: self.places.len(), events: self.events.len() }
    }

    /// The number of bytes added since `mark`.
    fn since(&self, mark: Mark) -> usize {
        self.events.len() - mark.events
    }

    /// Removes the events added since `mark`, and returns their number.
    fn cut(&mut self, mark: Mark) -> u32 {
        let count = self.places.len() - mark.places;
        self.places.truncate(mark.places);
        self.events.truncate(mark.events);
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// Appends an event, encoded as in a batch or a state.
fn encode_event(event: &message::Event, buffer: &mut Vec<u8>) {
    prost::encoding::message::encode(EVENTS_FIELD, event, buffer);
}

/// The bytes of a message whose last field, the events, is already encoded.
fn joined(message: &impl Message, events: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(message.encoded_len() + events.len());
    message.encode_raw(&mut bytes);
    bytes.extend_from_slice(events);
    bytes.into()
}

#[cfg(test)]
mod tests;
