//! Which held transaction spends an output: the way to children, conflicts and fees.

use crate::model::mempool::entry::SPARE_QUARTERS;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// What one input costs in the index, in bytes.
pub(crate) const SPEND_MEMORY: usize = SPARE_QUARTERS * size_of::<(OutPoint, SpendingInput)>() / 4;

/// An input of a held transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SpendingInput {
    pub(crate) key: TxKey,
    /// The number of the input.
    pub(crate) vin: u32,
}

/// The inputs of all held transactions by what they spend. No two spend the same output.
#[derive(Debug, Default)]
pub(crate) struct SpendsIndex {
    by_prevout: HashMap<OutPoint, SpendingInput, RandomState>,
}

impl SpendsIndex {
    /// Who spends an output.
    pub(crate) fn get(&self, prevout: &OutPoint) -> Option<SpendingInput> {
        self.by_prevout.get(prevout).copied()
    }

    /// Those that spend what `tx` spends, in the order of its inputs; one may come more than once.
    pub(crate) fn rivals<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        tx.inputs().filter_map(|input| self.get(&input.prevout)).map(|spender| spender.key)
    }

    /// Those that spend an output of `tx`; one may come more than once.
    pub(crate) fn children<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        let txid = tx.txid();
        (0..tx.output_count())
            .filter_map(move |vout| self.get(&OutPoint { txid, vout }))
            .map(|child| child.key)
    }

    /// A transaction is held from now on.
    pub(crate) fn insert(&mut self, key: TxKey, tx: &Transaction) {
        for (vin, input) in (0..).zip(tx.inputs()) {
            self.by_prevout.insert(input.prevout, SpendingInput { key, vin });
        }
    }

    /// A transaction is no longer held.
    pub(crate) fn remove(&mut self, tx: &Transaction) {
        for input in tx.inputs() {
            self.by_prevout.remove(&input.prevout);
        }
    }

    /// How many outputs are spent.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.by_prevout.len()
    }
}
