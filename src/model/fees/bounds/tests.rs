//! Which bounds peers reveal, and which of them count.

use crate::event::{EventKind, PeerEvent, PeerId, SensorId};
use crate::model::Change;
use crate::model::fees::bounds::announcements::{Announcements, KEPT};
use crate::model::fees::bounds::by_order::{Bound, OrderBounds, Verdict, Voter};
use crate::model::fees::bounds::order::{self, Chain, Order, Paid, Place};
use crate::model::fees::bounds::tally::{Honesty, Tally};
use crate::model::fees::bounds::{PeerBound, floor};
use crate::model::fees::fee_rate::{Bounds, FeeRate};
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::testing::*;
use crate::wire::{Transaction, TxHash, Wtxid};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// A transaction whose fee is unknown.
fn unknown(number: u32) -> Arc<Transaction> {
    spend(&[coin(1_000 + number)], &[5_000])
}

fn rate(scene: &Scene, tx: &Transaction) -> FeeRate {
    scene.model.transaction(&tx.wtxid()).unwrap().fee_rate()
}

/// A position with known rank: 400 WU, without relatives unless it has ancestors.
fn place(ancestors: u8, fee: u64, chunk: u64) -> Place {
    Place {
        weight: 400,
        fee: Some(fee),
        ancestors: Some(ancestors),
        chunk: Some(Paid { fee: chunk, size: 400 }),
        is_alone: ancestors == 1 && fee == chunk,
    }
}

/// A position with an unknown rate.
fn open(ancestors: u8) -> Place {
    Place { fee: None, chunk: None, ..place(ancestors, 0, 0) }
}

fn alone(fee: u64) -> Place {
    place(1, fee, fee)
}

/// The bounds from the order for each unknown position as `[low, high]`, in sat for its 100 vB.
fn found(places: &[Place], order: Order) -> Vec<(usize, [Option<f64>; 2])> {
    let mut chain = Chain::default();
    places.iter().filter_map(|place| place.rank(order)).for_each(|rank| chain.push(rank));
    let mut found: Vec<(usize, [Option<f64>; 2])> = Vec::new();
    for (index, bound) in order::bounds(places, order, &chain) {
        if found.last().is_none_or(|last| last.0 != index) {
            found.push((index, [None, None]));
        }
        let last = found.last_mut().unwrap();
        match bound {
            Bound::AtLeast(rate) => last.1[0] = Some((rate * 100.0).round()),
            Bound::AtMost(rate) => last.1[1] = Some((rate * 100.0).round()),
        }
    }
    found
}

fn tally_of(places: &[Place]) -> Tally {
    let mut tally = Tally::default();
    places.windows(2).for_each(|pair| tally.count(&pair[0], &pair[1]));
    tally
}

#[test]
fn a_transaction_between_two_known_rates_pays_between_them() {
    let places = [open(1), alone(900), open(1), alone(300), open(1)];
    for order in [Order::ByChunk, Order::ByAncestors, Order::Either] {
        assert_eq!(
            found(&places, order),
            [(0, [Some(900.0), None]), (2, [Some(300.0), Some(900.0)]), (4, [None, Some(300.0)])],
            "{order:?}"
        );
    }
}

#[test]
fn by_ancestors_only_those_with_as_many_ancestors_bound_each_other() {
    let places = [alone(900), open(1), open(2), place(2, 500, 700), open(2), place(3, 800, 700), open(3)];
    let expected = [
        (1, [None, Some(900.0)]),
        (2, [Some(500.0), None]),
        (4, [None, Some(500.0)]),
        (6, [None, Some(800.0)]),
    ];
    assert_eq!(found(&places, Order::ByAncestors), expected);
}

#[test]
fn a_place_that_contradicts_its_ancestors_gives_no_bound() {
    let places = [alone(900), place(2, 500, 500), open(1), place(2, 300, 300), open(3), place(2, 200, 200)];
    assert_eq!(found(&places, Order::ByAncestors), []);
}

#[test]
fn a_known_rate_that_breaks_the_order_is_left_out() {
    let places = [alone(900), open(1), alone(10), alone(700), open(1), alone(5_000), alone(600)];
    for order in [Order::ByChunk, Order::ByAncestors, Order::Either] {
        let expected = [(1, [Some(700.0), Some(900.0)]), (4, [Some(600.0), Some(700.0)])];
        assert_eq!(found(&places, order), expected, "{order:?}");
    }
}

#[test]
fn a_peer_is_believed_when_98_percent_of_200_pairs_agree() {
    let falling: Vec<Place> = (0..=200).map(|number| alone(1_000 - number)).collect();
    assert_eq!(tally_of(&falling[1..]).order(), None, "199 pairs");
    assert_eq!(tally_of(&falling).order(), Some(Order::Either));
    let with = |wrong: usize| {
        let mut places = falling.clone();
        (0..wrong).for_each(|number| places[20 * number + 1] = alone(5_000));
        tally_of(&places).order()
    };
    assert_eq!((with(4), with(5)), (Some(Order::Either), None), "each spoils one pair");
    let rising: Vec<Place> = falling.iter().rev().copied().collect();
    assert_eq!(tally_of(&rising).order(), None);
}

#[test]
fn pairs_that_say_nothing_do_not_count() {
    assert_eq!(tally_of(&vec![alone(500); 1_000]).order(), None);
    assert_eq!(tally_of(&vec![open(1); 1_000]).order(), None);
}

#[test]
fn relatives_decide_between_the_orders() {
    let mut by_ancestors: Vec<Place> = (0..200).map(|number| alone(1_000 - number)).collect();
    by_ancestors.extend((0..40).map(|number| place(2, 900 - number, 500 + number % 7)));
    assert_eq!(tally_of(&by_ancestors).order(), Some(Order::ByAncestors));
    let mut by_chunk: Vec<Place> = (0..2_000).map(|number| alone(5_000 - number)).collect();
    assert_eq!(tally_of(&by_chunk).order(), Some(Order::Either));
    by_chunk.extend((0..20).flat_map(|number| {
        let chunk = 900 - number;
        [place(1, 100, chunk), place(2, 2 * chunk - 100, chunk)]
    }));
    assert_eq!(tally_of(&by_chunk).order(), Some(Order::ByChunk), "few, but they all agree with one");
}

#[test]
fn a_peer_that_changes_its_order_loses_the_belief() {
    let mut announcements = Announcements::default();
    let falling = tally_of(&(0..=200).map(|number| alone(1_000 - number)).collect::<Vec<_>>());
    let rising = tally_of(&(0..=20).map(alone).collect::<Vec<_>>());
    let ids = || vec![Wtxid([1; 32]), Wtxid([2; 32])];
    let mut now = START;
    let mut judge = |announcements: &mut Announcements, tally| {
        announcements.announce(now, by(7), ids());
        now = now + Duration::from_secs(30);
        let mut due = announcements.due(now).unwrap();
        let order = announcements.count(&mut due, tally);
        announcements.judged(due, true);
        order
    };
    assert_eq!(judge(&mut announcements, falling), Some(Order::Either));
    assert_eq!(judge(&mut announcements, rising), None);
    assert_eq!(judge(&mut announcements, falling), None, "20 of 420 pairs");
}

#[test]
fn a_judgement_takes_the_place_of_the_one_before_and_ends_with_the_announcement() {
    let mut announcements = Announcements::default();
    let falling = tally_of(&(0..=200).map(|number| alone(1_000 - number)).collect::<Vec<_>>());
    announcements.announce(START, by(7), vec![Wtxid([1; 32]); 5]);
    let mut times = Vec::new();
    for second in 0..700 {
        while let Some(mut due) = announcements.due(START + Duration::from_secs(second)) {
            assert_eq!(announcements.count(&mut due, falling), Some(Order::Either));
            assert_eq!(announcements.count(&mut due, Tally::default()), None, "not counted twice");
            announcements.count(&mut due, falling);
            announcements.judged(due, true);
            times.push(second);
        }
    }
    assert_eq!(times, [30, 60, 120, 240, 480]);
    assert_eq!(announcements.sizes(), [0, 0]);
}

/// A peer in its own netgroup.
fn voter(peer: u64) -> Voter {
    let (peer, netgroup) = by(peer);
    Voter::new(peer, netgroup)
}

fn by(peer: u64) -> (PeerId, Vouchers) {
    (PeerId(peer), Vouchers::unknown(PeerId(peer)))
}

#[test]
fn the_peers_of_one_netgroup_have_one_bound() {
    let mut bounds = OrderBounds::default();
    let (_, netgroup) = by(1);
    for peer in 1..=9 {
        bounds
            .add(Voter::new(PeerId(peer), netgroup), Bound::AtLeast(f64::from(u32::try_from(peer).unwrap())));
    }
    let known = bounds.bounds(None);
    assert_eq!((known.low, known.by_one_peer, known.netgroups), (Some(9.0), true, 1));
    bounds.add(voter(20), Bound::AtLeast(2.0));
    let known = bounds.bounds(None);
    assert_eq!((known.low, known.by_one_peer, known.netgroups), (Some(2.0), false, 2));
    let blamed: Vec<_> = bounds.verdicts(1.0).map(|verdict| (verdict.peer, verdict.held)).collect();
    assert_eq!(blamed, [(9, false), (20, false)], "honesty is that of a peer");
}

#[test]
fn a_list_is_judged_often_until_it_has_arrived() {
    let mut announcements = Announcements::default();
    announcements.list(START, by(7), vec![Wtxid([1; 32]); 5], true);
    let mut times = Vec::new();
    for second in 0..100 {
        while let Some(due) = announcements.due(START + Duration::from_secs(second)) {
            announcements.judged(due, second >= 12);
            times.push(second);
        }
    }
    assert_eq!(times, [5, 7, 8, 10, 13, 25, 49, 98]);
}

#[test]
fn broken_bounds_discredit_their_peer() {
    let mut bounds = OrderBounds::default();
    bounds.add(voter(1), Bound::AtLeast(2.0));
    bounds.add(voter(1), Bound::AtMost(3.0));
    bounds.add(voter(2), Bound::AtLeast(1.0));
    let verdict = |peer, held| Verdict { peer, held };
    assert_eq!(
        bounds.verdicts(1.5).collect::<Vec<_>>(),
        [verdict(1, false), verdict(2, true), verdict(1, true)]
    );
    assert!(bounds.verdicts(3.0).chain(bounds.verdicts(2.0)).all(|verdict| verdict.held));
    let honesty = |held: usize, broken: usize| {
        let mut honesty = Honesty::default();
        (0..held).for_each(|_| honesty.record(true));
        (0..broken).for_each(|_| honesty.record(false));
        honesty.is_discredited()
    };
    assert!(!honesty(0, 2) && honesty(0, 3) && honesty(140, 3) && !honesty(150, 3));
    assert!(honesty(5_000, 40), "what is long past counts less");
}

#[test]
fn the_tightest_bound_of_one_peer_counts_or_the_second_tightest_of_several() {
    let mut bounds = OrderBounds::default();
    let low = |bounds: &OrderBounds| (bounds.bounds(None).low.unwrap(), bounds.bounds(None).by_one_peer);
    let add = |bounds: &mut OrderBounds, peer, rate| bounds.add(voter(peer), Bound::AtLeast(rate));
    add(&mut bounds, 1, 2.0);
    add(&mut bounds, 1, 1.0);
    assert_eq!(low(&bounds), (2.0, true));
    add(&mut bounds, 1, 3.0);
    assert_eq!(low(&bounds), (3.0, true));
    add(&mut bounds, 2, 5.0);
    assert_eq!(low(&bounds), (3.0, false));
    add(&mut bounds, 1, 4.0);
    assert_eq!(low(&bounds), (4.0, false));
    add(&mut bounds, 1, 6.0);
    assert_eq!(low(&bounds), (5.0, false));
    add(&mut bounds, 3, 9.0);
    assert_eq!(low(&bounds), (6.0, false), "a liar makes it no tighter than an honest one");
}

#[test]
fn bounds_that_contradict_each_other_are_ignored() {
    let mut bounds = OrderBounds::default();
    bounds.add(voter(1), Bound::AtMost(2.0));
    bounds.add(voter(1), Bound::AtLeast(1.0));
    let between = Bounds { floor: None, low: Some(1.0), high: Some(2.0), by_one_peer: true, netgroups: 1 };
    assert_eq!(bounds.bounds(None), between);
    assert_eq!(bounds.bounds(Some(3.0)), between, "a child pays for it");
    bounds.add(voter(2), Bound::AtMost(0.5));
    assert_eq!(bounds.bounds(None).high, Some(2.0));
    bounds.add(voter(3), Bound::AtMost(0.4));
    let two = Bounds { floor: None, low: None, high: Some(0.5), by_one_peer: false, netgroups: 3 };
    assert_eq!(bounds.bounds(None), two, "two peers against one");
    bounds.add(voter(4), Bound::AtLeast(1.5));
    let none = Bounds { floor: Some(3.0), netgroups: 4, ..Bounds::default() };
    assert_eq!(bounds.bounds(Some(3.0)), none);
}

#[test]
fn an_upper_bound_beyond_all_rates_is_dropped() {
    let mut bounds = OrderBounds::default();
    bounds.add(voter(1), Bound::AtMost(1e9));
    assert_eq!(bounds, OrderBounds::default());
}

#[test]
fn an_announcer_gives_its_fee_filter_as_a_lower_bound() {
    let mut scene = Scene::new();
    let tx = unknown(1);
    for (peer, sat_per_kvb) in [(1, 100), (2, 1_000), (3, 1_000_000)] {
        scene.connect(peer).peer(peer, PeerEvent::FeeFilter { sat_per_kvb });
    }
    scene.announce(1, &tx).deliver(1, &tx);
    let floor = |scene: &Scene| rate(scene, &tx).min().unwrap();
    assert!((floor(&scene) - 0.1).abs() < 1e-6);
    scene.announce(2, &tx).announce(2, &tx);
    assert!((floor(&scene) - 0.1).abs() < 1e-6, "the second one stands alone");
    scene.announce(3, &tx);
    assert!((floor(&scene) - 1.0).abs() < 1e-6, "two say at least this");
    assert_eq!(rate(&scene, &tx).max(), None);
}

#[test]
fn a_fee_filter_that_was_rounded_and_may_have_fallen_counts_for_less() {
    assert!((floor(100) - 0.1).abs() < 1e-9 && (floor(1_000) - 1.0).abs() < 1e-9);
    assert!((floor(1_500) - 1.0).abs() < 1e-9);
}

#[test]
fn fee_filters_of_peers_that_announce_before_the_arrival_count() {
    let mut scene = Scene::new();
    let tx = unknown(1);
    for peer in [1, 2] {
        scene.connect(peer).peer(peer, PeerEvent::FeeFilter { sat_per_kvb: 1_000 }).announce(peer, &tx);
    }
    scene.pass(2).deliver(2, &tx);
    assert!((rate(&scene, &tx).min().unwrap() - 1.0).abs() < 1e-6);
}

#[test]
fn a_bound_is_rounded_down_and_never_tighter() {
    let kept = |bound| {
        let mut bound_of_peers = PeerBound::default();
        bound_of_peers.add(bound);
        bound_of_peers.get()
    };
    for (bound, rounded) in
        [(0.1, 0.1), (0.29, 0.29), (2.0 / 3.0, 0.6666), (-2.0 / 3.0, -0.6667), (1e9, 214_748.364_7)]
    {
        assert_eq!(kept(bound), Some(rounded));
    }
    assert_eq!(kept(-1e9), None, "an upper bound beyond all rates");
}

#[test]
fn a_fee_that_becomes_known_is_a_change() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[50_000]);
    let child = spend(&[output(&parent, 0)], &[40_000]);
    scene.connect(1).deliver(1, &child);
    let answered_after = Duration::ZERO;
    let arrives = PeerEvent::Transaction { tx: Arc::clone(&parent), answered_after };
    let changes = scene.changes(EventKind::Peer(PeerId(1), arrives));
    assert_eq!(changes, [Change::Accepted(parent.wtxid()), Change::Fee(child.txid())]);
}

#[test]
fn lists_without_end_leave_few_and_those_of_the_other_sensor() {
    let of = |sensor, peer| SensorId(sensor).peer(PeerId(peer)).unwrap();
    let [honest, begun] = [1, 2].map(|peer| of(1, peer));
    let by = |peer| (peer, Vouchers::unknown(peer));
    for is_complete in [false, true] {
        let mut announcements = Announcements::default();
        announcements.list(START, by(honest), vec![Wtxid([1; 32]); 5], true);
        announcements.list(START, by(begun), vec![Wtxid([1; 32]); 5], false);
        for peer in 0..10_000 {
            announcements.list(START, by(of(2, peer)), vec![], is_complete);
        }
        assert_eq!((announcements.list_count(), announcements.sizes()), (64, [0, 10]));
        announcements.list(START + KEPT * 2, by(honest), vec![], true);
        assert!(announcements.list_count() < 64, "one that was begun long ago does not go on for ever");
    }
}

#[test]
fn a_peer_that_announces_by_both_ids_gives_one_bound() {
    let mut scene = Scene::new();
    let tx = unknown(1);
    scene.connect(1).peer(1, PeerEvent::FeeFilter { sat_per_kvb: 100 }).announce(1, &tx);
    scene.connect(2).peer(2, PeerEvent::FeeFilter { sat_per_kvb: 1_000_000 }).announce(2, &tx);
    scene.peer(2, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 }).deliver(1, &tx);
    assert!((rate(&scene, &tx).min().unwrap() - 0.1).abs() < 1e-6);
}

proptest! {
    #[test]
    fn however_much_peers_announce_the_memory_stays_bounded(
        steps in prop::collection::vec((0_u64..40, 0_usize..1_500, any::<bool>(), any::<bool>()), 0..60)
    ) {
        let mut announcements = Announcements::default();
        for (peer, count, is_list, is_complete) in steps {
            let ids = vec![Wtxid([0; 32]); if is_list { 40 * count } else { count }];
            if is_list {
                announcements.list(START, by(peer), ids, is_complete);
            } else {
                announcements.announce(START, by(peer), ids);
            }
            let [announced, listed] = announcements.sizes();
            prop_assert!(announced <= 100_000 && listed <= 400_000);
        }
    }

    #[test]
    fn a_chain_is_the_longest_part_that_keeps_the_order(fees in prop::collection::vec(0_u32..12, 1..12)) {
        let mut places: Vec<Place> = fees.iter().map(|&fee| alone(fee.into())).collect();
        places.push(open(1));
        let falls = |set: u32| {
            let part: Vec<u32> = (0..fees.len()).filter(|at| set >> at & 1 == 1).map(|at| fees[at]).collect();
            part.is_sorted_by(|a, b| a >= b).then_some(part)
        };
        let all = (1..1_u32 << fees.len()).filter_map(falls);
        let longest = all.clone().map(|part| part.len()).max().unwrap();
        let [(_, [None, Some(last)])] = found(&places, Order::Either)[..] else { panic!("one bound") };
        let mut ends = all.filter(|part| part.len() == longest).map(|part| *part.last().unwrap());
        prop_assert!(ends.any(|end| (f64::from(end) - last).abs() < 1e-9), "{longest} {last}");
    }

    #[test]
    fn the_second_tightest_of_several_bounds_counts_and_none_becomes_tighter(
        mut bounds in prop::collection::vec(0.0..2e5_f64, 0..6)
    ) {
        let (mut all, mut halves) = (PeerBound::default(), [PeerBound::default(); 2]);
        for (number, &bound) in bounds.iter().enumerate() {
            all.add(bound);
            halves[number % 2].add(bound);
        }
        let [mut merged, other] = halves;
        merged.merge(other);
        prop_assert_eq!(merged, all);
        bounds.sort_by(f64::total_cmp);
        let expected = if bounds.len() > 1 { bounds.get(bounds.len() - 2) } else { bounds.first() };
        match (all.get(), expected) {
            (Some(bound), Some(&given)) => {
                prop_assert!(bound <= given + 1e-9 && bound > given - 1.001e-4);
            }
            (bound, given) => prop_assert!(bound.is_none() && given.is_none()),
        }
    }
}
