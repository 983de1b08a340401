//! Transactions as nodes announce them.

use crate::bitcoind::{Coin, Kind, NOBAN, Node, Purse, decoded, send, spend};
use crate::monitor::{Monitor, named};
use crate::wait_for;
use bitcoin::{Sequence, Transaction};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Waits for the record of a transaction.
fn wait_for_transaction(monitor: &Monitor, txid: &str) -> Value {
    monitor.wait_until(&format!("transaction {txid}"), |events| {
        named(events, "transaction").into_iter().find(|event| event["txid"] == txid)
    })
}

/// Asserts that the record of `tx` agrees with the node.
fn assert_agrees(node: &Node, tx: &Transaction, record: &Value) {
    let expected = decoded(node, tx);
    assert_eq!(record["txid"], expected["txid"]);
    assert_eq!(record["wtxid"], expected["hash"]);
    assert_eq!(record["vsize_vb"], expected["vsize"]);
    assert_eq!(record["weight_wu"], expected["weight"]);
    assert_eq!(record["input_count"], expected["vin"].as_array().unwrap().len());
    assert_eq!(record["output_count"], expected["vout"].as_array().unwrap().len());
    let output_value: u64 = tx.output.iter().map(|output| output.value.to_sat()).sum();
    assert_eq!(record["output_value_sat"], output_value);
    assert_eq!(record["replaceable"], tx.is_explicitly_rbf());
}

/// The node's fee of a transaction in its mempool, in sat.
fn fee(node: &Node, txid: &str) -> u64 {
    let entry = node.rpc("getmempoolentry", &json!([txid]));
    bitcoin::Amount::from_btc(entry["fees"]["base"].as_f64().unwrap()).unwrap().to_sat()
}

#[test]
#[ignore = "needs bitcoind"]
fn each_of_a_thousand_transactions_from_two_nodes_is_written_once_and_agrees_with_the_nodes() {
    let (first, second) = (Node::synced(&[NOBAN]), Node::start(&[NOBAN]));
    let mut purse = Purse::new();
    let mut coins = purse.coins(&first, 500, Kind::Legacy);
    coins.extend(purse.coins(&first, 500, Kind::Segwit));
    second.connect(&first);
    let monitor = Monitor::of(&[first.address(), second.address()], "");
    monitor.wait_for_relay(2);

    let mut sent: HashMap<String, Transaction> = HashMap::new();
    for (number, coin) in (0_u64..).zip(coins) {
        let kind = if number % 3 == 0 { Kind::Legacy } else { Kind::Segwit };
        let mut tx = spend(&[coin], 2 + number % 7, kind, 1_000 + number);
        if number % 2 == 0 {
            tx.input[0].sequence = Sequence::MAX;
        }
        sent.insert(send(&first, &tx), tx);
    }
    assert_eq!(sent.len(), 1_000);
    assert_eq!(first.mempool().len(), 1_000);

    monitor.wait_for("transaction", 1_000);
    wait_for("the second node to have them all", || second.mempool().len() == 1_000);
    for node in [&first, &second] {
        monitor.wait_until("each node's announcement of each", |events| {
            let announced = named(events, "announced");
            let counts = announced.iter().filter(|event| event["peer"] == node.address());
            let count: u64 = counts.map(|event| event["tx_count"].as_u64().unwrap()).sum();
            (count >= 1_000).then_some(())
        });
    }
    // A transaction requested twice would have arrived by now, as a pong comes after it.
    let pongs = monitor.records("pong").len();
    monitor.wait_for("pong", pongs + 2);

    let transactions = monitor.records("transaction");
    assert_eq!(transactions.len(), 1_000, "each is written once");
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
    for event in &transactions {
        let txid = event["txid"].as_str().unwrap();
        let tx = sent.remove(txid).unwrap_or_else(|| panic!("{txid} was never sent, or was written before"));
        assert_agrees(&first, &tx, event);
        assert!(event["fee_sat"].is_null() || event["fee_sat"] == fee(&first, txid));
    }
    assert!(sent.is_empty());
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_trickles_announces_all_transactions_in_the_end() {
    let node = Node::synced(&[]);
    let coins = Purse::new().coins(&node, 50, Kind::Segwit);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);
    for coin in coins {
        let tx = spend(&[coin], 1, Kind::Segwit, 500);
        let txid = send(&node, &tx);
        if txid.starts_with('0') {
            assert_agrees(&node, &tx, &wait_for_transaction(&monitor, &txid));
        }
    }
    monitor.wait_for("transaction", 50);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_pause_of_the_program_costs_neither_transactions_nor_the_peer() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 600, Kind::Segwit);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);

    monitor.freeze();
    for coin in coins.chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.thaw();

    monitor.wait_for("transaction", 600);
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
}

#[test]
#[ignore = "needs bitcoind"]
fn the_fee_of_a_child_agrees_with_the_node() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 2, Kind::Segwit);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);

    let parents = coins.chunks(1).map(|coin| spend(coin, 2, Kind::Segwit, 300)).collect::<Vec<_>>();
    for parent in &parents {
        wait_for_transaction(&monitor, &send(&node, parent));
    }
    let both: Vec<Coin> = parents.iter().flat_map(Coin::all_of).collect();
    let child = spend(&both, 1, Kind::Segwit, 20_000);
    let txid = send(&node, &child);

    let event = wait_for_transaction(&monitor, &txid);
    assert_agrees(&node, &child, &event);
    assert_eq!(event["fee_sat"], 20_000);
    assert_eq!(event["fee_sat"], fee(&node, &txid));
    let rate = 20_000.0 / event["vsize_vb"].as_f64().unwrap();
    assert!((event["fee_rate"].as_f64().unwrap() - rate).abs() < 0.01, "{event}");
}

#[test]
#[ignore = "needs bitcoind"]
fn a_replacement_arrives_after_the_original() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 1, Kind::Segwit);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);

    let original = spend(&coins, 1, Kind::Segwit, 1_000);
    let original_id = send(&node, &original);
    assert_eq!(wait_for_transaction(&monitor, &original_id)["replaceable"], true);

    let replacement = spend(&coins, 1, Kind::Segwit, 9_000);
    let replacement_id = send(&node, &replacement);
    assert_agrees(&node, &replacement, &wait_for_transaction(&monitor, &replacement_id));
    assert_eq!(node.mempool(), [replacement_id]);
}
