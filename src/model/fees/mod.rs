//! What transactions pay: exactly, or not at all.
//!
//! A fee is known when the value of every spent output is. Values come from parents that are held and
//! from the outputs of recent blocks ([`Mempool::prevouts_of`]), from parents that arrive after their
//! children, and from blocks that arrive later ([`Mempool::learn_outputs`]); they stay with the child
//! when the parent goes.

pub(crate) mod bounds;
pub(crate) mod coverage;
pub(crate) mod fee_rate;
pub(crate) mod pool;
pub mod prevouts;

use crate::chain::limits::MAX_MONEY;
use crate::model::fees::prevouts::BlockOutputs;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::wire::{Block, OutPoint, Transaction, TxHash, Txid};
use std::sync::Arc;

/// How many outputs of a parent are looked at. A standard transaction hardly ever has as many (3,225
/// of 31 bytes), and a stranger's must not make each of its many small children costly.
const OUTPUTS_LOOKED_AT: usize = 4_000;

/// No output has this value.
const UNKNOWN: u64 = u64::MAX;

/// The values of what a transaction spends, as far as they are known.
#[derive(Clone, Debug)]
pub(crate) struct InputValues {
    /// In sat, by input; empty as long as none is known.
    values: Box<[u64]>,
    missing: u32,
    /// Of the known ones, in sat.
    sum: u64,
}

impl InputValues {
    fn unknown(inputs: u32) -> Self {
        Self { values: Box::default(), missing: inputs, sum: 0 }
    }

    /// An input's value became known. A second time changes nothing.
    fn learn(&mut self, inputs: u32, vin: u32, value: u64) {
        if self.values.is_empty() {
            self.values = vec![UNKNOWN; inputs as usize].into();
        }
        if let Some(slot) = self.values.get_mut(vin as usize)
            && *slot == UNKNOWN
            && value <= MAX_MONEY
        {
            *slot = value;
            self.missing -= 1;
            self.sum = self.sum.saturating_add(value);
        }
    }

    /// As [`learn`](Self::learn), of all that is known of the same transaction elsewhere.
    pub(crate) fn learn_all(&mut self, inputs: u32, other: &Self) {
        for vin in 0..inputs {
            if let Some(value) = other.value(vin as usize) {
                self.learn(inputs, vin, value);
            }
        }
    }

    /// The value of input `vin`, in sat.
    pub(crate) fn value(&self, vin: usize) -> Option<u64> {
        self.values.get(vin).copied().filter(|&value| value != UNKNOWN)
    }

    /// What is spent and not paid out, in sat. Unknown as well if the sums are impossible: nothing
    /// that a stranger sends has been verified.
    pub(crate) fn fee(&self, output_value: u64) -> Option<u64> {
        if self.missing > 0 || self.sum > MAX_MONEY { None } else { self.sum.checked_sub(output_value) }
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        size_of_val(&*self.values)
    }
}

impl Mempool {
    /// What held parents and recent blocks tell about what `tx` spends.
    pub(crate) fn prevouts_of(&self, tx: &Transaction) -> InputValues {
        let mut prevouts = InputValues::unknown(tx.input_count());
        let mut spends: Vec<(OutPoint, u32)> = tx.inputs().map(|input| input.prevout).zip(0..).collect();
        // By parent and in the order of its outputs: each parent is read once.
        spends.sort_unstable();
        for siblings in spends.chunk_by(|(a, _), (b, _)| a.txid == b.txid) {
            let Some(parent) = siblings.first().and_then(|(prevout, _)| self.by_txid(prevout.txid)) else {
                for (prevout, vin) in siblings {
                    if let Some(value) = self.coins.value(prevout) {
                        prevouts.learn(tx.input_count(), *vin, value);
                    }
                }
                continue;
            };
            let mut outputs = (0..).zip(parent.tx().outputs().take(OUTPUTS_LOOKED_AT));
            for &(prevout, vin) in siblings {
                if let Some((_, output)) = outputs.find(|&(vout, _)| vout == prevout.vout) {
                    prevouts.learn(tx.input_count(), vin, output.value);
                }
            }
        }
        prevouts
    }

    /// The parents that would have to be known for the fee of `entry`, each once: those that are not
    /// held and not known to be in a block.
    pub(crate) fn missing_parents(&self, entry: &MempoolEntry) -> Vec<Txid> {
        if entry.fee().is_some() {
            return Vec::new();
        }
        let unknown = entry.tx().inputs().enumerate().filter(|(vin, _)| entry.prevout_value(*vin).is_none());
        let mut parents: Vec<Txid> = unknown.map(|(_, input)| input.prevout.txid).collect();
        parents.sort_unstable();
        parents.dedup();
        parents.retain(|&txid| {
            let hash = TxHash::Txid(txid);
            self.key(hash).is_none() && !self.departed.is_barred(hash)
        });
        parents
    }

    /// Takes note of the outputs of a block, and tells those who spend them. The outputs that are to
    /// be kept, if they are news.
    pub(crate) fn learn_block(&mut self, block: &Block, height: u32) -> Option<Arc<BlockOutputs>> {
        block.transactions.iter().for_each(|tx| self.learn_outputs(tx));
        let coins = self.coins.take(block, height);
        self.coins.spend(block);
        coins
    }

    /// Tells the children of `tx` that are held what they spend.
    pub(crate) fn learn_outputs(&mut self, tx: &Transaction) {
        let txid = tx.txid();
        for (vout, output) in (0..).zip(tx.outputs().take(OUTPUTS_LOOKED_AT)) {
            if let Some(child) = self.spends.get(&OutPoint { txid, vout }) {
                self.update(child.key, |entry| {
                    let inputs = entry.tx().input_count();
                    entry.prevouts.learn(inputs, child.vin, output.value);
                });
            }
        }
    }
}
