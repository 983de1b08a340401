//! The mempool as somebody keeps it who reads nothing but the stream.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the stream has told so far, and what it told in the present step.
#[derive(Default)]
pub struct Mirror {
    held: BTreeSet<String>,
    step: Step,
}

/// What was told since the last judgement, by txid.
#[derive(Default, Debug)]
pub struct Step {
    /// What gave way directly, and to what.
    pub replaced: BTreeMap<String, BTreeSet<String>>,
    /// What gave way because of an ancestor.
    pub descendants: BTreeSet<String>,
    /// What left for other reasons, and which.
    pub others: BTreeMap<String, String>,
    /// What was found in blocks.
    pub confirmed: BTreeSet<String>,
    /// What came back out of blocks that are no longer in the best chain.
    pub returned: BTreeSet<String>,
}

impl Mirror {
    /// One more line of the stream.
    pub fn hear(&mut self, record: &Value) {
        let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let txid = text("txid");
        let news = match record["event"].as_str().unwrap() {
            "transaction" => {
                assert!(self.held.insert(txid), "it was there already: {record}");
                return;
            }
            "returned" => {
                assert!(self.held.insert(txid.clone()), "it was there already: {record}");
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
        assert!(news && self.held.remove(&txid), "it was not there: {record}");
    }

    /// The txids of all that is held.
    pub fn held(&self) -> &BTreeSet<String> {
        &self.held
    }

    /// What was told in this step, which ends here.
    pub fn end_step(&mut self) -> Step {
        std::mem::take(&mut self.step)
    }
}
