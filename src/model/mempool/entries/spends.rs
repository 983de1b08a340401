//! The spends index: which mempool transaction spends an output. It leads to children, conflicts and fees.

use crate::model::mempool::entries::hash::KeptHash;
use crate::model::mempool::entries::slots::Slots;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction};
use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// An input of a mempool transaction. The outpoint stays in the transaction's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct SpendingInput {
    slot: u32,
    /// The offset of the outpoint in the bytes of the transaction.
    at: u32,
    hash: KeptHash,
}

/// The inputs of all mempool transactions by the output that they spend. No two spend the same output.
#[derive(Debug, Default)]
pub(super) struct SpendsIndex {
    inputs: HashTable<SpendingInput>,
    /// Seeded, as strangers choose the outpoints.
    hasher: RandomState,
}

impl SpendsIndex {
    /// The bytes per place in the table: the input, and the byte of the table itself.
    pub(super) const EACH: usize = size_of::<SpendingInput>() + 1;

    /// Adds the inputs of an entry that is in its slot.
    pub(super) fn insert(&mut self, slot: u32, tx: &Transaction) {
        for (at, spent) in tx.prevout_offsets() {
            let hash = KeptHash::of(&self.hasher, spent);
            self.inputs
                .insert_unique(hash.wide(), SpendingInput { slot, at, hash }, |input| input.hash.wide());
        }
    }

    /// Removes the inputs of an entry, which may already have left its slot.
    pub(super) fn remove(&mut self, slot: u32, tx: &Transaction) {
        for (at, spent) in tx.prevout_offsets() {
            let hash = KeptHash::of(&self.hasher, spent);
            let input = SpendingInput { slot, at, hash };
            if let Ok(found) = self.inputs.find_entry(hash.wide(), |other| *other == input) {
                found.remove();
            }
        }
    }

    /// Returns the number of spent outputs.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.inputs.len()
    }
}

fn prevout(slots: &Slots, input: SpendingInput) -> Option<OutPoint> {
    slots.at(input.slot)?.1.tx().prevout_at(input.at)
}

/// Read access to the spends index.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::mempool) struct Spends<'a> {
    pub(super) index: &'a SpendsIndex,
    pub(super) slots: &'a Slots,
}

impl<'a> Spends<'a> {
    /// Returns the transaction that spends an output.
    pub(in crate::model::mempool) fn get(self, spent: &OutPoint) -> Option<TxKey> {
        let Self { index, slots } = self;
        let hash = KeptHash::of(&index.hasher, spent);
        let is_same =
            |input: &SpendingInput| input.hash == hash && prevout(slots, *input).as_ref() == Some(spent);
        let input = index.inputs.find(hash.wide(), is_same)?;
        slots.at(input.slot).map(|(key, _)| key)
    }

    /// Returns the transactions that spend an output that `tx` spends, in the order of its inputs; possibly
    /// with duplicates.
    pub(in crate::model::mempool) fn conflicts(
        self,
        tx: &'a Transaction,
    ) -> impl Iterator<Item = TxKey> + 'a {
        tx.prevouts().filter_map(move |prevout| self.get(&prevout))
    }

    /// Returns the transactions that spend an output of `tx`; possibly with duplicates.
    pub(in crate::model::mempool) fn children(self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        let txid = tx.txid();
        (0..tx.output_count()).filter_map(move |vout| self.get(&OutPoint { txid, vout }))
    }
}
