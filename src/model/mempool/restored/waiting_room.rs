//! The transactions of an earlier run that wait for the blocks since then.

use crate::event::RestoredTx;
use crate::wire::{Block, OutPoint, Transaction, Txid};
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};

/// The memory of a waiting transaction and of each of its inputs, besides its bytes.
const FIXED_MEMORY: usize = 400;
const INPUT_MEMORY: usize = 120;

/// Transactions that do not conflict with each other, within a limit of memory.
#[derive(Debug, Default)]
pub(super) struct WaitingRoom {
    txs: HashMap<Txid, RestoredTx, RandomState>,
    spends: HashMap<OutPoint, Txid, RandomState>,
    /// In bytes.
    memory: u64,
}

impl WaitingRoom {
    /// Adds a transaction, unless it is too much or conflicts with another one. Returns whether it was added.
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

    /// Returns all transactions, parents before their children, and else in the order in which they were first
    /// seen.
    pub(super) fn in_order(&self) -> Vec<Txid> {
        let mut by_age: Vec<_> = self.txs.iter().map(|(txid, tx)| (tx.first_seen, *txid)).collect();
        by_age.sort_unstable();
        let (mut order, mut placed) =
            (Vec::with_capacity(by_age.len()), HashSet::<_, RandomState>::default());
        for (_, txid) in by_age {
            let mut to_place = vec![txid];
            while let Some(&next) = to_place.last() {
                let is_missing = |parent: &Txid| self.contains(*parent) && !placed.contains(parent);
                let tx = self.txs.get(&next).filter(|_| !placed.contains(&next));
                let before = to_place.len();
                if let Some(tx) = tx {
                    to_place.extend(tx.tx.inputs().map(|input| input.prevout.txid).filter(is_missing));
                }
                if to_place.len() == before {
                    to_place.pop();
                    if placed.insert(next) {
                        order.push(next);
                    }
                }
            }
        }
        order
    }
}

fn memory(tx: &Transaction) -> u64 {
    (FIXED_MEMORY + tx.raw().len() + tx.input_count() as usize * INPUT_MEMORY) as u64
}
