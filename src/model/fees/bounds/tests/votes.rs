//! The bounds of several peers and announcements together.

use super::*;

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
fn endless_lists_leave_few_kept_and_spare_those_of_the_other_sensor() {
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
        assert!(announcements.list_count() < 64, "a list begun long ago does not go on forever");
    }
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
