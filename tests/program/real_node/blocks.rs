//! Blocks as nodes mine them.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, spend};
use crate::monitor::{Monitor, named};
use serde_json::{Value, json};

/// P2WSH of `OP_TRUE` on regtest.
const OP_TRUE_ADDRESS: &str = "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85";

/// Waits for the record of a block.
fn wait_for_block(monitor: &Monitor, hash: &str) -> Value {
    monitor.wait_until(&format!("block {hash}"), |events| {
        named(events, "block").into_iter().find(|event| event["hash"] == hash)
    })
}

/// Asserts that the record of a block agrees with the node.
fn assert_agrees(node: &Node, event: &Value) {
    let block = node.rpc("getblock", &json!([event["hash"], 1]));
    assert_eq!(event["height"], block["height"]);
    assert_eq!(event["tx_count"], block["nTx"]);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_mined_block_is_written_once_and_agrees_with_the_node() {
    let (first, second) = (Node::synced(&[NOBAN]), Node::start(&[NOBAN]));
    let coins = Purse::new().coins(&first, 20, Kind::Segwit);
    second.connect(&first);
    let monitor = Monitor::of(&[first.address(), second.address()], "--ping-interval 500ms");
    monitor.wait_for_relay(2);
    for coin in coins.chunks(1) {
        send(&first, &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.wait_for("transaction", 20);

    let hash = first.mine(1).remove(0);
    let event = wait_for_block(&monitor, &hash);
    assert_agrees(&first, &event);
    assert_eq!(event["tx_count"], 21);
    assert!([first.address(), second.address()].map(Value::from).contains(&event["peer"]), "{event}");

    for _ in 0..3 {
        let hash = second.mine(1).remove(0);
        assert_agrees(&second, &wait_for_block(&monitor, &hash));
    }
    let times = monitor.records("block").iter().filter(|event| event["hash"] == hash).count();
    assert_eq!(times, 1);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_reorg_names_the_disconnected_blocks_and_the_new_ones_follow() {
    let node = Node::synced(&[NOBAN]);
    let monitor = Monitor::of(&[node.address()], "");
    monitor.wait_for_relay(1);
    let stale = node.mine(2);
    wait_for_block(&monitor, &stale[1]);

    node.rpc("invalidateblock", &json!([stale[0]]));
    // To another script, or the same blocks would be mined again.
    let branch = node.rpc("generatetoaddress", &json!([3, OP_TRUE_ADDRESS]));
    for hash in branch.as_array().unwrap() {
        assert_agrees(&node, &wait_for_block(&monitor, hash.as_str().unwrap()));
    }
    let left = monitor.records("reorg");
    assert_eq!(left.len(), 1);
    let disconnected = left[0]["disconnected"].as_array().unwrap();
    let hashes: Vec<&Value> = disconnected.iter().map(|block| &block["hash"]).collect();
    assert_eq!(hashes, [&Value::from(stale[1].as_str()), &Value::from(stale[0].as_str())], "newest first");
}
