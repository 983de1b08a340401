//! Tests of the helpers themselves, on which the other tests rely.

use crate::bitcoind::{Coin, Kind, NOBAN, Node, Purse, decoded, send, spend};

#[test]
#[ignore = "needs bitcoind"]
fn coins_of_both_kinds_are_spent_chained_and_replaced() {
    let node = Node::synced(&[NOBAN]);
    let mut purse = Purse::new();
    for kind in [Kind::Legacy, Kind::Segwit] {
        let coins = purse.coins(&node, 1_000, kind);
        assert_eq!(coins.len(), 1_000);

        let parent = spend(&coins[..1], 2, Kind::Segwit, 1_000);
        let child = spend(&Coin::all_of(&parent), 1, Kind::Segwit, 1_000);
        let replacement = spend(&coins[..1], 3, Kind::Segwit, 5_000);
        let parent_id = send(&node, &parent);
        assert_eq!(decoded(&node, &parent)["txid"], parent_id);
        send(&node, &child);
        assert_eq!(node.mempool().len(), 2);
        let replacement_id = send(&node, &replacement);
        assert_eq!(node.mempool(), [replacement_id], "the replacement takes parent and child away");
        node.mine(1);
        assert!(node.mempool().is_empty());
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_freezes_thaws_dies_and_comes_back() {
    let mut node = Node::synced(&[]);
    let other = Node::start(&[]);
    other.connect(&node);
    node.freeze();
    node.thaw();
    assert_eq!(node.height(), 1);
    node.stop();
    node.restart();
    assert_eq!(node.height(), 1, "the chain outlives the process");
    node.mine(1);
    other.connect(&node);
    assert_eq!(other.height(), 2);
    node.kill();
    node.restart();
}
