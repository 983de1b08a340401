//! Lists that are made up, without end, or not served.

use super::scene::{BLOOM, Manner, PLAIN, Scene, ids, made_up};
use crate::event::{DisconnectReason, Misbehaviour, PeerEvent, PeerId};
use crate::wire::Wtxid;
use std::time::Duration;

/// Returns the final scene with three honest peers and a peer that lists `list` after their transactions.
fn beside_honest_peers(list: &[Wtxid], manner: Manner) -> Scene {
    let mut scene = Scene::new();
    let bad = scene.connect(9, BLOOM, 0..0);
    scene.node(bad).manner = manner;
    for id in 1..=3 {
        scene.connect(id, PLAIN, 0..2_000);
    }
    scene.list(bad, list);
    for _ in 0..10 {
        scene.settle();
        scene.pass(Duration::from_secs(20));
    }
    // Ordinary announcements are still relayed meanwhile.
    for id in 1..=3 {
        scene.announce(PeerId(id), ids(1_000..2_000));
    }
    scene.settle();
    let blamed: Vec<_> = scene.blame().into_iter().filter(|(peer, _)| *peer != bad).collect();
    assert_eq!(blamed, Vec::<&(PeerId, PeerEvent)>::new());
    let (relayed, bootstrapped) = scene.arrivals();
    assert!(relayed + bootstrapped >= 1_000, "{relayed} {bootstrapped}");
    assert!(scene.ended.iter().all(|(peer, _)| *peer == bad), "{:?}", scene.ended);
    assert_eq!(scene.download.remembered(), 0);
    scene
}

#[test]
fn a_list_of_made_up_ids_costs_its_sender_the_connection_and_others_little() {
    let list: Vec<Wtxid> = (0..50_000).map(made_up).collect();
    for manner in [Manner::Honest, Manner::Silent] {
        let scene = beside_honest_peers(&list, manner);
        let why = DisconnectReason::Misbehaved(Misbehaviour::MempoolListMadeUp);
        assert_eq!(scene.ended, [(PeerId(9), why)], "{manner:?}");
        let cost: usize = scene.nodes.values().map(|node| node.requested.len()).sum();
        assert!(cost < 10_000, "{cost} requests");
    }
}

#[test]
fn a_list_that_never_ends_or_repeats_itself_costs_its_sender_the_connection() {
    let endless: Vec<Wtxid> = (0..350_000).map(made_up).collect();
    let repeated: Vec<Wtxid> = (0..60_000).map(|number| made_up(number % 50_000)).collect();
    for (list, why) in [
        (endless, Misbehaviour::MempoolListTooLong),
        (repeated, Misbehaviour::MempoolListRepeats),
        (vec![made_up(1), made_up(1)], Misbehaviour::MempoolListRepeats),
    ] {
        let scene = beside_honest_peers(&list, Manner::Honest);
        assert_eq!(scene.ended, [(PeerId(9), DisconnectReason::Misbehaved(why))]);
    }
}

#[test]
fn a_lister_that_sends_other_transactions_or_closes_midway_costs_the_others_nothing() {
    let mut list = ids(0..1_000);
    list.extend((0..500).map(made_up));
    let scene = beside_honest_peers(&list, Manner::Deceitful);
    assert_eq!(scene.arrivals(), (1_000, 1_000), "half of it from the list, half by relay");

    let mut scene = Scene::new();
    let closer = scene.connect(1, BLOOM, 0..0);
    scene.connect(2, PLAIN, 0..60_000);
    scene.announce(closer, ids(0..50_000));
    scene.disconnect(closer);
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 50_000), "what it listed is downloaded");
    let next = scene.connect(3, BLOOM, 0..0);
    assert!(scene.node(next).is_asked, "the list was not complete");
}

#[test]
fn a_thousand_made_up_lists_in_a_row_leave_nothing_behind() {
    let mut scene = Scene::new();
    scene.connect(1, PLAIN, 0..0);
    let list: Vec<Wtxid> = (0..501).map(made_up).collect();
    for number in 0..1_000 {
        let liar = scene.connect(10 + number, BLOOM, 0..0);
        assert!(scene.node(liar).is_asked);
        scene.list(liar, &list);
        scene.settle();
        if scene.nodes.contains_key(&liar) {
            scene.disconnect(liar);
        }
        assert_eq!(scene.download.remembered(), 0);
        let cost = std::mem::take(&mut scene.node(PeerId(1)).requested).len();
        assert!(cost <= 501, "{cost} requests");
    }
}
