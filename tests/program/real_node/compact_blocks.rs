//! Compact blocks in both modes, verified by the nodes' own byte counts.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, spend};
use crate::monitor::Monitor;
use crate::wait_for;
use serde_json::{Value, json};

/// A node's report on its connection to the monitor.
fn monitor_of(node: &Node) -> Value {
    let peers = node.rpc("getpeerinfo", &json!([]));
    let is_monitor = |peer: &&Value| peer["subver"].as_str().unwrap().starts_with("/mempulse:");
    peers.as_array().unwrap().iter().find(is_monitor).expect("it is connected").clone()
}

/// Whether the node was asked to send compact blocks unrequested.
fn is_high_bandwidth(node: &Node) -> bool {
    monitor_of(node)["bip152_hb_from"] == true
}

/// How many bytes of messages with this command the node has sent to the monitor.
fn sent(node: &Node, command: &str) -> u64 {
    monitor_of(node)["bytessent_per_msg"][command].as_u64().unwrap_or(0)
}

fn wait_for_block(monitor: &Monitor, hash: &str) -> Value {
    monitor.wait_until(&format!("block {hash}"), |events| {
        let found = events.iter().find(|event| event["event"] == "block" && event["hash"] == hash);
        found.cloned()
    })
}

#[test]
#[ignore = "needs bitcoind"]
fn in_high_bandwidth_mode_a_compact_block_comes_unrequested_and_only_missing_transactions_follow() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 60, Kind::Segwit);
    // Nodes do not announce what was in their mempool before we connect.
    for coin in coins[..10].chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    let monitor = Monitor::of(&[node.address()], "--backfill 0");
    monitor.wait_for_relay(1);
    wait_for("high-bandwidth mode", || is_high_bandwidth(&node));
    for coin in coins[10..].chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.wait_for("transaction", 50);

    let hash = node.mine(1).remove(0);
    let event = wait_for_block(&monitor, &hash);
    assert_eq!(event["tx_count"], 61);
    assert_eq!(sent(&node, "block"), 0, "nothing was sent whole");
    assert!(sent(&node, "cmpctblock") > 60 * 6);
    // Each has 98 bytes.
    assert!((980..1_080).contains(&sent(&node, "blocktxn")), "{} bytes", sent(&node, "blocktxn"));

    let before = sent(&node, "blocktxn");
    let hash = node.mine(1).remove(0);
    wait_for_block(&monitor, &hash);
    assert_eq!(sent(&node, "blocktxn"), before, "an empty block needs no more");
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
}

#[test]
#[ignore = "needs bitcoind"]
fn a_fourth_node_announces_by_header_and_is_asked_for_the_compact_block() {
    let nodes: Vec<Node> = (0..4).map(|_| Node::start(&[NOBAN])).collect();
    let coins = Purse::new().coins(&nodes[0], 20, Kind::Segwit);
    for node in &nodes[1..] {
        node.connect(&nodes[0]);
    }
    let monitor = Monitor::of(&nodes.iter().map(Node::address).collect::<Vec<_>>(), "--backfill 0");
    monitor.wait_for_relay(4);
    let in_high_bandwidth = || nodes.iter().filter(|node| is_high_bandwidth(node)).count();
    wait_for("high-bandwidth mode", || in_high_bandwidth() == 3);
    for coin in coins.chunks(1) {
        send(&nodes[0], &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.wait_for("transaction", 20);
    wait_for("the nodes to agree", || nodes.iter().all(|node| node.mempool().len() == 20));

    // Cut off from the others, the fourth is the only one that has the block.
    let fourth = nodes.iter().find(|node| !is_high_bandwidth(node)).unwrap();
    for node in &nodes[1..] {
        node.disconnect(&nodes[0]);
    }
    let hash = fourth.mine(1).remove(0);
    let event = wait_for_block(&monitor, &hash);
    assert_eq!(event["peer"], fourth.address());
    assert_eq!(event["tx_count"], 21);
    assert!(sent(fourth, "headers") > 0);
    assert!(sent(fourth, "cmpctblock") > 0);
    assert_eq!((sent(fourth, "block"), sent(fourth, "blocktxn")), (0, 0));

    wait_for("the fastest to be preferred", || is_high_bandwidth(fourth));
    assert_eq!(in_high_bandwidth(), 3);
    let hash = fourth.mine(1).remove(0);
    wait_for_block(&monitor, &hash);
    assert_eq!(sent(fourth, "block"), 0);
}
