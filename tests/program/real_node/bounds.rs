//! The bounds of fee rates hold against Bitcoin Core's fees.

use super::scenario::watcher::Watcher;
use crate::bitcoind::{Coin, Kind, Node, Purse, send_all, spend};
use bitcoin::{Amount, Transaction};
use mempulse::snapshot::FeeRate;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;

/// The first version that announces by fee rate, as `getnetworkinfo` counts.
const CLUSTER_MEMPOOL: u64 = 310_000;

/// Coins of each kind: known and unknown ones.
const COINS: u64 = 150;

/// Spends of several sizes that pay between 1.0 and 1.4 sat/vB, in no order: whoever rounds their sizes
/// sorts them otherwise. Every tenth one has a child that pays more.
fn spends(coins: &[Coin], salt: u64) -> Vec<Transaction> {
    let one = |(number, coin): (u64, &Coin)| {
        let spend_for = |fee| spend(std::slice::from_ref(coin), 1 + number % 4, Kind::Segwit, fee);
        let weight = spend_for(1_000).weight().to_wu();
        let tx = spend_for(weight * (100 + (number * 7_919 + salt) % 41) / 400);
        let child = number.is_multiple_of(10).then(|| spend(&Coin::all_of(&tx), 1, Kind::Segwit, 9_000));
        [Some(tx), child].into_iter().flatten()
    };
    (0..).zip(coins).flat_map(one).collect()
}

/// The node's fee rates, in sat/vB, by txid.
fn rates(node: &Node) -> HashMap<String, f64> {
    let entries = node.rpc("getrawmempool", &json!([true]));
    let rate = |entry: &serde_json::Value| {
        let fee = Amount::from_btc(entry["fees"]["base"].as_f64().unwrap()).unwrap();
        let fee = u32::try_from(fee.to_sat()).unwrap();
        f64::from(fee) / entry["vsize"].as_f64().unwrap()
    };
    entries.as_object().unwrap().iter().map(|(txid, entry)| (txid.clone(), rate(entry))).collect()
}

#[test]
#[ignore = "needs bitcoind"]
fn a_transaction_announced_between_two_known_fee_rates_pays_between_them() {
    let (node, mut purse) = (Node::synced(&[]), Purse::new());
    let unknown = purse.coins(&node, COINS, Kind::Segwit);
    let mut watcher = Watcher::of(&[node.address()]);
    let known = purse.coins(&node, COINS, Kind::Segwit);
    watcher.run_until("the coins", |watcher| {
        let height = watcher.records("block").filter_map(|block| block["height"].as_u64()).max();
        (height != Some(node.height())).then(|| format!("{height:?}"))
    });
    let txs = [spends(&unknown, 1), spends(&known, 2)].concat();
    send_all(&node, &txs);
    watcher.run_until("all of them", |watcher| {
        let count = watcher.model().transactions().len();
        (count < txs.len()).then(|| format!("{count} of {}", txs.len()))
    });
    watcher.let_pass(Duration::from_mins(1));
    let announces_by_rate = node.version() >= CLUSTER_MEMPOOL;
    if announces_by_rate {
        watcher.run_until("what follows from the order", |watcher| {
            (watcher.records("fee").count() < 20).then(|| "too little".to_owned())
        });
    }

    let rates = rates(&node);
    let (mut between, mut at_least) = (0, 0);
    for entry in watcher.model().transactions() {
        let rate = rates[&entry.tx().txid().to_string()];
        match entry.fee_rate() {
            FeeRate::Exact(exact) => assert!((exact - rate).abs() < 1e-9, "{exact} for {rate}"),
            FeeRate::Within(bounds) => {
                let tolerance = rate * 1e-6;
                assert!(bounds.min().unwrap() <= rate + tolerance, "{bounds:?} for {rate}");
                assert!(bounds.max().is_none_or(|max| max >= rate - tolerance), "{bounds:?} for {rate}");
                between += usize::from(bounds.low.is_some() && bounds.high.is_some());
                at_least += 1;
            }
        }
    }
    eprintln!("of {at_least} unknown rates {between} are known to lie between two others");
    if announces_by_rate {
        assert!(at_least >= 150 && between >= 100, "{between} of {at_least}");
    } else {
        assert_eq!(between, 0, "the order of announcements says nothing about fee rates");
    }
}
