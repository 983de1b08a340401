//! The mempool of an earlier run, and files of Bitcoin Core.

use crate::bitcoind::{Coin, Kind, NOBAN, Node, Purse, mine_only, send, send_all, spend};
use crate::monitor::Monitor;
use crate::{mempulse, wait_for};
use bitcoin::Transaction;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// The fee of each transaction, in sat.
const FEE: u64 = 500;

fn monitor(node: &Node, state: &TempDir) -> Monitor {
    Monitor::of(&[node.address()], &format!("--state-dir {}", state.path().display()))
}

/// Each coin spent alone, and each of these spent again.
fn pairs(coins: &[Coin]) -> Vec<Transaction> {
    let parents: Vec<_> = coins.chunks(1).map(|coin| spend(coin, 1, Kind::Segwit, FEE)).collect();
    let child = |parent| spend(&Coin::all_of(parent), 1, Kind::Segwit, FEE);
    let children: Vec<_> = parents.iter().map(child).collect();
    parents.into_iter().chain(children).collect()
}

/// The mempool according to the records: when each transaction was first seen, and where it came from.
fn mempool(records: &[Value]) -> BTreeMap<String, (String, String)> {
    let mut mempool = BTreeMap::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for record in records {
        let txid = text(&record["txid"]);
        match record["event"].as_str() {
            Some("transaction") => {
                mempool.insert(txid, (text(&record["first_seen"]), text(&record["source"])));
            }
            Some("removed") => _ = mempool.remove(&txid),
            _ => {}
        }
    }
    mempool
}

/// Waits until the mempool of `monitor` is that of `node`.
fn agreed(monitor: &Monitor, node: &Node) -> BTreeMap<String, (String, String)> {
    let expected: BTreeSet<String> = node.mempool().into_iter().collect();
    monitor.wait_until("the node's mempool", |records| {
        let mempool = mempool(records);
        mempool.keys().eq(&expected).then_some(mempool)
    })
}

/// Ends a first run through `end`, and compares what a second run restores.
fn restart(end: impl FnOnce(&mut Monitor, &Path)) {
    let state = tempfile::tempdir().unwrap();
    let node = Node::synced(&[NOBAN, "-peerbloomfilters=1"]);
    let mut purse = Purse::new();
    let (old, new) = (purse.coins(&node, 100, Kind::Segwit), purse.coins(&node, 200, Kind::Segwit));
    let old = pairs(&old);
    send_all(&node, &old);
    let mut first = monitor(&node, &state);
    let before = agreed(&first, &node);
    end(&mut first, &state.path().join("mempool-regtest.journal"));

    let mined: Vec<_> = old[..50].to_vec();
    mine_only(&node, mined, 50 * FEE);
    new.chunks(1).for_each(|coin| _ = send(&node, &spend(coin, 1, Kind::Segwit, FEE)));
    let second = monitor(&node, &state);
    let after = agreed(&second, &node);
    let restored: Vec<_> = after.iter().filter(|(_, (_, source))| source == "restored").collect();
    assert_eq!(restored.len(), 150, "what was neither mined nor sent since");
    for (txid, (first_seen, _)) in restored {
        assert_eq!(*first_seen, before[txid].0, "{txid}");
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn a_restart_ends_in_the_nodes_mempool_with_the_times_of_the_first_run() {
    restart(|monitor, _| assert!(monitor.interrupt().success()));
}

#[test]
#[ignore = "needs bitcoind"]
fn a_start_after_a_kill_shows_the_same() {
    restart(|monitor, journal| {
        // Saved every half minute.
        wait_for("the journal", || fs::metadata(journal).is_ok_and(|file| file.len() > 20_000));
        monitor.kill();
    });
}

/// Runs `import` or `export`.
fn transfer(what: &str, file: &Path, state: &TempDir) -> Output {
    let mut command = mempulse();
    command.args([what, "--network", "regtest", "--state-dir"]).arg(state.path()).arg(file);
    command.output().unwrap()
}

/// The entry time of each transaction, in s since 1970.
fn times(node: &Node) -> BTreeMap<String, u64> {
    let entries = node.rpc("getrawmempool", &json!([true]));
    let time = |entry: &Value| entry["time"].as_u64().unwrap();
    entries.as_object().unwrap().iter().map(|(txid, entry)| (txid.clone(), time(entry))).collect()
}

#[test]
#[ignore = "needs bitcoind"]
fn a_mempool_goes_from_core_through_here_and_back() {
    for version in ["-persistmempoolv1=1", "-persistmempoolv1=0"] {
        let state = tempfile::tempdir().unwrap();
        let node = Node::synced(&[NOBAN, version]);
        let other = Node::start(&[NOBAN]);
        send_all(&node, &pairs(&Purse::new().coins(&node, 500, Kind::Segwit)));
        let saved = node.rpc("savemempool", &json!([]));
        let imported = transfer("import", Path::new(saved["filename"].as_str().unwrap()), &state);
        let message = String::from_utf8(imported.stdout).unwrap();
        assert!(message.starts_with("imported 1,000 transactions ("), "{message}{:?}", imported.stderr);

        let exported = state.path().join("exported.dat");
        let export = transfer("export", &exported, &state);
        assert!(export.status.success(), "{export:?}");
        assert!(!transfer("export", &exported, &state).status.success(), "an existing file stays");
        // Two nodes with the same chain, without a connection over which transactions could be relayed.
        other.connect(&node);
        other.disconnect(&node);
        assert!(other.mempool().is_empty());
        let keep_times = json!([exported, { "use_current_time": false }]);
        other.rpc("importmempool", &keep_times);
        assert_eq!(times(&other), times(&node));

        // The next start begins with it, and the node confirms it.
        let monitor = monitor(&node, &state);
        let restored = agreed(&monitor, &node);
        assert!(restored.values().all(|(_, source)| source == "restored"));
    }
}

#[test]
#[ignore = "needs bitcoind"]
fn a_second_instance_says_that_it_does_not_save() {
    let state = tempfile::tempdir().unwrap();
    let node = Node::synced(&[NOBAN]);
    let first = monitor(&node, &state);
    first.wait_for_relay(1);
    let second = monitor(&node, &state);
    let warning = second.wait_for("warning", 1).remove(0);
    assert!(warning["message"].as_str().unwrap().contains("in use by another mempulse"), "{warning}");
    let export = transfer("export", Path::new("/nonexistent/file"), &state);
    let message = String::from_utf8(export.stderr).unwrap();
    assert!(message.contains("in use by another mempulse"), "{message}");
}
