//! Coins, and the transactions that spend them.

use crate::demo::script::ScriptType;
use crate::wire::{OutPoint, Transaction, Txid};

/// The most transactions in a cluster. Core before 31 allows 25 ancestors and 25 descendants
/// (`DEFAULT_ANCESTOR_LIMIT`, `DEFAULT_DESCENDANT_LIMIT`), later versions a cluster of 64.
pub(super) const MAX_CLUSTER: u8 = 25;

/// An unspent output.
#[derive(Clone, Copy, Debug)]
pub(in crate::demo) struct Coin {
    pub(in crate::demo) outpoint: OutPoint,
    /// The value, in sat.
    pub(in crate::demo) value: u64,
    pub(in crate::demo) script: ScriptType,
    pub(in crate::demo) origin: Origin,
}

/// The location of the transaction that created a coin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::demo) enum Origin {
    /// In the block of this height.
    Block(u32),
    /// In the mempool.
    Mempool {
        /// Its fee rate, in sat/kvB.
        fee_rate: u64,
        /// How many transactions may still descend from the coin before a block confirms it.
        room: u8,
    },
}

impl Coin {
    /// Returns how many unconfirmed transactions may descend from the coin.
    pub(super) fn room(&self) -> u8 {
        match self.origin {
            Origin::Block(_) => MAX_CLUSTER,
            Origin::Mempool { room, .. } => room,
        }
    }

    /// Returns the fee rate of the unconfirmed transaction that created the coin, in sat/kvB.
    pub(super) fn parent_rate(&self) -> Option<u64> {
        match self.origin {
            Origin::Block(_) => None,
            Origin::Mempool { fee_rate, .. } => Some(fee_rate),
        }
    }
}

/// A transaction, with facts that only its creator knows.
pub(in crate::demo) struct Spend {
    pub(in crate::demo) tx: Transaction,
    /// The fee, in sat.
    pub(in crate::demo) fee: u64,
    /// The unconfirmed transaction that it spends from, as of its creation. No recipe takes more than one
    /// unconfirmed coin, so that clusters are trees.
    pub(in crate::demo) parent: Option<Txid>,
    /// The transaction that it replaces on purpose.
    pub(in crate::demo) replaces: Option<Txid>,
    /// Whether it is sent directly to a miner and never announced.
    pub(in crate::demo) secret: bool,
    pub(in crate::demo) made: Vec<Coin>,
}
