//! Chunk fee rates, with the node that sorts by them as the judge.
//!
//! The model in this process is fed with the node's own transactions and blocks, so it knows every fee.

use crate::bitcoind::{Coin, Kind, Node, Purse, send, spend};
use bitcoin::consensus::encode::{deserialize_hex, serialize, serialize_hex};
use bitcoin::transaction::Version;
use bitcoin::{Amount, Transaction, TxOut};
use bytes::Bytes;
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{ConnectionKind, Event, EventKind, PeerEvent, PeerId};
use mempulse::model::{Model, ModelSettings};
use mempulse::snapshot::{Cluster, Detail, EphemeralDust, Package, TransactionRow};
use mempulse::snapshot::{Open, OverviewView, Snapshot, TransactionsView, View};
use mempulse::wire::{self, Block};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Core allows clusters this large; its older limits would stop earlier.
const WIDE: [&str; 2] = ["-limitancestorcount=64", "-limitdescendantcount=64"];

/// A smaller output may not pay for three fees.
const ENOUGH: Amount = Amount::from_sat(100_000);

/// A node, and a model that receives all its blocks and transactions.
struct Scene {
    node: Node,
    model: Model,
    height: u64,
}

impl Scene {
    fn new() -> Self {
        let node = Node::synced(&WIDE);
        let started = Timestamp::from_secs(1_700_000_000);
        let (network, max_mempool) = (Network::Regtest, 1 << 30);
        let settings = ModelSettings { network, demo: false, chosen_peers: true, max_mempool, started };
        let mut scene = Self { node, model: Model::new(settings), height: 0 };
        let address = PeerAddress::parse("127.0.0.1", 1).unwrap();
        scene.tell(PeerEvent::Dialling { address, kind: ConnectionKind::Manual, attempt: 1 });
        scene
    }

    fn apply(&mut self, kind: EventKind) {
        self.model.apply(&Event { time: Timestamp::from_secs(1_700_000_000), kind });
    }

    fn tell(&mut self, event: PeerEvent) {
        self.apply(EventKind::Peer(PeerId(1), event));
    }

    fn send(&mut self, tx: &Transaction) {
        send(&self.node, tx);
        self.hand_over(tx);
    }

    fn hand_over(&mut self, tx: &Transaction) {
        let tx = Arc::new(wire::Transaction::parse(Bytes::from(serialize(tx))).unwrap());
        self.tell(PeerEvent::Transaction { tx, answered_after: Duration::ZERO });
    }

    /// Applies the blocks that the model does not know yet.
    fn hand_over_blocks(&mut self) {
        while self.height < self.node.height() {
            self.height += 1;
            let hash = self.node.rpc("getblockhash", &json!([self.height]));
            let raw = self.node.rpc("getblock", &json!([hash, 0]));
            let raw: bitcoin::Block = deserialize_hex(raw.as_str().unwrap()).unwrap();
            let block = Arc::new(Block::parse(&Bytes::from(serialize(&raw))).unwrap());
            let height = u32::try_from(self.height).unwrap();
            self.apply(EventKind::Block { peer: PeerId(1), height, block });
        }
    }

    /// Compares the number and size of every transaction's ancestors and descendants.
    fn compare_families(&self) {
        let families = families(&self.model);
        let mempool = self.node.rpc("getrawmempool", &json!([true]));
        assert_eq!(families.len(), mempool.as_object().unwrap().len());
        for (txid, entry) in mempool.as_object().unwrap() {
            let (family, vsize) = &families[txid];
            for (relatives, what) in [(&family.ancestors, "ancestor"), (&family.descendants, "descendant")] {
                let ours = [1 + relatives.rows.len() as u64, vsize + relatives.vsize];
                let theirs = ["count", "size"].map(|of| entry[format!("{what}{of}")].as_u64().unwrap());
                assert_eq!(ours, theirs, "{what}s of {txid}");
            }
        }
    }

    /// Compares the rate of each of the node's transactions with the model's. Returns how many of them differ
    /// from the transaction's own rate.
    fn compare(&mut self) -> usize {
        self.hand_over_blocks();
        let mempool = self.node.rpc("getrawmempool", &json!([true]));
        let mut paid_for = 0;
        for (txid, entry) in mempool.as_object().unwrap() {
            let tx = self.node.rpc("getrawtransaction", &json!([txid]));
            let tx: Transaction = deserialize_hex(tx.as_str().unwrap()).unwrap();
            let wtxid = wire::Wtxid(*tx.compute_wtxid().as_ref());
            let ours =
                self.model.transaction(&wtxid).unwrap_or_else(|| panic!("{txid} is not in the mempool"));
            assert_eq!(ours.fee(), Some(sat(&entry["fees"]["base"])), "the fee of {txid}");
            let vsize = entry["chunkweight"].as_u64().unwrap().div_ceil(4);
            let theirs = float(sat(&entry["fees"]["chunk"])) / float(vsize);
            let ours = ours.chunk_fee_rate().unwrap_or_else(|| panic!("no rate of {txid}"));
            assert!((ours - theirs).abs() < 1e-9 * (1.0 + theirs), "{txid}: {ours} instead of {theirs}");
            paid_for += usize::from(entry["fees"]["chunk"] != entry["fees"]["base"]);
        }
        paid_for
    }
}

/// The family of each of the node's transactions, by txid, with its own size in vB.
fn families(model: &Model) -> HashMap<String, (Cluster, u64)> {
    let now = Timestamp::from_secs(1_700_000_000);
    let transactions = TransactionsView { height: 1_000, ..TransactionsView::default() };
    let overview = OverviewView { transactions, ..OverviewView::default() };
    let view = View { overview, ..View::default() };
    let rows = Snapshot::take(model, &view, now).overview.transactions.rows;
    let family = |row: TransactionRow| {
        let view = View { open: Some(Open::Transaction(row.key)), ..View::default() };
        let (_, detail) = Snapshot::take(model, &view, now).detail.unwrap();
        let Detail::Transaction(detail) = &*detail else { panic!("the transaction is in the mempool") };
        (row.txid.to_string(), (detail.cluster.clone(), u64::from(row.vsize)))
    };
    rows.into_iter().map(family).collect()
}

fn sat(amount: &Value) -> u64 {
    Amount::from_btc(amount.as_f64().unwrap()).unwrap().to_sat()
}

#[expect(clippy::cast_precision_loss, reason = "fees and sizes of a test are small")]
fn float(number: u64) -> f64 {
    number as f64
}

fn one_of(count: usize) -> usize {
    rand::random_range(0..count)
}

/// A fee in sat: often next to nothing, seldom much.
fn any_fee() -> u64 {
    match one_of(4) {
        0 => rand::random_range(50..100),
        1 => rand::random_range(3_000..20_000),
        _ => rand::random_range(100..3_000),
    }
}

/// Sends `count` transactions that spend each other at random, or one of `coins`.
fn family(scene: &mut Scene, coins: &mut Vec<Coin>, count: usize) {
    let mut unspent = vec![coins.pop().unwrap()];
    for _ in 0..count {
        let mut inputs = Vec::new();
        for _ in 0..=one_of(3) {
            if inputs.is_empty() && unspent.is_empty() || one_of(5) == 0 {
                inputs.extend(coins.pop());
            } else if !unspent.is_empty() {
                inputs.push(unspent.swap_remove(one_of(unspent.len())));
            }
        }
        if inputs.is_empty() {
            inputs.extend(coins.pop());
        }
        let outputs = rand::random_range(1..5);
        let tx = spend(&inputs, outputs, Kind::Segwit, any_fee());
        scene.send(&tx);
        if tx.output[0].value > ENOUGH {
            unspent.extend(Coin::all_of(&tx));
        }
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn parents_are_paid_for_as_the_node_says_in_chains_fans_and_diamonds() {
    let mut scene = Scene::new();
    let mut coins = Purse::new().coins(&scene.node, 20, Kind::Segwit);
    let mut next = || vec![coins.pop().unwrap()];

    let mut chain = next();
    for number in 0..20_u64 {
        let tx = spend(&chain, 1, Kind::Segwit, 60 + number * number * 15);
        scene.send(&tx);
        chain = Coin::all_of(&tx);
    }

    let parent = spend(&next(), 10, Kind::Segwit, 100);
    scene.send(&parent);
    for (fee, coin) in
        [90, 5_000, 120, 3_000, 2_000, 80, 70, 4_000, 500, 60].into_iter().zip(Coin::all_of(&parent))
    {
        scene.send(&spend(&[coin], 1, Kind::Segwit, fee));
    }

    for fees in [[100, 90, 80, 9_000], [5_000, 90, 3_000, 80], [80, 4_000, 90, 600]] {
        let top = spend(&next(), 2, Kind::Segwit, fees[0]);
        scene.send(&top);
        let mut ends = Vec::new();
        for (coin, fee) in Coin::all_of(&top).into_iter().zip([fees[1], fees[2]]) {
            let side = spend(&[coin], 1, Kind::Segwit, fee);
            scene.send(&side);
            ends.extend(Coin::all_of(&side));
        }
        scene.send(&spend(&ends, 1, Kind::Segwit, fees[3]));
    }

    // Enough signature checks to make it larger than its weight.
    let mut multisig = spend(&next(), 4, Kind::Segwit, 2_000);
    let one_of_one = [&[0x51, 33, 2][..], &[7; 32], &[0x51, 0xae]].concat();
    multisig.output[1..].iter_mut().for_each(|output| output.script_pubkey = one_of_one.clone().into());
    scene.send(&multisig);
    scene.send(&spend(&Coin::all_of(&multisig), 1, Kind::Segwit, 9_000));

    assert!(scene.compare() > 20);
}

#[test]
#[ignore = "needs bitcoind"]
fn two_hundred_transactions_in_random_clusters_have_the_rates_that_the_node_says() {
    let mut scene = Scene::new();
    let mut purse = Purse::new();
    let mut coins = purse.coins(&scene.node, 500, Kind::Segwit);
    for count in [1, 2, 3, 5, 8, 13, 21, 34, 55, 58] {
        family(&mut scene, &mut coins, count);
    }
    // Replacements, each with all of its descendants.
    for _ in 0..5 {
        let coin = coins.pop().unwrap();
        let parent = spend(std::slice::from_ref(&coin), 3, Kind::Segwit, 100);
        scene.send(&parent);
        for child in Coin::all_of(&parent) {
            scene.send(&spend(&[child], 1, Kind::Segwit, any_fee()));
        }
        scene.send(&spend(&[coin], 2, Kind::Segwit, 90_000));
    }
    assert!(scene.compare() > 50);
    scene.compare_families();

    // A block takes a part of every cluster.
    let mempool = scene.node.rpc("getrawmempool", &json!([true]));
    let rate =
        |entry: &Value| sat(&entry["fees"]["chunk"]) * 1_000_000 / entry["chunkweight"].as_u64().unwrap();
    let mut by_rate: Vec<(u64, u64, &String)> = mempool
        .as_object()
        .unwrap()
        .iter()
        .map(|(txid, entry)| (u64::MAX - rate(entry), entry["ancestorcount"].as_u64().unwrap(), txid))
        .collect();
    by_rate.sort_unstable();
    let best: Vec<&String> = by_rate.iter().take(by_rate.len() / 3).map(|(_, _, txid)| *txid).collect();
    scene.node.rpc("generateblock", &json!(["raw(51)#8lvh9jxk", best]));
    scene.compare();
    scene.compare_families();
}

#[test]
#[ignore = "needs bitcoind"]
fn a_child_pays_for_a_parent_that_pays_nothing_and_takes_its_dust_along() {
    let mut scene = Scene::new();
    let coin = Purse::new().coins(&scene.node, 1, Kind::Segwit).pop().unwrap();
    let mut parent = spend(&[coin], 1, Kind::Segwit, 0);
    parent.version = Version(3);
    parent.output.push(TxOut { value: Amount::ZERO, script_pubkey: Kind::Anchor.script() });
    let mut child = spend(&Coin::all_of(&parent), 1, Kind::Segwit, 3_000);
    child.version = Version(3);

    let package = json!([[serialize_hex(&parent), serialize_hex(&child)]]);
    let answer = scene.node.rpc("submitpackage", &package);
    assert_eq!(answer["package_msg"], "success", "{answer}");
    // The child comes first.
    scene.hand_over(&child);
    scene.hand_over(&parent);

    assert_eq!(scene.compare(), 1, "the other one's fee is that of the package");
    scene.compare_families();
    let families = families(&scene.model);
    let dust = |tx: &Transaction| families[&tx.compute_txid().to_string()].0.ephemeral_dust;
    assert_eq!([dust(&parent), dust(&child)], [Some(EphemeralDust::Carries), Some(EphemeralDust::Spends)]);
    let Package::Together { fee, .. } = families[&child.compute_txid().to_string()].0.package else {
        panic!("it pays for its parent")
    };
    assert_eq!(fee, 3_000);
}
