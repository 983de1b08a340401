//! Sensors that publish late, twice or not at all, and what their reader makes of it.

use super::merge::HOLD;
use super::testing::mined_on;
use crate::event::*;
use crate::model::testing::{coin, loose, output, spend};
use crate::sensor::kind::Kind;
use crate::wire::BlockHash;
use proptest::prelude::*;
use scene::*;
use std::collections::BTreeSet;
use std::sync::Arc;

mod clock;
mod flood;
mod hostile;
mod scene;

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

#[test]
fn known_outputs_are_only_believed_where_no_transaction_or_block_shows_the_value() {
    let known = |tx, value| EventKind::KnownOutputs(vec![KnownOutput { outpoint: output(tx, 0), value }]);
    let first = mined_on(BlockHash([3; 32]), 1);
    let funds = loose(7);
    let second = mined_on(first.hash, 7);
    let tip = |block: &crate::wire::Block, height| EventKind::Tip(Tip { hash: block.hash, height, time: 1 });
    let parent = spend(&[coin(5)], &[9_000]);
    let [of_block, of_mempool] =
        [(&funds, 5), (&parent, 8_000)].map(|(tx, value)| spend(&[output(tx, 0)], &[value]));
    let mut sensor = Sensor::new("fra1", 0, ms(10));
    sensor.state(T, &[1]).flush(T + ms(50), vec![tip(&first, 100)]);
    let block = EventKind::Block { peer: PeerId(1), height: 101, block: Arc::new(second.clone()) };
    sensor.flush(T + ms(200), vec![tip(&second, 101), block]);
    sensor.flush(T + ms(400), vec![known(&funds, 90_000), delivered(1, &of_block)]);
    sensor.flush(T + ms(600), vec![known(&parent, 90_000), delivered(1, &of_mempool)]);
    let mut reader = Reader::new();
    reader.read(sensor.sent.drain(..)).advance(T + ms(2_000));
    let fee =
        |reader: &Reader, tx: &crate::wire::Transaction| reader.model.transaction(&tx.wtxid()).unwrap().fee();
    assert_eq!(fee(&reader, &of_block), Some(3), "the block shows it");
    assert_eq!(fee(&reader, &of_mempool), Some(82_000), "nothing else is known");
    sensor.flush(T + ms(3_000), vec![delivered(1, &parent)]);
    reader.read(sensor.sent).advance(T + ms(5_000));
    assert_eq!(fee(&reader, &of_mempool), Some(1_000));
}

#[test]
fn known_outputs_do_not_reach_another_event_than_the_transaction_after_them() {
    let [lie, tx] = [1, 2].map(|number| spend(&[coin(number)], &[4_000]));
    let known = |number| KnownOutput { outpoint: coin(number), value: 50_000 };
    let [mut liar, mut honest] = ["liar", "fra1"].map(|name| Sensor::new(name, 0, ms(10)));
    liar.state(T, &[1]);
    // An event that is left out after them, or one that is not a transaction.
    let seed = EventKind::Seed { name: "seed.example".to_owned(), answer: Ok(1) };
    for (at, event) in [(100, seed), (500, delivered(9_999_999_999, &lie))] {
        let known = EventKind::KnownOutputs(vec![known(1), known(2)]);
        liar.flush(T + ms(at), vec![known, event]);
    }
    honest.state(T, &[1]).flush(T + ms(101), vec![announced(1, &tx), delivered(1, &tx)]);
    let mut reader = Reader::new();
    reader.read(stored(vec![liar, honest])).advance(T + ms(2_000));
    assert_eq!(reader.txids(), BTreeSet::from([tx.txid()]));
    assert_eq!(reader.model.transaction(&tx.wtxid()).unwrap().fee(), None);
    assert!(!reader.events.iter().any(|event| matches!(event.kind, EventKind::KnownOutputs(_))));
}

#[test]
fn the_tip_of_an_earlier_run_does_not_count() {
    let (old, new) = (mined_on(BlockHash([3; 32]), 1), mined_on(BlockHash([4; 32]), 2));
    let tip = |block: &crate::wire::Block, height| EventKind::Tip(Tip { hash: block.hash, height, time: 1 });
    let [mut fra, mut nyc] = ["fra1", "nyc1"].map(|name| Sensor::new(name, 0, ms(10)));
    fra.state(T, &[1]).flush(T + ms(50), vec![tip(&old, 50)]);
    nyc.state(T, &[1]).flush(T + ms(90), vec![tip(&new, 100)]);
    (fra.run, fra.flush, fra.first) = (8, 0, 0);
    fra.state(T + ms(3_000), &[1]);
    for at in 1..5 {
        fra.status(T + ms(at * 5_000));
        nyc.status(T + ms(at * 5_000));
    }
    let mut reader = Reader::new();
    reader.read(stored(vec![fra, nyc])).advance(T + ms(21_000));
    assert_eq!(reader.model.tip().map(|tip| tip.height), Some(100));
}

/// A few seconds of three sensors' messages: chains of transactions that each sees at its own pace.
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
        // Time also passes between messages.
        watched.advance(arrival.stored - ms(1)).read([arrival.clone()]);
    }
    watched.advance(T + ms(60_000));
    let mut past = Reader::new();
    past.read(messages).advance(T + ms(60_000));
    assert_eq!(past.events, watched.events);
    assert!(HOLD < ms(500));
}
