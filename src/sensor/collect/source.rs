//! What is known of one sensor while its messages arrive.

use super::losses::Losses;
use super::offset::Offset;
use crate::event::{PeerEvent, PeerId, SensorId};
use crate::schema::message::{self, SensorState};
use crate::sensor::kind::{Kind, SensorName};
use crate::util::time::Timestamp;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// The most peers of one sensor.
const MAX_PEERS: usize = 4_096;

/// The most parts of a state.
const MAX_PARTS: u32 = 64;

/// One sensor.
#[derive(Debug)]
pub struct Source {
    pub id: SensorId,
    pub name: SensorName,
    /// Names the run of its program.
    pub run: Option<u64>,
    pub phase: Phase,
    pub offset: Offset,
    pub losses: Losses,
    /// When the server got its last message.
    pub heard: Timestamp,
    /// When it sent the last batch, by the server's clock.
    pub sent: Timestamp,
    /// Peers with a connection, or an attempt at one; true: the handshake is done.
    pub peers: BTreeMap<PeerId, bool>,
    /// Outputs that the next event spends.
    pub known: Option<message::Event>,
    pub counts: Counts,
    /// A state of which parts are here.
    parts: BTreeMap<u32, SensorState>,
    flush: u64,
    /// The latest time in that flush, and in those before.
    latest: Timestamp,
    floor: Timestamp,
    /// Losses when the last state was compared.
    compared: u64,
}

/// Whether the events of a sensor can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Its state is not known: transactions and blocks can be used, peers cannot.
    Waiting,
    /// All events from this flush on can be used.
    Joined {
        /// The first flush that is not in the state.
        flush: u64,
    },
}

/// What went wrong, and is reported.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    /// Bodies that did not arrive.
    pub missing_bodies: u64,
    /// Events that arrived too late to be put in order.
    pub late: u64,
    /// Messages that are none of a sensor.
    pub refused: u64,
}

impl Source {
    /// A sensor of which the first message arrived.
    pub fn new(id: SensorId, name: SensorName, heard: Timestamp) -> Self {
        Self {
            id,
            name,
            run: None,
            phase: Phase::Waiting,
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
        }
    }

    /// The time of an event by the server's clock; `micros` is what the sensor wrote. Events of a later flush never
    /// come before those of an earlier one, though the estimate of the clocks changes.
    pub fn time(&mut self, flush: u64, micros: u64) -> Timestamp {
        let time = Timestamp::from_micros(micros).shifted(self.offset.server_ahead());
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

    /// Takes a part of a state. Returns it when it is complete, and new: it is needed, or events were lost since the
    /// last one.
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
        let is_known =
            self.run == Some(run) && self.phase != Phase::Waiting && self.losses.lost() == self.compared;
        if is_known {
            return None;
        }
        self.run = Some(run);
        self.phase = Phase::Joined { flush };
        self.compared = self.losses.lost();
        Some(parts.into_values().flat_map(|part| part.events).collect())
    }

    /// Begins a run of the sensor's program.
    pub fn begin_run(&mut self, run: u64) {
        let Self { id, offset, heard, sent, counts, .. } = *self;
        let peers = std::mem::take(&mut self.peers);
        *self =
            Self { run: Some(run), offset, sent, peers, counts, ..Self::new(id, self.name.clone(), heard) };
    }

    /// Notes what happened to a peer. Returns whether the event can be used: its peer is known, or can be added.
    pub fn note(&mut self, peer: PeerId, event: &PeerEvent) -> bool {
        match event {
            PeerEvent::Disconnected { .. } => {
                self.peers.remove(&peer);
                true
            }
            PeerEvent::Ready(_) => self.peers.get_mut(&peer).map(|is_live| *is_live = true).is_some(),
            PeerEvent::Dialling { .. } => {
                let has_room = self.peers.len() < MAX_PEERS || self.peers.contains_key(&peer);
                if has_room {
                    self.peers.insert(peer, false);
                }
                has_room
            }
            _ => true,
        }
    }

    /// The peers of a state whose handshake is done.
    pub fn live_in(&self, state: &[message::Event]) -> BTreeSet<PeerId> {
        let live = state.iter().filter_map(|event| match &event.kind {
            Some(message::event::Kind::Peer(message::PeerEvent {
                peer,
                kind: Some(message::peer_event::Kind::Ready(_)),
            })) => self.id.peer(PeerId(*peer)),
            _ => None,
        });
        live.collect()
    }
}

/// A message of a sensor, as the server has it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who sent it.
    pub sensor: SensorName,
    /// What it contains.
    pub kind: Kind,
    /// When the server got it, by its clock.
    pub stored: Timestamp,
    /// Its bytes.
    pub payload: Bytes,
}
