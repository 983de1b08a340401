//! The relayed transactions that are still in use: what compact blocks are filled from.

use crate::wire::{Transaction, Wtxid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// How many references are kept before those to dropped transactions are removed for the first time.
const FIRST_SWEEP: usize = 4_096;

/// Weak references to transactions by wtxid. They keep no transaction in memory: the consumer of the
/// events decides what it keeps, and what it drops is missing here.
#[derive(Debug)]
pub struct KnownTxs {
    txs: HashMap<Wtxid, Weak<Transaction>, RandomState>,
    sweep_at: usize,
}

impl KnownTxs {
    /// No transactions.
    pub fn new() -> Self {
        Self { txs: HashMap::default(), sweep_at: FIRST_SWEEP }
    }

    /// Notes a transaction. References to dropped transactions are removed now and then: there are
    /// never more than [`FIRST_SWEEP`], or twice as many as there were transactions in use.
    pub fn note(&mut self, tx: &Arc<Transaction>) {
        if self.txs.len() >= self.sweep_at {
            self.txs.retain(|_, known| known.strong_count() > 0);
            self.sweep_at = FIRST_SWEEP.max(2 * self.txs.len());
        }
        let known = self.txs.entry(tx.wtxid()).or_default();
        // A duplicate may be dropped while the first copy stays in use.
        if known.strong_count() == 0 {
            *known = Arc::downgrade(tx);
        }
    }

    /// The wtxids of all noted transactions; some may be dropped.
    pub fn wtxids(&self) -> impl Iterator<Item = Wtxid> {
        self.txs.keys().copied()
    }

    /// Returns a transaction if it is still in use.
    pub fn get(&self, wtxid: Wtxid) -> Option<Arc<Transaction>> {
        self.txs.get(&wtxid)?.upgrade()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::transaction::{InputParts, OutputParts, TxParts};
    use crate::wire::{OutPoint, Txid};

    fn transaction(number: usize) -> Arc<Transaction> {
        let mut txid = [0; 32];
        txid[..8].copy_from_slice(&number.to_le_bytes());
        let prevout = OutPoint { txid: Txid(txid), vout: 0 };
        let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![] };
        let output = OutputParts { value: 1, script_pubkey: vec![0x51] };
        let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
        Arc::new(parts.build().unwrap())
    }

    #[test]
    fn a_transaction_that_was_dropped_is_gone() {
        let mut known = KnownTxs::new();
        let tx = transaction(1);
        known.note(&tx);
        assert_eq!(known.get(tx.wtxid()), Some(Arc::clone(&tx)));
        let wtxid = tx.wtxid();
        drop(tx);
        assert_eq!(known.get(wtxid), None);
        assert_eq!(known.wtxids().collect::<Vec<_>>(), [wtxid]);
    }

    #[test]
    fn references_to_dropped_transactions_do_not_pile_up() {
        let mut known = KnownTxs::new();
        let kept: Vec<_> = (0..100).map(transaction).collect();
        for tx in &kept {
            known.note(tx);
        }
        for number in 100..3 * FIRST_SWEEP {
            known.note(&transaction(number));
            assert!(known.txs.len() <= FIRST_SWEEP);
        }
        assert!(kept.iter().all(|tx| known.get(tx.wtxid()).is_some()));
    }

    #[test]
    fn a_duplicate_that_is_dropped_does_not_replace_the_transaction_in_use() {
        let mut known = KnownTxs::new();
        let tx = transaction(1);
        known.note(&tx);
        known.note(&transaction(1));
        assert_eq!(known.get(tx.wtxid()), Some(tx));
    }
}
