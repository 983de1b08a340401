use crate::event::{EventKind, PeerEvent, PeerId, Tip};
use crate::model::testing::{self, START, Scene, block, coin, loose, output, parts, spend};
use crate::model::{RemovalReason, TxKey};
use crate::snapshot::{Detail, Open, RemovedTransaction, Successor, TransactionDetail, View};
use crate::wire::TxHash;
use std::sync::Arc;
use std::time::Duration;

const BIP173_KEY_HASH: [u8; 20] = [
    0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54, 0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1,
    0x43, 0x3b, 0xd6,
];

/// The details of what a view has open.
fn detail(scene: &Scene, view: &View) -> Detail {
    Arc::unwrap_or_clone(scene.snapshot(view).detail.expect("something is open").1)
}

#[test]
fn the_details_of_a_transaction_are_complete() {
    let parent = spend(&[coin(1)], &[50_000]);
    let mut parts = parts(&[coin(2), output(&parent, 0)], &[1, 0, 30_000]);
    parts.lock_time = 800_000;
    parts.inputs[0].sequence = 0xffff_fffd;
    parts.outputs[0].script_pubkey = [&[0, 20][..], &BIP173_KEY_HASH].concat();
    parts.outputs[1].script_pubkey = b"\x6a\x05hello".to_vec();
    let tx = Arc::new(parts.build().unwrap());
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver(1, &parent).announce(2, &tx).pass(3).deliver(1, &tx).pass(1);
    let key = scene.model.mempool().key(TxHash::Txid(tx.txid())).unwrap();
    let view = View { open: Some(Open::Transaction(key)), ..View::default() };
    let Detail::Transaction(detail) = detail(&scene, &view) else { panic!("it is in the mempool") };
    assert_eq!((detail.row.txid, detail.wtxid), (tx.txid(), tx.wtxid()));
    assert_eq!((detail.weight, detail.size as usize), (tx.weight(), tx.raw().len()));
    assert_eq!((detail.version, detail.lock_time, detail.replaceable), (2, 800_000, true));
    assert_eq!((detail.fee, detail.first_seen), (None, START));
    assert_eq!(detail.inputs.iter().map(|input| input.value).collect::<Vec<_>>(), [None, Some(50_000)]);
    assert_eq!(detail.inputs[1].prevout, output(&parent, 0));
    assert_eq!((detail.inputs[0].sequence, detail.inputs[0].witness_items), (0xffff_fffd, 1));
    let outputs: Vec<_> = detail.outputs.iter().map(|o| (o.value, o.kind.name(), o.text.as_str())).collect();
    let bip173 = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    assert_eq!(outputs, [(1, "P2WPKH", bip173), (0, "OP_RETURN", "hello"), (30_000, "other", "")]);
    let three = Duration::from_secs(3);
    let announced = [(Some(testing::address(2)), Duration::ZERO), (Some(testing::address(1)), three)];
    assert_eq!(detail.announcements, announced);
    assert_eq!(detail.spread, [None, Some(three)], "half of two is one");
}

#[test]
fn the_first_of_thousands_of_inputs_and_outputs_are_listed() {
    let tx = spend(&(0..900).map(coin).collect::<Vec<_>>(), &vec![1; 900]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &tx);
    for peer in 2..500 {
        scene.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 });
    }
    let view = View { open: Some(Open::Transaction(TxKey::new(0, 0))), ..View::default() };
    let Detail::Transaction(detail) = detail(&scene, &view) else { panic!("it is in the mempool") };
    let lengths = [detail.inputs.len(), detail.outputs.len(), detail.announcements.len()];
    assert_eq!(lengths, [TransactionDetail::LISTED; 3]);
    assert_eq!(detail.row.inputs, 900);
    assert_eq!(detail.announcements[9].0, None, "a forgotten peer");
}

#[test]
fn a_chain_of_replacements_is_linked_both_ways() {
    let chain = [1_000, 900, 800].map(|value| spend(&[coin(1)], &[value]));
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &chain[0]);
    scene.announce(2, &chain[0]).deliver(1, &chain[1]).pass(3).deliver(1, &chain[2]).pass(5);
    let detail = |key| detail(&scene, &View { open: Some(Open::Transaction(key)), ..View::default() });
    let Detail::Transaction(last) = detail(TxKey::new(2, 0)) else { panic!("it is in the mempool") };
    let rows: Vec<_> = last.replaced.iter().map(|row| (row.steps, row.txid, row.age.as_secs())).collect();
    assert_eq!(rows, [(1, chain[1].txid(), 5), (2, chain[0].txid(), 8)]);
    let Detail::Removed(first) = detail(TxKey::new(0, 0)) else { panic!("it was replaced") };
    let by = chain[1].txid();
    assert_eq!(first.reason, RemovalReason::Replaced { by, with_ancestor: false });
    assert_eq!(first.later_replacements, [chain[2].txid()]);
    assert_eq!(first.successor, Some(Successor::Replacement(TxKey::new(2, 0))));
}

#[test]
fn after_a_reorg_the_details_lead_to_the_entry_that_returned() {
    let tx = loose(1);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &tx);
    let block = block(&[&tx]);
    let (height, hash) = (7, block.hash);
    scene.happen(EventKind::Block { peer: PeerId(1), height, block });
    let view = View { open: Some(Open::Transaction(TxKey::new(0, 0))), ..View::default() };
    let removed = |(height, block), is_undone, successor| {
        let reason = RemovalReason::Confirmed { height, block };
        let later_replacements = Vec::new();
        let removed =
            RemovedTransaction { txid: tx.txid(), reason, is_undone, later_replacements, successor };
        Detail::Removed(Box::new(removed))
    };
    assert_eq!(detail(&scene, &view), removed((height, hash), false, None));
    scene.happen(EventKind::BlocksDisconnected { blocks: vec![(height, hash)], tip: Tip::default() });
    let returned = removed((height, hash), true, Some(Successor::Same(TxKey::new(1, 0))));
    assert_eq!(detail(&scene, &view), returned);
    scene.mine(8, &[&tx]);
    assert_eq!(detail(&scene, &view), removed((8, hash), false, None));
}

#[test]
fn a_removed_transaction_has_its_reason() {
    let mut scene = Scene::new();
    let (mined, replaced) = (loose(1), spend(&[coin(2)], &[500]));
    scene.connect(1).deliver(1, &mined).deliver(1, &replaced);
    let keys = [TxKey::new(0, 0), TxKey::new(1, 1)];
    let bump = spend(&[coin(2)], &[400]);
    let confirmation = block(&[&mined]);
    let hash = confirmation.hash;
    let peer = PeerId(1);
    scene.happen(EventKind::Block { peer, height: 923_114, block: confirmation }).deliver(1, &bump);
    let reasons = keys.map(|key| {
        let view = View { open: Some(Open::Transaction(key)), ..View::default() };
        match detail(&scene, &view) {
            Detail::Removed(removed) => removed.reason,
            other => panic!("{other:?}"),
        }
    });
    let confirmed = RemovalReason::Confirmed { height: 923_114, block: hash };
    assert_eq!(reasons, [confirmed, RemovalReason::Replaced { by: bump.txid(), with_ancestor: false }]);
}
