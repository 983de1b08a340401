//! Invariants of the mempool, checked after every event.

use crate::model::fees::histogram::FeeHistogram;
use crate::model::mempool::Mempool;
use crate::model::mempool::entries::Sums;
use crate::model::mempool::entries::eviction::{is_vouched, list_of};
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, TxHash};
use std::collections::HashMap;

impl Mempool {
    /// Panics unless all indexes and sums agree with the entries, and all fees with `values`, the true values
    /// of outputs.
    pub(in crate::model) fn assert_consistent(&self, values: &HashMap<OutPoint, u64>) {
        let (mut inputs, mut sums, mut histogram) = (0, Sums::default(), FeeHistogram::default());
        for (key, entry) in self.entries().iter() {
            let tx = entry.tx();
            sums.add(entry);
            if entry.counts() {
                histogram.add(entry.histogram_item());
            }
            for parent in self.entries.parents(tx) {
                let parent = self.get(parent).expect("it is indexed");
                assert!(!parent.is_unproven() || entry.is_unproven(), "its child has proved it");
            }
            assert_eq!(self.key(TxHash::Txid(tx.txid())), Some(key));
            assert_eq!(self.key(TxHash::Wtxid(tx.wtxid())), Some(key));
            assert!(!self.recent.is_excluded(TxHash::Txid(tx.txid())), "it must not come back");
            let mut has_all_parents = true;
            for (vin, input) in tx.inputs().enumerate() {
                inputs += 1;
                assert_eq!(self.entries.spends().get(&input.prevout), Some(key), "every input is indexed");
                assert!(!self.recent.is_rejected(input.prevout.txid), "its parent was rejected");
                assert!(!self.recent.is_spent(&input.prevout), "a block spent it");
                let known = entry.prevout_value(vin);
                assert!(known.is_none_or(|value| values.get(&input.prevout) == Some(&value)));
                let has_parent = self.by_txid(input.prevout.txid).is_some();
                assert!(!has_parent || known.is_some(), "the parent is in the mempool");
                has_all_parents &= has_parent;
            }
            assert!(!has_all_parents || entry.fee().is_some() || self.pays_out_too_much(key, values));
        }
        for vouched in [false, true] {
            let entries = self.entries().iter().filter(|(_, entry)| is_vouched(entry) == vouched);
            let lowest = self.entries.lowest(vouched).and_then(|key| self.get(key));
            assert_eq!(lowest.map(list_of), entries.map(|(_, entry)| list_of(entry)).min());
        }
        self.assert_clusters_settled();
        self.order_bounds.assert_consistent(&self.entries, &self.recent);
        self.entries.assert_indexes(inputs);
        assert_eq!(self.sums(), &sums);
        assert_eq!(self.histogram(), &histogram);
        assert!(sums.memory <= self.max_memory);
        self.pending.assert_consistent();
    }

    /// Returns the number of announced transactions that have not arrived.
    pub(in crate::model) fn pending_count(&self) -> usize {
        self.pending.len()
    }

    fn pays_out_too_much(&self, key: TxKey, values: &HashMap<OutPoint, u64>) -> bool {
        self.get(key).is_some_and(|entry| {
            let inputs: u64 = entry.tx().inputs().filter_map(|input| values.get(&input.prevout)).sum();
            inputs < entry.tx().output_value()
        })
    }
}
