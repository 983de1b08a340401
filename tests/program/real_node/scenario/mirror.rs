//! The mempool as a reader of the stream knows it.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The mempool according to the records so far, and the changes in the current step.
#[derive(Default)]
pub struct Mirror {
    mempool: BTreeSet<String>,
    step: Step,
}

/// The changes since the last judgement, by txid.
#[derive(Default, Debug)]
pub struct Step {
    /// Directly replaced transactions, by their replacement.
    pub replaced: BTreeMap<String, BTreeSet<String>>,
    /// Transactions removed with a replaced ancestor.
    pub descendants: BTreeSet<String>,
    /// Transactions removed for other reasons, with the reason.
    pub others: BTreeMap<String, String>,
    /// Confirmed transactions.
    pub confirmed: BTreeSet<String>,
    /// Transactions of disconnected blocks that returned.
    pub returned: BTreeSet<String>,
}

impl Mirror {
    /// Applies one more record.
    pub fn follow(&mut self, record: &Value) {
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let txid = text("txid");
        let is_new = match record["event"].as_str().unwrap() {
            "transaction" => {
                assert!(self.mempool.insert(txid), "it was there already: {record}");
                return;
            }
            "returned" => {
                assert!(self.mempool.insert(txid.clone()), "it was there already: {record}");
                self.step.returned.insert(txid);
                return;
            }
            "removed" => match text("reason").as_str() {
                "confirmed" => self.step.confirmed.insert(txid.clone()),
                "replaced" if record["with_ancestor"] == true => self.step.descendants.insert(txid.clone()),
                "replaced" => self.step.replaced.entry(text("by")).or_default().insert(txid.clone()),
                other => self.step.others.insert(txid.clone(), other.to_owned()).is_none(),
            },
            _ => return,
        };
        assert!(is_new && self.mempool.remove(&txid), "it was not there: {record}");
    }

    /// The txids in the mempool.
    pub fn mempool(&self) -> &BTreeSet<String> {
        &self.mempool
    }

    /// Ends the step, and returns its changes.
    pub fn end_step(&mut self) -> Step {
        std::mem::take(&mut self.step)
    }
}
