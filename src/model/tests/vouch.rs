//! Vouching: transactions that only the listing peer vouches for count in no figure.

use crate::event::{Event, EventKind, PeerEvent, PeerId, Request, Tip};
use crate::model::testing::*;
use crate::snapshot::{MempoolScreen, Screen, Totals, View};
use crate::wire::Transaction;
use std::sync::Arc;

fn bootstrap(scene: &mut Scene, peer: u64, tx: &Arc<Transaction>) {
    scene.peer(peer, PeerEvent::Bootstrapped { tx: Arc::clone(tx) });
}

/// The numbers of transactions that count, and of those that only one netgroup vouches for.
fn counts(scene: &Scene) -> (u64, u64) {
    let totals = scene.all().totals;
    (totals.mempool.count, totals.unproven.count)
}

/// All figures of the mempool.
fn figures(scene: &Scene) -> (Box<MempoolScreen>, Totals) {
    let snapshot = scene.snapshot(&View { screen: Screen::Mempool, ..everything() });
    let Totals { mempool, fee_coverage, .. } = snapshot.totals;
    let totals = Totals { mempool, fee_coverage, ..Totals::default() };
    (snapshot.mempool.unwrap(), totals)
}

#[test]
fn a_listed_transaction_counts_once_another_netgroup_vouches_for_it() {
    let (tx, relayed) = (loose(1), loose(2));
    let mut scene = Scene::new();
    scene.connect_all(1..=3).deliver(1, &relayed);
    assert_eq!(counts(&scene), (1, 0), "relay counts at once");
    bootstrap(&mut scene, 1, &tx);
    assert_eq!(counts(&scene), (1, 1));
    scene.announce(1, &tx);
    assert_eq!(counts(&scene), (1, 1), "the same netgroup again");
    scene.announce(2, &tx);
    assert_eq!(counts(&scene), (2, 0));
    assert!(!scene.model.transaction(&tx.wtxid()).unwrap().is_by_one_netgroup());
    assert!(scene.model.transaction(&relayed.wtxid()).unwrap().is_by_one_netgroup());
}

#[test]
fn what_was_announced_before_it_was_bootstrapped_counts_at_once() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect_all(1..=3).announce(2, &tx);
    bootstrap(&mut scene, 1, &tx);
    assert_eq!(counts(&scene), (1, 0));
}

#[test]
fn a_second_sender_vouches_too() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    bootstrap(&mut scene, 1, &tx);
    bootstrap(&mut scene, 2, &tx);
    assert_eq!(counts(&scene), (1, 0));
}

#[test]
fn vouching_for_a_child_vouches_for_its_ancestors() {
    let grandparent = spend(&[coin(1)], &[1_000]);
    let parent = spend(&[output(&grandparent, 0)], &[900]);
    let child = spend(&[output(&parent, 0)], &[800]);
    for order in [[&grandparent, &parent], [&parent, &grandparent]] {
        let mut scene = Scene::new();
        scene.connect_all(1..=3);
        for tx in order {
            bootstrap(&mut scene, 1, tx);
        }
        assert_eq!(counts(&scene), (0, 2));
        scene.deliver(2, &child);
        assert_eq!(counts(&scene), (3, 0), "a node accepts no child without them");
    }
    let mut scene = Scene::new();
    scene.connect_all(1..=3).deliver(2, &child);
    scene.peer(2, PeerEvent::Parent { tx: Arc::clone(&parent) });
    assert_eq!(counts(&scene), (2, 0), "a parent that arrives later counts as its child does");
}

#[test]
fn the_parent_of_what_does_not_count_does_not_count_either() {
    let parent = spend(&[coin(1)], &[1_000]);
    let child = spend(&[output(&parent, 0)], &[900]);
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    bootstrap(&mut scene, 1, &child);
    scene.peer(1, PeerEvent::Parent { tx: parent });
    assert_eq!(counts(&scene), (0, 2));
}

#[test]
fn what_does_not_count_replaces_nothing_and_keeps_nothing_out() {
    let honest = spend(&[coin(1)], &[1_000]);
    let fake = spend(&[coin(1)], &[10]);
    let mut scene = Scene::new();
    scene.connect_all(1..=3).deliver(2, &honest);
    bootstrap(&mut scene, 1, &fake);
    assert_eq!(scene.mempool(), [honest.txid()]);
    scene.announce(3, &fake).deliver(3, &fake);
    assert_eq!(scene.mempool(), [fake.txid()], "it was not rejected for good");

    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    bootstrap(&mut scene, 1, &fake);
    scene.deliver(2, &honest);
    assert_eq!(scene.mempool(), [honest.txid()]);
}

#[test]
fn what_only_its_lister_has_and_conflicts_may_be_requested_again() {
    let honest = spend(&[coin(1)], &[1_000]);
    let listed = spend(&[coin(1)], &[10]);
    let mut scene = Scene::new();
    scene.connect_all(1..=3).deliver(2, &honest);
    let kind = EventKind::Peer(PeerId(1), PeerEvent::Bootstrapped { tx: Arc::clone(&listed) });
    let outcome = scene.model.apply(&Event { time: scene.now, kind });
    assert_eq!(outcome.requests, [Request::Forget(vec![(listed.txid(), listed.wtxid())])]);
    let kind = EventKind::Peer(PeerId(1), PeerEvent::Bootstrapped { tx: honest });
    assert_eq!(scene.model.apply(&Event { time: scene.now, kind }).requests, []);
}

#[test]
fn a_transaction_of_a_disconnected_block_counts() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    bootstrap(&mut scene, 1, &tx);
    let mined = block(&[&tx]);
    scene.happen(EventKind::Block { peer: PeerId(1), height: 7, block: Arc::clone(&mined) });
    assert_eq!(counts(&scene), (0, 0));
    scene.happen(EventKind::BlocksDisconnected { blocks: vec![(7, mined.hash)], tip: Tip::default() });
    assert_eq!(counts(&scene), (1, 0));
}

/// Outputs of a block that anybody can claim to spend, as signatures are not checked.
fn funds(number: u32) -> Arc<Transaction> {
    spend(&[coin(number)], &vec![1_000_000; 2_500])
}

#[test]
fn a_list_of_self_made_transactions_with_enormous_fees_changes_no_figure() {
    let funds: Vec<_> = (1..=5).map(funds).collect();
    let honest: Vec<_> =
        (0..50).map(|vout| spend(&[output(&funds[4], vout)], &[999_000 - u64::from(vout), 500])).collect();
    let mut made_up: Vec<_> = funds[..4]
        .iter()
        .flat_map(|tx| (0..2_500).map(|vout| spend(&[output(tx, vout)], &[1_000])))
        .collect();
    // Children that would pay for honest parents, and conflicts that would replace honest transactions.
    made_up.extend(honest.iter().map(|tx| spend(&[output(tx, 0)], &[1])));
    made_up.extend((0..50).map(|vout| spend(&[output(&funds[4], vout)], &[1])));

    let mut scene = Scene::new();
    scene.connect_all(1..=3).mine(5, &funds.iter().collect::<Vec<_>>());
    scene.deliver_all(1, &honest[..40]).pass(120);
    let before = figures(&scene);
    assert_eq!(before.1.mempool.count, 40);
    for tx in &made_up {
        bootstrap(&mut scene, 3, tx);
    }
    assert_eq!(figures(&scene), before);
    // The fakes are there before the last honest transactions arrive.
    scene.deliver_all(2, &honest[40..]);
    assert_eq!(counts(&scene).0, 50);
    let rates = |scene: &Scene| {
        let rates = |tx: &Arc<Transaction>| scene.model.transaction(&tx.wtxid()).unwrap().chunk_fee_rate();
        honest.iter().map(rates).collect::<Vec<_>>()
    };
    let mut undisturbed = Scene::new();
    undisturbed.connect_all(1..=3).mine(5, &funds.iter().collect::<Vec<_>>()).deliver_all(1, &honest);
    assert_eq!(rates(&scene), rates(&undisturbed));
    scene.pass(120).mine(6, &honest.iter().collect::<Vec<_>>());
    let newest = scene.model.blocks().newest().next().unwrap();
    assert_eq!(newest.arrival.as_ref().unwrap().missing.count, 0, "the fakes were not expected");
}

#[test]
fn with_a_single_peer_its_list_is_shown_and_marked() {
    let funds = funds(1);
    let mut scene = Scene::new();
    scene.connect(3).mine(5, &[&funds]);
    for vout in 0..2_500 {
        bootstrap(&mut scene, 3, &spend(&[output(&funds, vout)], &[1_000]));
    }
    assert_eq!(counts(&scene), (2_500, 2_500));
    let (screen, totals) = figures(&scene);
    assert_eq!(screen.all, totals.mempool);
    assert!(scene.all().totals.one_netgroup);
    scene.connect(2);
    assert!(!scene.all().totals.one_netgroup, "now there is another netgroup to ask");
}
