//! A whole mempool, listed by one peer and downloaded from all.

use super::scene::{BLOOM, Manner, PLAIN, START, Scene, TIMEOUT, ids, made_up, tx};
use crate::event::{BootstrapProgress, DisconnectReason, Misbehaviour, PeerEvent, PeerId};
use crate::p2p::action::ConnectionKind;
use crate::p2p::input::Input;
use crate::p2p::settings::BootstrapMode;
use crate::wire::Wtxid;
use std::collections::HashSet;
use std::time::Duration;

fn listed(scene: &Scene) -> Vec<(PeerId, usize, bool)> {
    let parts = scene.events.iter().filter_map(|(peer, event)| match event {
        PeerEvent::Listed { txs, is_complete } => Some((*peer, txs.len(), *is_complete)),
        _ => None,
    });
    parts.collect()
}

#[test]
fn a_list_is_downloaded_from_the_other_peers_in_its_order_and_reported() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..3_000);
    let others = [2, 3, 4].map(|id| scene.connect(id, PLAIN, 0..3_000));
    assert!(scene.node(lister).is_asked && !scene.node(others[0]).is_asked);
    let list = ids(0..3_000);
    scene.list(lister, &list);
    assert_eq!(listed(&scene), [(lister, 3_000, true)]);
    for peer in others {
        let requested = scene.node(peer).requested.clone();
        let positions: Vec<_> =
            requested.iter().map(|id| list.iter().position(|listed| listed == id)).collect();
        assert!(!positions.is_empty() && positions.is_sorted(), "best fee rates first");
    }
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 3_000));
    assert_eq!(scene.node(lister).requested, [], "what others serve is confirmed by them");
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 3_000, fetched: 3_000, done: true }]);
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
}

#[test]
fn the_lister_is_asked_for_what_only_it_has_and_when_it_is_alone() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..500);
    let other = scene.connect(2, PLAIN, 0..400);
    scene.list(lister, &ids(0..500));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(lister).requested.len()), ((0, 500), 100));
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new(), "the other one never announced them");
    scene.disconnect(other);
    scene.disconnect(lister);

    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..500);
    scene.list(lister, &ids(0..500));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 500));
}

#[test]
fn the_lister_serves_only_what_all_others_lack_so_that_a_second_netgroup_vouches() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..3_000);
    // Different minimum fees: most nodes lack the end of the list.
    for id in 2..=4 {
        scene.connect(id, PLAIN, 0..1_500);
    }
    scene.connect(5, PLAIN, 0..2_900);
    scene.list(lister, &ids(0..3_000));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 3_000));
    let requested: HashSet<_> = scene.node(lister).requested.drain(..).collect();
    assert!(requested == ids(2_900..3_000).into_iter().collect(), "{} requests", requested.len());
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
}

#[test]
fn a_peer_is_asked_from_its_first_announcement_on_or_after_a_while() {
    for has_news in [true, false] {
        let mut scene = Scene::new();
        let lister = scene.connect(1, BLOOM, 0..100);
        let peer = scene.connect_silently(2, 0..100);
        scene.list(lister, &ids(0..100));
        scene.settle();
        assert_eq!(scene.arrivals(), (0, 0), "it has not trickled, and would lack all of it");
        if has_news {
            scene.announce(peer, ids(0..1));
        } else {
            scene.pass(Duration::from_secs(20));
        }
        scene.settle();
        assert_eq!(scene.arrivals().0 + scene.arrivals().1, 100);
        assert_eq!(scene.node(lister).requested, []);
    }
}

#[test]
fn an_announcement_that_was_under_way_is_not_taken_for_a_list() {
    let mut scene = Scene::new();
    scene.pongs = Some(Vec::new());
    let lister = scene.connect(1, BLOOM, 0..500);
    // Our ping was sent before `mempool`. What arrives before its pong was already on its way.
    scene.announce(lister, ids(0..30));
    assert_eq!(listed(&scene), []);
    assert!(matches!(&scene.events[0].1, PeerEvent::Announced { txs, .. } if txs.len() == 30));
    scene.deliver_pongs();
    scene.list(lister, &ids(0..500));
    assert_eq!(listed(&scene), [(lister, 500, true)]);
    scene.settle();
    assert_eq!((scene.arrivals(), scene.blame().len()), ((30, 470), 0));
}

#[test]
fn a_list_of_several_messages_ends_with_the_first_that_is_not_full() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let list: Vec<Wtxid> = (0..120_000).map(made_up).collect();
    scene.list(lister, &list);
    assert_eq!(listed(&scene), [(lister, 50_000, false), (lister, 50_000, false), (lister, 20_000, true)]);
    // What follows is ordinary relay.
    scene.announce(lister, ids(7..8));
    assert!(matches!(&scene.events.last().unwrap().1, PeerEvent::Announced { txs, .. } if txs.len() == 1));

    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    scene.list(lister, &list[..50_000]);
    scene.pass(Duration::from_secs(31));
    assert_eq!(listed(&scene), [(lister, 50_000, false), (lister, 0, true)], "as nothing follows");
}

#[test]
fn a_list_is_fetched_by_a_connection_of_its_own_if_no_peer_offers_it() {
    let mut scene = Scene::new();
    let peer = scene.connect(1, PLAIN, 0..200);
    assert!(scene.needs_dial.is_empty(), "other peers may offer it");
    scene.pass(Duration::from_secs(5));
    assert_eq!(scene.needs_dial, [true]);
    let fetch = scene.connect_as(2, ConnectionKind::MempoolFetch, BLOOM, 0..200);
    assert!(scene.node(fetch).is_asked);
    scene.list(fetch, &ids(0..200));
    assert_eq!(scene.ended, [(fetch, DisconnectReason::MempoolListed)]);
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(peer).requested.len()), ((0, 200), 200));
    // Another list is sought, but not forever.
    scene.pass(Duration::from_mins(3));
    assert_eq!(scene.needs_dial.last(), Some(&false));
}

#[test]
fn a_connection_for_the_list_ends_without_one_where_none_comes_or_is_offered() {
    let mut scene = Scene::new();
    scene.connect(1, PLAIN, 0..0);
    let mute = scene.connect_as(2, ConnectionKind::MempoolFetch, BLOOM, 0..0);
    let other = scene.connect_as(3, ConnectionKind::MempoolFetch, PLAIN, 0..0);
    assert_eq!(scene.ended, [(other, DisconnectReason::NoMempoolList)]);
    scene.announce(mute, []);
    scene.pass(TIMEOUT + Duration::from_secs(1));
    assert_eq!(scene.ended.last(), Some(&(mute, DisconnectReason::NoMempoolList)));
    assert_eq!(scene.dones(), [], "nothing was listed");
}

#[test]
fn a_peer_that_disconnects_instead_of_answering_is_not_asked_forever_and_the_next_one_is_asked() {
    let mut scene = Scene::new();
    // They may be asked concurrently: two lists are enough, and the third is a reserve.
    let [first, second, third] = [1, 2, 3].map(|id| scene.connect(id, BLOOM, 0..100));
    assert!(scene.node(first).is_asked && scene.node(second).is_asked && !scene.node(third).is_asked);
    scene.disconnect(first);
    assert!(scene.node(third).is_asked);
    scene.disconnect(second);
    scene.disconnect(third);
    for _ in 0..2 {
        scene.connect(1, BLOOM, 0..100);
        if scene.node(first).is_asked {
            scene.disconnect(first);
        }
    }
    scene.connect(1, BLOOM, 0..100);
    assert!(!scene.node(first).is_asked, "it was asked twice");
}

#[test]
fn a_peer_that_does_not_offer_the_list_is_asked_only_if_forced() {
    for (mode, services, kind, is_asked) in [
        (BootstrapMode::Auto, PLAIN, ConnectionKind::Manual, false),
        (BootstrapMode::Auto, BLOOM, ConnectionKind::Manual, true),
        (BootstrapMode::Off, BLOOM, ConnectionKind::Manual, false),
        (BootstrapMode::Force, PLAIN, ConnectionKind::Manual, true),
        (BootstrapMode::Force, PLAIN, ConnectionKind::Outbound, false),
    ] {
        let mut scene = Scene::with(mode);
        let peer = scene.connect_as(1, kind, services, 0..0);
        assert_eq!(scene.node(peer).is_asked, is_asked, "{mode:?} {services:?} {kind:?}");
        scene.pass(Duration::from_secs(10));
        assert_eq!(scene.needs_dial.is_empty(), mode == BootstrapMode::Off || is_asked, "{mode:?}");
    }
}

#[test]
fn after_a_long_time_offline_the_list_is_fetched_again() {
    let mut scene = Scene::new();
    let peer = scene.connect(1, BLOOM, 0..100);
    scene.list(peer, &ids(0..100));
    scene.settle();
    scene.disconnect(peer);
    scene.pass(Duration::from_mins(9));
    scene.connect(1, BLOOM, 0..150);
    scene.disconnect(peer);
    scene.pass(Duration::from_mins(11));
    scene.connect(1, BLOOM, 50..150);
    assert!(scene.node(peer).is_asked);
    scene.list(peer, &ids(50..150));
    scene.settle();
    assert_eq!(scene.node(peer).requested.len(), 50, "the others are here");
    assert_eq!(scene.dones().len(), 2);
    assert_eq!(scene.dones()[1], BootstrapProgress { listed: 100, fetched: 100, done: true });
}

#[test]
fn a_second_list_fills_the_gaps_of_the_first_one() {
    let mut scene = Scene::new();
    let first = scene.connect(1, BLOOM, 0..300);
    scene.connect(2, PLAIN, 0..400);
    scene.list(first, &ids(0..300));
    let second = scene.connect(3, BLOOM, 0..400);
    scene.list(second, &ids(100..400));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 400));
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 400, fetched: 400, done: true }]);
    let third = scene.connect(4, BLOOM, 0..400);
    assert!(!scene.node(third).is_asked, "two are enough");
}

#[test]
fn what_a_silent_peer_leaves_is_requested_from_another_one_without_blame() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let silent = scene.connect(2, PLAIN, 0..1_000);
    scene.node(silent).manner = Manner::Silent;
    let honest = scene.connect(3, PLAIN, 0..1_000);
    scene.list(lister, &ids(0..1_000));
    scene.settle();
    assert!(scene.arrivals().1 < 1_000 && !scene.node(silent).requested.is_empty());
    scene.pass(Duration::from_secs(16));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(honest).requested.len()), ((0, 1_000), 1_000));
    // Its answers do arrive in the end.
    scene.node(silent).manner = Manner::Honest;
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 1_000));
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
}

#[test]
fn what_was_in_flight_to_a_lost_connection_is_requested_from_the_next_one() {
    let mut scene = Scene::new();
    let only = scene.connect(1, BLOOM, 0..1_000);
    scene.list(only, &ids(0..1_000));
    scene.disconnect(only);
    scene.pass(Duration::from_secs(10));
    let next = scene.connect(1, PLAIN, 0..1_000);
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(next).requested.len()), ((0, 1_000), 1_000));
}

#[test]
fn a_full_mempool_ends_it_at_what_is_in_flight() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..3_000);
    scene.list(lister, &ids(0..3_000));
    let in_flight = scene.node(lister).requested.len();
    assert!(in_flight > 0 && in_flight < 1_000);
    scene.download.mempool_full();
    scene.settle();
    assert_eq!(scene.arrivals(), (0, in_flight));
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 3_000, fetched: in_flight, done: true }]);
}

#[test]
fn what_an_earlier_run_saved_is_not_requested_again() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..100);
    for number in 0..60 {
        scene.download.known(&tx(number), START);
    }
    scene.list(lister, &ids(0..100));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(lister).requested.len()), ((0, 40), 40));
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 100, fetched: 100, done: true }]);
}

#[test]
fn an_invalid_transaction_of_a_list_is_reported_as_invalid() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..1);
    scene.list(lister, &ids(0..1));
    let error = crate::wire::transaction::TransactionError::NoInputs;
    scene.say(lister, &Input::Tx(tx(0), Err(error)));
    let what = PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(error));
    assert_eq!(scene.blame(), [&(lister, what)]);
}

#[test]
fn it_is_over_some_time_even_if_the_only_peer_falls_silent() {
    let mut scene = Scene::new();
    let peer = scene.connect(1, BLOOM, 0..3_000);
    scene.list(peer, &ids(0..3_000));
    scene.node(peer).manner = Manner::Silent;
    scene.pass(Duration::from_mins(5));
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 3_000, fetched: 0, done: true }]);
    assert_eq!(scene.download.remembered(), 0);
}

#[test]
fn what_is_too_long_for_an_announcement_is_a_list_even_before_the_pong() {
    let mut scene = Scene::new();
    scene.pongs = Some(Vec::new());
    let lister = scene.connect(1, BLOOM, 0..1_001);
    scene.list(lister, &ids(0..1_001));
    assert_eq!(listed(&scene), [(lister, 1_001, true)]);
    scene.deliver_pongs();
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new(), "the pong is expected, if late");
}

#[test]
fn known_transactions_are_not_fetched_until_forgotten_and_listed_again() {
    let mut scene = Scene::new();
    (0..200).for_each(|number| scene.download.known(&tx(number), START));
    let lister = scene.connect(1, BLOOM, 0..300);
    scene.connect(2, PLAIN, 0..300);
    scene.list(lister, &ids(0..300));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 100));
    (0..200).for_each(|number| scene.download.forget(tx(number).txid(), tx(number).wtxid()));
    scene.node(lister).is_asked = false;
    scene.download.relist(scene.now);
    scene.settle();
    assert!(scene.node(lister).is_asked);
    scene.list(lister, &ids(0..300));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 300));
}
