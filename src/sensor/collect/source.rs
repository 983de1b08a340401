//! The state of one sensor's messages.

use super::limits::{Budget, PerMinute};
use super::losses::Losses;
use super::offset::Offset;
use crate::event::{PeerEvent, PeerId, SensorId};
use crate::schema::message::{self, SensorState};
use crate::sensor::kind::{Kind, SensorName};
use crate::util::time::Timestamp;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The most peers of one sensor.
const MAX_PEERS: usize = 4_096;

/// The most parts of a state.
const MAX_PARTS: u32 = 8;

/// The most events of a state, a few for each peer.
const MAX_STATE_EVENTS: usize = 8 * MAX_PEERS;

/// The shortest time between two runs of a sensor, by the arrival of their states.
const LEAST_RUN: Duration = Duration::from_secs(1);

/// If the first state of a new run differs by more than this, in µs, from the known clock offset, the clock
/// was set.
const CLOCK_WAS_SET: u64 = 1_000_000;

/// The most warnings from a sensor per minute, and the most of its runs.
const MAX_WARNINGS: u32 = 6;
const MAX_RUNS: u32 = 6;

/// One sensor.
#[derive(Debug)]
pub struct Source {
    pub id: SensorId,
    pub name: SensorName,
    /// Names the run of its program.
    pub run: Option<u64>,
    pub phase: Phase,
    /// Whether a state of this run has been applied.
    pub has_joined: bool,
    /// The previous run.
    past_run: Option<u64>,
    /// The offset added to peer ids, so that ids of an earlier run are not reused; and the highest id so far.
    base: u64,
    highest: u64,
    pub offset: Offset,
    pub losses: Losses,
    /// When the server received its last message.
    pub heard: Timestamp,
    /// When it sent its last batch, by the server's clock.
    pub sent: Timestamp,
    /// Peers that are connected or will be dialled; true once the handshake is complete.
    pub peers: BTreeMap<PeerId, bool>,
    /// Outputs that the next event's transaction spends.
    pub known: Option<message::Event>,
    pub counts: Counts,
    /// A partly received state.
    parts: BTreeMap<u32, SensorState>,
    flush: u64,
    /// The latest event time up to and including that flush.
    latest: Timestamp,
    floor: Timestamp,
    /// The number of lost events when a state was last compared, and that state's flush.
    compared: u64,
    compared_flush: u64,
    /// When the run began.
    began: Timestamp,
    pub warnings: PerMinute<MAX_WARNINGS>,
    runs: PerMinute<MAX_RUNS>,
    pub budget: Budget,
}

/// Whether a sensor's events can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Its state is unknown: transactions and blocks can be used, but not its peers.
    Waiting,
    /// All events from this flush on can be used.
    Joined {
        /// The first flush after the state.
        flush: u64,
    },
}

/// Problems, for the report.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Bodies that did not arrive.
    pub missing_bodies: u64,
    /// Events that arrived too late to be ordered.
    pub late: u64,
    /// Messages that were malformed or impossible.
    pub refused: u64,
}

impl Source {
    /// A sensor whose first message has just arrived.
    pub fn new(id: SensorId, name: SensorName, heard: Timestamp) -> Self {
        Self {
            id,
            name,
            run: None,
            phase: Phase::Waiting,
            has_joined: false,
            past_run: None,
            base: 0,
            highest: 0,
            offset: Offset::default(),
            losses: Losses::default(),
            heard,
            sent: Timestamp::default(),
            peers: BTreeMap::new(),
            known: None,
            counts: Counts::default(),
            parts: BTreeMap::new(),
            flush: 0,
            latest: Timestamp::default(),
            floor: Timestamp::default(),
            compared: 0,
            compared_flush: 0,
            began: heard,
            warnings: PerMinute::default(),
            runs: PerMinute::default(),
            budget: Budget::default(),
        }
    }

    /// The time of an event by the server's clock. `micros` is the time in the message, which was stored at
    /// `stored`. Events of a later flush never precede those of an earlier one, even though the clock
    /// estimate changes.
    pub fn time(&mut self, flush: u64, micros: u64, stored: Timestamp) -> Timestamp {
        let time = self.server_time(micros, stored);
        if flush < self.flush {
            return time;
        }
        if flush > self.flush {
            self.flush = flush;
            self.floor = self.floor.max(self.latest);
        }
        let time = time.max(self.floor);
        self.latest = self.latest.max(time);
        time
    }

    /// A sensor's time by the server's clock, never later than when it was stored.
    pub fn server_time(&self, micros: u64, stored: Timestamp) -> Timestamp {
        Timestamp::from_micros(micros).shifted(self.offset.server_ahead()).min(stored)
    }

    /// Adds a part of a state. Returns the state when it is complete and useful: needed, or after a loss of
    /// events.
    pub fn state(&mut self, part: SensorState) -> Option<Vec<message::Event>> {
        if part.part >= part.parts || part.parts > MAX_PARTS {
            self.counts.refused += 1;
            return None;
        }
        let is_other =
            |known: &SensorState| (known.run, known.flush, known.parts) != (part.run, part.flush, part.parts);
        if self.parts.values().next().is_some_and(is_other) {
            self.parts.clear();
        }
        let (run, flush, count) = (part.run, part.flush, part.parts);
        self.parts.insert(part.part, part);
        if self.parts.len() < count as usize {
            return None;
        }
        let parts = std::mem::take(&mut self.parts);
        if parts.values().map(|part| part.events.len()).sum::<usize>() > MAX_STATE_EVENTS {
            self.counts.refused += 1;
            return None;
        }
        let is_known = self.run == Some(run)
            && self.phase != Phase::Waiting
            && (self.losses.lost() == self.compared || flush < self.compared_flush);
        if is_known {
            return None;
        }
        self.run = Some(run);
        self.phase = Phase::Joined { flush };
        (self.compared, self.compared_flush) = (self.losses.lost(), flush);
        Some(parts.into_values().flat_map(|part| part.events).collect())
    }

    /// Starts a run of the sensor's program with its state, which was sent and stored at these times. Returns
    /// `None` if the last run only just began; otherwise, whether the run had already been replaced by
    /// another one: two programs share the name.
    pub fn begin_run_with_state(&mut self, run: u64, sent: Timestamp, stored: Timestamp) -> Option<bool> {
        if self.run.is_some() && (stored.since(self.began) < LEAST_RUN || !self.runs.may(stored)) {
            self.counts.refused += 1;
            return None;
        }
        let is_back = self.past_run == Some(run);
        self.begin_run(run);
        self.began = stored;
        let differs = stored.micros_since(sent).abs_diff(self.offset.server_ahead());
        if differs > CLOCK_WAS_SET {
            self.offset = Offset::default();
        }
        Some(is_back)
    }

    /// Starts a run of the sensor's program.
    pub fn begin_run(&mut self, run: u64) {
        let Self { id, offset, heard, sent, counts, began, warnings, runs, budget, .. } = *self;
        let peers = std::mem::take(&mut self.peers);
        let past_run = self.run;
        let base = self.base.saturating_add(self.highest).saturating_add(1);
        let new = Self::new(id, self.name.clone(), heard);
        let run = Some(run);
        *self =
            Self { run, past_run, base, offset, sent, peers, counts, began, warnings, runs, budget, ..new };
    }

    /// Whether this run is over.
    pub fn is_past(&self, run: u64) -> bool {
        self.past_run == Some(run)
    }

    /// Follows a server's clock that was set back to `to`.
    pub fn rewind(&mut self, to: Timestamp) {
        for time in [&mut self.heard, &mut self.sent, &mut self.latest, &mut self.floor, &mut self.began] {
            *time = to.min(*time);
        }
        self.offset = Offset::default();
        self.warnings.rewind(to);
        self.runs.rewind(to);
        self.budget.rewind(to);
    }

    /// The origin of messages of this kind.
    pub fn origin(&self, kind: Kind) -> Origin {
        Origin { sensor: self.id, kind, base: self.base }
    }

    /// Notes an event of a peer, from a message of this kind. Returns whether it can be used: its peer is known
    /// or can be added. Transactions of unknown peers can be used too.
    pub fn note(&mut self, peer: PeerId, kind: Kind, event: &PeerEvent) -> bool {
        match event {
            PeerEvent::Disconnected { retry_at: None, .. } => self.peers.remove(&peer).is_some(),
            // The peer stays known, to be redialled.
            PeerEvent::Disconnected { retry_at: Some(_), .. } => {
                self.peers.get_mut(&peer).map(|is_live| *is_live = false).is_some()
            }
            PeerEvent::Ready(_) => self.peers.get_mut(&peer).map(|is_live| *is_live = true).is_some(),
            PeerEvent::Dialling { .. } => {
                let has_room = self.peers.len() < MAX_PEERS || self.peers.contains_key(&peer);
                if has_room {
                    self.peers.insert(peer, false);
                }
                has_room
            }
            _ => kind == Kind::Tx || self.peers.contains_key(&peer),
        }
    }

    /// Notes a peer id used by the sensor.
    pub fn note_id(&mut self, PeerId(id): PeerId) {
        self.highest = self.highest.max(id);
    }
}

/// Where an event comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub sensor: SensorId,
    /// The kind of its message.
    pub kind: Kind,
    /// The offset added to peer ids.
    base: u64,
}

impl Origin {
    /// The reader's id of a peer, from the sensor's id; `None` if that is too high.
    pub fn peer(self, PeerId(id): PeerId) -> Option<PeerId> {
        self.sensor.peer(PeerId(self.base.checked_add(id)?))
    }

    /// The peers in a state that have completed the handshake.
    pub fn live_in(self, state: &[message::Event]) -> BTreeSet<PeerId> {
        let live = state.iter().filter_map(|event| match &event.kind {
            Some(message::event::Kind::Peer(message::PeerEvent {
                peer,
                kind: Some(message::peer_event::Kind::Ready(_)),
            })) => self.peer(PeerId(*peer)),
            _ => None,
        });
        live.collect()
    }
}

/// A sensor's message, as stored by the server.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The sender.
    pub sensor: SensorName,
    /// What it contains.
    pub kind: Kind,
    /// When the server stored it, by its clock.
    pub stored: Timestamp,
    /// When it arrived here, by the server's clock.
    pub received: Timestamp,
    /// Its bytes.
    pub payload: Bytes,
}
