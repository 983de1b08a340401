//! What the system can do to the program: disks that are full or gone, damaged files, a second instance, an
//! end at any moment, too little memory.

mod damaged;
mod disk;
mod instances;
mod killed;
mod memory;
mod small_disk;

use crate::monitor::Monitor;
use crate::stand_in::StandIn;
use crate::support::chain::transaction;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Monitors `node` and keeps its state in `folder`.
fn watch(node: &StandIn, folder: &Path) -> Monitor {
    Monitor::of(&[node.address()], &format!("--state-dir {}", folder.display()))
}

/// A node with `count` transactions and a block.
fn stocked(count: u32) -> StandIn {
    let node = StandIn::start();
    (0..count).for_each(|number| _ = node.accept(transaction(number)));
    node.mine();
    node
}

/// The txids in the records of transactions that entered the mempool, restored ones or all.
fn txids(records: &[Value], restored_only: bool) -> BTreeSet<String> {
    let entered = records.iter().filter(|record| record["event"] == "transaction");
    let chosen = entered.filter(|record| !restored_only || record["source"] == "restored");
    chosen.map(|record| record["txid"].as_str().unwrap().to_owned()).collect()
}

/// Waits until `count` transactions are in the mempool; returns those that an earlier run saved.
fn restored(monitor: &Monitor, count: usize) -> BTreeSet<String> {
    monitor.wait_until(&format!("{count} transactions"), |records| {
        (txids(records, false).len() >= count).then(|| txids(records, true))
    })
}

/// The warnings about files so far.
fn warnings(monitor: &Monitor) -> Vec<String> {
    about_files(&monitor.records("warning")).collect()
}

/// Waits until a warning about a file has all these parts; returns it.
fn warned(monitor: &Monitor, parts: &[&str]) -> String {
    monitor.wait_until(&format!("a warning with {parts:?}"), |records| {
        about_files(records).find(|text| parts.iter().all(|part| text.contains(part)))
    })
}

fn about_files(records: &[Value]) -> impl Iterator<Item = String> {
    let about_files = |record: &&Value| record["event"] == "warning" && record["subject"] == "store";
    records.iter().filter(about_files).map(|record| record["message"].as_str().unwrap().to_owned())
}
