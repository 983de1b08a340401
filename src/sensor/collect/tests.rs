//! Sensors that publish, some late, twice or not at all, and what their reader makes of it.

use super::merge::{HOLD, Merge};
use super::source::Arrival;
use super::testing::mined_on;
use crate::chain::Network;
use crate::event::*;
use crate::model::testing::{address, coin, info, loose, output, settings, spend};
use crate::model::{Model, ModelSettings};
use crate::schema::{Body, encode_without_body, message};
use crate::sensor::kind::{Kind, SensorName};
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction, TxHash, Txid};
use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const T: Timestamp = Timestamp::from_secs(1_700_000_000);

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A sensor whose clock may be wrong, and its messages as the server has them.
struct Sensor {
    name: SensorName,
    run: u64,
    /// By how many µs its clock is ahead of the server's.
    ahead: i64,
    /// How long a message takes to the server.
    way: Duration,
    flush: u64,
    first: u64,
    sent: Vec<Arrival>,
}

impl Sensor {
    fn new(name: &str, ahead: i64, way: Duration) -> Self {
        let name = SensorName::parse(name).unwrap();
        Self { name, run: 7, ahead, way, flush: 0, first: 0, sent: Vec::new() }
    }

    fn message(&mut self, kind: Kind, at: Timestamp, payload: Vec<u8>) -> &mut Self {
        let sensor = self.name.clone();
        self.sent.push(Arrival { sensor, kind, stored: at + self.way, payload: payload.into() });
        self
    }

    fn clock(&self, at: Timestamp) -> u64 {
        at.shifted(self.ahead).as_micros()
    }

    /// Publishes the state: peers that are live.
    fn state(&mut self, at: Timestamp, peers: &[u64]) -> &mut Self {
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

    fn status(&mut self, at: Timestamp) -> &mut Self {
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

    fn event(&self, at: Timestamp, kind: EventKind) -> Event {
        Event { time: Timestamp::from_micros(self.clock(at)), kind }
    }

    /// Publishes events of one flush, each kind in its batch; those of `kinds` that are not chosen are lost.
    fn flush(&mut self, at: Timestamp, events: Vec<EventKind>) -> &mut Self {
        let mut batches: Vec<(Kind, message::Batch)> = Vec::new();
        for (place, kind) in (0..).zip(events) {
            let of = match &kind {
                EventKind::Peer(_, PeerEvent::Announced { .. }) => Kind::Relay,
                EventKind::Peer(_, PeerEvent::Transaction { .. }) | EventKind::KnownOutputs(_) => Kind::Tx,
                EventKind::Peer(..) | EventKind::Warning(_) => Kind::Peers,
                _ => Kind::Chain,
            };
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

fn connected(peer: u64) -> [EventKind; 3] {
    let open = PeerEvent::Connected { transport: Transport::V1 };
    let then = [open, PeerEvent::Ready(Box::new(info()))].map(|event| EventKind::Peer(PeerId(peer), event));
    let [open, ready] = then;
    [dialling(peer), open, ready]
}

fn dialling(peer: u64) -> EventKind {
    let event =
        PeerEvent::Dialling { address: address(peer % 999), kind: ConnectionKind::Manual, attempt: 1 };
    EventKind::Peer(PeerId(peer), event)
}

fn announced(peer: u64, tx: &Transaction) -> EventKind {
    let event = PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 };
    EventKind::Peer(PeerId(peer), event)
}

fn delivered(peer: u64, tx: &Arc<Transaction>) -> EventKind {
    let event = PeerEvent::Transaction { tx: Arc::clone(tx), answered_after: ms(5) };
    EventKind::Peer(PeerId(peer), event)
}

/// What a reader makes of the messages, in this order, as the server's time passes.
struct Reader {
    merge: Merge,
    model: Model,
    events: Vec<Event>,
}

impl Reader {
    fn new() -> Self {
        let model = Model::new(ModelSettings { started: T, ..settings() });
        Self { merge: Merge::new(Network::Regtest, (0, Duration::ZERO)), model, events: Vec::new() }
    }

    fn read(&mut self, arrivals: impl IntoIterator<Item = Arrival>) -> &mut Self {
        for arrival in arrivals {
            let stored = arrival.stored;
            self.merge.receive(arrival);
            self.advance(stored);
        }
        self
    }

    fn advance(&mut self, now: Timestamp) -> &mut Self {
        self.merge.advance(now);
        while let Some(event) = self.merge.next() {
            self.model.apply(&event);
            self.events.push(event);
        }
        self
    }

    fn txids(&self) -> BTreeSet<Txid> {
        self.model.transactions().map(|entry| entry.tx().txid()).collect()
    }

    fn sensor_events(&self) -> Vec<SensorEvent> {
        let sensor = |event: &Event| match &event.kind {
            EventKind::Sensor(_, event) => Some(event.clone()),
            _ => None,
        };
        self.events.iter().filter_map(sensor).collect()
    }

    fn report(&self) -> SensorReport {
        let report = |event: SensorEvent| match event {
            SensorEvent::Report(report) => Some(*report),
            _ => None,
        };
        self.sensor_events().into_iter().rev().find_map(report).expect("a report")
    }

    /// When each sensor's peers announced a transaction first.
    fn first_seen(&self, tx: &Transaction) -> Vec<(SensorId, Timestamp)> {
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

/// The messages of all sensors in the order in which the server gets them.
fn stored(sensors: Vec<Sensor>) -> Vec<Arrival> {
    let mut all: Vec<_> = sensors.into_iter().flat_map(|sensor| sensor.sent).collect();
    all.sort_by_key(|arrival| arrival.stored);
    all
}

fn is_close(time: Timestamp, expected: Timestamp, within: Duration) -> bool {
    time.since(expected).max(expected.since(time)) <= within
}

#[test]
fn a_transaction_of_three_sensors_is_in_the_mempool_once_with_three_times() {
    let tx = loose(1);
    let seconds = 1_000_000;
    let mut sensors = Vec::new();
    for (name, ahead, way, delay) in [
        ("fra1", 0, ms(10), ms(0)),
        ("nyc1", 3 * seconds, ms(40), ms(90)),
        ("sin1", -3 * seconds, ms(120), ms(150)),
    ] {
        let mut sensor = Sensor::new(name, ahead, way);
        sensor.state(T, &[1]).status(T + ms(1));
        let at = T + ms(5_000) + delay;
        sensor.flush(at, vec![announced(1, &tx), delivered(1, &tx)]);
        sensor.status(T + ms(6_000));
        sensors.push(sensor);
    }
    let mut reader = Reader::new();
    reader.read(stored(sensors)).advance(T + ms(7_000));
    assert_eq!(reader.txids(), BTreeSet::from([tx.txid()]));
    let seen = reader.first_seen(&tx);
    let order: Vec<_> = seen.iter().map(|(sensor, _)| sensor.0).collect();
    assert_eq!(order, [1, 2, 3], "in the order in which it was seen, whatever the clocks say");
    for ((_, time), delay) in seen.iter().zip([0, 90, 150]) {
        assert!(is_close(*time, T + ms(5_000 + delay), ms(1)), "{time:?}");
    }
    let clock = reader.report().clock.unwrap();
    assert!(clock.ahead_us.abs_diff(-3 * seconds) <= 1_000, "{clock:?}");
    assert_eq!(clock.uncertainty, ms(120));
    assert!(!reader.report().program.contains('\x1b'));
}

#[test]
fn a_body_that_comes_late_completes_its_event_and_one_that_never_comes_is_counted() {
    let (late, never) = (loose(1), loose(2));
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]).flush(T + ms(100), vec![delivered(1, &late), delivered(1, &never)]);
    let (bodies, rest): (Vec<_>, Vec<_>) =
        sensor.sent.drain(..).partition(|arrival| arrival.kind == Kind::RawTx);
    let mut reader = Reader::new();
    reader.read(rest).advance(T + ms(5_000));
    assert!(reader.txids().is_empty());
    reader.read(bodies.into_iter().take(1));
    assert_eq!(reader.txids(), BTreeSet::from([late.txid()]));
    sensor.status(T + ms(14_000));
    reader.advance(T + ms(13_000)).read(sensor.sent).advance(T + ms(14_900));
    assert_eq!(reader.report().missing_bodies, 1);
}

#[test]
fn a_sensor_that_vanishes_is_stale_and_comes_back_with_its_state() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1, 2]).status(T + ms(10));
    let mut reader = Reader::new();
    reader.read(sensor.sent.drain(..)).advance(T + ms(1_000));
    assert_eq!(reader.model.peers().live(), 2);
    reader.advance(T + ms(16_000));
    assert_eq!((reader.model.peers().live(), reader.sensor_events().last()), (0, Some(&SensorEvent::Stale)));
    sensor.status(T + ms(20_000)).state(T + ms(30_000), &[2, 3]);
    reader.read(sensor.sent.drain(..)).advance(T + ms(31_000));
    assert_eq!(reader.model.peers().live(), 2);
    // The reader itself was away.
    reader.merge.resume(T + ms(90_000));
    reader.advance(T + ms(91_000));
    assert_eq!(reader.model.peers().live(), 2);
}

#[test]
fn a_sensor_that_is_started_again_has_the_peers_of_its_new_run_only() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1, 2]);
    (sensor.run, sensor.flush, sensor.first) = (8, 0, 0);
    sensor.state(T + ms(3_000), &[]).flush(T + ms(4_000), connected(1).into());
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(6_000));
    assert_eq!(reader.model.peers().live(), 1);
    let joined = |event: &&SensorEvent| matches!(event, SensorEvent::Joined(_));
    assert_eq!(reader.sensor_events().iter().filter(joined).count(), 2);
}

#[test]
fn events_that_are_lost_are_counted_and_the_next_state_heals_them() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]).flush(T + ms(100), vec![announced(1, &loose(1))]);
    let mut reader = Reader::new();
    reader.read(sensor.sent.drain(..));
    sensor.flush(T + ms(300), connected(2).into());
    sensor.sent.clear();
    sensor.flush(T + ms(500), vec![announced(1, &loose(2))]).status(T + ms(900));
    reader.read(sensor.sent.drain(..)).advance(T + ms(2_000));
    assert_eq!((reader.report().lost, reader.model.peers().live()), (3, 1));
    sensor.state(T + ms(60_000), &[1, 2]);
    reader.read(sensor.sent.drain(..)).advance(T + ms(61_000));
    assert_eq!(reader.model.peers().live(), 2);
}

#[test]
fn blocks_of_several_sensors_confirm_once() {
    let first = mined_on(BlockHash([3; 32]), 1);
    let second = Arc::new(mined_on(first.hash, 2));
    let tip = |block: &crate::wire::Block, height| EventKind::Tip(Tip { hash: block.hash, height, time: 1 });
    let mut sensors = Vec::new();
    for (name, way) in [("fra1", ms(10)), ("nyc1", ms(80))] {
        let mut sensor = Sensor::new(name, 0, way);
        sensor.state(T, &[1]).flush(T + ms(50), vec![tip(&first, 100)]);
        sensor.flush(T + ms(200), vec![announced(1, &loose(2)), delivered(1, &loose(2))]);
        let block = EventKind::Block { peer: PeerId(1), height: 101, block: Arc::clone(&second) };
        sensor.flush(T + ms(9_000), vec![tip(&second, 101), block]);
        sensors.push(sensor);
    }
    let mut reader = Reader::new();
    reader.read(stored(sensors)).advance(T + ms(10_000));
    let blocks = reader.events.iter().filter(|event| matches!(event.kind, EventKind::Block { .. })).count();
    assert_eq!((blocks, reader.model.tip().map(|tip| tip.height)), (1, Some(101)));
    assert!(reader.txids().is_empty(), "what the block contains is confirmed");
}

#[test]
fn a_hostile_sensor_is_bounded() {
    let mut reader = Reader::new();
    let name = |number: u32| SensorName::parse(&format!("s{number}")).unwrap();
    for number in 0..1_000 {
        for kind in Kind::ALL {
            let payload = Bytes::from_static(&[0xff; 64]);
            reader.merge.receive(Arrival { sensor: name(number), kind, stored: T, payload });
        }
    }
    let mut sensor = Sensor::new("s1", 0, ms(1));
    sensor.state(T, &[]);
    // Ids that are those of other sensors' peers, sensors of a sensor, and peers without end.
    let stolen = SensorId(2).peer(PeerId(1)).unwrap().0;
    sensor.flush(T + ms(100), connected(stolen).into());
    sensor.flush(T + ms(200), vec![EventKind::Warning(Warning::Behind)]);
    for peer in 0..200_u64 {
        sensor.flush(T + ms(300 + peer), (0..100).map(|at| dialling(peer * 100 + at)).collect());
    }
    sensor.status(T + ms(1_000));
    reader.read(sensor.sent).advance(T + ms(2_000));
    let report = reader.report();
    assert!(report.refused > 7 + 3 + 10_000, "{report:?}");
    assert!(reader.model.peers().iter().count() <= 4_096);
    let of_others = |(id, _): (PeerId, _)| SensorId::of(id) != Some(SensorId(2));
    assert!(!reader.model.peers().iter().all(of_others), "s1 is the second that was heard");
}

#[test]
fn known_outputs_reach_the_event_that_they_belong_to() {
    let tx = spend(&[coin(1)], &[4_000]);
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    let known = EventKind::KnownOutputs(vec![KnownOutput { outpoint: coin(1), value: 5_000 }]);
    sensor.state(T, &[1]).flush(T + ms(100), vec![announced(1, &tx), known, delivered(1, &tx)]);
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(2_000));
    let entry = reader.model.transaction(&tx.wtxid()).unwrap();
    assert_eq!(entry.fee(), Some(1_000));
}

/// What three sensors publish of a few seconds: chains of transactions that each sees in its own time.
fn three_sensors(delays: &[u64]) -> Vec<Sensor> {
    let parents: Vec<_> = (0..12).map(|number| spend(&[coin(number)], &[9_000, 9_000])).collect();
    let children = parents.iter().map(|parent| spend(&[output(parent, 0)], &[8_000]));
    let all: Vec<_> = parents.iter().cloned().chain(children).collect();
    let mut delays = delays.iter().cycle();
    ["fra1", "nyc1", "sin1"]
        .into_iter()
        .zip([0_i64, 3_000_000, -2_000_000])
        .map(|(name, ahead)| {
            let mut sensor = Sensor::new(name, ahead, ms(20));
            sensor.state(T, &[1, 2]);
            let mut seen: Vec<_> = all
                .iter()
                .enumerate()
                .map(|(number, tx)| (T + ms(1_000 + number as u64 * 300 + delays.next().unwrap() % 250), tx))
                .collect();
            seen.sort_by_key(|(at, _)| *at);
            for (at, tx) in seen {
                sensor.flush(at, vec![announced(1, tx), delivered(1, tx)]);
            }
            sensor
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn merging_in_any_order_of_arrival_gives_the_same_mempool(
        delays in prop::collection::vec(0_u64..250, 24..72),
        late in prop::collection::vec(0_u64..3_000, 300),
        twice in prop::collection::vec(any::<bool>(), 300),
    ) {
        let in_order = stored(three_sensors(&delays));
        let mut expected = Reader::new();
        expected.read(in_order.clone()).advance(T + ms(60_000));
        prop_assert_eq!(expected.txids().len(), 24);

        let mut shuffled: Vec<_> = in_order
            .into_iter()
            .zip(late.iter().cycle().zip(twice.iter().cycle()))
            .flat_map(|(arrival, (late, twice))| {
                let at = if arrival.kind == Kind::State { arrival.stored } else { arrival.stored + ms(*late) };
                let again = twice.then(|| (at + ms(700), arrival.clone()));
                std::iter::once((at, arrival)).chain(again)
            })
            .collect();
        shuffled.sort_by_key(|(at, _)| *at);
        let mut reader = Reader::new();
        for (at, arrival) in shuffled {
            reader.merge.receive(arrival);
            reader.advance(at);
        }
        reader.advance(T + ms(60_000));
        prop_assert_eq!(reader.txids(), expected.txids());
        let is_ordered = reader.events.windows(2).all(|pair| pair[0].time <= pair[1].time);
        prop_assert!(is_ordered, "time never runs backwards");
    }
}

#[test]
fn the_past_gives_the_same_state_as_having_watched() {
    let delays: Vec<u64> = (0..72).map(|number| number * 37 % 250).collect();
    let messages = stored(three_sensors(&delays));
    let mut watched = Reader::new();
    for arrival in &messages {
        // Time passes between messages as well.
        watched.advance(arrival.stored - ms(1)).read([arrival.clone()]);
    }
    watched.advance(T + ms(60_000));
    let mut past = Reader::new();
    past.read(messages).advance(T + ms(60_000));
    assert_eq!(past.events, watched.events);
    assert!(HOLD < ms(500));
}
