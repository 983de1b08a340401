//! An earlier run's mempool waits, enters, and is compared with today's.

use crate::chain::limits::MEMPOOL_EXPIRY;
use crate::event::{
    CatchUp, CatchUpFailure, CatchUpFrom, EventKind, Knowledge, PeerEvent, PeerId, Request, Restored,
    RestoredTx, Saved, TxSource,
};
use crate::model::testing::*;
use crate::model::{Change, RemovalReason, RestoredStatus, WaitsFor};
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction, TxHash, Txid};
use std::sync::Arc;
use std::time::Duration;

const SAVED: Timestamp = Timestamp::from_secs(1_699_990_000);
const TIP: (u32, BlockHash) = (100, BlockHash([5; 32]));

fn restored(tx: &Arc<Transaction>, seconds: u64) -> RestoredTx {
    let first_seen = SAVED - Duration::from_secs(seconds);
    RestoredTx {
        tx: Arc::clone(tx),
        first_seen,
        knowledge: Knowledge { announcers: 7, is_proven: true, ..Knowledge::default() },
    }
}

fn load(scene: &mut Scene, txs: Vec<RestoredTx>) -> &mut Scene {
    let model = std::mem::replace(&mut scene.model, crate::model::Model::new(settings()));
    scene.model = model.expecting_restored();
    scene.happen(EventKind::Restored(Restored::Transactions(txs)));
    scene.happen(EventKind::Restored(Restored::Complete(Saved { time: SAVED, blocks: vec![TIP] })))
}

fn caught_up(scene: &mut Scene) -> &mut Scene {
    scene.happen(EventKind::CatchUp(CatchUp::Complete));
    while scene.model.is_restoring() {
        scene.happen(EventKind::Restored(Restored::Continue));
    }
    scene
}

fn list(scene: &mut Scene, txs: &[&Arc<Transaction>]) {
    let txs = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
    scene.peer(1, PeerEvent::Listed { txs, is_complete: true });
}

fn past_block(scene: &mut Scene, height: u32, txs: &[&Arc<Transaction>]) -> Vec<Change> {
    scene.changes(EventKind::PastBlock { peer: PeerId(1), height, block: block(txs) })
}

fn requests(scene: &mut Scene, kind: EventKind) -> Vec<Request> {
    scene.model.apply(&crate::event::Event { time: scene.now, kind }).requests
}

#[test]
fn it_does_not_count_before_the_blocks_since_then_are_known() {
    let (mut scene, a, b) = (Scene::new(), loose(1), loose(2));
    load(&mut scene, vec![restored(&a, 60), restored(&b, 30)]);
    assert_eq!(scene.mempool(), []);
    let status =
        |waits_for| Some(RestoredStatus { transactions: 2, saved: SAVED, waits_for: Some(waits_for) });
    assert_eq!(scene.model.restored(), status(WaitsFor::Peers));
    scene.happen(EventKind::CatchUp(CatchUp::Missing(18)));
    assert_eq!(scene.model.restored(), status(WaitsFor::Blocks(18)));
    assert!(scene.model.awaits_blocks());
    caught_up(&mut scene);
    assert_eq!(scene.mempool(), [b.txid(), a.txid()]);
    let entry = scene.model.transaction(&a.wtxid()).unwrap();
    assert_eq!((entry.source(), entry.earlier_announcers()), (TxSource::Restored, 7));
    assert_eq!(entry.first_seen(), SAVED - Duration::from_mins(1));
    let unconfirmed = RestoredStatus { transactions: 2, saved: SAVED, waits_for: None };
    assert_eq!(scene.model.restored(), Some(unconfirmed), "no peer has named them since");
}

#[test]
fn the_network_is_asked_for_the_blocks_and_not_for_the_transactions() {
    let (mut scene, tx) = (Scene::new(), loose(1));
    scene.model = crate::model::Model::new(settings()).expecting_restored();
    let part = Restored::Transactions(vec![restored(&tx, 9)]);
    assert_eq!(requests(&mut scene, EventKind::Restored(part)), [Request::Known(vec![tx])]);
    let complete = |blocks| EventKind::Restored(Restored::Complete(Saved { time: SAVED, blocks }));
    let asked = requests(&mut scene, complete(vec![TIP]));
    assert_eq!(asked, [Request::CatchUp(CatchUpFrom::Blocks(vec![TIP]))]);
    let asked = requests(&mut scene, complete(vec![]));
    assert_eq!(asked, [Request::CatchUp(CatchUpFrom::Time(1_699_990_000))], "the block is unknown");
}

#[test]
fn what_a_block_confirmed_or_made_invalid_never_enters() {
    let mut scene = Scene::new();
    let (confirmed, kept) = (loose(1), loose(2));
    let child_of_confirmed = spend(&[output(&confirmed, 0)], &[1]);
    let invalid = spend(&[coin(3)], &[10]);
    let child_of_invalid = spend(&[output(&invalid, 0)], &[9]);
    let double_spend = spend(&[coin(3)], &[11]);
    let all = [&confirmed, &kept, &child_of_confirmed, &invalid, &child_of_invalid];
    load(&mut scene, all.iter().map(|tx| restored(tx, 9)).collect());
    // Past blocks arrive in any order.
    let dropped = past_block(&mut scene, 102, &[&double_spend]);
    let Some(Change::RestoredDropped(mut dropped)) = dropped.first().cloned() else { panic!("{dropped:?}") };
    dropped.sort_unstable();
    let mut expected = vec![invalid.txid(), child_of_invalid.txid()];
    expected.sort_unstable();
    assert_eq!(dropped, expected);
    let dropped = past_block(&mut scene, 101, &[&confirmed]);
    assert!(dropped.contains(&Change::RestoredDropped(vec![confirmed.txid()])));
    caught_up(&mut scene);
    let mut mempool = scene.mempool();
    mempool.sort_unstable();
    let mut expected = vec![kept.txid(), child_of_confirmed.txid()];
    expected.sort_unstable();
    assert_eq!(mempool, expected);
}

#[test]
fn parents_enter_before_their_children_whenever_they_were_seen() {
    let mut scene = Scene::new();
    let parent = loose(1);
    let child = spend(&[output(&parent, 0)], &[1]);
    let grandchild = spend(&[output(&child, 0)], &[1]);
    let txs = vec![restored(&grandchild, 100), restored(&child, 50), restored(&parent, 10)];
    load(&mut scene, txs);
    caught_up(&mut scene);
    let newest_first: Vec<Txid> = [&grandchild, &child, &parent].map(|tx| tx.txid()).to_vec();
    assert_eq!(scene.mempool(), newest_first);
}

#[test]
fn input_values_survive() {
    let (mut scene, tx) = (Scene::new(), loose(1));
    let mut saved = restored(&tx, 9);
    saved.knowledge.input_values = vec![(0, 1_002)];
    load(&mut scene, vec![saved.clone()]);
    caught_up(&mut scene);
    assert_eq!(scene.fee(&tx), Some(1_000));
    let knowledge = scene.model.transaction(&tx.wtxid()).unwrap().knowledge();
    assert_eq!(knowledge, saved.knowledge);
}

#[test]
fn bounds_survive() {
    let (mut scene, tx) = (Scene::new(), loose(1));
    let mut saved = restored(&tx, 9);
    (saved.knowledge.lower, saved.knowledge.upper) = (15_000, 20_500);
    load(&mut scene, vec![saved.clone()]);
    caught_up(&mut scene);
    let entry = scene.model.transaction(&tx.wtxid()).unwrap();
    assert_eq!((entry.fee_rate().min(), entry.fee_rate().max()), (Some(1.5), Some(2.05)));
    assert_eq!(entry.knowledge(), saved.knowledge);
}

#[test]
fn after_too_many_blocks_it_is_discarded_and_may_be_fetched_again() {
    let (mut scene, tx) = (Scene::new(), loose(1));
    load(&mut scene, vec![restored(&tx, 9)]);
    let failed = EventKind::CatchUp(CatchUp::Failed(CatchUpFailure::TooMany { blocks: 200 }));
    let outcome = scene.model.apply(&crate::event::Event { time: scene.now, kind: failed });
    assert_eq!(outcome.requests, [Request::Forget(vec![(tx.txid(), tx.wtxid())]), Request::Relist]);
    assert!(outcome.changes.contains(&Change::RestoredDropped(vec![tx.txid()])));
    let notice = scene.events().first().cloned().unwrap();
    assert!(
        notice.contains("saved mempool of 1 tx discarded") && notice.contains("200 blocks ago"),
        "{notice}"
    );
    assert_eq!((scene.mempool(), scene.model.restored()), (vec![], None));
}

#[test]
fn what_a_whole_list_lacks_and_no_peer_announces_leaves_after_some_minutes() {
    let mut scene = Scene::new();
    let (listed, announced, parent, lost) = (loose(1), loose(2), loose(3), loose(4));
    let child = spend(&[output(&parent, 0)], &[1]);
    let all = [&listed, &announced, &parent, &lost, &child];
    load(&mut scene, all.iter().map(|tx| restored(tx, 9)).collect());
    scene.connect(1);
    // The list may arrive while the transactions are still waiting.
    list(&mut scene, &[&listed]);
    caught_up(&mut scene).announce(1, &announced).announce(1, &child).pass(179).connect(2);
    assert_eq!(scene.mempool().len(), 5);
    let changes = scene.pass(2).changes(EventKind::Restored(Restored::Continue));
    assert!(changes.contains(&Change::Removed(lost.txid(), RemovalReason::NotRelayed)));
    assert_eq!(scene.mempool().len(), 4, "the parent of what was announced stays");
    assert_eq!(scene.model.restored(), None);
}

#[test]
fn what_a_list_lacks_is_requested_once_and_stays_if_a_peer_sends_it() {
    let mut scene = Scene::new();
    let (listed, sent, lost) = (loose(1), loose(2), loose(3));
    load(&mut scene, [&listed, &sent, &lost].iter().map(|tx| restored(tx, 9)).collect());
    caught_up(&mut scene).connect_all(1..=2);
    let txs = vec![TxHash::Wtxid(listed.wtxid())];
    let complete = EventKind::Peer(PeerId(1), PeerEvent::Listed { txs, is_complete: true });
    let asked = requests(&mut scene, complete);
    let [Request::Resend(missing)] = &asked[..] else { panic!("{asked:?}") };
    let ids = |tx: &Arc<Transaction>| (tx.txid(), tx.wtxid());
    assert!(missing.len() == 2 && missing.contains(&ids(&sent)) && missing.contains(&ids(&lost)));
    assert_eq!(requests(&mut scene, EventKind::Restored(Restored::Continue)), []);
    scene.peer(2, PeerEvent::Parent { tx: Arc::clone(&sent) });
    assert_eq!(scene.model.restored().map(|status| status.transactions), Some(1));
    scene.pass(200).happen(EventKind::Restored(Restored::Continue));
    let mut mempool = scene.mempool();
    mempool.sort_unstable();
    let mut expected = vec![listed.txid(), sent.txid()];
    expected.sort_unstable();
    assert_eq!(mempool, expected);
}

#[test]
fn a_list_says_nothing_about_what_pays_less_than_its_node_takes() {
    let mut scene = Scene::new();
    let txs = [loose(1), loose(2)];
    let mut saved = txs.each_ref().map(|tx| restored(tx, 9));
    // 0.1 and 100 sat/vB.
    saved[0].knowledge.input_values = vec![(0, txs[0].output_value() + u64::from(txs[0].vsize()) / 10)];
    saved[1].knowledge.input_values = vec![(0, txs[1].output_value() + u64::from(txs[1].vsize()) * 100)];
    load(&mut scene, saved.to_vec());
    caught_up(&mut scene).connect(1).peer(1, PeerEvent::FeeFilter { sat_per_kvb: 1_000 });
    list(&mut scene, &[]);
    scene.pass(200).happen(EventKind::Restored(Restored::Continue));
    scene.pass(200).happen(EventKind::Restored(Restored::Continue));
    assert_eq!(scene.mempool(), [txs[0].txid()]);
}

#[test]
fn without_a_list_it_stays_until_it_expires() {
    let (mut scene, tx) = (Scene::new(), loose(1));
    load(&mut scene, vec![restored(&tx, 100)]);
    caught_up(&mut scene).pass(MEMPOOL_EXPIRY.as_secs() - 20_000).connect(1);
    assert_eq!(scene.mempool(), [tx.txid()]);
    let changes = scene.pass(20_000).changes(EventKind::Restored(Restored::Continue));
    assert!(changes.contains(&Change::Removed(tx.txid(), RemovalReason::Expired)));
    assert_eq!(scene.model.restored(), None);
}

#[test]
fn what_peers_relay_now_is_newer() {
    let mut scene = Scene::new();
    let (old, new) = (spend(&[coin(1)], &[100]), spend(&[coin(1)], &[90]));
    let child = spend(&[output(&old, 0)], &[50]);
    load(&mut scene, vec![restored(&old, 9), restored(&child, 8)]);
    scene.connect(1).deliver(1, &new);
    caught_up(&mut scene);
    assert_eq!(scene.mempool(), [new.txid()]);
}

#[test]
fn a_waiting_parent_is_not_requested() {
    let mut scene = Scene::new();
    let parent = loose(1);
    let child = spend(&[output(&parent, 0)], &[1]);
    load(&mut scene, vec![restored(&parent, 9)]);
    scene.connect(1);
    let answered_after = Duration::from_millis(5);
    let arrival = PeerEvent::Transaction { tx: Arc::clone(&child), answered_after };
    assert_eq!(requests(&mut scene, EventKind::Peer(PeerId(1), arrival)), []);
    caught_up(&mut scene);
    assert_eq!(scene.model.transaction(&child.wtxid()).unwrap().prevout_value(0), Some(2));
}

#[test]
fn what_does_not_fit_is_dropped() {
    let mut scene = Scene::with(crate::model::ModelSettings { max_mempool: 1_000, ..settings() });
    let limit = scene.model.settings().clone();
    scene.model = crate::model::Model::new(limit).expecting_restored();
    let txs: Vec<_> = (1..=3).map(|number| restored(&loose(number), 9)).collect();
    let changes = scene.changes(EventKind::Restored(Restored::Transactions(txs)));
    assert_eq!(changes, [Change::RestoredDropped(vec![loose(2).txid(), loose(3).txid()])]);
}
