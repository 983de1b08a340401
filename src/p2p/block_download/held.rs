//! The received transactions that somebody still holds: what compact blocks are filled from.

use crate::wire::{Transaction, Wtxid};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// How many may be noted before those that are gone are looked for the first time.
const FIRST_SWEEP: usize = 4_096;

/// Notes of transactions by name. They keep nothing in memory: whoever takes the events decides what
/// is held, and what it lets go is missing here.
#[derive(Debug)]
pub struct Held {
    notes: HashMap<Wtxid, Weak<Transaction>, foldhash::fast::RandomState>,
    sweep_at: usize,
}

impl Held {
    /// Nothing.
    pub fn new() -> Self {
        Self { notes: HashMap::default(), sweep_at: FIRST_SWEEP }
    }

    /// Notes a transaction. Now and then forgets those that are gone: there are never more than
    /// twice as many notes as transactions were held, or [`FIRST_SWEEP`].
    pub fn note(&mut self, tx: &Arc<Transaction>) {
        if self.notes.len() >= self.sweep_at {
            self.notes.retain(|_, note| note.strong_count() > 0);
            self.sweep_at = FIRST_SWEEP.max(2 * self.notes.len());
        }
        // A duplicate that nobody keeps must not take the place of the one that is kept.
        let note = self.notes.entry(tx.wtxid()).or_default();
        if note.strong_count() == 0 {
            *note = Arc::downgrade(tx);
        }
    }

    /// The names of all that was noted; some may be gone.
    pub fn names(&self) -> impl Iterator<Item = Wtxid> {
        self.notes.keys().copied()
    }

    /// A transaction, if somebody still holds it.
    pub fn get(&self, wtxid: Wtxid) -> Option<Arc<Transaction>> {
        self.notes.get(&wtxid)?.upgrade()
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
    fn what_nobody_holds_is_gone() {
        let mut held = Held::new();
        let tx = transaction(1);
        held.note(&tx);
        assert_eq!(held.get(tx.wtxid()), Some(Arc::clone(&tx)));
        let wtxid = tx.wtxid();
        drop(tx);
        assert_eq!(held.get(wtxid), None);
        assert_eq!(held.names().collect::<Vec<_>>(), [wtxid]);
    }

    #[test]
    fn a_duplicate_that_nobody_keeps_does_not_hide_the_one_that_is_kept() {
        let mut held = Held::new();
        let kept = transaction(1);
        held.note(&kept);
        held.note(&transaction(1));
        assert!(held.get(kept.wtxid()).is_some());
    }

    #[test]
    fn notes_of_what_is_gone_do_not_pile_up() {
        let mut held = Held::new();
        let kept: Vec<_> = (0..100).map(transaction).collect();
        for tx in &kept {
            held.note(tx);
        }
        for number in 100..3 * FIRST_SWEEP {
            held.note(&transaction(number));
            assert!(held.notes.len() <= FIRST_SWEEP);
        }
        assert!(kept.iter().all(|tx| held.get(tx.wtxid()).is_some()));
    }
}
