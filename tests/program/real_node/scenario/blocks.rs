//! The figures of blocks.

use super::watcher::Watcher;
use crate::bitcoind::Node;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};

/// The txids in these blocks, without coinbases.
pub fn transactions(node: &Node, hashes: &[String]) -> BTreeSet<String> {
    hashes.iter().flat_map(|hash| of_block(&block(node, hash))).collect()
}

fn block(node: &Node, hash: &str) -> Value {
    node.rpc("getblock", &json!([hash, 1]))
}

fn of_block(block: &Value) -> Vec<String> {
    let txids = block["tx"].as_array().unwrap().iter().skip(1);
    txids.map(|txid| txid.as_str().unwrap().to_owned()).collect()
}

/// Compares the record of a block with the node's figures.
pub fn compare(step: &str, node: &Node, hash: &str, watcher: &Watcher) {
    let records: Vec<&Value> = watcher.records("block").filter(|record| record["hash"] == hash).collect();
    let [record] = records[..] else { panic!("{step}: {} records of block {hash}", records.len()) };
    let block = block(node, hash);
    let stats = node.rpc("getblockstats", &json!([hash]));
    for (ours, theirs) in [
        ("height", &block["height"]),
        ("size_bytes", &block["size"]),
        ("weight_wu", &block["weight"]),
        ("tx_count", &stats["txs"]),
        ("subsidy_sat", &stats["subsidy"]),
        ("fees_sat", &stats["totalfee"]),
        ("paying_weight_wu", &stats["total_weight"]),
    ] {
        assert_eq!(&record[ours], theirs, "{step}: {ours} of block {hash} (Core's on the right)");
    }
    // Core rounds down, and reports 0 as the average of nothing.
    let average = record["fee_rate"].as_f64().unwrap_or_default().floor();
    assert_eq!(Some(average), stats["avgfeerate"].as_f64(), "{step}: average rate of block {hash}");
    let known: HashSet<&str> = watcher.records("transaction").filter_map(|tx| tx["txid"].as_str()).collect();
    let seen = of_block(&block).iter().filter(|txid| known.contains(txid.as_str())).count();
    assert_eq!(record["seen_count"], seen, "{step}: transactions of block {hash} that were received before");
}
