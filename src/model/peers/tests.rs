use crate::event::DisconnectReason;
use crate::model::peers::*;
use crate::model::testing::{Scene, info};

fn view(offset: usize, height: usize, selected: Option<u64>) -> PeersView {
    PeersView { offset, height, selected: selected.map(PeerId) }
}

fn ids(window: &Window<PeerRow>) -> Vec<u64> {
    window.rows.iter().map(|row| row.id.0).collect()
}

#[test]
fn connected_peers_come_first_and_the_dropped_last() {
    let mut scene = Scene::new();
    scene.dial(1, 1).connect(2).connect(3).connect(4).connect(5);
    scene.lose(3, DisconnectReason::ClosedByPeer, Some(10)).lose(2, DisconnectReason::PingTimeout, None);
    let window = scene.all().peers;
    assert_eq!(ids(&window), [4, 5, 1, 3, 2]);
    assert_eq!((window.total, window.offset), (5, Some(0)));
    assert_eq!((window.more_above, window.more_below), (false, false));
}

#[test]
fn the_window_keeps_the_selected_row_inside() {
    let mut scene = Scene::new();
    scene.connect_all(0..50);
    let window = |view| scene.model.peers.window(&view, scene.now);
    let follows = window(view(0, 10, Some(30)));
    assert_eq!(ids(&follows), (21..=30).collect::<Vec<_>>());
    assert_eq!((follows.offset, follows.selected), (Some(21), Some(9)));
    assert!(follows.more_above && follows.more_below);
    let back = window(view(40, 10, Some(30)));
    assert_eq!((back.offset, back.selected), (Some(30), Some(0)));
    let past_the_end = window(view(usize::MAX, 10, None));
    assert_eq!((past_the_end.offset, past_the_end.selected), (Some(40), None));
    assert_eq!(ids(&window(view(0, 0, Some(3)))), [0_u64; 0]);
    assert_eq!(window(view(0, 10, Some(999))).selected, None);
}

#[test]
fn the_selection_stays_with_its_peer_while_others_come_and_go() {
    let mut scene = Scene::new();
    scene.connect_all(10..30);
    for lost in (10..20).chain(21..30) {
        scene.lose(lost, DisconnectReason::ClosedByPeer, Some(9)).connect(lost + 90);
        let window = scene.model.peers.window(&view(0, 3, Some(20)), scene.now);
        let selected = window.selected.and_then(|row| window.rows.get(row)).map(|row| row.id);
        assert_eq!(selected, Some(PeerId(20)));
    }
}

#[test]
fn those_that_are_dropped_are_seen_for_a_while_and_are_few() {
    let mut scene = Scene::new();
    for peer in 0..1_000 {
        scene.dial(peer, 1).lose(peer, DisconnectReason::Refused, None);
    }
    assert_eq!(scene.all().peers.total, DROPPED_KEPT);
    scene.pass(601).dial(5_000, 1);
    assert_eq!(ids(&scene.all().peers), [5_000]);
}

#[test]
fn one_that_is_dialled_again_is_not_forgotten() {
    let mut scene = Scene::new();
    scene.dial(1, 1).lose(1, DisconnectReason::Refused, None).pass(300).dial(1, 1);
    scene.pass(400).connect(2);
    assert_eq!(ids(&scene.all().peers), [2, 1]);
}

#[test]
fn what_concerns_an_unknown_peer_is_ignored() {
    let mut scene = Scene::new();
    scene.peer(9, PeerEvent::Ready(Box::new(info()))).peer(9, PeerEvent::Pinged);
    assert_eq!(scene.all().peers.total, 0);
}

#[test]
fn figures_are_those_of_the_live_peers() {
    let mut scene = Scene::new();
    for (peer, ping, filter) in [(1, 10, 1_000), (2, 400, 100), (3, 41, 9_936_506), (4, 5_000, 70_000)] {
        scene.connect(peer).peer(peer, PeerEvent::Pong { rtt: Duration::from_millis(ping) });
        scene.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: filter });
    }
    scene.lose(4, DisconnectReason::ClosedByPeer, None);
    let blocks_only = crate::event::PeerInfo { relay: false, ..info() };
    scene.connect(5).peer(5, PeerEvent::Ready(Box::new(blocks_only)));
    let totals = scene.model.peers.totals();
    assert_eq!((totals.live, totals.announcers), (4, 3));
    assert_eq!(totals.median_ping, Some(Duration::from_millis(41)));
    assert_eq!(totals.fee_floor, Some((100, 1_000)));
}
