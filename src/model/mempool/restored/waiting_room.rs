//! The transactions of an earlier run that are waiting for the blocks since then.

use crate::event::RestoredTx;
use crate::util::time::Timestamp;
use crate::wire::{Block, OutPoint, Transaction, Txid};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The memory of a waiting transaction besides its bytes, and of each of its inputs.
const FIXED_MEMORY: usize = 440;
const INPUT_MEMORY: usize = 120;

/// Transactions that do not conflict with each other, within a memory limit.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom {
    txs: HashMap<Txid, RestoredTx, RandomState>,
    spends: HashMap<OutPoint, Txid, RandomState>,
    /// All that were added, in loading order.
    by_age: Vec<(Timestamp, Txid)>,
    /// In bytes.
    memory: u64,
}

impl WaitingRoom {
    /// Adds a transaction, unless it exceeds the limit or conflicts with another one. Returns whether it was
    /// added.
    pub(super) fn insert(&mut self, tx: RestoredTx, max_memory: u64) -> bool {
        let memory = self.memory + memory(&tx.tx);
        let txid = tx.tx.txid();
        let is_free = |prevout: &OutPoint| !self.spends.contains_key(prevout);
        if memory > max_memory
            || self.txs.contains_key(&txid)
            || !tx.tx.inputs().all(|input| is_free(&input.prevout))
        {
            return false;
        }
        self.memory = memory;
        self.spends.extend(tx.tx.inputs().map(|input| (input.prevout, txid)));
        self.by_age.push((tx.first_seen, txid));
        self.txs.insert(txid, tx);
        true
    }

    /// Takes out a transaction.
    pub(super) fn take(&mut self, txid: Txid) -> Option<RestoredTx> {
        let tx = self.txs.remove(&txid)?;
        self.memory -= memory(&tx.tx);
        tx.tx.inputs().for_each(|input| _ = self.spends.remove(&input.prevout));
        Some(tx)
    }

    /// Takes out everything.
    pub(super) fn take_all(&mut self) -> Vec<RestoredTx> {
        std::mem::take(self).txs.into_values().collect()
    }

    /// Returns everything, in the order of the txids.
    pub(super) fn sorted(&self) -> Vec<RestoredTx> {
        let mut all: Vec<_> = self.txs.values().cloned().collect();
        all.sort_unstable_by_key(|tx| tx.tx.txid());
        all
    }

    /// Returns whether a transaction waits.
    pub(super) fn contains(&self, txid: Txid) -> bool {
        self.txs.contains_key(&txid)
    }

    /// Returns the number of transactions.
    pub(super) fn len(&self) -> usize {
        self.txs.len()
    }

    /// Removes the transactions that a block contains, and those that it makes invalid, with their descendants.
    /// Blocks may come in any order. Returns the removed transactions.
    pub(super) fn connect(&mut self, block: &Block) -> Vec<Txid> {
        let mut removed = Vec::new();
        for tx in block.transactions.iter().skip(1) {
            if self.take(tx.txid()).is_some() {
                removed.push(tx.txid());
                continue;
            }
            let mut invalid: Vec<Txid> =
                tx.inputs().filter_map(|input| self.spends.get(&input.prevout).copied()).collect();
            while let Some(txid) = invalid.pop() {
                if let Some(conflicting) = self.take(txid) {
                    removed.push(txid);
                    invalid.extend(self.children(&conflicting.tx));
                }
            }
        }
        removed
    }

    fn children<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = Txid> + 'a {
        let txid = tx.txid();
        (0..tx.output_count()).filter_map(move |vout| self.spends.get(&OutPoint { txid, vout }).copied())
    }

    /// Returns all transactions, in the order in which they were first seen.
    pub(super) fn by_age(&mut self) -> impl DoubleEndedIterator<Item = Txid> + use<> {
        let mut by_age = std::mem::take(&mut self.by_age);
        // Stable, and fast because they were saved in about this order.
        by_age.sort_by_key(|(first_seen, _)| *first_seen);
        by_age.into_iter().map(|(_, txid)| txid)
    }

    /// Returns the parents of a transaction that are also waiting.
    pub(super) fn parents(&self, txid: Txid) -> impl Iterator<Item = Txid> {
        let tx = self.txs.get(&txid);
        let parents = tx.into_iter().flat_map(|tx| tx.tx.inputs()).map(|input| input.prevout.txid);
        parents.filter(|parent| self.contains(*parent))
    }
}

fn memory(tx: &Transaction) -> u64 {
    (FIXED_MEMORY + tx.raw().len() + tx.input_count() as usize * INPUT_MEMORY) as u64
}
