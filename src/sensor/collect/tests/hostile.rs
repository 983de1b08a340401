//! Sensors that lie, flood, or share a name.

use super::scene::*;
use crate::event::*;
use crate::model::testing::{info, loose};
use crate::schema::message;
use crate::sensor::collect::source::Arrival;
use crate::sensor::kind::{Kind, SensorName};
use bytes::Bytes;
use prost::Message;

#[test]
fn a_hostile_sensor_is_bounded() {
    let mut reader = Reader::new();
    let name = |number: u32| SensorName::parse(&format!("s{number}")).unwrap();
    for number in 0..1_000 {
        for kind in Kind::ALL {
            let payload = Bytes::from_static(&[0xff; 64]);
            reader.merge.receive(Arrival { sensor: name(number), kind, stored: T, received: T, payload });
        }
    }
    let mut sensor = Sensor::new("s1", 0, ms(1));
    sensor.state(T, &[]);
    // Peer ids of other sensors, sensors of a sensor, and endless peers.
    let stolen = SensorId(2).peer(PeerId(1)).unwrap().0;
    sensor.flush(T + ms(100), connected(stolen).into());
    sensor.flush(T + ms(200), vec![EventKind::Warning(Warning::Behind)]);
    for peer in 0..200_u64 {
        sensor.flush(T + ms(300 + peer), (0..100).map(|at| dialling(peer * 100 + at)).collect());
    }
    sensor.status(T + ms(1_000));
    reader.read(sensor.sent).advance(T + ms(2_000));
    let report = reader.report();
    assert!(report.refused > 1 + 10_000, "{report:?}");
    assert!(reader.model.peers().iter().count() <= 4_096);
    let is_its_own = |(id, _): (PeerId, _)| SensorId::of(id) == Some(SensorId(1));
    assert!(reader.model.peers().iter().all(is_its_own), "the others said nothing that has a meaning");
}

#[test]
fn events_of_peers_that_were_not_reported_are_refused() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]);
    let listed = |peer| EventKind::Peer(PeerId(peer), PeerEvent::Listed { txs: vec![], is_complete: false });
    for flush in 0..100 {
        let peers = (0..1_000).map(|at| listed(1_000 + flush * 1_000 + at));
        sensor.flush(T + ms(100 + flush * 10), peers.collect());
    }
    let ended = PeerEvent::Disconnected { reason: DisconnectReason::PingTimeout, retry_at: None };
    let tolerated = PeerEvent::Tolerated(Misbehaviour::NoCommand);
    let of_stranger = [ended, tolerated].map(|event| EventKind::Peer(PeerId(5_000_000), event));
    sensor.flush(T + ms(1_900), of_stranger.into()).status(T + ms(2_000));
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(4_000));
    assert_eq!(reader.report().refused, 100_002);
    assert!(reader.events.len() < 10);
}

/// A batch of arbitrary events, as a hostile sensor might send it.
fn batch(kind: Kind, sent_us: u64, events: Vec<message::Event>) -> Arrival {
    let places = (0..).take(events.len()).collect();
    let batch = message::Batch { run: 7, sent_us, places, events, ..message::Batch::default() };
    let sensor = SensorName::parse("liar").unwrap();
    Arrival {
        sensor,
        kind,
        stored: T + ms(100),
        received: T + ms(100),
        payload: batch.encode_to_vec().into(),
    }
}

#[test]
fn times_of_the_far_future_delay_nothing_and_mislead_no_other_sensor() {
    let mut reader = Reader::new();
    let mut honest = Sensor::new("fra1", 0, ms(10));
    honest.state(T, &[1]);
    reader.read(honest.sent.drain(..));
    let far = message::Event { time_us: u64::MAX, ..message::Event::default() };
    reader.read([batch(Kind::Tx, u64::MAX, vec![far; 1_000])]);
    let mut liar = Sensor::new("liar", i64::MAX, ms(10));
    liar.state(T + ms(200), &[2]).status(T + ms(300));
    reader.read(liar.sent);
    let tx = loose(1);
    honest.flush(T + ms(1_000), vec![announced(1, &tx), delivered(1, &tx)]);
    reader.read(honest.sent).advance(T + ms(3_000));
    let [(SensorId(1), seen)] = reader.first_seen(&tx)[..] else { panic!("it was not seen") };
    assert!(is_close(seen, T + ms(1_000), ms(11)), "{seen:?}");
    assert!(reader.events.iter().all(|event| event.time <= T + ms(3_000)));
    assert!(reader.merge.position() <= T + ms(3_000));
}

#[test]
fn events_in_a_message_of_another_kind_are_refused() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[]).flush(T + ms(100), connected(1).into()).status(T + ms(300));
    for arrival in &mut sensor.sent {
        if arrival.kind == Kind::Peers {
            arrival.kind = Kind::Tx;
        }
    }
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(2_000));
    assert_eq!((reader.report().refused, reader.model.peers().iter().count()), (3, 0));
}

#[test]
fn peers_that_are_to_be_dialled_again_are_bounded_and_leave_with_their_sensor() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[]);
    for peer in 0..6_000 {
        let reason = DisconnectReason::PingTimeout;
        let ended = PeerEvent::Disconnected { reason, retry_at: Some(T + ms(900_000)) };
        let ended = EventKind::Peer(PeerId(peer), ended);
        sensor.flush(T + ms(100), vec![dialling(peer), ended]);
    }
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(2_000));
    assert_eq!(reader.model.peers().iter().count(), 4_096);
    reader.advance(T + ms(20_000));
    let retried = reader.events.iter().filter(|event| {
        matches!(event.kind, EventKind::Peer(_, PeerEvent::Disconnected { retry_at: None, .. }))
    });
    assert_eq!(retried.count(), 4_096);
}

#[test]
fn a_state_with_endless_events_is_refused() {
    let mut reader = Reader::new();
    let events = vec![message::Event { time_us: T.as_micros(), ..message::Event::default() }; 40_000];
    let state =
        message::SensorState { run: 7, sent_us: T.as_micros(), parts: 1, events, ..Default::default() };
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.status(T).message(Kind::State, T, state.encode_to_vec());
    sensor.state(T + ms(2_000), &[1]).status(T + ms(2_100));
    reader.read(sensor.sent).advance(T + ms(4_000));
    assert_eq!((reader.report().refused, reader.model.peers().live()), (1, 1));
}

#[test]
fn warnings_are_passed_on_up_to_six_a_minute() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[]);
    for at in 0..100 {
        sensor.flush(T + ms(100 + at), vec![EventKind::Warning(Warning::Behind)]);
    }
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(2_000));
    let warned = |event: &&SensorEvent| matches!(event, SensorEvent::Warned(_));
    assert_eq!(reader.sensor_events().iter().filter(warned).count(), 6);
}

#[test]
fn two_programs_of_one_name_are_reported_and_neither_inherits_the_others_peers() {
    let (mut one, mut two) = (Sensor::new("fra1", 0, ms(10)), Sensor::new("fra1", 0, ms(10)));
    two.run = 8;
    one.state(T, &[1]);
    two.state(T + ms(5_000), &[1]);
    one.flush = 600;
    one.state(T + ms(60_000), &[1]);
    let mut reader = Reader::new();
    let again = one.sent.pop();
    reader.read(one.sent.into_iter().chain(two.sent));
    let first: Vec<PeerId> = reader.model.peers().iter().map(|(id, _)| id).collect();
    reader.advance(T + ms(6_000));
    let live = |reader: &Reader| reader.model.peers().iter().filter(|(_, peer)| peer.is_live()).count();
    assert_eq!(live(&reader), 1);
    assert!(reader.model.peers().iter().any(|(id, peer)| !first.contains(&id) && peer.is_live()));
    assert!(!reader.sensor_events().contains(&SensorEvent::NameShared));
    reader.read(again).advance(T + ms(61_000));
    assert!(reader.sensor_events().contains(&SensorEvent::NameShared));
}

#[test]
fn a_clock_that_was_set_between_two_runs_is_followed_at_once() {
    let hour = 3_600_000_000;
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]).status(T + ms(10));
    (sensor.run, sensor.ahead) = (8, -hour);
    let tx = loose(1);
    sensor.state(T + ms(9_000), &[1]).flush(T + ms(10_000), vec![announced(1, &tx), delivered(1, &tx)]);
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(12_000));
    let [(_, seen)] = reader.first_seen(&tx)[..] else { panic!("it was not seen") };
    assert!(is_close(seen, T + ms(10_000), ms(11)), "{seen:?}");
}

#[test]
fn clocks_of_peers_are_compared_with_the_readers() {
    let hour = 3_600_000_000;
    let mut sensor = Sensor::new("fra1", 2 * hour, ms(10));
    let open = [dialling(1), EventKind::Peer(PeerId(1), PeerEvent::Connected { transport: Transport::V1 })];
    let ready = PeerEvent::Ready(Box::new(PeerInfo { clock_offset: -7_200, ..info() }));
    sensor
        .state(T, &[])
        .flush(T + ms(100), open.into_iter().chain([EventKind::Peer(PeerId(1), ready)]).collect());
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(2_000));
    let offset = |event: &Event| match &event.kind {
        EventKind::Peer(_, PeerEvent::Ready(info)) => Some(info.clock_offset),
        _ => None,
    };
    let offset = reader.events.iter().find_map(offset).expect("a peer is ready");
    assert!(offset.abs() <= 1, "the peer's clock is right, the sensor's is wrong: {offset} s");
}

#[test]
fn an_earlier_state_that_comes_again_changes_nothing() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]);
    let again = sensor.sent[0].clone();
    sensor.flush(T + ms(100), connected(2).into());
    // A flush is lost, so that the next state is used.
    sensor.flush(T + ms(300), vec![announced(1, &loose(1))]);
    sensor.sent.pop();
    sensor.flush(T + ms(500), vec![announced(1, &loose(2))]);
    sensor.state(T + ms(60_000), &[1, 2]);
    sensor.flush(T + ms(60_100), vec![announced(1, &loose(3))]);
    sensor.sent.pop();
    sensor.flush(T + ms(60_300), vec![announced(1, &loose(4))]);
    sensor.sent.push(Arrival { stored: T + ms(60_500), received: T + ms(60_500), ..again });
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(61_500));
    assert_eq!(reader.model.peers().live(), 2);
}
