//! Transactions that are here are requested again to find out which peers have them.

use super::scene::{PLAIN, Scene, tx};
use crate::event::{PeerEvent, PeerId};
use crate::wire::{Txid, Wtxid};
use std::ops::Range;
use std::time::Duration;

/// Peers that have these transactions, in a scene in which transactions 0 to 9 are here.
fn scene<const N: usize>(mempools: [Range<u32>; N]) -> (Scene, [PeerId; N]) {
    let mut scene = Scene::new();
    (0..10).for_each(|number| scene.download.known(&tx(number), scene.now));
    let mut id = 0;
    let peers = mempools.map(|mempool| {
        id += 1;
        scene.connect(id, PLAIN, mempool)
    });
    (scene, peers)
}

fn resend(scene: &mut Scene, numbers: Range<u32>) {
    let ids: Vec<(Txid, Wtxid)> = numbers.map(|number| (tx(number).txid(), tx(number).wtxid())).collect();
    scene.download.resend(&ids, scene.now);
    scene.settle();
}

/// The txids that arrived.
fn arrived(scene: &Scene) -> Vec<Txid> {
    let mut arrived: Vec<_> = (scene.events.iter())
        .filter_map(|(_, event)| match event {
            PeerEvent::Parent { tx } => Some(tx.txid()),
            _ => None,
        })
        .collect();
    arrived.sort_unstable();
    arrived
}

fn txids(numbers: Range<u32>) -> Vec<Txid> {
    let mut txids: Vec<_> = numbers.map(|number| tx(number).txid()).collect();
    txids.sort_unstable();
    txids
}

#[test]
fn each_is_requested_from_one_peer_and_all_share_the_work() {
    let (mut scene, peers) = scene([0..10, 0..10]);
    resend(&mut scene, 0..10);
    assert_eq!(arrived(&scene), txids(0..10));
    let counts = peers.map(|peer| scene.node(peer).requested_by_txid.len());
    assert_eq!(counts, [5, 5]);
}

#[test]
fn a_few_peers_are_asked_for_what_the_first_one_lacks_and_none_is_blamed() {
    let (mut scene, peers) = scene([0..0, 0..10, 0..0, 0..0, 0..0]);
    resend(&mut scene, 0..5);
    // The peer that has them is among the three asked for three of the five.
    assert_eq!(arrived(&scene).len(), 3);
    let asked: usize = peers.iter().map(|&peer| scene.node(peer).requested_by_txid.len()).sum();
    assert!((8..=12).contains(&asked), "{asked} requests");
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
    scene.announce(peers[0], [tx(9).wtxid()]);
    scene.settle();
    assert_eq!(scene.node(peers[0]).requested, [], "the others still count as here");
}

#[test]
fn a_peer_that_has_not_trickled_yet_is_not_asked() {
    let (mut scene, peers) = scene([0..10, 0..10]);
    let silent = scene.connect_silently(9, 0..10);
    resend(&mut scene, 0..10);
    assert_eq!(peers.map(|peer| scene.node(peer).requested_by_txid.len()), [5, 5]);
    assert!(scene.node(silent).requested_by_txid.is_empty());
    scene.pass(Duration::from_secs(25));
    resend(&mut scene, 0..1);
    assert_eq!(arrived(&scene).len(), 11, "each time that it is asked for");
}
