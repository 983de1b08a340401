//! Merges the events of all sensors into one order and joins them with their bodies. Pure.
//!
//! Events are held back until those of the same moment have had time to arrive from every sensor, but at most
//! for [`HOLD`]. All times are by the server's clock until an event leaves; from then on, by the reader's.

mod awaiting;
mod clock;
mod receive;

use super::bodies::Bodies;
use super::chain::Chain;
use super::limits::Budget;
use super::source::{Origin, Phase};
use super::sources::Sources;
use super::translate;
use crate::chain::Network;
use crate::event::{
    DisconnectReason, Event, EventKind, PeerEvent, PeerId, SensorEvent, SensorId, SensorReport,
};
use crate::schema::message::{self, event::Kind as MessageKind};
use crate::schema::{Body, BodyId, SchemaError, body_of, decode_with_body};
use crate::sensor::events::kind_of;
use crate::sensor::kind::{FLUSH, Kind};
use crate::util::time::Timestamp;
use awaiting::{Awaiting, Waiting};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How long an event is held back to wait for other sensors: enough for a batch and two slow links to the
/// server.
pub const HOLD: Duration = Duration::from_millis(400);

/// The most events held back.
const MAX_HELD: usize = 200_000;

/// An announcement that arrives later than this says nothing about which peer was first, and is dropped.
const MAX_LATE: Duration = Duration::from_secs(2);

/// A sensor silent for this long is stale.
const STALE: Duration = Duration::from_secs(15);

/// The position of an event: time, sensor, flush, and index in the flush. A state comes between two flushes.
type Place = (Timestamp, SensorId, u64, u32);

/// The flush number within a place.
const fn of_flush(flush: u64) -> u64 {
    flush.saturating_mul(2).saturating_add(1)
}

/// Whether a message of this kind may contain this event.
fn contains(kind: Kind, event: &EventKind) -> bool {
    match kind_of(event) {
        Some(of_event) => of_event == kind || kind == Kind::State && of_event != Kind::Tx,
        None => false,
    }
}

/// An item held back.
#[derive(Debug)]
enum Held {
    /// An event without its body.
    Event(Origin, message::Event),
    /// A sensor's state, as events that lead to it; and whether the sensor joins with it.
    State(Origin, Vec<message::Event>, Option<SensorEvent>),
    /// The state of health of the sensor.
    Report(Box<SensorReport>),
}

/// Merges the events of all sensors.
#[derive(Debug)]
pub struct Merge {
    bodies: Bodies,
    chain: Chain,
    sources: Sources,
    held: BTreeMap<Place, Held>,
    awaiting: Awaiting,
    ready: VecDeque<Event>,
    now: Timestamp,
    /// When the last message was stored.
    stored: Timestamp,
    /// The messages with bodies from sensors of which nothing else has arrived.
    strangers: Budget,
    /// The server time of the last event that left.
    left: Timestamp,
    /// The reader time of the last event that left.
    last: Timestamp,
    /// By how many µs the reader's clock is ahead of the server's, and the uncertainty of that.
    reader_ahead: i64,
    reader_uncertainty: Duration,
    /// Kinds of messages to leave out because the reader is too slow.
    skipped: &'static [Kind],
}

impl Merge {
    /// An empty merge. `reader` is by how many µs the reader's clock is ahead of the server's, and the
    /// uncertainty of that.
    pub fn new(network: Network, (reader_ahead, reader_uncertainty): (i64, Duration)) -> Self {
        Self {
            bodies: Bodies::new(network),
            chain: Chain::new(network),
            sources: Sources::default(),
            held: BTreeMap::new(),
            awaiting: Awaiting::default(),
            ready: VecDeque::new(),
            now: Timestamp::default(),
            stored: Timestamp::default(),
            strangers: Budget::default(),
            left: Timestamp::default(),
            last: Timestamp::default(),
            reader_ahead,
            reader_uncertainty,
            skipped: &[],
        }
    }

    /// Releases what is due at `now` by the server's clock.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.find_stale();
        let horizon = self.horizon();
        while self.held.first_key_value().is_some_and(|((time, ..), _)| *time <= horizon) {
            self.leave();
        }
        for sensor in self.awaiting.give_up(self.now) {
            self.body_missing(sensor);
        }
        self.follow_chain();
    }

    /// The time up to which everything has arrived: the earliest last send time among live sensors, but at
    /// least [`HOLD`] ago.
    fn horizon(&self) -> Timestamp {
        let joined = self.sources.iter().filter(|source| source.phase != Phase::Waiting);
        let sent = joined.map(|source| source.sent).min().unwrap_or_default();
        // The last message may be part of a flush whose other kinds still follow.
        (sent - FLUSH).max(self.now - HOLD)
    }

    fn find_stale(&mut self) {
        let now = self.now;
        let mut stale = Vec::new();
        for source in self.sources.iter_mut().filter(|source| now.since(source.heard) > STALE) {
            self.chain.lost(source.id);
            if source.phase != Phase::Waiting {
                source.phase = Phase::Waiting;
                stale.push((source.id, source.peers.keys().copied().collect()));
            }
        }
        for (id, peers) in stale {
            self.disconnect(now, id, peers);
            self.push(now, EventKind::Sensor(id, SensorEvent::Stale));
        }
    }

    /// Leaves out messages of these kinds from here on.
    pub fn skip(&mut self, kinds: &'static [Kind]) {
        self.skipped = kinds;
    }

    /// Notes that the reader was away, for which no sensor must be marked stale.
    pub fn resume(&mut self, now: Timestamp) {
        for source in self.sources.iter_mut() {
            source.heard = source.heard.max(now);
        }
    }

    fn disconnect(&mut self, time: Timestamp, sensor: SensorId, peers: BTreeSet<PeerId>) {
        for peer in peers {
            self.sources[sensor].peers.remove(&peer);
            let event = PeerEvent::Disconnected { reason: DisconnectReason::SensorStale, retry_at: None };
            self.push(time, EventKind::Peer(peer, event));
        }
    }

    /// Releases the first event.
    fn leave(&mut self) {
        let Some(((time, sensor, ..), held)) = self.held.pop_first() else { return };
        self.left = self.left.max(time);
        match held {
            Held::Event(origin, event) => self.leave_event(origin, event, time),
            Held::State(origin, events, joins) => self.leave_state(origin, events, joins, time),
            Held::Report(report) => self.push(time, EventKind::Sensor(sensor, SensorEvent::Report(report))),
        }
    }

    /// Compares a sensor's peers with its state, and adds the unknown ones.
    fn leave_state(
        &mut self,
        origin: Origin,
        events: Vec<message::Event>,
        joins: Option<SensorEvent>,
        time: Timestamp,
    ) {
        let sensor = origin.sensor;
        let (source, live) = (&self.sources[sensor], origin.live_in(&events));
        let is_kept = |peer: &PeerId| joins.is_none() && live.contains(peer) && source.peers[peer];
        let (known, gone): (BTreeSet<_>, BTreeSet<_>) = source.peers.keys().partition(|peer| is_kept(peer));
        if let Some(joins) = joins {
            // The tip of an earlier run may be an old one.
            self.chain.lost(sensor);
            self.push(time, EventKind::Sensor(sensor, joins));
        }
        self.disconnect(time, sensor, gone);
        for event in events {
            let peer = match &event.kind {
                Some(MessageKind::Peer(peer)) => origin.peer(PeerId(peer.peer)),
                _ => None,
            };
            if !peer.is_some_and(|peer| known.contains(&peer)) {
                let body = body_of(&event).ok().flatten().and_then(|id| self.bodies.get(id));
                self.complete(origin, None, event, body, time);
            }
        }
    }

    fn leave_event(&mut self, origin: Origin, event: message::Event, time: Timestamp) {
        let source = &mut self.sources[origin.sensor];
        if origin.kind == Kind::Tx && matches!(event.kind, Some(MessageKind::KnownOutputs(_))) {
            source.known = Some(event);
            return;
        }
        let known = source.known.take();
        let id = match body_of(&event) {
            Ok(id) => id,
            Err(error) => return self.refuse(origin.sensor, &error),
        };
        let body = id.and_then(|id| self.bodies.get(id));
        let Some(missing) = id.filter(|_| body.is_none()) else {
            return self.complete(origin, known, event, body, time);
        };
        if !self.awaiting.add(missing, Waiting::new(origin, time, known, event)) {
            self.body_missing(origin.sensor);
        }
    }

    fn refuse(&mut self, sensor: SensorId, error: &SchemaError) {
        let source = &mut self.sources[sensor];
        source.counts.refused += 1;
        tracing::debug!(sensor = %source.name, %error, "an event of a sensor is refused");
    }

    fn body_arrived(&mut self, id: BodyId) {
        let body = self.bodies.get(id);
        for Waiting { origin, known, event, .. } in self.awaiting.arrived(id) {
            self.complete(origin, known, event, body.clone(), self.left);
        }
    }

    fn body_missing(&mut self, sensor: SensorId) {
        self.sources[sensor].counts.missing_bodies += 1;
    }

    /// Completes an event with its body and known outputs.
    fn complete(
        &mut self,
        origin: Origin,
        known: Option<message::Event>,
        event: message::Event,
        body: Option<Body>,
        time: Timestamp,
    ) {
        let decoded = decode_with_body(event, body);
        let known = known.map(|known| decode_with_body(known, None));
        match (decoded, known.transpose()) {
            (Ok(Some(event)), Ok(_)) if !contains(origin.kind, &event.kind) => {
                self.refuse(origin.sensor, &SchemaError::Impossible("kind of an event"));
            }
            (Ok(Some(event)), Ok(known)) => {
                self.take(origin, known.flatten().map(|known| known.kind), event.kind, time);
            }
            // A kind that this version does not know.
            (Ok(None), Ok(_)) => {}
            (Err(error), _) | (_, Err(error)) => self.refuse(origin.sensor, &error),
        }
    }

    /// Handles an event about a sensor or its network. Known outputs only precede the transaction that spends
    /// them.
    fn take(&mut self, origin: Origin, known: Option<EventKind>, kind: EventKind, time: Timestamp) {
        let sensor = origin.sensor;
        match kind {
            EventKind::Peer(peer, mut event) => {
                let source = &mut self.sources[sensor];
                let id = origin.peer(peer).filter(|peer| source.note(*peer, origin.kind, &event));
                let Some(id) = id else {
                    source.counts.refused += 1;
                    return;
                };
                source.note_id(peer);
                translate::shift(&mut event, source.offset.server_ahead().saturating_add(self.reader_ahead));
                if let Some(known) = known {
                    self.push(time, known);
                }
                self.push(time, EventKind::Peer(id, event));
            }
            EventKind::Tip(tip) | EventKind::BlocksDisconnected { tip, .. } => self.chain.tip(sensor, tip),
            EventKind::Block { peer, block, .. } | EventKind::PastBlock { peer, block, .. } => {
                if let Some(peer) = origin.peer(peer) {
                    self.chain.block(peer, block);
                }
            }
            EventKind::Warning(warning) => {
                let source = &mut self.sources[sensor];
                if !source.warnings.may(self.left) {
                    source.counts.refused += 1;
                    return;
                }
                self.push(time, EventKind::Sensor(sensor, SensorEvent::Warned(Box::new(warning))));
            }
            // Concerns a single sensor, or its own sensors.
            EventKind::Seed { .. }
            | EventKind::Addresses(_)
            | EventKind::WallClock(_)
            | EventKind::MissingBlocks(_)
            | EventKind::Backfill { .. }
            | EventKind::Bootstrap(_)
            | EventKind::Restored(_)
            | EventKind::CatchUp(_)
            | EventKind::KnownOutputs(_)
            | EventKind::Sensor(..) => return,
        }
        self.follow_chain();
    }

    fn follow_chain(&mut self) {
        for kind in self.chain.advance(self.left) {
            self.push(self.left, kind);
        }
    }

    /// Queues a ready event, at a time by the server's clock. Reader time never goes back, even when the
    /// clocks are compared again.
    fn push(&mut self, time: Timestamp, kind: EventKind) {
        self.left = self.left.max(time);
        self.last = self.last.max(self.left.shifted(self.reader_ahead));
        self.ready.push_back(Event { time: self.last, kind });
    }

    /// The next event, with its time by the reader's clock.
    pub fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// The number of ready events.
    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// The time, by the reader's clock, up to which all events have left.
    pub fn position(&self) -> Timestamp {
        self.left.max(self.horizon()).shifted(self.reader_ahead).max(self.last)
    }
}
