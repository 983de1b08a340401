//! What Core says, and whether mempulse says the same.

use super::watcher::Watcher;
use crate::bitcoind::Node;
use bitcoin::Amount;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// A transaction in Core's mempool.
#[derive(Debug)]
pub struct Judged {
    /// In sat.
    fee: u64,
}

impl Judged {
    fn of(entry: &Value) -> Self {
        Self { fee: sat(&entry["fees"]["base"]) }
    }
}

fn sat(amount: &Value) -> u64 {
    Amount::from_btc(amount.as_f64().unwrap()).unwrap().to_sat()
}

/// Core's mempool, by wtxid.
pub fn mempool(node: &Node) -> HashMap<String, Judged> {
    let entries = node.rpc("getrawmempool", &json!([true]));
    let entries = entries.as_object().unwrap().values();
    entries.map(|entry| (entry["wtxid"].as_str().unwrap().to_owned(), Judged::of(entry))).collect()
}

/// What a comparison found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Transactions that both hold.
    pub held: usize,
    /// Those whose fee mempulse calls exact.
    pub exact: usize,
}

/// Waits until `watcher` holds what `node` does, then compares every figure.
pub fn compare(step: &str, node: &Node, watcher: &mut Watcher) -> Verdict {
    let core = mempool(node);
    let tip = (node.height(), node.rpc("getbestblockhash", &json!([])));
    watcher.run_until(step, |watcher| {
        let behind = watcher.tip().is_none_or(|(height, hash)| (height, Value::from(hash)) != tip);
        if behind { Some(format!("the tip {tip:?}")) } else { difference(&core, watcher) }
    });
    judge(step, &core, watcher)
}

fn difference(core: &HashMap<String, Judged>, watcher: &Watcher) -> Option<String> {
    let held: HashSet<String> =
        watcher.model().transactions().map(|entry| entry.tx().wtxid().to_string()).collect();
    let missing: Vec<_> = core.keys().filter(|wtxid| !held.contains(*wtxid)).collect();
    let too_many: Vec<_> = held.iter().filter(|wtxid| !core.contains_key(*wtxid)).collect();
    (!missing.is_empty() || !too_many.is_empty()).then(|| {
        let some = |ids: &[&String]| ids.iter().take(5).map(|id| (*id).clone()).collect::<Vec<_>>();
        format!(
            "{} are missing, such as {:?}; {} are too many, such as {:?}",
            missing.len(),
            some(&missing),
            too_many.len(),
            some(&too_many)
        )
    })
}

fn judge(step: &str, core: &HashMap<String, Judged>, watcher: &Watcher) -> Verdict {
    let mut verdict = Verdict { held: core.len(), exact: 0 };
    for entry in watcher.model().transactions() {
        let wtxid = entry.tx().wtxid().to_string();
        let (core, Some(fee)) = (&core[&wtxid], entry.fee()) else { continue };
        assert_eq!(fee, core.fee, "{step}: the fee of {wtxid} (Core's on the right)");
        verdict.exact += 1;
    }
    verdict
}
