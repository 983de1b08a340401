//! The encrypted transport, and the plain one with nodes that lack it.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, spend};
use crate::monitor::Monitor;
use serde_json::{Value, json};

/// The connection as described by the monitor and by the node.
fn both_views(node: &Node, monitor: &Monitor) -> (Value, Value) {
    monitor.wait_for("pong", 1);
    let connected = monitor.records("peer_connected").remove(0);
    let peers = node.rpc("getpeerinfo", &json!([]));
    let [peer] = peers.as_array().unwrap().as_slice() else { panic!("one connection, not {peers}") };
    (connected, peer.clone())
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_speaks_v2_is_connected_by_v2_and_names_the_same_session() {
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
fn a_node_without_v2_is_connected_by_v1_and_again_after_its_restart() {
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
fn with_transport_v1_a_node_that_speaks_both_is_connected_by_v1() {
    let node = Node::synced(&["-v2transport=1"]);
    let monitor = Monitor::of(&[node.address()], "--transport v1");
    let (ours, theirs) = both_views(&node, &monitor);
    assert_eq!(ours["transport"], "v1");
    assert_eq!(theirs["transport_protocol_type"], "v1");
}

#[test]
#[ignore = "needs bitcoind"]
fn with_transport_v2_a_node_that_does_not_speak_it_is_disconnected() {
    let node = Node::synced(&["-v2transport=0"]);
    let monitor = Monitor::of(&[node.address()], "--transport v2");
    let disconnected = &monitor.wait_for("peer_disconnected", 1)[0];
    assert_eq!(disconnected["reason"], "v1_only");
}

/// Enough packets in both directions to rekey (after 224) several times.
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
    assert_eq!(monitor.records("peer_disconnected"), Vec::<Value>::new());
}
