//! The spends index: which transaction of the mempool spends an output. It leads to children, conflicts
//! and fees.

use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// An input of a transaction in the mempool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SpendingInput {
    pub(super) key: TxKey,
    /// The index of the input.
    pub(super) vin: u32,
}

/// The inputs of all transactions in the mempool by the output that they spend. No two spend the same
/// output.
#[derive(Debug, Default)]
pub(super) struct SpendsIndex {
    by_prevout: HashMap<OutPoint, SpendingInput, RandomState>,
}

impl SpendsIndex {
    /// The size of one input in the index, in bytes, without the spare room of the table.
    pub(super) const SLOT: usize = size_of::<(OutPoint, SpendingInput)>();

    /// Returns the input that spends an output.
    pub(super) fn get(&self, prevout: &OutPoint) -> Option<SpendingInput> {
        self.by_prevout.get(prevout).copied()
    }

    /// Returns the transactions that spend an output that `tx` spends, in the order of its inputs; one
    /// may come more than once.
    pub(super) fn conflicts<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        tx.inputs().filter_map(|input| self.get(&input.prevout)).map(|spend| spend.key)
    }

    /// Returns the transactions that spend an output of `tx`; one may come more than once.
    pub(super) fn children<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        let txid = tx.txid();
        (0..tx.output_count())
            .filter_map(move |vout| self.get(&OutPoint { txid, vout }))
            .map(|child| child.key)
    }

    /// Adds the inputs of a transaction that entered the mempool.
    pub(super) fn insert(&mut self, key: TxKey, tx: &Transaction) {
        for (vin, input) in (0..).zip(tx.inputs()) {
            self.by_prevout.insert(input.prevout, SpendingInput { key, vin });
        }
    }

    /// Removes the inputs of a transaction that left the mempool.
    pub(super) fn remove(&mut self, tx: &Transaction) {
        for input in tx.inputs() {
            self.by_prevout.remove(&input.prevout);
        }
    }

    /// Returns the number of spent outputs.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_prevout.len()
    }
}
