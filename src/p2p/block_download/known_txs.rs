//! The relayed transactions still in use, from which compact blocks are filled.

use crate::wire::{Transaction, Wtxid};
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use std::sync::{Arc, Weak};

/// How many references to check per noted transaction, so as to remove dead ones. A dead reference keeps the
/// allocation of its transaction, though not its bytes.
const LOOKS: usize = 4;

/// Weak references to transactions by wtxid. They keep nothing alive: the consumer of the events decides what
/// to keep, and what it drops is missing here.
#[derive(Debug, Default)]
pub struct KnownTxs {
    txs: IndexMap<Wtxid, Weak<Transaction>, RandomState>,
    /// The reference to check next.
    next: usize,
}

impl KnownTxs {
    /// Notes a transaction, and removes some dead references. At a steady turnover, a third more references
    /// are kept than there are transactions in use.
    pub fn note(&mut self, tx: &Arc<Transaction>) {
        self.sweep();
        let known = self.txs.entry(tx.wtxid()).or_default();
        // A duplicate may be dropped while the first copy stays in use.
        if known.strong_count() == 0 {
            *known = Arc::downgrade(tx);
        }
    }

    /// Checks the next few references. Checking all in one go would take too long.
    fn sweep(&mut self) {
        for _ in 0..LOOKS {
            match self.txs.get_index(self.next) {
                Some((_, known)) if known.strong_count() > 0 => self.next += 1,
                // `swap_remove` has put the last one in its place.
                Some(_) => _ = self.txs.swap_remove_index(self.next),
                None => self.next = 0,
            }
        }
    }

    /// The wtxids of all noted transactions, possibly including dropped ones.
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
    use std::collections::VecDeque;

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
        let mut known = KnownTxs::default();
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
        let mut known = KnownTxs::default();
        let mut in_use: VecDeque<_> = (0..3_000).map(transaction).collect();
        for tx in &in_use {
            known.note(tx);
        }
        for number in in_use.len()..10_000 {
            in_use.push_back(transaction(number));
            in_use.pop_front();
            known.note(&in_use[in_use.len() - 1]);
            assert!(known.txs.len() <= in_use.len() * 4 / 3 + LOOKS, "{}", known.txs.len());
        }
        assert!(in_use.iter().all(|tx| known.get(tx.wtxid()).is_some()));
        // If everything is dropped in one go, all dead references are gone once half as many transactions
        // have arrived.
        in_use.clear();
        let left = known.txs.len();
        let kept: Vec<_> = (20_000..).take(left / 2).map(transaction).collect();
        for tx in &kept {
            known.note(tx);
        }
        assert!(known.txs.len() <= kept.len() + LOOKS, "{} of {left}", known.txs.len());
    }

    #[test]
    fn a_duplicate_that_is_dropped_does_not_replace_the_transaction_in_use() {
        let mut known = KnownTxs::default();
        let tx = transaction(1);
        known.note(&tx);
        known.note(&transaction(1));
        assert_eq!(known.get(tx.wtxid()), Some(tx));
    }
}
