//! Blocks from before the watch.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send_all, spend};
use crate::monitor::{Monitor, named};
use serde_json::Value;

/// How many blocks are fetched.
const BLOCKS: u64 = 100;

/// How many transactions each of them has beside its coinbase.
const EACH: u64 = 20;

/// Two nodes with the same chain, whose last blocks have transactions.
fn nodes(arguments: &[&str]) -> (Node, Node) {
    let (first, second) = (Node::synced(&[NOBAN]), Node::start(arguments));
    let coins = Purse::new().coins(&first, BLOCKS * EACH, Kind::Segwit);
    for coins in coins.chunks(usize::try_from(EACH).unwrap()) {
        let txs: Vec<_> = coins.chunks(1).map(|coin| spend(coin, 3, Kind::Segwit, 1_000)).collect();
        send_all(&first, &txs);
        first.mine(1);
    }
    second.connect(&first);
    second.disconnect(&first);
    (first, second)
}

/// Whether this tells of so many blocks at least.
fn fetched(event: &Value, count: u64) -> bool {
    event["fetched"].as_u64().is_some_and(|fetched| fetched >= count)
}

#[test]
#[ignore = "needs bitcoind"]
fn all_past_blocks_come_although_the_peer_that_sends_them_is_killed_in_the_middle() {
    let (mut first, second) = nodes(&[NOBAN]);
    // It takes connections and says nothing, so that all is asked of the other one.
    second.freeze();
    let peers = [first.address(), second.address()];
    let monitor = Monitor::of(&peers, &format!("--backfill {BLOCKS}"));
    monitor.wait_for("backfill", 1);
    first.kill();
    let gone = monitor.wait_for("peer_disconnected", 1).remove(0);
    assert_eq!(gone["peer"], first.address());
    let before = monitor.told("backfill");
    assert!(!before.iter().any(|event| fetched(event, BLOCKS)), "it was killed too late: {before:?}");
    second.thaw();
    let last = monitor.wait_until("all past blocks", |events| {
        named(events, "backfill").into_iter().find(|event| fetched(event, BLOCKS))
    });
    assert_eq!((&last["wanted"], &last["given_up"]), (&BLOCKS.into(), &0.into()));
    assert!(monitor.told("block").is_empty(), "none of them is news");
}

#[test]
#[ignore = "needs bitcoind"]
fn past_blocks_come_from_two_nodes_at_once_and_fees_become_known_by_them() {
    let (first, second) = nodes(&[NOBAN]);
    let coins = Purse::new().coins(&first, 10, Kind::Segwit);
    second.connect(&first);
    let monitor = Monitor::of(&[first.address(), second.address()], "--backfill 4");
    let last = monitor.wait_until("the past blocks", |events| {
        named(events, "backfill").into_iter().find(|event| fetched(event, 4))
    });
    assert_eq!(last["wanted"], 4);
    send_all(&first, &coins.chunks(1).map(|coin| spend(coin, 1, Kind::Segwit, 700)).collect::<Vec<_>>());
    for event in monitor.wait_for("transaction", 10) {
        assert_eq!(event["fee"], 700, "{event}");
    }
}
