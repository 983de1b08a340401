//! What the screen shows of real nodes.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, spend};
use crate::terminal::Terminal;

const SIZE: (u16, u16) = (120, 36);

fn watch(node: &Node, arguments: &str) -> Terminal {
    Terminal::mempulse(&format!("--network regtest --peer {} {arguments}", node.address()), SIZE)
}

#[test]
#[ignore = "needs bitcoind"]
fn transactions_appear_and_a_block_empties_the_list() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 7, Kind::Segwit);
    let screen = watch(&node, "");
    screen.shows(&node.address());
    screen.shows("● live");
    for coin in coins.chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    screen.shows(" Transactions  7 ");
    node.mine(1);
    screen.shows("the mempool is empty");
    screen.shows("8 tx · 100.0 % seen before");
}

#[test]
#[ignore = "needs bitcoind"]
fn a_replacement_takes_the_place_of_what_it_replaces() {
    let node = Node::synced(&[NOBAN]);
    let coins = Purse::new().coins(&node, 1, Kind::Segwit);
    let screen = watch(&node, "");
    screen.shows("● live");
    // The list has room only for the ends of a txid.
    let shown = |txid: &str| txid[..5].to_owned();
    let original = shown(&send(&node, &spend(&coins, 1, Kind::Segwit, 1_000)));
    screen.shows(&original);
    let replacement = shown(&send(&node, &spend(&coins, 1, Kind::Segwit, 9_000)));
    screen.shows(&replacement);
    screen.hides(&format!("s  {original}"));
    screen.shows(" Transactions  1 ");
}

#[test]
#[ignore = "needs bitcoind"]
fn a_frozen_node_is_late_then_gone_then_back() {
    let node = Node::synced(&[]);
    let screen = watch(&node, "--ping-interval 500ms --ping-timeout 10s --handshake-timeout 3s");
    screen.shows("● live");
    node.freeze();
    screen.shows("late");
    screen.shows("ping timeout");
    node.thaw();
    screen.shows("● live");
}
