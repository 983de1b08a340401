//! Clocks that are set while sensors publish.

use super::scene::*;
use crate::event::*;
use crate::model::testing::loose;
use crate::sensor::kind::SensorName;
use crate::util::time::Timestamp;
use crate::wire::Transaction;
use std::sync::Arc;
use std::time::Duration;

const HOUR: i64 = 3_600_000_000;

/// Two sensors that publish, of each second, a status and a transaction in turn.
fn sensors(seconds: std::ops::Range<u64>, txs: &[Arc<Transaction>]) -> Vec<Sensor> {
    let mut sensors = vec![Sensor::new("fra1", 0, ms(10)), Sensor::new("nyc1", 0, ms(20))];
    for sensor in &mut sensors {
        sensor.state(T + ms(seconds.start * 1_000), &[1]);
    }
    for (second, tx) in seconds.zip(txs) {
        for sensor in &mut sensors {
            let at = T + ms(second * 1_000);
            sensor.status(at).flush(at + ms(100), vec![announced(1, tx), delivered(1, tx)]);
        }
    }
    sensors
}

/// Reads what a server stores whose clock is ahead by what `ahead` says of a time; a look at the clock each second.
fn read(reader: &mut Reader, sensors: Vec<Sensor>, ahead: impl Fn(Timestamp) -> i64) {
    for mut arrival in stored(sensors) {
        let now = arrival.received;
        arrival.stored = arrival.stored.shifted(ahead(now));
        arrival.received = reader.merge.server_time(now);
        reader.read([arrival]);
        reader.advance(reader.merge.server_time(now + ms(1)));
    }
}

fn check(reader: &Reader, txs: &[Arc<Transaction>]) {
    for (second, tx) in (0..).zip(txs) {
        let seen = reader.first_seen(tx);
        assert_eq!(seen.len(), 2, "second {second}");
        for (_, seen) in seen {
            assert!(is_close(seen, T + ms(second * 1_000 + 100), ms(200)), "second {second}: {seen:?}");
        }
    }
    assert!(!reader.sensor_events().contains(&SensorEvent::Stale));
    assert_eq!(reader.report().late, 0);
}

#[test]
fn a_server_whose_clock_is_set_costs_nothing() {
    let txs: Vec<_> = (0..60).map(loose).collect();
    // It is right at the start, then two hours ahead, and right again; or ahead from the start.
    for from in [20, 0] {
        let is_ahead = |now| now >= T + ms(from * 1_000) && now < T + ms(40_000);
        let ahead = |now| if is_ahead(now) { 2 * HOUR } else { 0 };
        let mut reader = Reader::new();
        reader.merge.set_clock((-ahead(T + ms(1)), Duration::ZERO));
        read(&mut reader, sensors(0..60, &txs), ahead);
        reader.advance(reader.merge.server_time(T + ms(61_000)));
        check(&reader, &txs);
        assert!(reader.merge.position() < T + ms(62_000));
        let report = reader.report();
        assert!(report.lag < ms(200) && report.clock.unwrap().ahead_us.abs() < 200_000, "{report:?}");
    }
}

#[test]
fn a_reader_whose_clock_was_set_goes_on_when_the_clocks_are_compared() {
    let txs: Vec<_> = (0..40).map(loose).collect();
    let mut reader = Reader::new();
    let (before, after): (Vec<_>, Vec<_>) =
        stored(sensors(0..40, &txs)).into_iter().partition(|arrival| arrival.stored < T + ms(20_000));
    reader.read(before);
    // It is set ahead, looks as if it had slept, and is compared.
    let ahead = T + ms(3_620_000);
    reader.merge.resume(ahead);
    reader.advance(ahead);
    reader.merge.set_clock((HOUR, Duration::ZERO));
    let nyc = SensorName::parse("nyc1").unwrap();
    reader.read(after.into_iter().filter(|arrival| arrival.sensor != nyc)).advance(T + ms(41_000));
    assert!(txs.iter().all(|tx| !reader.first_seen(tx).is_empty()));
    assert_eq!(reader.report().late, 0);
    let stale = |event: &&SensorEvent| matches!(event, SensorEvent::Stale);
    assert_eq!(reader.sensor_events().iter().filter(stale).count(), 1, "the one that is not heard any more");
}

#[test]
fn the_past_of_a_server_whose_clock_was_set_back_is_read_whole() {
    let txs: Vec<_> = (0..60).map(loose).collect();
    let mut reader = Reader::new();
    // One of them was started after the clock was set.
    let [fra, nyc] = [sensors(0..60, &txs).remove(0), sensors(30..60, &txs[30..]).remove(1)];
    for mut arrival in stored(vec![fra, nyc]) {
        let is_ahead = arrival.received < T + ms(30_000);
        arrival.stored = arrival.stored.shifted(if is_ahead { 2 * HOUR } else { 0 });
        arrival.received = T + ms(9 * 3_600_000);
        reader.read([arrival]);
    }
    reader.advance(T + ms(61_000));
    assert!(txs[30..].iter().all(|tx| reader.first_seen(tx).len() == 2));
    assert_eq!((reader.report().late, reader.merge.server_time(T)), (0, T), "the clocks of today are right");
}

#[test]
fn a_comparison_over_a_slow_link_does_not_replace_a_better_one_that_it_agrees_with() {
    let mut reader = Reader::new();
    reader.merge.set_clock((500_000, ms(1)));
    reader.merge.set_clock((9_500_000, ms(10_000)));
    assert_eq!(reader.merge.server_time(T + ms(500)), T);
    reader.merge.set_clock((9_500_000, ms(100)));
    assert_eq!(reader.merge.server_time(T + ms(9_500)), T, "they disagree: a clock was set");
}
