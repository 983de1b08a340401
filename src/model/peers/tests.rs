use crate::event::DisconnectReason;
use crate::model::peers::*;
use crate::model::testing::{Scene, info};

fn ids(scene: &Scene) -> Vec<u64> {
    let mut ids: Vec<_> = scene.model.peers.iter().map(|(id, _)| id.0).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn dropped_peers_stay_for_a_while_and_are_few() {
    let mut scene = Scene::new();
    for peer in 0..1_000 {
        scene.dial(peer, 1).lose(peer, DisconnectReason::Refused, None);
    }
    assert_eq!(ids(&scene).len(), MAX_DROPPED);
    scene.pass(601).dial(5_000, 1);
    assert_eq!(ids(&scene), [5_000]);
}

#[test]
fn a_redialled_peer_is_not_forgotten() {
    let mut scene = Scene::new();
    scene.dial(1, 1).lose(1, DisconnectReason::Refused, None).pass(300).dial(1, 1);
    scene.pass(400).connect(2);
    assert_eq!(ids(&scene), [1, 2]);
}

#[test]
fn events_of_an_unknown_peer_are_ignored() {
    let mut scene = Scene::new();
    scene.peer(9, PeerEvent::Ready(Box::new(info()))).peer(9, PeerEvent::Pinged);
    assert_eq!(ids(&scene), [0_u64; 0]);
}

#[test]
fn totals_are_those_of_the_live_peers() {
    let mut scene = Scene::new();
    for (peer, ping, filter) in [(1, 10, 1_000), (2, 400, 100), (3, 41, 9_936_506), (4, 5_000, 70_000)] {
        scene.connect(peer).peer(peer, PeerEvent::Pong { rtt: Duration::from_millis(ping) });
        scene.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: filter });
    }
    scene.lose(4, DisconnectReason::ClosedByPeer, None);
    let blocks_only = crate::event::PeerInfo { relay: false, ..info() };
    scene.connect(5).peer(5, PeerEvent::Ready(Box::new(blocks_only)));
    scene.connect_for_list(6).peer(6, PeerEvent::Pong { rtt: Duration::ZERO });
    let totals = scene.model.peers.totals();
    assert_eq!((totals.live, totals.announcers), (4, 3));
    assert_eq!(totals.median_ping, Some(Duration::from_millis(41)));
    assert_eq!(totals.fee_floor, Some((100, 1_000)));
}
