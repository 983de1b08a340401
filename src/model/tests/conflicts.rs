//! Conflicts: of two transactions that spend the same output, one stays.

use crate::event::{EventKind, PeerEvent, PeerId};
use crate::model::mempool::BlockConflict;
use crate::model::testing::*;
use crate::model::{Change, DoubleSpend, RemovalReason};
use crate::wire::transaction::TxParts;
use crate::wire::{OutPoint, Transaction};
use std::sync::Arc;
use std::time::Duration;

fn scene(txs: &[&Arc<Transaction>]) -> Scene {
    let mut scene = Scene::new();
    scene.connect(1).deliver_all(1, txs.iter().copied());
    scene
}

#[test]
fn a_replacement_removes_the_original_and_its_descendants() {
    let old = spend(&[coin(1)], &[1_000]);
    let child = spend(&[output(&old, 0)], &[900]);
    let bystander = loose(70);
    let new = spend(&[coin(1)], &[800]);
    let scene = scene(&[&old, &child, &bystander, &new]);
    assert_eq!(scene.mempool(), [new.txid(), bystander.txid()]);
    let entry = scene.model.transaction(&new.wtxid()).unwrap();
    assert_eq!(entry.replaces(), [old.txid()]);
    let (old, new) = (old.txid().to_string(), new.txid().to_string());
    let line = format!("{}…{} and 1 more replaced by {}…{}", &old[..6], &old[61..], &new[..6], &new[61..]);
    assert_eq!(scene.events()[0], line);
}

fn of_version(version: u32, prevouts: &[OutPoint], values: &[u64]) -> Arc<Transaction> {
    Arc::new(TxParts { version, ..parts(prevouts, values) }.build().unwrap())
}

#[test]
fn the_better_of_two_children_of_a_version_3_parent_stays() {
    let parent = of_version(3, &[coin(1)], &[1_000, 1_000, 1_000]);
    let [poor, rich] =
        [(0, 900), (1, 800)].map(|(vout, value)| of_version(3, &[output(&parent, vout)], &[value]));
    assert_eq!(scene(&[&parent, &poor, &rich]).mempool(), [rich.txid(), parent.txid()]);
    assert_eq!(scene(&[&parent, &rich, &poor]).mempool(), [rich.txid(), parent.txid()]);
    let confirmed = [&poor, &rich];
    assert_eq!(scene(&confirmed).mempool().len(), 2, "nothing is known of a parent");
}

#[test]
fn children_of_other_parents_do_not_replace_each_other() {
    for version in [2, 3] {
        let parent = of_version(version, &[coin(1)], &[1_000, 1_000]);
        let [first, second] = [(0, 900), (1, 800)]
            .map(|(vout, value)| of_version(5 - version, &[output(&parent, vout)], &[value]));
        assert_eq!(scene(&[&parent, &first, &second]).mempool().len(), 3, "only one of them is of version 3");
    }
    let parent = of_version(2, &[coin(1)], &[1_000, 1_000]);
    let children = [0, 1].map(|vout| spend(&[output(&parent, vout)], &[900 - u64::from(vout)]));
    assert_eq!(scene(&[&parent, &children[0], &children[1]]).mempool().len(), 3);
}

#[test]
fn every_removal_is_a_change_with_its_reason() {
    let old = spend(&[coin(1)], &[1_000]);
    let child = spend(&[output(&old, 0)], &[900]);
    let new = spend(&[coin(1)], &[800]);
    let (mined, conflicting) = (spend(&[coin(2)], &[700]), spend(&[coin(2)], &[600]));
    let mut scene = scene(&[&old, &child, &conflicting]);
    let deliver = PeerEvent::Transaction { tx: Arc::clone(&new), answered_after: Duration::ZERO };
    let changes = scene.changes(EventKind::Peer(PeerId(1), deliver));
    let left = [
        Change::Accepted(new.wtxid()),
        Change::Removed(old.txid(), RemovalReason::Replaced { by: new.txid(), with_ancestor: false }),
        Change::Removed(child.txid(), RemovalReason::Replaced { by: new.txid(), with_ancestor: true }),
    ];
    assert_eq!(changes, left);
    let block = block(&[&new, &mined]);
    let (height, hash) = (7, block.hash);
    let conflict = BlockConflict { by: mined.txid(), height, block: hash };
    let left = [
        Change::Removed(new.txid(), RemovalReason::Confirmed { height, block: hash }),
        Change::Removed(conflicting.txid(), RemovalReason::Conflict(Some(conflict))),
    ];
    let changes = scene.changes(EventKind::Block { peer: PeerId(1), height, block });
    assert!(matches!(changes[..2], [Change::Block(_), Change::BlockOutputs(_)]));
    assert_eq!(changes[2..], left);
}

#[test]
fn a_double_spend_is_reported_once_if_each_side_has_peers_of_its_own() {
    let sides = [spend(&[coin(1)], &[1_000]), spend(&[coin(1)], &[900])];
    let mut scene = scene(&[&sides[0]]);
    scene.connect(2).connect(3).connect(4);
    scene.announce(2, &sides[0]).announce(3, &sides[1]).deliver(3, &sides[1]).pass(59);
    let nothing = || EventKind::Peer(PeerId(4), PeerEvent::Pinged);
    assert_eq!(scene.changes(nothing()), []);
    scene.announce(4, &sides[0]).announce(4, &sides[1]).pass(1);
    let (txid, conflict) = (sides[1].txid(), sides[0].txid());
    let spend = DoubleSpend { txid, conflict, txid_peers: 1, conflict_peers: 2 };
    assert_eq!(scene.changes(nothing()), [Change::DoubleSpend(spend)]);
    assert!(scene.events()[0].starts_with("double spend: "), "{:?}", scene.events());
    assert_eq!(scene.pass(100).changes(nothing()), []);
}

#[test]
fn a_replacement_that_reaches_all_is_no_double_spend() {
    let sides = [spend(&[coin(1)], &[1_000]), spend(&[coin(1)], &[900])];
    let mut scene = scene(&[&sides[0]]);
    scene.connect(2).announce(2, &sides[0]).deliver(1, &sides[1]).announce(2, &sides[1]).pass(60);
    assert_eq!(scene.changes(EventKind::Peer(PeerId(1), PeerEvent::Pinged)), []);
}

#[test]
fn transactions_expire_after_two_weeks() {
    let old = loose(1);
    let mut scene = scene(&[&old]);
    let announcement = || PeerEvent::Announced { txs: vec![], count: 0 };
    scene.pass(336 * 3_600);
    assert_eq!(scene.changes(EventKind::Peer(PeerId(1), announcement())), []);
    scene.pass(1);
    let left = [Change::Removed(old.txid(), RemovalReason::Expired)];
    assert_eq!(scene.changes(EventKind::Peer(PeerId(1), announcement())), left);
    assert_eq!(scene.mempool(), []);
}

#[test]
fn what_spends_an_expired_transaction_expires_with_it() {
    let old = loose(1);
    let child = spend(&[output(&old, 0)], &[1]);
    let other = loose(2);
    let mut scene = scene(&[&old]);
    scene.pass(300 * 3_600).deliver(1, &child).deliver(1, &other).pass(36 * 3_600 + 1);
    scene.peer(1, PeerEvent::Announced { txs: vec![], count: 0 });
    assert_eq!(scene.mempool(), [other.txid()], "nodes remove both, and ask for none of them");
}

#[test]
fn replaced_transactions_and_their_children_stay_out() {
    let old = spend(&[coin(1)], &[1_000]);
    let late_child = spend(&[output(&old, 0), coin(6)], &[900]);
    let late_grandchild = spend(&[output(&late_child, 0)], &[1]);
    let new = spend(&[coin(1)], &[800]);
    let scene = scene(&[&old, &new, &old, &malleated(&old), &late_child, &late_grandchild]);
    assert_eq!(scene.mempool(), [new.txid()]);
}

#[test]
fn an_original_that_arrives_after_its_replacement_changes_nothing() {
    let new = spend(&[coin(1), coin(2)], &[800]);
    let original = spend(&[coin(2), coin(1)], &[1_000]);
    let scene = scene(&[&new, &original, &original]);
    assert_eq!(scene.mempool(), [new.txid()]);
    assert!(!scene.events().iter().any(|line| line.contains("replaced")));
}

#[test]
fn children_that_arrived_before_a_rejected_parent_are_removed() {
    let new = spend(&[coin(1)], &[800]);
    let original = spend(&[coin(1)], &[1_000]);
    let child = spend(&[output(&original, 0)], &[900]);
    let grandchild = spend(&[output(&child, 0), coin(3)], &[700]);
    let scene = scene(&[&new, &child, &grandchild, &original]);
    assert_eq!(scene.mempool(), [new.txid()]);
}

#[test]
fn known_fees_decide_if_the_inputs_differ() {
    let funds = spend(&[coin(1)], &[10_000, 5_000]);
    let held = spend(&[output(&funds, 0)], &[9_000]);
    let cheaper = spend(&[output(&funds, 0), output(&funds, 1)], &[14_100]);
    let dearer = spend(&[output(&funds, 0), output(&funds, 1)], &[13_900]);
    let scene = scene(&[&funds, &held, &cheaper]);
    assert_eq!(scene.mempool(), [held.txid(), funds.txid()]);
    let mut scene = scene;
    scene.deliver(1, &dearer);
    assert_eq!(scene.mempool(), [dearer.txid(), funds.txid()]);
}

#[test]
fn a_transaction_may_replace_several() {
    let old = [spend(&[coin(1)], &[1_000]), spend(&[coin(2)], &[1_000])];
    let new = spend(&[coin(1), coin(2), coin(3)], &[1_000]);
    let scene = scene(&[&old[0], &old[1], &new]);
    assert_eq!(scene.mempool(), [new.txid()]);
    let entry = scene.model.transaction(&new.wtxid()).unwrap();
    assert_eq!(entry.replaces(), [old[0].txid(), old[1].txid()]);
}

#[test]
fn nothing_replaces_more_than_the_limit_of_outputs() {
    let fan = spend(&[coin(1)], &vec![10; 9_000]);
    let second_fan = spend(&[output(&fan, 7)], &vec![1; 1_001]);
    let new = spend(&[coin(1), coin(2)], &[1]);
    assert_eq!(scene(&[&fan, &second_fan, &new]).mempool(), [second_fan.txid(), fan.txid()]);
    assert_eq!(scene(&[&fan, &new]).mempool(), [new.txid()]);
}

#[test]
fn nothing_replaces_what_it_spends() {
    let old = spend(&[coin(1)], &[1_000]);
    let child = spend(&[output(&old, 0)], &[900]);
    let new = spend(&[coin(1), output(&child, 0)], &[100]);
    assert_eq!(scene(&[&old, &child, &new]).mempool(), [child.txid(), old.txid()]);
}

#[test]
fn a_transaction_is_replaceable_if_it_or_an_unconfirmed_ancestor_signals_it() {
    let mut signals = parts(&[coin(1)], &[1_000]);
    signals.inputs[0].sequence = 0xffff_fffd;
    let parent = Arc::new(signals.build().unwrap());
    let child = spend(&[output(&parent, 0), coin(5)], &[900]);
    let grandchild = spend(&[output(&child, 0)], &[800]);
    let other = loose(9);
    let mut scene = scene(&[&parent, &child, &grandchild, &other]);
    let replaceable = |scene: &Scene, tx: &Transaction| {
        let entry = scene.model.transaction(&tx.wtxid()).unwrap();
        scene.model.is_replaceable(entry)
    };
    let all = [&parent, &child, &grandchild, &other].map(|tx| replaceable(&scene, tx));
    assert_eq!(all, [true, true, true, false]);
    scene.mine(5, &[&parent]);
    assert!(!replaceable(&scene, &grandchild), "what is confirmed cannot be replaced");
}
