//! What both sides learn about each other in the handshake.

use crate::bitcoind::{NOBAN, Node};
use crate::monitor::Monitor;
use serde_json::{Value, json};

#[test]
#[ignore = "needs bitcoind"]
fn the_record_of_a_connection_agrees_with_the_node() {
    for arguments in [&[] as &[&str], &[NOBAN], &["-peerbloomfilters=1", "-v2transport=0"]] {
        let node = Node::synced(arguments);
        node.mine(2);
        let monitor = Monitor::of(&[node.address()], "");

        let connected = &monitor.wait_for("peer_connected", 1)[0];
        let info = node.rpc("getnetworkinfo", &json!([]));
        assert_eq!(connected["peer"], node.address());
        assert_eq!(connected["user_agent"], info["subversion"]);
        assert_eq!(connected["protocol_version"], info["protocolversion"]);
        assert_eq!(connected["services"], info["localservicesnames"]);
        assert_eq!(connected["start_height"], 3);
        assert_eq!(connected["relay"], true);

        let pong = &monitor.wait_for("pong", 1)[0];
        assert_eq!(pong["peer"], node.address());
        assert!(pong["rtt_ms"].as_f64().unwrap() > 0.0);
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn every_line_has_its_time_in_utc_and_milliseconds() {
    let node = Node::synced(&[]);
    let monitor = Monitor::of(&[node.address()], "");
    let time = monitor.wait_for("peer_connected", 1)[0]["time"].as_str().unwrap().to_owned();
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

#[test]
#[ignore = "needs bitcoind"]
fn the_node_sees_a_listener_that_serves_nothing() {
    let node = Node::synced(&[]);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for("pong", 1);

    let peers = node.rpc("getpeerinfo", &json!([]));
    let [peer] = peers.as_array().unwrap().as_slice() else { panic!("one connection, not {peers}") };
    let user_agent = peer["subver"].as_str().unwrap();
    assert!(user_agent.starts_with("/mempulse:"), "{user_agent}");
    assert_eq!(peer["servicesnames"], json!([]));
    assert_eq!(peer["relaytxes"], true, "we request transactions");
    assert_eq!(peer["minfeefilter"], 0.0, "we request all of them");
    assert_eq!(peer["version"], 70_016);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_blocks_only_node_is_called_blocks_only() {
    let node = Node::synced(&["-blocksonly"]);
    let monitor = Monitor::of(&[node.address()], "");
    let connected = &monitor.wait_for("peer_connected", 1)[0];
    assert_eq!(connected["relay"], false);
    monitor.wait_for("pong", 1);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_of_another_network_is_refused_with_a_reason() {
    let node = Node::synced(&[]);
    let monitor = Monitor::run(&["stream", "--network", "signet", "--peer", &node.address()]);
    let disconnected = &monitor.wait_for("peer_disconnected", 1)[0];
    assert_eq!(disconnected["peer"], node.address());
    assert!(disconnected["reason"].is_string());
    assert_eq!(monitor.records("peer_connected"), Vec::<Value>::new());
}
