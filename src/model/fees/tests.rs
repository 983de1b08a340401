//! The histogram counts every transaction once, and blocks are filled by descending fee rate.

use crate::model::fees::bands::{self, BANDS};
use crate::model::fees::estimates::estimate::price;
use crate::model::fees::histogram::{FeeHistogram, Item, KnownRate, step};
use crate::model::fees::history::History;
use crate::model::fees::projection::{ProjectedBlock, project};
use crate::model::testing::*;
use crate::util::time::Timestamp;
use proptest::prelude::*;
use std::time::Duration;

fn exactly(rate: f64) -> KnownRate {
    KnownRate::Exact(rate)
}

fn item(rate: KnownRate, vsize: u32) -> Item {
    let known = if let KnownRate::Exact(rate) | KnownRate::Within(rate) = rate { rate } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "fees of tests")]
    let fee = (known * f64::from(vsize)) as u64;
    Item { rate, vsize: vsize.into(), size: 2 * u64::from(vsize), fee }
}

fn filled(items: &[(KnownRate, u32)]) -> FeeHistogram {
    let mut histogram = FeeHistogram::default();
    for &(rate, vsize) in items {
        histogram.add(item(rate, vsize));
    }
    histogram
}

#[test]
fn blocks_fill_by_falling_rate_and_uncertain_ones_come_last() {
    let mega = 499_000;
    let histogram = filled(&[
        (exactly(10.0), mega),
        (exactly(5.0), mega),
        (exactly(2.0), mega),
        (KnownRate::Unknown, mega),
        (KnownRate::Unknown, mega),
    ]);
    let blocks = project(&histogram);
    assert_eq!(blocks.len(), 3);
    assert_eq!(blocks[0].rates(), Some([5.0, 5.0, 10.0]));
    assert_eq!(blocks[0].fee_range, Some([5.0, 5.0, 5.0, 5.0, 10.0, 10.0, 10.0]));
    assert_eq!((blocks[0].exact, blocks[0].unknown, blocks[0].count), (ProjectedBlock::ROOM, 0, 2));
    assert_eq!((blocks[1].exact, blocks[1].unknown), (u64::from(mega), u64::from(mega)));
    assert_eq!((blocks[2].exact, blocks[2].unknown, blocks[2].rates()), (0, u64::from(mega), None));
    let estimated = |within, coverage| price(&histogram, within, coverage, 0.1);
    assert!((estimated(1, 1.0) / 2.0 - 1.0).abs() < 0.011, "if there is nothing else");
    assert!((estimated(1, 0.6) / 5.0 - 1.0).abs() < 0.011, "if others take their part of the block");
    assert!((estimated(1, 0.4) / 10.0 - 1.0).abs() < 0.011);
    assert!((estimated(3, 0.6) - 0.1).abs() < 1e-9, "nothing is left out");
}

#[test]
fn at_most_eight_blocks_are_projected() {
    let histogram = filled(&[(exactly(3.0), 20_000_000), (KnownRate::Unknown, 5_000_000)]);
    let blocks = project(&histogram);
    assert_eq!(blocks.len(), 8);
    assert!(blocks.iter().all(|block| (block.exact, block.unknown) == (ProjectedBlock::ROOM, 0)));
    assert_eq!(project(&FeeHistogram::default()), []);
}

#[test]
fn bars_and_bands_hold_everything_once() {
    let histogram = filled(&[
        (exactly(0.3), 100),
        (exactly(1.0), 200),
        (exactly(7.0), 300),
        (exactly(5_000.0), 400),
        (KnownRate::Unknown, 500),
    ]);
    let bars = bands::bars(&histogram);
    assert!(bars[0].0.abs() < 1e-9 && bars.last().unwrap().1.is_none());
    let names =
        |histogram| bands::bars(histogram).iter().map(|(from, ..)| from.to_bits()).collect::<Vec<_>>();
    assert_eq!(names(&histogram), names(&FeeHistogram::default()), "they never change");
    assert_eq!(bars.iter().map(|(_, _, volume)| volume.vsize).sum::<u64>(), 1_000);
    assert_eq!(bands::sizes(&histogram), [100, 200, 0, 300, 0, 0, 0, 400, 500]);
}

#[test]
fn minutes_without_a_sample_are_gaps_in_the_history() {
    let histogram = filled(&[(exactly(3.0), 1_000)]);
    let mut history = History::default();
    let at = |minute: u64| Timestamp::from_secs(60 * (1_000 + minute));
    for minute in [0, 1, 1, 5, 2] {
        history.observe(at(minute), &histogram);
    }
    let shown = |now, minutes, columns| history.columns(now, Some(minutes), columns);
    let hour = shown(at(5), 60, 60);
    let measured: Vec<bool> = hour.sizes.iter().skip(54).map(Option::is_some).collect();
    assert_eq!((hour.seconds, hour.sizes.len()), (60, 60));
    assert_eq!(measured, [true, true, false, false, false, true]);
    let later = shown(at(5) + Duration::from_mins(50), 60, 10);
    assert_eq!((later.seconds, later.sizes.len()), (360, 10));
    assert_eq!(later.sizes.iter().flatten().count(), 2, "minutes 0 to 5 lie in two columns of 6 min");
    assert_eq!(shown(at(5), 60, 0).sizes, []);
}

#[test]
fn the_last_hour_is_measured_every_ten_seconds() {
    let mut history = History::default();
    let at = |seconds: u64| Timestamp::from_secs(60_000 + seconds);
    for second in 0..100 {
        let vsize = 1_000 + u32::try_from(second).unwrap();
        history.observe(at(second), &filled(&[(exactly(3.0), vsize)]));
    }
    let shown = history.columns(at(99), Some(10), 120);
    assert_eq!((shown.seconds, shown.sizes.len()), (10, 60));
    let sizes: Vec<f32> = shown.sizes.iter().flatten().map(|sizes| sizes[2]).collect();
    assert_eq!(sizes, (0..10_u8).map(|step| 1_000.0 + 10.0 * f32::from(step)).collect::<Vec<_>>());
    let all: usize = [10, 30, 60, 1_440]
        .map(|minutes| history.columns(at(99), Some(minutes), 50).sizes.len())
        .iter()
        .sum();
    assert!(all <= 4 * 50);
    let later = History::decode(&history.encode(), at(200)).unwrap().columns(at(99), Some(10), 60);
    assert_eq!(later.sizes.iter().flatten().count(), 10, "after a restart, a minute stands for all of it");
}

#[test]
fn without_a_choice_the_chart_shows_the_shortest_span_that_has_everything() {
    let mut history = History::default();
    let at = |minute: u64| Timestamp::from_secs(60 * (1_000 + minute));
    let spans = [0, 9, 10, 29, 30, 100, 2_000].map(|minute| {
        history.observe(at(minute), &filled(&[(exactly(3.0), 1_000)]));
        history.columns(at(minute), None, 80).minutes
    });
    assert_eq!(spans, [10, 10, 30, 30, 60, 180, 1_440]);
}

proptest! {
    /// Compares with the naive way: sort, and cut into blocks.
    #[test]
    fn the_rates_of_projected_blocks_are_those_of_their_transactions(
        items in prop::collection::vec((0.0..1_000.0_f64, 1_u32..400_000), 1..60)
    ) {
        let items: Vec<_> = items.into_iter().map(|(rate, vsize)| (exactly(rate), vsize)).collect();
        let mut sorted: Vec<_> = items.iter().map(|&(rate, vsize)| (rate.known().unwrap(), u64::from(vsize))).collect();
        sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
        let rate_at = |mut before: u64| sorted.iter().find(|(_, vsize)| {
            let found = before < *vsize;
            before = before.saturating_sub(*vsize);
            found
        }).unwrap().0;
        let all: u64 = sorted.iter().map(|(_, vsize)| vsize).sum();
        for (number, block) in (0..).zip(project(&filled(&items))) {
            let before = number * ProjectedBlock::ROOM;
            let vsize = (all - before).min(ProjectedBlock::ROOM);
            let expected = [before + vsize - 1, before + vsize / 2, before].map(rate_at);
            prop_assert_eq!(block.rates(), Some(expected));
            let range = block.fee_range.unwrap();
            prop_assert!(range.is_sorted());
            prop_assert_eq!(Some(range[4]), Some(rate_at(before + vsize / 4)));
            prop_assert_eq!(block.size, 2 * block.filled());
        }
    }
}

#[test]
fn nothing_is_measured_before_the_mempool_had_a_minute_to_fill() {
    let mut scene = Scene::new();
    let started = u32::try_from(START.as_secs() / 60).unwrap();
    scene.connect(1).pass(59).deliver(1, &loose(1));
    assert_eq!(scene.model.history().newest(), None);
    scene.pass(1).deliver(1, &loose(2));
    assert_eq!(scene.model.history().newest(), Some(started + 1));
}

#[test]
fn a_rate_counts_for_the_nearest_step() {
    for rate in [0.01, 0.1, 1.0, 2.5, 37.0, 9_999.0] {
        let histogram = filled(&[(exactly(rate), 100)]);
        let (step, ..) = histogram.descending().next().unwrap();
        assert!((step / rate - 1.0).abs() < 0.0101, "{step} for {rate}");
    }
    assert_eq!((step(0.0), step(f64::MAX)), (0, step(1e12)));
}

fn known_rate() -> impl Strategy<Value = KnownRate> {
    let rate = 0.0..100_000.0_f64;
    prop_oneof![
        rate.clone().prop_map(KnownRate::Exact),
        rate.clone().prop_map(KnownRate::Within),
        rate.prop_map(KnownRate::AtLeast),
        Just(KnownRate::Unknown)
    ]
}

#[test]
fn a_rate_known_within_bounds_counts_at_its_middle_and_stays_apart_from_exact_ones() {
    let mega = 499_000;
    let within = KnownRate::Within(5.0);
    let histogram = filled(&[(exactly(7.0), mega), (within, mega), (KnownRate::AtLeast(9.0), mega)]);
    let [exact, known, open] = [histogram.exact(), histogram.within(), histogram.open()];
    assert_eq!([exact.count, known.count, open.count], [1; 3]);
    assert_eq!(bands::sizes(&histogram)[3], 2 * 499_000, "both are from 5 to 10 sat/vB");
    let blocks = project(&histogram);
    let sizes = blocks.iter().map(|block| [block.bounded, block.exact, block.within]).collect::<Vec<_>>();
    assert_eq!(sizes[0], [499_000, 499_000, 0]);
    assert_eq!((sizes[1], blocks[1].fees), ([0, 0, 499_000], 5 * 499_000));
}

#[test]
fn a_transaction_with_a_lower_bound_takes_the_place_of_that_bound() {
    let mega = 499_000;
    let at_least = KnownRate::AtLeast;
    let histogram =
        filled(&[(at_least(7.0), mega), (exactly(7.0), mega), (exactly(2.0), mega), (at_least(0.1), mega)]);
    let blocks = project(&histogram);
    let sizes =
        |block: &ProjectedBlock| [block.exact, block.bounded, block.unknown].map(|vsize| vsize / 499_000);
    assert_eq!(blocks.iter().map(sizes).collect::<Vec<_>>(), [[1, 1, 0], [1, 1, 0]]);
    assert_eq!((blocks[0].count, blocks[0].fees), (2, 7 * 499_000), "the fees that are certain");
    assert_eq!(histogram.open().count, 2);
}

proptest! {
    #[test]
    fn a_histogram_is_empty_when_all_that_came_has_left(
        items in prop::collection::vec((known_rate(), 1_u32..200_000), 0..60)
    ) {
        let mut histogram = filled(&items);
        let all: u64 = items.iter().map(|&(_, vsize)| u64::from(vsize)).sum();
        prop_assert_eq!(histogram.exact().vsize + histogram.within().vsize + histogram.open().vsize, all);
        prop_assert_eq!(bands::sizes(&histogram).iter().sum::<u64>(), all);
        let blocks = project(&histogram);
        let placed: u64 = blocks.iter().map(ProjectedBlock::filled).sum();
        prop_assert_eq!(placed, all.min(8 * ProjectedBlock::ROOM));
        prop_assert!(blocks.iter().all(|block| block.filled() <= ProjectedBlock::ROOM));
        let lows = blocks.iter().filter_map(ProjectedBlock::rates);
        prop_assert!(lows.clone().zip(lows.skip(1)).all(|(first, second)| first[0] >= second[2]));
        for &(rate, vsize) in &items {
            histogram.subtract(item(rate, vsize));
        }
        prop_assert_eq!(histogram, FeeHistogram::default());
    }

    #[test]
    fn a_history_survives_its_encoding(minutes in prop::collection::btree_set(0_u64..5_000, 0..2_000), vsize in 1_u32..1_000_000) {
        let histogram = filled(&[(exactly(3.0), vsize), (KnownRate::Unknown, 7)]);
        let mut history = History::default();
        for minute in &minutes {
            history.observe(Timestamp::from_secs(60 * minute), &histogram);
        }
        let now = Timestamp::from_secs(60 * 5_000);
        let bytes = history.encode();
        prop_assert!(bytes.len() <= History::LONGEST);
        prop_assert_eq!(History::decode(&bytes, now).map(|history| history.encode()), Some(bytes.clone()));
        if let Some(cut) = bytes.len().checked_sub(1) {
            prop_assert_eq!(History::decode(&bytes[..cut], now), None);
        }
        for count in [1, 7, 100] {
            let columns = history.columns(now, Some(1_440), count).sizes;
            prop_assert!(columns.len() <= count && columns.iter().flatten().all(|sizes| sizes.len() == BANDS + 1));
        }
    }
}
