//! The rules that a transaction must meet on its own, without its prevouts.

use super::{OutPoint, Transaction};
use crate::chain::limits::{MAX_BLOCK_WEIGHT, MAX_MONEY, WITNESS_SCALE_FACTOR};
use std::collections::HashSet;

/// The allowed lengths of the script of a coinbase, in bytes.
const COINBASE_SCRIPT: std::ops::RangeInclusive<usize> = 2..=100;

/// Why a transaction is invalid, or must not be relayed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TransactionError {
    /// There are no inputs.
    #[error("no inputs")]
    NoInputs,
    /// There are no outputs.
    #[error("no outputs")]
    NoOutputs,
    /// The transaction fits into no block; its size without the witness, in bytes.
    #[error("{0} bytes without the witness exceed the limit of a block")]
    Oversize(usize),
    /// The value of an output, in sat, is more than `MAX_MONEY`.
    #[error("output of {0} sat exceeds 21 million BTC")]
    OutputTooLarge(u64),
    /// The sum of the outputs is more than `MAX_MONEY`.
    #[error("the sum of the outputs exceeds 21 million BTC")]
    TotalTooLarge,
    /// An output is spent twice (CVE-2018-17144).
    #[error("spends {}:{} twice", .0.txid, .0.vout)]
    DuplicateInput(OutPoint),
    /// The null outpoint, which only a coinbase may have, is spent.
    #[error("spends the null outpoint")]
    NullPrevout,
    /// The script of a coinbase is not 2 to 100 bytes long.
    #[error("coinbase script of {0} bytes: must be 2 to 100")]
    CoinbaseScript(usize),
    /// A coinbase was relayed outside a block.
    #[error("coinbase outside a block")]
    LooseCoinbase,
}

impl Transaction {
    /// Checks the consensus rules that need only the transaction (Core: `CheckTransaction`).
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check(&self) -> Result<(), TransactionError> {
        if self.input_count() == 0 {
            return Err(TransactionError::NoInputs);
        }
        if self.output_count() == 0 {
            return Err(TransactionError::NoOutputs);
        }
        let stripped = self.stripped_size();
        if stripped * WITNESS_SCALE_FACTOR as usize > MAX_BLOCK_WEIGHT as usize {
            return Err(TransactionError::Oversize(stripped));
        }
        if let Some(output) = self.outputs().find(|output| output.value > MAX_MONEY) {
            return Err(TransactionError::OutputTooLarge(output.value));
        }
        if self.output_value() > MAX_MONEY {
            return Err(TransactionError::TotalTooLarge);
        }
        self.check_inputs()
    }

    /// As [`Transaction::check`], for a transaction outside a block, which must not be a coinbase.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn check_loose(&self) -> Result<(), TransactionError> {
        self.check()?;
        if self.is_coinbase() { Err(TransactionError::LooseCoinbase) } else { Ok(()) }
    }

    fn check_inputs(&self) -> Result<(), TransactionError> {
        if self.is_coinbase() {
            return match self.inputs().map(|input| input.script_sig.len()).next() {
                Some(length) if !COINBASE_SCRIPT.contains(&length) => {
                    Err(TransactionError::CoinbaseScript(length))
                }
                _ => Ok(()),
            };
        }
        let count = self.inputs().len();
        let mut spent = HashSet::with_capacity(if count > 1 { count } else { 0 });
        for prevout in self.prevouts() {
            if prevout == OutPoint::NULL {
                return Err(TransactionError::NullPrevout);
            }
            if count > 1 && !spent.insert(prevout) {
                return Err(TransactionError::DuplicateInput(prevout));
            }
        }
        Ok(())
    }
}
