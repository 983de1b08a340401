//! The watch list reports what touches its targets, and nothing else.

use crate::chain::Network;
use crate::event::{Command, EventKind, PeerEvent, PeerId, Tip, WatchTarget};
use crate::model::testing::*;
use crate::model::{BalanceChange, Balances, Change, PastMatch, WatchEvent, WatchMatch};
use crate::wire::{Block, BlockHash, OutPoint, Transaction, Txid};
use std::sync::Arc;
use std::time::Duration;

/// The script of the outputs of all transactions here.
const SCRIPT: &str = "51";

fn watch(text: &str) -> Command {
    Command::Watch(vec![WatchTarget::parse(text, Network::Regtest).unwrap()])
}

fn matches(changes: Vec<Change>) -> Vec<WatchMatch> {
    let watch = |change| match change {
        Change::Watch(found) => Some(found),
        _ => None,
    };
    changes.into_iter().filter_map(watch).collect()
}

/// The matches of an event, without the target.
fn reported(scene: &mut Scene, input: impl Into<Input>) -> Vec<(Txid, u64, u64, WatchEvent)> {
    let all = matches(scene.changes(input)).into_iter();
    all.map(|found| (found.txid, found.received, found.spent, found.event)).collect()
}

fn deliver(tx: &Arc<Transaction>) -> EventKind {
    let answered_after = Duration::ZERO;
    EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx: Arc::clone(tx), answered_after })
}

fn mined(height: u32, txs: &[&Arc<Transaction>]) -> EventKind {
    let hash = BlockHash([u8::try_from(height).unwrap(); 32]);
    let mut block = Block { hash, ..Block::clone(&block(txs)) };
    // The coinbase pays another script.
    let mut coinbase = parts(&[OutPoint::NULL], &[7]);
    coinbase.outputs[0].script_pubkey = vec![0x52];
    block.transactions[0] = coinbase.build().unwrap();
    EventKind::Block { peer: PeerId(1), height, block: Arc::new(block) }
}

fn nothing() -> EventKind {
    EventKind::Peer(PeerId(1), PeerEvent::Pinged)
}

#[test]
fn a_payment_is_followed_from_its_arrival_to_its_sixth_confirmation() {
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    let pays = spend(&[coin(1)], &[5_000]);
    let spends = spend(&[output(&pays, 0)], &[4_000]);
    assert_eq!(reported(&mut scene, deliver(&pays)), [(pays.txid(), 5_000, 0, WatchEvent::Arrived)]);
    assert_eq!(reported(&mut scene, deliver(&pays)), []);
    assert_eq!(reported(&mut scene, deliver(&spends)), [(spends.txid(), 4_000, 5_000, WatchEvent::Arrived)]);
    let confirmed = |confirmations| WatchEvent::Confirmed { height: 1, confirmations };
    assert_eq!(reported(&mut scene, mined(1, &[&pays])), [(pays.txid(), 5_000, 0, confirmed(1))]);
    for height in 2..6 {
        assert_eq!(reported(&mut scene, mined(height, &[])), []);
    }
    assert_eq!(reported(&mut scene, mined(6, &[])), [(pays.txid(), 5_000, 0, confirmed(6))]);
    assert!(
        scene.events().iter().any(|line| line.starts_with("watched 51: ") && line.contains("+5,000 sat"))
    );
}

#[test]
fn only_the_transaction_with_the_watched_txid_is_reported() {
    let (watched, other) = (loose(1), loose(2));
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(&watched.txid().to_string()));
    assert_eq!(reported(&mut scene, deliver(&other)), []);
    assert_eq!(reported(&mut scene, deliver(&watched)), [(watched.txid(), 0, 0, WatchEvent::Arrived)]);
    let confirmed = WatchEvent::Confirmed { height: 3, confirmations: 1 };
    assert_eq!(reported(&mut scene, mined(3, &[&watched])), [(watched.txid(), 0, 0, confirmed)]);
    let undone = EventKind::BlocksDisconnected { blocks: vec![(3, BlockHash([3; 32]))], tip: Tip::default() };
    assert_eq!(reported(&mut scene, undone), [(watched.txid(), 0, 0, WatchEvent::Unconfirmed)]);
}

#[test]
fn replacements_and_double_spends_are_reported() {
    let sides = [spend(&[coin(1)], &[1_000]), spend(&[coin(1)], &[900])];
    let mut scene = Scene::new();
    scene.connect(1).connect(2).changes(watch(&sides[0].txid().to_string()));
    scene.changes(deliver(&sides[0]));
    scene.announce(2, &sides[1]);
    let arrived = PeerEvent::Transaction { tx: Arc::clone(&sides[1]), answered_after: Duration::ZERO };
    let by = sides[1].txid();
    let replaced = [(sides[0].txid(), 0, 0, WatchEvent::Replaced { by })];
    assert_eq!(reported(&mut scene, EventKind::Peer(PeerId(2), arrived)), replaced);
    scene.pass(60);
    assert_eq!(
        reported(&mut scene, nothing()),
        [(sides[0].txid(), 0, 0, WatchEvent::DoubleSpent { by, height: None })]
    );
}

#[test]
fn a_new_target_reports_waiting_transactions_and_a_removed_one_reports_nothing() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &pays);
    assert_eq!(reported(&mut scene, watch(SCRIPT)), [(pays.txid(), 5_000, 0, WatchEvent::Arrived)]);
    assert_eq!(reported(&mut scene, watch(SCRIPT)), [], "it is watched already");
    let target = WatchTarget::parse(SCRIPT, Network::Regtest).unwrap();
    scene.changes(Command::Unwatch(target));
    assert_eq!(reported(&mut scene, deliver(&spend(&[coin(2)], &[6_000]))), []);
    assert_eq!(reported(&mut scene, mined(1, &[&pays])), []);
}

#[test]
fn a_payment_first_seen_in_a_block_is_reported_as_confirmed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    let confirmed = WatchEvent::Confirmed { height: 9, confirmations: 1 };
    assert_eq!(reported(&mut scene, mined(9, &[&pays])), [(pays.txid(), 5_000, 0, confirmed)]);
}

#[test]
fn a_spend_of_an_output_of_a_past_block_is_noticed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut elsewhere = parts(&[output(&pays, 0)], &[4_000]);
    elsewhere.outputs[0].script_pubkey = vec![0x52];
    let elsewhere = Arc::new(elsewhere.build().unwrap());
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    let past = EventKind::PastBlock { peer: PeerId(1), height: 3, block: block(&[&pays]) };
    assert_eq!(reported(&mut scene, past), []);
    assert_eq!(
        reported(&mut scene, deliver(&elsewhere)),
        [(elsewhere.txid(), 0, 5_000, WatchEvent::Arrived)]
    );
}

fn undone(height: u32) -> EventKind {
    EventKind::BlocksDisconnected {
        blocks: vec![(height, BlockHash([u8::try_from(height).unwrap(); 32]))],
        tip: Tip::default(),
    }
}

fn confirmed(height: u32, confirmations: u32) -> WatchEvent {
    WatchEvent::Confirmed { height, confirmations }
}

/// A transaction whose output pays another script.
fn spend_to_another(prevouts: &[OutPoint]) -> Arc<Transaction> {
    let mut parts = parts(prevouts, &[100]);
    parts.outputs[0].script_pubkey = vec![0x52];
    Arc::new(parts.build().unwrap())
}

#[test]
fn a_coinbase_of_a_disconnected_block_is_reported_as_unconfirmed_and_never_again() {
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    let block = block(&[]);
    let coinbase = block.transactions[0].txid();
    let (height, hash) = (3, block.hash);
    let report = |event| [(coinbase, 5_000, 0, event)];
    let arrives = EventKind::Block { peer: PeerId(1), height, block };
    assert_eq!(reported(&mut scene, arrives), report(confirmed(3, 1)));
    let undone = EventKind::BlocksDisconnected { blocks: vec![(height, hash)], tip: Tip::default() };
    assert_eq!(reported(&mut scene, undone), report(WatchEvent::Unconfirmed));
    for height in 3..12 {
        assert_eq!(reported(&mut scene, mined(height, &[])), []);
    }
}

#[test]
fn a_transaction_of_a_disconnected_block_is_reported_once_and_may_be_confirmed_again() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &pays).changes(watch(SCRIPT));
    scene.changes(mined(3, &[&pays]));
    let report = |event| [(pays.txid(), 5_000, 0, event)];
    assert_eq!(reported(&mut scene, undone(3)), report(WatchEvent::Unconfirmed));
    assert_eq!(reported(&mut scene, deliver(&pays)), []);
    assert_eq!(reported(&mut scene, mined(4, &[])), []);
    assert_eq!(reported(&mut scene, mined(5, &[&pays])), report(confirmed(5, 1)));
}

#[test]
fn the_sixth_confirmation_is_reported_even_if_its_block_never_came() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    scene.changes(mined(1, &[&pays]));
    assert_eq!(reported(&mut scene, mined(5, &[])), []);
    assert_eq!(reported(&mut scene, mined(8, &[])), [(pays.txid(), 5_000, 0, confirmed(1, 8))]);
    assert_eq!(reported(&mut scene, mined(9, &[])), []);
}

#[test]
fn a_child_that_came_before_its_parent_is_noticed_with_it() {
    let parent = spend(&[coin(1)], &[5_000, 600]);
    let child = spend_to_another(&[output(&parent, 0), output(&parent, 1)]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    assert_eq!(reported(&mut scene, deliver(&child)), []);
    let arrived = |txid, received, spent| (txid, received, spent, WatchEvent::Arrived);
    let both = [arrived(parent.txid(), 5_600, 0), arrived(child.txid(), 0, 5_600)];
    assert_eq!(reported(&mut scene, deliver(&parent)), both);
    let reports = reported(&mut scene, mined(1, &[&parent, &child]));
    let both = [(parent.txid(), 5_600, 0, confirmed(1, 1)), (child.txid(), 0, 5_600, confirmed(1, 1))];
    assert_eq!(reports, both);
}

#[test]
fn a_spender_of_outputs_that_are_learned_one_by_one_is_reported_once_and_counted_in_full() {
    let (one, two) = (spend(&[coin(1)], &[5_000]), spend(&[coin(2)], &[600]));
    let child = spend_to_another(&[output(&one, 0), output(&two, 0)]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &child).changes(watch(SCRIPT));
    let past = |tx, height| EventKind::PastBlock { peer: PeerId(1), height, block: block(&[tx]) };
    assert_eq!(reported(&mut scene, past(&one, 4)), [(child.txid(), 0, 5_000, WatchEvent::Arrived)]);
    assert_eq!(reported(&mut scene, past(&two, 3)), []);
    assert_eq!(reported(&mut scene, mined(9, &[&child])), [(child.txid(), 0, 5_600, confirmed(9, 1))]);
}

#[test]
fn adding_finds_spends_that_came_before_what_they_spend() {
    let parent = spend(&[coin(1)], &[5_000]);
    let child = spend_to_another(&[output(&parent, 0)]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &child).deliver(1, &parent);
    let arrived = |txid, received, spent| (txid, received, spent, WatchEvent::Arrived);
    let both = [arrived(child.txid(), 0, 5_000), arrived(parent.txid(), 5_000, 0)];
    assert_eq!(reported(&mut scene, watch(SCRIPT)), both);
}

#[test]
fn adding_looks_through_the_last_blocks() {
    let pays = spend(&[coin(1)], &[5_000]);
    let spends = spend_to_another(&[output(&pays, 0)]);
    let mut scene = Scene::new();
    scene.connect(1).changes(mined(1, &[]));
    scene.changes(mined(2, &[&pays]));
    scene.changes(mined(3, &[]));
    scene.deliver(1, &spends);
    let found = [(pays.txid(), 5_000, 0, confirmed(2, 2)), (spends.txid(), 0, 5_000, WatchEvent::Arrived)];
    assert_eq!(reported(&mut scene, watch(SCRIPT)), found);
    let by_txid = watch(&pays.txid().to_string());
    assert_eq!(reported(&mut scene, by_txid), [(pays.txid(), 0, 0, confirmed(2, 2))]);
    for height in 4..7 {
        assert_eq!(reported(&mut scene, mined(height, &[])), []);
    }
    let both = [(pays.txid(), 5_000, 0, confirmed(2, 6)), (pays.txid(), 0, 0, confirmed(2, 6))];
    assert_eq!(reported(&mut scene, mined(7, &[])), both);
}

#[test]
fn a_transaction_that_was_removed_and_returns_is_reported_again() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    scene.changes(deliver(&pays));
    scene.pass(14 * 24 * 60 * 60 + 1);
    let left =
        reported(&mut scene, EventKind::Peer(PeerId(1), PeerEvent::Announced { txs: vec![], count: 0 }));
    assert_eq!(left.iter().map(|(.., event)| event.name()).collect::<Vec<_>>(), ["removed"]);
    assert_eq!(reported(&mut scene, deliver(&pays)), [(pays.txid(), 5_000, 0, WatchEvent::Arrived)]);
}

#[test]
fn a_second_target_does_not_repeat_the_reports_of_the_first() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &pays).changes(watch(SCRIPT));
    let txid = pays.txid().to_string();
    let added = matches(scene.changes(watch(&txid)));
    assert_eq!(added.iter().map(|notice| notice.target.as_str()).collect::<Vec<_>>(), [txid.as_str()]);
    let lines = scene.events();
    assert_eq!(lines.iter().filter(|line| line.starts_with("watched ")).count(), 2, "{lines:?}");
}

#[test]
fn a_double_spend_that_a_block_settles_is_reported_with_the_rival_and_the_height() {
    let (pays, rival) = (spend(&[coin(1)], &[5_000]), spend_to_another(&[coin(1)]));
    let child = spend(&[output(&pays, 0)], &[4_000]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    scene.deliver_all(1, [&pays, &child]);
    let event = WatchEvent::DoubleSpent { by: rival.txid(), height: Some(7) };
    let mut reports = reported(&mut scene, mined(7, &[&rival]));
    reports.sort_by_key(|&(.., received, _, _)| std::cmp::Reverse(received));
    assert_eq!(reports, [(pays.txid(), 5_000, 0, event), (child.txid(), 4_000, 5_000, event)]);
}

#[test]
fn a_txid_that_left_the_mempool_is_reported_with_the_reason() {
    let sides = [spend(&[coin(1)], &[1_000]), spend(&[coin(1)], &[900])];
    let mined_long_ago = loose(2);
    let mut scene = Scene::new();
    scene.connect(1).deliver_all(1, &sides).deliver(1, &mined_long_ago);
    scene.changes(mined(1, &[&mined_long_ago]));
    for height in 2..9 {
        scene.changes(mined(height, &[]));
    }
    let replaced = WatchEvent::Replaced { by: sides[1].txid() };
    let txid = sides[0].txid();
    assert_eq!(reported(&mut scene, watch(&txid.to_string())), [(txid, 0, 0, replaced)]);
    let txid = mined_long_ago.txid();
    assert_eq!(reported(&mut scene, watch(&txid.to_string())), [(txid, 0, 0, confirmed(1, 8))]);
    assert_eq!(reported(&mut scene, mined(9, &[])), []);
}

/// What is shown about the only target.
fn watched(scene: &Scene) -> (Balances, Vec<PastMatch>) {
    let watchlist = scene.model.watchlist();
    let (id, watched) = watchlist.targets().next().unwrap();
    (watchlist.balances().get(&id).copied().unwrap_or_default(), watched.history.iter().copied().collect())
}

#[test]
fn the_balance_changes_by_what_is_in_the_mempool_and_in_blocks_and_not_by_what_was_removed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let spends = spend_to_another(&[output(&pays, 0)]);
    let replaced = spend(&[coin(2)], &[700]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    scene.deliver_all(1, [&pays, &spends, &replaced]);
    let change = |received, spent, transactions| BalanceChange { received, spent, transactions };
    assert_eq!(watched(&scene).0, Balances { mempool: change(5_700, 5_000, 3), blocks: change(0, 0, 0) });
    scene.changes(mined(1, &[&pays]));
    assert_eq!(watched(&scene).0, Balances { mempool: change(700, 5_000, 2), blocks: change(5_000, 0, 1) });
    scene.deliver(1, &spend_to_another(&[coin(2)]));
    assert_eq!(watched(&scene).0, Balances { mempool: change(0, 5_000, 1), blocks: change(5_000, 0, 1) });
    scene.changes(undone(1));
    assert_eq!(watched(&scene).0, Balances { mempool: change(5_000, 5_000, 2), blocks: change(0, 0, 0) });
}

#[test]
fn the_history_of_a_target_has_what_happened_in_order_and_a_limit() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).changes(watch(SCRIPT));
    scene.deliver(1, &pays);
    scene.changes(mined(1, &[&pays]));
    scene.changes(undone(1));
    let events: Vec<_> = watched(&scene).1.iter().map(|found| found.event).collect();
    assert_eq!(events, [WatchEvent::Arrived, confirmed(1, 1), WatchEvent::Unconfirmed]);
    for number in 2..200 {
        scene.deliver(1, &spend(&[coin(number)], &[1_000]));
    }
    let history = watched(&scene).1;
    assert_eq!((history.len(), history[99].number), (100, 201));
    assert!(history.windows(2).all(|two| two[0].number < two[1].number));
}
