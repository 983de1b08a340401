//! What must hold of the mempool after every event.

use crate::model::mempool::{Buckets, Mempool, Share, Sums};
use crate::wire::{OutPoint, TxHash};
use std::collections::HashMap;

impl Mempool {
    /// Panics unless all indexes and sums agree with the entries, and all fees with `values`: what
    /// the outputs are really worth.
    pub(crate) fn assert_consistent(&self, values: &HashMap<OutPoint, u64>) {
        let mut sums = Sums { received: self.sums.received, dropped: self.sums.dropped, ..Sums::default() };
        let (mut inputs, mut pool) = (0, Buckets::default());
        for (key, entry) in &self.entries {
            let tx = entry.tx();
            sums.add(entry);
            pool.add(Share::of(entry));
            assert_eq!(self.key(TxHash::Txid(tx.txid())), Some(*key));
            assert_eq!(self.key(TxHash::Wtxid(tx.wtxid())), Some(*key));
            assert!(!self.departed.is_barred(TxHash::Txid(tx.txid())), "it was to stay away");
            let mut all_parents_held = true;
            for (vin, input) in tx.inputs().enumerate() {
                inputs += 1;
                let spender = self.spends.get(&input.prevout).expect("every input is indexed");
                assert_eq!((spender.key, spender.vin as usize), (*key, vin));
                assert!(!self.departed.is_refused(input.prevout.txid), "its parent lost");
                assert!(!self.departed.is_spent(&input.prevout), "a block spent it");
                let known = entry.prevout_value(vin);
                assert!(known.is_none_or(|value| values.get(&input.prevout) == Some(&value)));
                let held = self.by_txid(input.prevout.txid).is_some();
                assert!(!held || known.is_some(), "the parent is held");
                all_parents_held &= held;
            }
            assert!(!all_parents_held || entry.fee().is_some() || self.pays_out_too_much(*key, values));
        }
        self.assert_clusters_settled();
        assert_eq!(self.spends.len(), inputs);
        assert_eq!([self.by_txid.len(), self.by_wtxid.len()], [self.entries.len(); 2]);
        assert_eq!(self.sums, sums);
        assert_eq!(self.pool, pool);
        assert!(self.sums.memory <= self.limit);
        self.pending.assert_consistent();
    }

    fn pays_out_too_much(
        &self,
        key: crate::model::mempool::key::TxKey,
        values: &HashMap<OutPoint, u64>,
    ) -> bool {
        self.get(key).is_some_and(|entry| {
            let inputs: u64 = entry.tx().inputs().filter_map(|input| values.get(&input.prevout)).sum();
            inputs < entry.tx().output_value()
        })
    }
}
