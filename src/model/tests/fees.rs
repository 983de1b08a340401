//! Fees are exact or unknown.

use crate::chain::limits::MAX_MONEY;
use crate::event::{EventKind, PeerEvent, PeerId, Tip};
use crate::model::testing::*;
use crate::model::{Change, MempoolEntry};
use crate::wire::Transaction;
use std::sync::Arc;

#[test]
fn a_fee_is_exact_if_all_parents_are_in_the_mempool() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[5_000, 7_000]);
    let child = spend(&[output(&parent, 1)], &[6_000]);
    let half_known = spend(&[output(&parent, 0), coin(9)], &[100]);
    scene.connect(1).deliver(1, &parent).deliver(1, &child).deliver(1, &half_known);
    assert_eq!([&parent, &child, &half_known].map(|tx| scene.fee(tx)), [None, Some(1_000), None]);
    let rate = scene.model.transaction(&child.wtxid()).unwrap().fee_rate().exact().unwrap();
    assert!((rate - 1_000.0 / f64::from(child.vsize())).abs() < 1e-9);
    assert_eq!(scene.all().totals.fee_coverage.map(|coverage| coverage.by_count), Some(1.0 / 3.0));
}

#[test]
fn a_parent_that_arrives_after_its_child_makes_the_fee_exact() {
    let mut scene = Scene::new();
    let parents = [spend(&[coin(1)], &[5_000]), spend(&[coin(2)], &[1, 9_000])];
    let child = spend(&[output(&parents[1], 1), output(&parents[0], 0)], &[13_000]);
    scene.connect(1).deliver(1, &child).deliver(1, &parents[0]);
    assert_eq!(scene.fee(&child), None);
    scene.deliver(1, &parents[1]);
    assert_eq!(scene.fee(&child), Some(1_000));
}

#[test]
fn a_requested_parent_makes_the_fee_exact_and_has_no_announcer() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[5_000]);
    let child = spend(&[output(&parent, 0), coin(2), coin(2)], &[3_000]);
    scene.connect(1).deliver(1, &child);
    let missing = |scene: &Scene, tx: &Transaction| {
        scene.model.mempool().missing_parents(scene.model.transaction(&tx.wtxid()).unwrap())
    };
    let mut both = vec![parent.txid(), coin(2).txid];
    both.sort_unstable();
    assert_eq!(missing(&scene, &child), both);
    scene.peer(1, PeerEvent::Parent { tx: Arc::clone(&parent) });
    assert_eq!(missing(&scene, &child), [coin(2).txid]);
    let entry = scene.model.transaction(&parent.wtxid()).unwrap();
    assert_eq!((entry.announcements().count(), entry.first_announcer()), (0, None));
    scene.announce(1, &parent);
    let entry = scene.model.transaction(&parent.wtxid()).unwrap();
    assert_eq!(entry.first_announcer(), Some(PeerId(1)));
}

#[test]
fn the_outputs_of_past_blocks_make_fees_exact() {
    let [early, late] = [1, 2].map(|number| spend(&[coin(number)], &[5_000, 6_000]));
    let [first, second] = [spend(&[output(&early, 0)], &[4_000]), spend(&[output(&late, 1)], &[4_500])];
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &first);
    for (height, tx) in [(7, &late), (6, &early)] {
        scene.happen(EventKind::PastBlock { peer: PeerId(1), height, block: block(&[tx]) });
    }
    scene.deliver(1, &second);
    assert_eq!([&first, &second].map(|tx| scene.fee(tx)), [Some(1_000), Some(1_500)]);
    assert_eq!(scene.all().totals.prevout_blocks, 2);
}

#[test]
fn a_parent_that_was_served_though_a_past_block_has_it_leaves_when_that_is_known_and_does_not_return() {
    let parent = spend(&[coin(1)], &[5_000]);
    let (child, rival) = (spend(&[output(&parent, 0)], &[4_000]), spend(&[coin(2)], &[1_000]));
    let mined_rival = spend(&[coin(2)], &[2_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &child).deliver(1, &rival);
    scene.peer(1, PeerEvent::Parent { tx: Arc::clone(&parent) });
    assert_eq!(scene.mempool().len(), 3);
    let past = block(&[&parent, &mined_rival]);
    scene.happen(EventKind::PastBlock { peer: PeerId(1), height: 7, block: past });
    assert_eq!((scene.mempool(), scene.fee(&child)), (vec![child.txid()], Some(1_000)));
    scene.peer(1, PeerEvent::Parent { tx: Arc::clone(&parent) });
    assert_eq!((scene.mempool(), scene.fee(&child)), (vec![child.txid()], Some(1_000)));
}

#[test]
fn a_fee_stays_exact_when_a_block_confirms_the_parent_and_becomes_exact_if_only_the_block_has_it() {
    let mut scene = Scene::new();
    let parents = [spend(&[coin(1)], &[5_000]), spend(&[coin(2)], &[6_000])];
    let children = [0, 1].map(|n: usize| spend(&[output(&parents[n], 0)], &[4_000]));
    scene.connect(1).deliver(1, &parents[0]).deliver(1, &children[0]).deliver(1, &children[1]);
    scene.mine(5, &[&parents[0], &parents[1]]);
    assert_eq!(children.each_ref().map(|tx| scene.fee(tx)), [Some(1_000), Some(2_000)]);
    assert_eq!(scene.all().totals.fee_coverage.map(|coverage| coverage.by_count), Some(1.0));
}

#[test]
fn a_parent_that_arrives_twice_counts_once() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[5_000]);
    let child = spend(&[output(&parent, 0), coin(3)], &[1_000]);
    scene.connect(1).deliver(1, &parent).deliver(1, &child);
    let mined = block(&[&parent]);
    scene.happen(EventKind::Block { peer: PeerId(1), height: 2, block: Arc::clone(&mined) });
    assert!(scene.model.transaction(&parent.wtxid()).is_none());
    scene.happen(EventKind::BlocksDisconnected { blocks: vec![(2, mined.hash)], tip: Tip::default() });
    assert!(scene.model.transaction(&parent.wtxid()).is_some(), "it is back");
    assert_eq!(scene.model.transaction(&child.wtxid()).and_then(MempoolEntry::fee), None);
}

/// Two transactions with exact fees: a parent, and a child that pays more, with the block that funds them.
fn bumped() -> (Scene, [Arc<Transaction>; 2]) {
    let funding = spend(&[coin(1)], &[100_000, 100_000]);
    let parent = spend(&[output(&funding, 0)], &[99_000]);
    let child = spend(&[output(&parent, 0), output(&funding, 1)], &[150_000]);
    let mut scene = Scene::new();
    scene.connect(1);
    scene.happen(EventKind::PastBlock { peer: PeerId(1), height: 4, block: block(&[&funding]) });
    (scene, [parent, child])
}

fn chunk_fee_rate(scene: &Scene, tx: &Transaction) -> Option<f64> {
    scene.model.transaction(&tx.wtxid())?.chunk_fee_rate()
}

#[test]
fn a_child_that_raises_the_chunk_fee_rate_of_its_parent_is_reported_and_so_is_what_its_block_changes() {
    let (mut scene, [parent, child]) = bumped();
    scene.deliver(1, &parent);
    let before = chunk_fee_rate(&scene, &parent);
    let delivery = |tx: &Arc<Transaction>| {
        let (tx, answered_after) = (Arc::clone(tx), std::time::Duration::ZERO);
        EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx, answered_after })
    };
    let changes = scene.changes(delivery(&child));
    assert!(chunk_fee_rate(&scene, &parent) > before);
    assert_eq!(changes, [Change::Accepted(child.wtxid()), Change::Fee(parent.txid())]);
    let before = chunk_fee_rate(&scene, &child);
    let changes = scene.changes(EventKind::Block { peer: PeerId(1), height: 5, block: block(&[&parent]) });
    assert!(chunk_fee_rate(&scene, &child) > before);
    assert!(changes.contains(&Change::Fee(child.txid())), "{changes:?}");
}

#[test]
fn impossible_sums_make_a_fee_unknown() {
    let mut scene = Scene::new();
    let parents: Vec<_> = (0..3).map(|n| spend(&[coin(n)], &[MAX_MONEY])).collect();
    let prevouts: Vec<_> = parents.iter().map(|parent| output(parent, 0)).collect();
    let too_rich = spend(&prevouts, &[1_000]);
    let poor = spend(&[coin(9)], &[10]);
    let pays_out_too_much = spend(&[output(&poor, 0)], &[11]);
    let no_such_output = spend(&[output(&poor, 7)], &[1]);
    scene.connect(1).deliver(1, &poor).deliver(1, &pays_out_too_much);
    assert_eq!(scene.fee(&pays_out_too_much), None);
    scene.deliver_all(1, &parents);
    scene.deliver(1, &too_rich).deliver(1, &no_such_output);
    assert_eq!([&too_rich, &no_such_output].map(|tx| scene.fee(tx)), [None; 2]);
}

#[test]
fn a_child_of_many_outputs_of_one_parent_is_read_in_one_pass() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &vec![10; 3_900]);
    let prevouts: Vec<_> = (0..3_900).rev().map(|vout| output(&parent, vout)).collect();
    let child = spend(&prevouts, &[38_000]);
    scene.connect(1).deliver(1, &parent).deliver(1, &child);
    assert_eq!(scene.fee(&child), Some(1_000));
}
