//! Coins, and the transactions that spend them.

use crate::demo::script::ScriptType;
use crate::wire::{OutPoint, Transaction, Txid};

/// An unspent output.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Coin {
    pub(in crate::demo) outpoint: OutPoint,
    /// The value, in sat.
    pub(in crate::demo) value: u64,
    pub(in crate::demo) script: ScriptType,
    /// The length of the chain of unconfirmed transactions that ends in this coin; 0 if it is confirmed.
    pub(in crate::demo) depth: u8,
    /// The fee rate of the transaction that created the coin, in sat/kvB; 0 if it is confirmed.
    pub(in crate::demo) parent_rate: u64,
}

/// A transaction with what only its creator knows.
pub(in crate::demo) struct Spend {
    pub(in crate::demo) tx: Transaction,
    /// The fee, in sat.
    pub(in crate::demo) fee: u64,
    /// The unconfirmed transactions that it spends from, as of its creation.
    pub(in crate::demo) parents: Vec<Txid>,
    /// The transaction that it replaces on purpose.
    pub(in crate::demo) replaces: Option<Txid>,
    /// Whether it is sent to a miner directly and never announced.
    pub(in crate::demo) secret: bool,
    pub(super) made: Vec<Coin>,
}
