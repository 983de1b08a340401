//! Scripted sensors, and a reader.

use crate::chain::Network;
use crate::event::*;
use crate::model::testing::{address, info, settings};
use crate::model::{Model, ModelSettings};
use crate::schema::{Body, encode_without_body, message};
use crate::sensor::collect::merge::Merge;
use crate::sensor::collect::source::Arrival;
use crate::sensor::events::kind_of;
use crate::sensor::kind::{Kind, SensorName};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash, Txid};
use bytes::Bytes;
use prost::Message;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub const T: Timestamp = Timestamp::from_secs(1_700_000_000);

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A sensor with a possibly wrong clock, and its messages as stored by the server.
pub struct Sensor {
    pub name: SensorName,
    pub run: u64,
    /// By how many µs its clock is ahead of the server's.
    pub ahead: i64,
    /// The transit time of a message to the server.
    pub way: Duration,
    pub flush: u64,
    pub first: u64,
    pub sent: Vec<Arrival>,
}

impl Sensor {
    pub fn new(name: &str, ahead: i64, way: Duration) -> Self {
        let name = SensorName::parse(name).unwrap();
        Self { name, run: 7, ahead, way, flush: 0, first: 0, sent: Vec::new() }
    }

    pub fn message(&mut self, kind: Kind, at: Timestamp, payload: Vec<u8>) -> &mut Self {
        let sensor = self.name.clone();
        self.sent.push(Arrival {
            sensor,
            kind,
            stored: at + self.way,
            received: at + self.way,
            payload: payload.into(),
        });
        self
    }

    pub fn clock(&self, at: Timestamp) -> u64 {
        at.shifted(self.ahead).as_micros()
    }

    /// Publishes the state: these peers are live.
    pub fn state(&mut self, at: Timestamp, peers: &[u64]) -> &mut Self {
        let live = peers.iter().flat_map(|&peer| connected(peer));
        let events = live.map(|kind| encode_without_body(&self.event(at, kind)).unwrap().0).collect();
        let state = message::SensorState {
            run: self.run,
            flush: self.flush,
            sent_us: self.clock(at),
            part: 0,
            parts: 1,
            events,
        };
        self.message(Kind::State, at, state.encode_to_vec())
    }

    pub fn status(&mut self, at: Timestamp) -> &mut Self {
        let ack_us = u64::try_from(self.way.as_micros()).unwrap() * 2;
        let status = message::SensorStatus {
            run: self.run,
            sent_us: self.clock(at),
            program: "0.1.0\x1b[2J".to_owned(),
            live_peers: 1,
            ack_us,
            ..message::SensorStatus::default()
        };
        self.message(Kind::Status, at, status.encode_to_vec())
    }

    pub fn event(&self, at: Timestamp, kind: EventKind) -> Event {
        Event { time: Timestamp::from_micros(self.clock(at)), kind }
    }

    /// Publishes the events of one flush, a batch for each kind; those not in `kinds` are lost.
    pub fn flush(&mut self, at: Timestamp, events: Vec<EventKind>) -> &mut Self {
        let mut batches: Vec<(Kind, message::Batch)> = Vec::new();
        for (place, kind) in (0..).zip(events) {
            // What is known of outputs stands before its transaction.
            let of = kind_of(&kind).unwrap_or(Kind::Tx);
            let (event, body) = encode_without_body(&self.event(at, kind)).unwrap();
            match body {
                Some(Body::Transaction(tx)) => {
                    self.message(Kind::RawTx, at, tx.raw().to_vec());
                }
                Some(Body::Block(block)) => {
                    let mut raw = Vec::new();
                    block.encode(&mut raw);
                    let hash = Bytes::copy_from_slice(&block.hash.0);
                    let part = message::BlockPart { hash, part: 0, parts: 1, body: raw.into() };
                    self.message(Kind::Block, at, part.encode_to_vec());
                }
                None => {}
            }
            let at = batches.iter().position(|(kind, _)| *kind == of).unwrap_or_else(|| {
                let (run, flush) = (self.run, self.flush);
                batches.push((of, message::Batch { run, flush, ..message::Batch::default() }));
                batches.len() - 1
            });
            let batch = &mut batches[at].1;
            batch.places.push(place);
            batch.events.push(event);
        }
        for (kind, mut batch) in batches {
            batch.first = self.first;
            batch.sent_us = self.clock(at + ms(100));
            self.first += batch.events.len() as u64;
            self.message(kind, at + ms(100), batch.encode_to_vec());
        }
        self.flush += 1;
        self
    }
}

pub fn connected(peer: u64) -> [EventKind; 3] {
    let open = PeerEvent::Connected { transport: Transport::V1 };
    let then = [open, PeerEvent::Ready(Box::new(info()))].map(|event| EventKind::Peer(PeerId(peer), event));
    let [open, ready] = then;
    [dialling(peer), open, ready]
}

pub fn dialling(peer: u64) -> EventKind {
    let event =
        PeerEvent::Dialling { address: address(peer % 999), kind: ConnectionKind::Manual, attempt: 1 };
    EventKind::Peer(PeerId(peer), event)
}

pub fn announced(peer: u64, tx: &Transaction) -> EventKind {
    let event = PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 };
    EventKind::Peer(PeerId(peer), event)
}

pub fn delivered(peer: u64, tx: &Arc<Transaction>) -> EventKind {
    let event = PeerEvent::Transaction { tx: Arc::clone(tx), answered_after: ms(5) };
    EventKind::Peer(PeerId(peer), event)
}

/// A reader that receives the messages in this order while the server's time passes.
pub struct Reader {
    pub merge: Merge,
    pub model: Model,
    pub events: Vec<Event>,
}

impl Reader {
    pub fn new() -> Self {
        let model = Model::new(ModelSettings { started: T, ..settings() });
        Self { merge: Merge::new(Network::Regtest, (0, Duration::ZERO)), model, events: Vec::new() }
    }

    pub fn read(&mut self, arrivals: impl IntoIterator<Item = Arrival>) -> &mut Self {
        for arrival in arrivals {
            let stored = arrival.stored;
            self.merge.receive(arrival);
            self.advance(stored);
        }
        self
    }

    pub fn advance(&mut self, now: Timestamp) -> &mut Self {
        self.merge.advance(now);
        while let Some(event) = self.merge.next() {
            self.model.apply(&event);
            self.events.push(event);
        }
        self
    }

    pub fn txids(&self) -> BTreeSet<Txid> {
        self.model.transactions().map(|entry| entry.tx().txid()).collect()
    }

    pub fn sensor_events(&self) -> Vec<SensorEvent> {
        let sensor = |event: &Event| match &event.kind {
            EventKind::Sensor(_, event) => Some(event.clone()),
            _ => None,
        };
        self.events.iter().filter_map(sensor).collect()
    }

    pub fn report(&self) -> SensorReport {
        let report = |event: SensorEvent| match event {
            SensorEvent::Report(report) => Some(*report),
            _ => None,
        };
        self.sensor_events().into_iter().rev().find_map(report).expect("a report")
    }

    /// When each sensor's peers first announced a transaction.
    pub fn first_seen(&self, tx: &Transaction) -> Vec<(SensorId, Timestamp)> {
        let mut seen: Vec<(SensorId, Timestamp)> = Vec::new();
        for event in &self.events {
            if let EventKind::Peer(peer, PeerEvent::Announced { txs, .. }) = &event.kind
                && txs.contains(&TxHash::Wtxid(tx.wtxid()))
                && let Some(sensor) = SensorId::of(*peer)
                && seen.iter().all(|(other, _)| *other != sensor)
            {
                seen.push((sensor, event.time));
            }
        }
        seen
    }
}

/// The messages of all sensors in the order in which the server stored them.
pub fn stored(sensors: Vec<Sensor>) -> Vec<Arrival> {
    let mut all: Vec<_> = sensors.into_iter().flat_map(|sensor| sensor.sent).collect();
    all.sort_by_key(|arrival| arrival.stored);
    all
}

pub fn is_close(time: Timestamp, expected: Timestamp, within: Duration) -> bool {
    time.since(expected).max(expected.since(time)) <= within
}
