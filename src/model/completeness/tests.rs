//! The mempool compared with lists, in a whole model.

use crate::event::{PeerEvent, PeerId};
use crate::model::ListComparison;
use crate::model::classify::Kind;
use crate::model::testing::*;
use crate::wire::{Transaction, TxHash};
use std::sync::Arc;

fn list(scene: &mut Scene, peer: u64, txs: &[&Arc<Transaction>]) {
    let hashes: Vec<_> = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
    let half = hashes.len() / 2;
    scene.peer(peer, PeerEvent::Listed { txs: hashes[..half].to_vec(), is_complete: false });
    scene.peer(peer, PeerEvent::Listed { txs: hashes[half..].to_vec(), is_complete: true });
}

fn bootstrap(scene: &mut Scene, peer: u64, tx: &Arc<Transaction>) {
    scene.peer(peer, PeerEvent::Bootstrapped { tx: Arc::clone(tx) });
}

/// Lets a walk through the mempool start and finish.
fn walk(scene: &mut Scene) {
    scene.pass(11).peer(1, PeerEvent::Pinged);
}

fn compared(scene: &Scene, peer: u64) -> ListComparison {
    scene.model.completeness().of_peer(PeerId(peer)).cloned().unwrap()
}

fn counts(scene: &Scene) -> (u64, u64) {
    let totals = scene.all().totals;
    (totals.mempool.count, totals.unproven.count)
}

#[test]
fn the_difference_to_a_list_is_that_of_its_time() {
    let [both, lacking, missing, late, fresh] = [1, 2, 3, 4, 5].map(loose);
    let mut scene = Scene::new();
    scene.connect_all(1..=2).deliver_all(1, [&both, &lacking]).pass(20);
    scene.deliver(1, &late).pass(20);
    list(&mut scene, 2, &[&both, &missing]);
    scene.deliver(1, &fresh);
    walk(&mut scene);
    let first = compared(&scene, 2);
    assert_eq!((first.listed, first.here, first.missing()), (2, 1, 1));
    assert_eq!(first.share(), Some(0.5));
    assert_eq!(
        (first.extra.count, first.extra.vsize),
        (1, lacking.vsize().into()),
        "the others were too late"
    );
    assert_eq!(first.extra_kinds, [(Some(Kind::Payment), first.extra)]);

    scene.mine(7, &[&missing]);
    walk(&mut scene);
    let then = compared(&scene, 2);
    assert_eq!((then.listed, then.missing()), (1, 0), "what was confirmed since is not missing");
    let replacement = spend(&[coin(1)], &[1]);
    scene.deliver(1, &replacement);
    walk(&mut scene);
    assert_eq!(compared(&scene, 2).listed, 0, "neither is what was replaced");
}

#[test]
fn what_arrives_after_its_list_counts_as_held() {
    let txs: Vec<_> = (0..20).map(loose).collect();
    let mut scene = Scene::new();
    scene.connect_all(1..=2);
    list(&mut scene, 2, &txs.iter().collect::<Vec<_>>());
    walk(&mut scene);
    assert_eq!(compared(&scene, 2).share(), Some(0.0));
    for tx in &txs[..15] {
        bootstrap(&mut scene, 1, tx);
    }
    assert_eq!(counts(&scene), (15, 0), "one peer listed them, another one served them");
    bootstrap(&mut scene, 2, &txs[15]);
    assert_eq!(counts(&scene), (15, 1));
    walk(&mut scene);
    let compared = compared(&scene, 2);
    assert_eq!((compared.here, compared.unproven, compared.missing()), (15, 1, 4));
    assert_eq!(scene.all().completeness.list.as_ref(), Some(&compared));
}

#[test]
fn a_comparison_keeps_up_with_the_mempool_while_it_grows() {
    let txs: Vec<_> = (0..20).map(loose).collect();
    let mut scene = Scene::new();
    scene.connect_all(1..=2);
    list(&mut scene, 2, &txs.iter().collect::<Vec<_>>());
    for (second, tx) in txs.iter().enumerate() {
        bootstrap(&mut scene, 1, tx);
        scene.pass(1).peer(1, PeerEvent::Pinged);
        let here = usize::try_from(compared(&scene, 2).here).unwrap();
        assert!(here >= second, "{here} after {second} s");
    }
}

#[test]
fn a_second_list_vouches_for_what_has_arrived() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    list(&mut scene, 2, &[&tx, &tx]);
    bootstrap(&mut scene, 2, &tx);
    assert_eq!(counts(&scene), (0, 1));
    list(&mut scene, 3, &[&tx, &tx]);
    walk(&mut scene);
    assert_eq!(counts(&scene), (1, 0));
}

#[test]
fn a_single_peer_that_others_join_loses_its_say_and_gets_it_back() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect(1);
    bootstrap(&mut scene, 1, &tx);
    assert_eq!(counts(&scene), (1, 1));
    scene.connect(2);
    walk(&mut scene);
    assert_eq!(counts(&scene), (0, 1));
    scene.lose(2, crate::event::DisconnectReason::Refused, None);
    walk(&mut scene);
    assert_eq!(counts(&scene), (1, 1));
}

#[test]
fn a_list_of_junk_hides_no_honest_one_and_a_thousand_lists_are_not_kept() {
    let txs: Vec<_> = (0..10).map(loose).collect();
    let mut scene = Scene::new();
    scene.connect_all(1..=9).deliver_all(1, &txs);
    list(&mut scene, 2, &txs.iter().collect::<Vec<_>>());
    list(&mut scene, 3, &(100..200).map(loose).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    list(&mut scene, 4, &[&txs[0]]);
    walk(&mut scene);
    let best = scene.all().completeness.list.unwrap();
    assert_eq!((best.listed, best.here), (10, 10));
    for round in 0..1_000 {
        list(&mut scene, 5 + round % 5, &[&txs[1], &txs[2]]);
    }
    walk(&mut scene);
    let kept = (1..=9).filter(|peer| scene.model.completeness().of_peer(PeerId(*peer)).is_some());
    assert_eq!(kept.count(), 4);
    scene.pass(2 * 60 * 60 + 60).peer(1, PeerEvent::Pinged);
    assert_eq!(scene.all().completeness.list, None, "it says nothing about the present");
}

#[test]
fn the_last_blocks_say_how_much_of_them_was_here() {
    let [seen, unseen] = [1, 2].map(loose);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &seen);
    assert_eq!(scene.all().completeness.blocks, None);
    scene.mine(5, &[&seen, &unseen]);
    let blocks = scene.all().completeness.blocks.unwrap();
    assert_eq!(blocks.blocks, 1);
    assert!((blocks.share.unwrap() - 0.5).abs() < 0.01);
}
