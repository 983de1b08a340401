//! Which bounds peers give away, and which of them count.

use crate::event::{EventKind, PeerEvent, PeerId};
use crate::model::Change;
use crate::model::fees::bounds::order::{AnnouncementOrders, is_by_fee_rate};
use crate::model::fees::bounds::{Bound, OrderBounds, PeerBound, floor};
use crate::model::fees::fee_rate::{Bounds, FeeRate};
use crate::model::mempool::relay::announcements::Announcements;
use crate::model::testing::*;
use crate::wire::{Transaction, TxHash};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

const CORE: &str = "/Satoshi:31.0.0/";

/// Spends of confirmed outputs that pay these fees (sat), all of one size.
fn known(scene: &mut Scene, salt: u32, fees: &[u64]) -> Vec<Arc<Transaction>> {
    let funds = spend(&[coin(salt)], &vec![100_000; fees.len()]);
    scene.mine(salt, &[&funds]);
    (0..).zip(fees).map(|(vout, fee)| spend(&[output(&funds, vout)], &[100_000 - fee])).collect()
}

/// A transaction of the same size whose fee is unknown.
fn unknown(number: u32) -> Arc<Transaction> {
    spend(&[coin(1_000 + number)], &[5_000])
}

fn inv(scene: &mut Scene, peer: u64, txs: &[&Arc<Transaction>]) {
    let hashes: Vec<TxHash> = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
    let count = hashes.len();
    scene.peer(peer, PeerEvent::Announced { txs: hashes, count });
}

fn rate(scene: &Scene, tx: &Transaction) -> FeeRate {
    scene.model.transaction(&tx.wtxid()).unwrap().fee_rate()
}

/// The bounds by order, in sat.
fn order_bounds(scene: &Scene, tx: &Transaction) -> [Option<f64>; 2] {
    let FeeRate::Within(bounds) = rate(scene, tx) else { panic!("it is exact") };
    [bounds.low, bounds.high].map(|rate| rate.map(|rate| (rate * f64::from(tx.vsize())).round()))
}

/// Two transactions of known fee with others before, between and behind them, announced by `peers` peers.
fn announced(agent: &str, peers: u64) -> (Scene, [Arc<Transaction>; 5]) {
    let mut scene = Scene::new();
    let pair = known(&mut scene, 1, &[900, 300]);
    let all = [&unknown(1), &pair[0], &unknown(2), &pair[1], &unknown(3)].map(Arc::clone);
    for peer in 1..=peers {
        scene.connect_as(peer, agent);
        inv(&mut scene, peer, &all.each_ref());
    }
    scene.deliver_all(1, &all);
    (scene, all)
}

#[test]
fn a_transaction_announced_between_known_rates_pays_between_them() {
    let (mut scene, [first, _, middle, _, last]) = announced(CORE, 1);
    scene.pass(29);
    assert_eq!(scene.changes(EventKind::Peer(PeerId(1), PeerEvent::Pinged)), []);
    scene.pass(1);
    let mut changes = scene.changes(EventKind::Peer(PeerId(1), PeerEvent::Pinged));
    changes.sort_by_key(|change| format!("{change:?}"));
    let mut fees = [&first, &middle, &last].map(|tx| Change::Fee(tx.txid()));
    fees.sort_by_key(|change| format!("{change:?}"));
    assert_eq!(changes, fees);
    assert_eq!(order_bounds(&scene, &first), [Some(900.0), None]);
    assert_eq!(order_bounds(&scene, &middle), [Some(300.0), Some(900.0)]);
    assert_eq!(order_bounds(&scene, &last), [None, Some(300.0)]);
}

#[test]
fn the_order_of_other_software_gives_no_bounds() {
    for agent in ["/Satoshi:30.2.0/", "/Satoshi:31.0.0/Knots:20270101/", "/btcd:31.0.0/", "", "/Satoshi:/"] {
        let (mut scene, [_, _, middle, ..]) = announced(agent, 1);
        scene.pass(60).peer(1, PeerEvent::Pinged);
        assert_eq!(order_bounds(&scene, &middle), [None, None], "{agent}");
    }
    assert!(is_by_fee_rate("/Satoshi:32.1.0(mine)/") && is_by_fee_rate("/Satoshi:31.99.0/"));
}

#[test]
fn an_announcement_whose_known_rates_rise_gives_no_bounds() {
    let mut scene = Scene::new();
    let pair = known(&mut scene, 1, &[300, 900]);
    let between = unknown(1);
    scene.connect_as(1, CORE);
    inv(&mut scene, 1, &[&pair[0], &between, &pair[1]]);
    scene.deliver_all(1, [&pair[0], &between, &pair[1]]).pass(60).peer(1, PeerEvent::Pinged);
    assert_eq!(order_bounds(&scene, &between), [None, None]);
}

#[test]
fn a_transaction_whose_rate_changed_with_a_relative_gives_no_bounds() {
    let (mut scene, [_, dear, middle, cheap, _]) = announced(CORE, 1);
    let child = spend(&[output(&cheap, 0)], &[90_000]);
    scene.deliver(1, &child).pass(60).peer(1, PeerEvent::Pinged);
    assert_eq!(order_bounds(&scene, &middle), [None, Some(900.0)], "a child pays for the cheap one now");

    let (mut scene, [_, _, middle, cheap, _]) = announced(CORE, 1);
    let child = spend(&[output(&cheap, 0), coin(7)], &[90_000]);
    let elsewhere = spend(&[coin(7)], &[1]);
    scene.deliver_all(1, [&child, &elsewhere]).pass(60).peer(1, PeerEvent::Pinged);
    assert!(scene.model.transaction(&child.wtxid()).is_none(), "it was replaced");
    assert_eq!(order_bounds(&scene, &middle), [None, Some(900.0)], "a child paid for it for a while");
    drop(dear);
}

#[test]
fn a_parent_that_arrives_late_ends_the_bounds_of_its_child() {
    let mut scene = Scene::new();
    let pair = known(&mut scene, 1, &[900, 300]);
    let parent = spend(&[coin(7)], &[50_000]);
    let child = spend(&[output(&parent, 0), coin(8)], &[50_000]);
    scene.connect_as(1, CORE);
    inv(&mut scene, 1, &[&pair[0], &child, &pair[1]]);
    scene.deliver_all(1, [&pair[0], &child, &pair[1]]).pass(60).peer(1, PeerEvent::Pinged);
    assert!(order_bounds(&scene, &child)[0].is_some());
    scene.deliver(1, &parent);
    assert_eq!(order_bounds(&scene, &child), [None, None]);
}

#[test]
fn a_child_whose_parent_expired_gets_no_bounds() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(7)], &[50_000]);
    scene.connect_as(1, CORE).deliver(1, &parent).pass(15 * 86_400);
    let pair = known(&mut scene, 1, &[900, 300]);
    let child = spend(&[output(&parent, 0), coin(8)], &[50_000]);
    inv(&mut scene, 1, &[&pair[0], &child, &pair[1]]);
    assert!(scene.model.transaction(&parent.wtxid()).is_none(), "it expired");
    scene.deliver_all(1, [&pair[0], &child, &pair[1]]).pass(60).peer(1, PeerEvent::Pinged);
    assert_eq!(order_bounds(&scene, &child), [None, None]);
}

#[test]
fn a_transaction_of_many_inputs_gets_no_bounds_as_not_all_parents_are_requested() {
    let mut scene = Scene::new();
    let pair = known(&mut scene, 1, &[900, 300]);
    scene.connect_as(1, CORE);
    let of = |inputs: u32| spend(&(100..100 + inputs).map(coin).collect::<Vec<_>>(), &[50_000]);
    let (few, many) = (of(25), spend(&(200..226).map(coin).collect::<Vec<_>>(), &[50_000]));
    inv(&mut scene, 1, &[&pair[0], &few, &many, &pair[1]]);
    scene.deliver_all(1, [&pair[0], &few, &many, &pair[1]]).pass(60).peer(1, PeerEvent::Pinged);
    assert!(order_bounds(&scene, &few)[0].is_some());
    assert_eq!(order_bounds(&scene, &many), [None, None]);
}

#[test]
fn one_liar_does_not_tighten_the_bounds_of_two_honest_peers() {
    let mut scene = Scene::new();
    let fees = known(&mut scene, 1, &[900, 700, 500, 300]);
    let between = unknown(1);
    for (peer, [before, behind]) in [(1, [0, 3]), (2, [0, 3]), (3, [1, 2])] {
        scene.connect_as(peer, CORE);
        inv(&mut scene, peer, &[&fees[before], &between, &fees[behind]]);
    }
    scene.deliver_all(1, fees.iter().chain([&between])).pass(60).peer(1, PeerEvent::Pinged);
    assert_eq!(order_bounds(&scene, &between), [Some(300.0), Some(900.0)]);
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
fn a_peer_that_announces_by_both_ids_gives_one_bound() {
    let mut scene = Scene::new();
    let tx = unknown(1);
    scene.connect(1).peer(1, PeerEvent::FeeFilter { sat_per_kvb: 100 }).announce(1, &tx);
    scene.connect(2).peer(2, PeerEvent::FeeFilter { sat_per_kvb: 1_000_000 }).announce(2, &tx);
    scene.peer(2, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 }).deliver(1, &tx);
    assert!((rate(&scene, &tx).min().unwrap() - 0.1).abs() < 1e-6);

    let mut scene = Scene::new();
    let fees = known(&mut scene, 1, &[900, 700, 500, 300]);
    let between = unknown(1);
    scene.connect_as(1, CORE).connect_as(2, CORE);
    inv(&mut scene, 1, &[&fees[0], &between, &fees[3]]);
    inv(&mut scene, 2, &[&fees[1], &between, &fees[2]]);
    let by_txid: Vec<TxHash> =
        [&fees[1], &between, &fees[2]].iter().map(|tx| TxHash::Txid(tx.txid())).collect();
    scene.peer(2, PeerEvent::Announced { txs: by_txid, count: 3 });
    scene.deliver_all(1, fees.iter().chain([&between])).pass(60).peer(1, PeerEvent::Pinged);
    assert_eq!(order_bounds(&scene, &between), [Some(300.0), Some(900.0)]);
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
fn bounds_that_contradict_each_other_are_ignored() {
    let mut announcements = Announcements::default();
    let mut bounds = OrderBounds::default();
    bounds.add(Bound::AtMost(2.0));
    bounds.add(Bound::AtLeast(1.0));
    assert_eq!(
        bounds.bounds(announcements.floors()),
        Bounds { floor: None, low: Some(1.0), high: Some(2.0) }
    );
    let mut dear = crate::model::mempool::relay::announcements::Announcer::from(PeerId(1));
    dear.floor = Some(3.0);
    announcements.add(dear, Duration::ZERO);
    assert_eq!(bounds.bounds(announcements.floors()), Bounds::default());
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

proptest! {
    #[test]
    fn however_many_announcements_there_are_the_orders_stay_bounded(
        lengths in prop::collection::vec(0_usize..1_500, 0..400)
    ) {
        let mut orders = AnnouncementOrders::default();
        for length in lengths {
            orders.keep(START, vec![TxHash::Txid(crate::wire::Txid([0; 32])); length]);
            while orders.due(START).is_some() {}
            prop_assert!(orders.len() <= 211_000);
        }
    }

    /// As Bitcoin Core sorts: by what is paid for the weight that miners count, not for whole vB.
    #[test]
    fn an_honest_order_counts_and_its_bounds_are_true(
        shapes in prop::collection::vec((any::<bool>(), 1_usize..5, 0_usize..2, 100_u64..130), 2..30)
    ) {
        let mut scene = Scene::new();
        let funds = spend(&[coin(1)], &vec![100_000; shapes.len()]);
        scene.mine(1, &[&funds]).connect_as(1, CORE);
        let made = (0..).zip(&shapes).map(|(number, &(is_known, outputs, multisigs, percent))| {
            let prevout = if is_known { output(&funds, number) } else { coin(1_000 + number) };
            let mut parts = parts(&[prevout], &vec![1_000; outputs + multisigs]);
            for output in &mut parts.outputs[outputs..] {
                let key = [&[33, 2][..], &[7; 32]].concat();
                output.script_pubkey = [&[0x51][..], &key, &key, &key, &[0x53, 0xae]].concat();
            }
            let weight = u64::from(crate::model::mempool::cluster::sigops::adjusted_weight(&parts.clone().build().unwrap()));
            // About 1 sat/vB, so that rounding to whole vB decides about the order.
            let fee = weight * percent / 400;
            let left = 100_000 - fee - 1_000 * (outputs + multisigs - 1) as u64;
            parts.outputs[0].value = left;
            (Arc::new(parts.build().unwrap()), fee, weight)
        });
        let mut made: Vec<(Arc<Transaction>, u64, u64)> = made.collect();
        made.sort_by(|(_, fee, weight), (_, other_fee, other)| (other_fee * weight).cmp(&(fee * other)));
        let all: Vec<&Arc<Transaction>> = made.iter().map(|(tx, ..)| tx).collect();
        inv(&mut scene, 1, &all);
        scene.deliver_all(1, all.iter().copied()).pass(60).peer(1, PeerEvent::Pinged);
        let is_known = |tx: &Transaction| rate(&scene, tx).exact().is_some();
        let known = made.iter().filter(|(tx, ..)| is_known(tx)).count();
        for (tx, fee, _) in &made {
            let pays = FeeRate::of(*fee, tx.vsize()).exact().unwrap();
            let bounds = rate(&scene, tx);
            prop_assert!(bounds.min().is_none_or(|min| min <= pays + 1e-9), "{bounds:?} for {pays}");
            prop_assert!(bounds.max().is_none_or(|max| max >= pays - 1e-9), "{bounds:?} for {pays}");
            prop_assert!(known == 0 || bounds != FeeRate::default(), "it was refused");
        }
    }

    #[test]
    fn of_several_bounds_the_second_tightest_counts_and_none_becomes_tighter(
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
