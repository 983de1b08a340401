//! Lower bounds from fee filters, and their rounding.

use super::*;

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
