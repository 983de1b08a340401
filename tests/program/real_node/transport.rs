//! The encrypted transport, and the plain one where a node does not speak it.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, spend};
use crate::monitor::Monitor;
use serde_json::{Value, json};

/// The `peer_connected` of a monitor of `node`, and what the node says of that connection.
fn both_views(node: &Node, monitor: &Monitor) -> (Value, Value) {
    let told = monitor.wait_for("pong", 1).len();
    assert!(told > 0);
    let connected = monitor.told("peer_connected").remove(0);
    let peers = node.rpc("getpeerinfo", &json!([]));
    let [peer] = peers.as_array().unwrap().as_slice() else { panic!("one connection, not {peers}") };
    (connected, peer.clone())
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_speaks_v2_is_spoken_to_in_it_and_names_the_same_session() {
    for choice in ["", "--transport v2"] {
        let node = Node::synced(&["-v2transport=1"]);
        let monitor = Monitor::of(&[node.address()], choice);
        let (ours, theirs) = both_views(&node, &monitor);
        assert_eq!(ours["transport"], "v2");
        assert_eq!(theirs["transport_protocol_type"], "v2");
        assert_eq!(ours["session_id"], theirs["session_id"]);
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_without_v2_is_spoken_to_in_plain_and_again_after_its_restart() {
    let mut node = Node::synced(&["-v2transport=0"]);
    let monitor = Monitor::of(&[node.address()], "");
    let (ours, theirs) = both_views(&node, &monitor);
    assert_eq!(ours["transport"], "v1");
    assert_eq!(ours["session_id"], Value::Null);
    assert_eq!(theirs["transport_protocol_type"], "v1");

    node.stop();
    node.restart();
    assert_eq!(monitor.wait_for("peer_connected", 2)[1]["transport"], "v1");
}

#[test]
#[ignore = "needs bitcoind"]
fn who_chooses_v1_gets_it_from_a_node_that_speaks_both() {
    let node = Node::synced(&["-v2transport=1"]);
    let monitor = Monitor::of(&[node.address()], "--transport v1");
    let (ours, theirs) = both_views(&node, &monitor);
    assert_eq!(ours["transport"], "v1");
    assert_eq!(theirs["transport_protocol_type"], "v1");
}

#[test]
#[ignore = "needs bitcoind"]
fn who_chooses_v2_is_told_of_a_node_that_does_not_speak_it() {
    let node = Node::synced(&["-v2transport=0"]);
    let monitor = Monitor::of(&[node.address()], "--transport v2");
    let disconnected = &monitor.wait_for("peer_disconnected", 1)[0];
    assert_eq!(disconnected["reason"], "v1_only");
}

/// Enough packets in both directions to change the keys (after 224) several times.
#[test]
#[ignore = "needs bitcoind"]
fn a_thousand_transactions_come_through_v2() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 1_000, Kind::Segwit);
    let monitor = Monitor::of(&[node.address()], "--transport v2 --ping-interval 100ms");
    monitor.wait_for("peer_connected", 1);
    for coin in coins.chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.wait_for("transaction", 1_000);
    monitor.wait_for("pong", 20);
    assert_eq!(monitor.told("peer_disconnected"), Vec::<Value>::new());
}
