//! Sensors that publish without end.

use super::scene::*;
use crate::event::*;
use crate::model::testing::{coin, loose, parts};
use crate::schema::message;
use crate::sensor::collect::source::Arrival;
use crate::sensor::kind::Kind;
use crate::wire::Transaction;
use prost::Message;

#[test]
fn a_sensor_with_events_without_end_is_refused_and_the_others_are_heard() {
    let [mut liar, mut honest] = ["liar", "fra1"].map(|name| Sensor::new(name, 0, ms(10)));
    liar.state(T, &[1]);
    honest.state(T, &[1]);
    let pinged = message::peer_event::Kind::Pinged(message::Nothing {});
    let kind = message::event::Kind::Peer(message::PeerEvent { peer: 1, kind: Some(pinged) });
    let event = message::Event { time_us: (T + ms(1_000)).as_micros(), kind: Some(kind) };
    for flush in 0..100_u64 {
        let places = (0..10_000).collect();
        let (run, first, sent_us) = (7, flush * 10_000, liar.clock(T + ms(1_000)));
        let events = vec![event.clone(); 10_000];
        let batch = message::Batch { run, first, flush, sent_us, places, events };
        liar.message(Kind::Peers, T + ms(1_000 + flush * 9), batch.encode_to_vec());
    }
    liar.status(T + ms(13_000));
    let tx = loose(1);
    honest.flush(T + ms(1_500), vec![announced(1, &tx), delivered(1, &tx)]).status(T + ms(12_000));
    let mut reader = Reader::new();
    reader.read(stored(vec![liar, honest])).advance(T + ms(14_000));
    assert_eq!(reader.first_seen(&tx).len(), 1);
    assert!(reader.txids().contains(&tx.txid()));
    assert!(reader.events.len() < 230_000, "{}", reader.events.len());
    assert_eq!(reader.report().refused, 78, "all but a burst");
}

/// A transaction of a megabyte.
fn large(number: u32) -> Transaction {
    let mut parts = parts(&[coin(number)], &[1]);
    parts.inputs[0].witness = vec![vec![0; 1 << 20]];
    parts.build().unwrap()
}

#[test]
fn bodies_and_events_without_end_leave_the_others_their_room() {
    let [mut liar, mut honest] = ["liar", "fra1"].map(|name| Sensor::new(name, 0, ms(10)));
    liar.state(T, &[1]);
    honest.state(T, &[1]).status(T + ms(1));
    let [before, after] = [1, 2].map(loose);
    // Its event comes after all of the liar's bodies, its body after all of the liar's events.
    honest.flush(T + ms(100), vec![announced(1, &before)]);
    let known = honest.sent.len();
    honest.flush(T + ms(4_000), vec![delivered(1, &before)]);
    let body = honest.sent.remove(known);
    assert_eq!(body.kind, Kind::RawTx);
    honest.sent.push(Arrival { stored: T + ms(500), ..body });
    honest.flush(T + ms(5_000), vec![announced(1, &after), delivered(1, &after)]).status(T + ms(6_000));
    let at =
        honest.sent.iter().position(|arrival| arrival.kind == Kind::RawTx && arrival.stored > T + ms(4_500));
    let late = honest.sent.remove(at.unwrap());
    honest.sent.push(Arrival { stored: late.stored + ms(2_000), ..late });
    for number in 0..90_u32 {
        liar.message(Kind::RawTx, T + ms(1_000 + u64::from(number)), large(number).raw().to_vec());
    }
    for number in 0..600_u64 {
        let events =
            (0..100).map(|at| delivered(1, &loose(1_000 + u32::try_from(number * 100 + at).unwrap())));
        liar.flush(T + ms(2_000 + number), events.collect());
        liar.sent.retain(|arrival| arrival.kind != Kind::RawTx || arrival.stored < T + ms(2_000));
    }
    honest.status(T + ms(13_500));
    let mut reader = Reader::new();
    reader.read(stored(vec![liar, honest])).advance(T + ms(14_000));
    assert!(reader.txids().contains(&before.txid()) && reader.txids().contains(&after.txid()));
    assert_eq!(reader.report().missing_bodies, 0);
}

#[test]
fn runs_are_taken_up_to_six_a_minute() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    for run in 0..100 {
        (sensor.run, sensor.flush, sensor.first) = (run, 0, 0);
        sensor.state(T + ms(run * 1_100), &[1]);
    }
    let mut reader = Reader::new();
    reader.read(sensor.sent).advance(T + ms(112_000));
    let joined = |event: &&SensorEvent| matches!(event, SensorEvent::Joined(_));
    let joined = reader.sensor_events().iter().filter(joined).count();
    assert_eq!(joined, 1 + 6 + 6, "the first one, and those of two minutes");
    assert!(reader.events.iter().filter(|event| matches!(event.kind, EventKind::Peer(..))).count() < 60);
}

#[test]
fn events_of_a_run_whose_state_did_not_come_are_lost() {
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]).flush(T + ms(100), vec![announced(1, &loose(1))]);
    (sensor.run, sensor.flush, sensor.first) = (8, 0, 0);
    sensor.flush(T + ms(5_000), vec![announced(1, &loose(2)), delivered(1, &loose(2))]).status(T + ms(6_000));
    let mut reader = Reader::new();
    reader.read(sensor.sent.drain(..)).advance(T + ms(7_000));
    assert_eq!(reader.report().lost, 2);
    sensor.state(T + ms(10_000), &[1]).flush(T + ms(11_000), vec![delivered(1, &loose(3))]);
    reader.read(sensor.sent).advance(T + ms(12_000));
    assert!(reader.txids().contains(&loose(3).txid()));
}
