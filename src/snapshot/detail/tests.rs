use crate::event::PeerEvent;
use crate::model::TxKey;
use crate::model::testing::{self, START, Scene, coin, output, parts, spend};
use crate::snapshot::{Detail, Open, TransactionDetail, View};
use crate::wire::TxHash;
use std::sync::Arc;
use std::time::Duration;

const BIP173_KEY_HASH: [u8; 20] = [
    0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54, 0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1,
    0x43, 0x3b, 0xd6,
];

#[test]
fn all_that_is_known_of_a_transaction_is_told() {
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
    let Some(Detail::Transaction(detail)) = scene.snapshot(&view).detail else { panic!("it is held") };
    assert_eq!((detail.row.txid, detail.wtxid), (tx.txid(), tx.wtxid()));
    assert_eq!((detail.weight, detail.size as usize), (tx.weight(), tx.raw().len()));
    assert_eq!((detail.version, detail.lock_time, detail.replaceable), (2, 800_000, true));
    assert_eq!((detail.fee, detail.first_seen), (None, START));
    assert_eq!(detail.inputs.iter().map(|input| input.value).collect::<Vec<_>>(), [None, Some(50_000)]);
    assert_eq!(detail.inputs[1].prevout, format!("{}:0", parent.txid()));
    assert_eq!((detail.inputs[0].sequence, detail.inputs[0].witness_items), (0xffff_fffd, 1));
    let outputs: Vec<_> = detail.outputs.iter().map(|o| (o.value, o.kind, o.text.as_str())).collect();
    let bip173 = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    assert_eq!(outputs, [(1, "P2WPKH", bip173), (0, "OP_RETURN", "hello"), (30_000, "other", "")]);
    let told = |peer| testing::address(peer).to_string();
    let three = Duration::from_secs(3);
    let announced = [(told(2), Duration::ZERO), (told(1), three)];
    assert_eq!(detail.announcements, announced);
    assert_eq!(detail.spread, [None, Some(three)], "half of two is one");
}

#[test]
fn a_transaction_of_thousands_of_parts_is_told_in_part() {
    let tx = spend(&(0..900).map(coin).collect::<Vec<_>>(), &vec![1; 900]);
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &tx);
    for peer in 2..500 {
        scene.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 });
    }
    let view = View { open: Some(Open::Transaction(TxKey(0))), ..View::default() };
    let Some(Detail::Transaction(detail)) = scene.snapshot(&view).detail else { panic!("it is held") };
    let lengths = [detail.inputs.len(), detail.outputs.len(), detail.announcements.len()];
    assert_eq!(lengths, [TransactionDetail::LISTED; 3]);
    assert_eq!(detail.row.inputs, 900);
    assert_eq!(detail.announcements[9].0, "a peer that is forgotten");
}
