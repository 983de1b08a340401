//! `--bootstrap`: the transactions that a node had before it was connected.

use crate::bitcoind::{Coin, Kind, NOBAN, Node, Purse, send, spend};
use crate::monitor::Monitor;
use serde_json::Value;
use std::collections::HashSet;

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_offers_its_mempool_is_asked_for_it() {
    let node = Node::synced(&[NOBAN, "-peerbloomfilters=1"]);
    let coins = Purse::new().coins(&node, 200, Kind::Segwit);
    let sent: HashSet<String> =
        coins.chunks(1).map(|coin| send(&node, &spend(coin, 1, Kind::Segwit, 500))).collect();

    let monitor = Monitor::of(&[node.address()], "");
    let records = monitor.wait_for("transaction", sent.len());
    let txids: HashSet<String> =
        records.iter().map(|event| event["txid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(txids, sent);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_does_not_offer_its_mempool_is_not_asked_and_stays_connected() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 2, Kind::Segwit);
    send(&node, &spend(&coins[..1], 1, Kind::Segwit, 500));

    // Core disconnects a peer that asks without permission.
    let monitor = Monitor::of(&[node.address()], "--ping-interval 500ms");
    monitor.wait_for("pong", 3);
    let txid = send(&node, &spend(&coins[1..], 1, Kind::Segwit, 500));
    let records = monitor.wait_for("transaction", 1);
    assert_eq!(records[0]["txid"], txid, "only what was announced after the connection");
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
}

#[test]
#[ignore = "needs bitcoind"]
fn parents_that_were_there_before_us_are_fetched_through_their_children() {
    let node = Node::synced(&[NOBAN]);
    let mut coins = Purse::new().coins(&node, 1, Kind::Segwit);
    let next = |coins: &mut Vec<Coin>| {
        let tx = spend(coins, 1, Kind::Segwit, 500);
        *coins = Coin::all_of(&tx);
        send(&node, &tx)
    };
    let mut line: Vec<String> = (0..4).map(|_| next(&mut coins)).collect();

    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);
    line.push(next(&mut coins));
    let records = monitor.wait_for("transaction", line.len());
    let txids: HashSet<&str> = records.iter().filter_map(|event| event["txid"].as_str()).collect();
    assert_eq!(txids, line.iter().map(String::as_str).collect());
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
}
