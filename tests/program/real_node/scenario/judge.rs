//! Compares mempulse's mempool with Core's.

use super::watcher::Watcher;
use crate::bitcoind::Node;
use bitcoin::Amount;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many of a hundred known chunk fee rates must equal Core's.
const SAME_RATES: usize = 99;

/// A transaction in Core's mempool.
#[derive(Debug)]
pub struct Judged {
    txid: String,
    /// In sat.
    fee: u64,
    /// The fee of its chunk, in sat.
    chunk_fee: u64,
    /// The weight of its chunk, in weight units.
    chunk_weight: u64,
}

impl Judged {
    fn of((txid, entry): (&String, &Value)) -> Self {
        Self {
            txid: txid.clone(),
            fee: sat(&entry["fees"]["base"]),
            chunk_fee: sat(&entry["fees"]["chunk"]),
            chunk_weight: entry["chunkweight"].as_u64().unwrap(),
        }
    }

    /// In sat/vB.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn chunk_rate(&self) -> f64 {
        self.chunk_fee as f64 / self.chunk_weight.div_ceil(4) as f64
    }
}

fn sat(amount: &Value) -> u64 {
    Amount::from_btc(amount.as_f64().unwrap()).unwrap().to_sat()
}

/// Core's mempool, by wtxid.
pub fn mempool(node: &Node) -> HashMap<String, Judged> {
    let entries = node.rpc("getrawmempool", &json!([true]));
    let entries = entries.as_object().unwrap().iter();
    entries.map(|entry| (entry.1["wtxid"].as_str().unwrap().to_owned(), Judged::of(entry))).collect()
}

/// The result of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Transactions in both mempools.
    pub transactions: usize,
    /// Those with an exact fee according to mempulse.
    pub exact: usize,
    /// Those among them with a chunk fee rate, since all fees that matter are known.
    pub rated: usize,
    /// Those among them with the same chunk fee rate as Core's.
    pub same_rate: usize,
}

/// Waits until `watcher` has the node's mempool, then compares every figure.
pub fn compare(step: &str, node: &Node, watcher: &mut Watcher) -> Verdict {
    let core = mempool(node);
    let tip = (node.height(), node.rpc("getbestblockhash", &json!([])));
    watcher.run_until(step, |watcher| {
        let behind = watcher.tip().is_none_or(|(height, hash)| (height, Value::from(hash)) != tip);
        if behind { Some(format!("the tip {tip:?}")) } else { difference(&core, watcher) }
    });
    let verdict = judge(step, &core, watcher);
    eprintln!("{step}: {verdict:?}");
    verdict
}

fn difference(core: &HashMap<String, Judged>, watcher: &Watcher) -> Option<String> {
    let known: HashSet<String> =
        watcher.model().transactions().map(|entry| entry.tx().wtxid().to_string()).collect();
    let missing: Vec<_> = core.keys().filter(|wtxid| !known.contains(*wtxid)).collect();
    let too_many: Vec<_> = known.iter().filter(|wtxid| !core.contains_key(*wtxid)).collect();
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
    let mut verdict = Verdict { transactions: core.len(), exact: 0, rated: 0, same_rate: 0 };
    let txids: BTreeSet<&String> = core.values().map(|judged| &judged.txid).collect();
    assert!(
        txids.iter().copied().eq(watcher.mirror()),
        "{step}: a reader of the stream knows another mempool"
    );
    let mut others = Vec::new();
    for entry in watcher.model().transactions() {
        let wtxid = entry.tx().wtxid().to_string();
        let (core, Some(fee)) = (&core[&wtxid], entry.fee()) else { continue };
        assert_eq!(fee, core.fee, "{step}: the fee of {wtxid} (Core's on the right)");
        verdict.exact += 1;
        let Some(rate) = entry.chunk_fee_rate() else { continue };
        verdict.rated += 1;
        if (rate - core.chunk_rate()).abs() <= core.chunk_rate() * 1e-9 {
            verdict.same_rate += 1;
        } else {
            others.push((wtxid, rate, core.chunk_rate()));
        }
    }
    assert!(
        verdict.same_rate * 100 >= verdict.rated * SAME_RATES,
        "{step}: {verdict:?}, others (Core's at the end): {:?}",
        &others[..others.len().min(5)]
    );
    verdict
}
