//! Blocks from before startup.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send_all, spend};
use crate::monitor::{Monitor, named};
use serde_json::Value;
use tempfile::TempDir;

/// How many blocks are fetched.
const BLOCKS: u64 = 100;

/// How many transactions each of them has beside its coinbase.
const EACH: u64 = 10;

/// Two nodes with the same chain, whose last blocks are of about 90 kB.
fn nodes(purse: &mut Purse) -> (Node, Node) {
    let (first, second) = (Node::synced(&[NOBAN]), Node::start(&[NOBAN]));
    let coins = purse.coins(&first, BLOCKS * EACH, Kind::Segwit);
    for coins in coins.chunks(usize::try_from(EACH).unwrap()) {
        let txs: Vec<_> = coins.chunks(1).map(|coin| spend(coin, 200, Kind::Segwit, 10_000)).collect();
        send_all(&first, &txs);
        first.mine(1);
    }
    second.connect(&first);
    second.disconnect(&first);
    (first, second)
}

/// Monitors them with a separate state: chains mined in the same second can be identical.
fn watch(peers: &[String], backfill: u64, state: &TempDir) -> Monitor {
    Monitor::of(peers, &format!("--backfill {backfill} --state-dir {}", state.path().display()))
}

/// Whether the record counts at least `count` fetched blocks.
fn fetched(event: &Value, count: u64) -> bool {
    event["fetched_count"].as_u64().is_some_and(|fetched| fetched >= count)
}

#[test]
#[ignore = "needs bitcoind"]
fn all_past_blocks_come_although_the_peer_that_sends_them_is_killed_in_the_middle() {
    let (mut first, second) = nodes(&mut Purse::new());
    // The frozen node accepts connections and stays silent, so that everything is requested from the other
    // one.
    second.freeze();
    let peers = [first.address(), second.address()];
    let state = tempfile::tempdir().unwrap();
    let monitor = watch(&peers, BLOCKS, &state);
    monitor.wait_for("backfill", 1);
    first.kill();
    let gone = monitor.wait_for("peer_disconnected", 1).remove(0);
    assert_eq!(gone["peer"], first.address());
    let before = monitor.records("backfill");
    assert!(!before.iter().any(|event| fetched(event, BLOCKS)), "it was killed too late: {before:?}");
    second.thaw();
    let last = monitor.wait_until("all past blocks", |events| {
        named(events, "backfill").into_iter().find(|event| fetched(event, BLOCKS))
    });
    assert_eq!((&last["requested_count"], &last["given_up_count"]), (&BLOCKS.into(), &0.into()));
    assert!(monitor.records("block").is_empty(), "past blocks are not new ones");
}

#[test]
#[ignore = "needs bitcoind"]
fn past_blocks_are_fetched_once_and_make_fees_known() {
    let mut purse = Purse::new();
    let (first, second) = nodes(&mut purse);
    let coins = purse.coins(&first, 10, Kind::Segwit);
    second.connect(&first);
    let (peers, state) = ([first.address(), second.address()], tempfile::tempdir().unwrap());
    let mut monitor = watch(&peers, 4, &state);
    let last = monitor.wait_until("the past blocks", |events| {
        named(events, "backfill").into_iter().find(|event| fetched(event, 4))
    });
    assert_eq!(last["requested_count"], 4);
    monitor.interrupt();
    // Blocks are fetched only once, and then remembered.
    let monitor = watch(&peers, 5, &state);
    let last = monitor.wait_until("the one that is missing", |events| {
        named(events, "backfill").into_iter().find(|event| fetched(event, 1))
    });
    assert_eq!(last["requested_count"], 1);
    send_all(&first, &coins.chunks(1).map(|coin| spend(coin, 1, Kind::Segwit, 700)).collect::<Vec<_>>());
    for event in monitor.wait_for("transaction", 10) {
        assert_eq!(event["fee_sat"], 700, "{event}");
    }
}
