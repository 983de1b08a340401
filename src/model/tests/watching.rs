//! What is watched is told of, and nothing else is.

use crate::chain::Network;
use crate::event::{EventKind, PeerEvent, PeerId};
use crate::model::testing::*;
use crate::model::{Change, WatchEvent, WatchNotice};
use crate::watching::Target;
use crate::wire::{Block, BlockHash, Transaction, Txid};
use std::sync::Arc;
use std::time::Duration;

/// The script of the outputs of all transactions here.
const SCRIPT: &str = "51";

fn watch(text: &str) -> EventKind {
    EventKind::Watch(Target::parse(text, Network::Regtest).unwrap())
}

fn notices(changes: Vec<Change>) -> Vec<WatchNotice> {
    let notice = |change| match change {
        Change::Watch(notice) => Some(notice),
        _ => None,
    };
    changes.into_iter().filter_map(notice).collect()
}

/// What is told of an event, without the target.
fn told(scene: &mut Scene, kind: EventKind) -> Vec<(Txid, u64, u64, WatchEvent)> {
    let all = notices(scene.tell(kind)).into_iter();
    all.map(|notice| (notice.txid, notice.received, notice.spent, notice.event)).collect()
}

fn deliver(tx: &Arc<Transaction>) -> EventKind {
    let answered_after = Duration::ZERO;
    EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx: Arc::clone(tx), answered_after })
}

fn mined(height: u32, txs: &[&Arc<Transaction>]) -> EventKind {
    let hash = BlockHash([u8::try_from(height).unwrap(); 32]);
    let mut block = Block { hash, ..Block::clone(&block(txs)) };
    // The coinbase pays somebody else.
    let mut coinbase = parts(&[crate::wire::OutPoint::NULL], &[7]);
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
    scene.connect(1).tell(watch(SCRIPT));
    let pays = spend(&[coin(1)], &[5_000]);
    let spends = spend(&[output(&pays, 0)], &[4_000]);
    assert_eq!(told(&mut scene, deliver(&pays)), [(pays.txid(), 5_000, 0, WatchEvent::Arrived)]);
    assert_eq!(told(&mut scene, deliver(&pays)), []);
    assert_eq!(told(&mut scene, deliver(&spends)), [(spends.txid(), 4_000, 5_000, WatchEvent::Arrived)]);
    let confirmed = |confirmations| WatchEvent::Confirmed { height: 1, confirmations };
    assert_eq!(told(&mut scene, mined(1, &[&pays])), [(pays.txid(), 5_000, 0, confirmed(1))]);
    for height in 2..6 {
        assert_eq!(told(&mut scene, mined(height, &[])), []);
    }
    assert_eq!(told(&mut scene, mined(6, &[])), [(pays.txid(), 5_000, 0, confirmed(6))]);
    assert!(
        scene.events().iter().any(|line| line.starts_with("watched 51: ") && line.contains("+5,000 sat"))
    );
}

#[test]
fn a_watched_transaction_is_told_by_its_txid_and_a_stranger_is_not() {
    let (watched, other) = (loose(1), loose(2));
    let mut scene = Scene::new();
    scene.connect(1).tell(watch(&watched.txid().to_string()));
    assert_eq!(told(&mut scene, deliver(&other)), []);
    assert_eq!(told(&mut scene, deliver(&watched)), [(watched.txid(), 0, 0, WatchEvent::Arrived)]);
    let confirmed = WatchEvent::Confirmed { height: 3, confirmations: 1 };
    assert_eq!(told(&mut scene, mined(3, &[&watched])), [(watched.txid(), 0, 0, confirmed)]);
    let undone = EventKind::Disconnected { blocks: vec![(3, BlockHash([3; 32]))] };
    assert_eq!(told(&mut scene, undone), [(watched.txid(), 0, 0, WatchEvent::Unconfirmed)]);
}

#[test]
fn replacements_and_double_spends_are_told() {
    let sides = [spend(&[coin(1)], &[1_000]), spend(&[coin(1)], &[900])];
    let mut scene = Scene::new();
    scene.connect(1).connect(2).tell(watch(&sides[0].txid().to_string()));
    scene.tell(deliver(&sides[0]));
    scene.announce(2, &sides[1]);
    let arrived = PeerEvent::Transaction { tx: Arc::clone(&sides[1]), answered_after: Duration::ZERO };
    let by = sides[1].txid();
    let replaced = [(sides[0].txid(), 0, 0, WatchEvent::Replaced { by })];
    assert_eq!(told(&mut scene, EventKind::Peer(PeerId(2), arrived)), replaced);
    scene.pass(60);
    assert_eq!(told(&mut scene, nothing()), [(sides[0].txid(), 0, 0, WatchEvent::DoubleSpent { by })]);
}

#[test]
fn what_waits_already_is_told_when_it_is_added_and_no_more_when_it_is_removed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &pays);
    assert_eq!(told(&mut scene, watch(SCRIPT)), [(pays.txid(), 5_000, 0, WatchEvent::Arrived)]);
    assert_eq!(told(&mut scene, watch(SCRIPT)), [], "it is watched already");
    let target = Target::parse(SCRIPT, Network::Regtest).unwrap();
    scene.tell(EventKind::Unwatch(target));
    assert_eq!(told(&mut scene, deliver(&spend(&[coin(2)], &[6_000]))), []);
    assert_eq!(told(&mut scene, mined(1, &[&pays])), []);
}

#[test]
fn a_payment_that_only_a_block_tells_of_is_told_as_confirmed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut scene = Scene::new();
    scene.connect(1).tell(watch(SCRIPT));
    let confirmed = WatchEvent::Confirmed { height: 9, confirmations: 1 };
    assert_eq!(told(&mut scene, mined(9, &[&pays])), [(pays.txid(), 5_000, 0, confirmed)]);
}

#[test]
fn a_spend_of_an_output_of_a_past_block_is_noticed() {
    let pays = spend(&[coin(1)], &[5_000]);
    let mut elsewhere = parts(&[output(&pays, 0)], &[4_000]);
    elsewhere.outputs[0].script_pubkey = vec![0x52];
    let elsewhere = Arc::new(elsewhere.build().unwrap());
    let mut scene = Scene::new();
    scene.connect(1).tell(watch(SCRIPT));
    let past = EventKind::PastBlock { peer: PeerId(1), height: 3, block: block(&[&pays]) };
    assert_eq!(told(&mut scene, past), []);
    assert_eq!(told(&mut scene, deliver(&elsewhere)), [(elsewhere.txid(), 0, 5_000, WatchEvent::Arrived)]);
}
