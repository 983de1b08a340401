//! Nodes that freeze, crash and return.

use crate::bitcoind::{NOBAN, Node};
use crate::monitor::{Monitor, named};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Ping intervals and timeouts short enough for a test.
const BRISK: &str = "--ping-interval 500ms --ping-timeout 3s --handshake-timeout 3s";

/// Waits until `node` has connected `count` times in total.
fn connected(monitor: &Monitor, node: &Node, count: usize) {
    monitor.wait_until(&format!("connection {count} to {}", node.address()), |events| {
        (of(node, &named(events, "peer_connected")).len() >= count).then_some(())
    });
}

/// Waits for the first disconnection of `node`, and returns the reason.
fn first_reason(monitor: &Monitor, node: &Node) -> String {
    monitor.wait_until(&format!("the loss of {}", node.address()), |events| {
        let lost = of(node, &named(events, "peer_disconnected"));
        lost.first().map(|event| event["reason"].as_str().unwrap().to_owned())
    })
}

fn of(node: &Node, events: &[Value]) -> Vec<Value> {
    events.iter().filter(|event| event["peer"] == node.address()).cloned().collect()
}

#[test]
#[ignore = "needs bitcoind"]
fn a_frozen_node_is_dropped_by_ping_timeout_and_redialled_until_it_thaws() {
    let (frozen, other) = (Node::synced(&[]), Node::synced(&[]));
    let monitor = Monitor::of(&[frozen.address(), other.address()], BRISK);
    connected(&monitor, &frozen, 1);
    connected(&monitor, &other, 1);

    frozen.freeze();
    let lost = first_reason(&monitor, &frozen);
    frozen.thaw();

    assert_eq!(lost, "ping_timeout");
    connected(&monitor, &frozen, 2);
    assert_eq!(of(&other, &monitor.records("peer_disconnected")), Vec::<Value>::new());
}

#[test]
#[ignore = "needs bitcoind"]
fn the_end_of_a_killed_node_is_noticed_at_once() {
    let mut node = Node::synced(&[]);
    let monitor = Monitor::of(&[node.address()], "");
    connected(&monitor, &node, 1);

    let killed = Instant::now();
    node.kill();
    let reason = first_reason(&monitor, &node);
    let noticed_after = killed.elapsed();

    assert!(
        ["closed_by_peer", "closed_inside_message", "connection_lost"].contains(&reason.as_str()),
        "{reason}"
    );
    // A ping would not have timed out before 30 s.
    assert!(noticed_after < Duration::from_secs(20), "{noticed_after:?}");
}

#[test]
#[ignore = "needs bitcoind"]
fn a_restarted_node_is_connected_again_and_heard() {
    let mut node = Node::synced(&[NOBAN]);
    let monitor = Monitor::of(&[node.address()], "");
    connected(&monitor, &node, 1);
    for restarts in 1..=2 {
        node.stop();
        monitor.wait_for("peer_disconnected", 1);
        node.restart();
        connected(&monitor, &node, 1 + restarts);
    }
    let hash = node.mine(1).remove(0);
    monitor.wait_until("a block after the restarts", |events| {
        named(events, "block").iter().any(|block| block["hash"] == hash).then_some(())
    });
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_starts_later_is_found() {
    let mut node = Node::synced(&[]);
    node.stop();
    let monitor = Monitor::of(&[node.address()], "");
    assert_eq!(first_reason(&monitor, &node), "connection_refused");
    node.restart();
    connected(&monitor, &node, 1);
}
