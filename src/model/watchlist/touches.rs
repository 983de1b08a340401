//! Transactions that touch targets of the watch list.

use crate::model::mempool::key::TxKey;
use crate::util::bounded::BoundedMap;
use crate::wire::{BlockHash, Txid};
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Identifies a target.
pub(crate) type TargetId = u64;

/// How many transactions are remembered.
const MAX_TRANSACTIONS: usize = 10_000;

/// What a transaction pays to a target and spends from it, in sat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Touch {
    pub(super) target: TargetId,
    pub(super) received: u64,
    pub(super) spent: u64,
}

/// How some transactions change a target's balance.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct BalanceChange {
    /// What they pay to the target, in sat.
    pub received: u64,
    /// What they spend of the target's outputs, in sat, as far as known.
    pub spent: u64,
    /// The number of transactions.
    pub transactions: usize,
}

/// How recent transactions change a target's balance.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Balances {
    /// Those in the mempool.
    pub mempool: BalanceChange,
    /// Those in blocks received so far.
    pub blocks: BalanceChange,
}

/// The block that confirms a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct InBlock {
    pub(crate) hash: BlockHash,
    pub(crate) height: u32,
    /// Whether the final confirmation was reported.
    pub(super) is_final: bool,
}

/// A transaction that touches targets.
#[derive(Clone, Default, Debug)]
pub(crate) struct TouchingTx {
    pub(super) touches: Vec<Touch>,
    /// Its last mempool entry, if any.
    pub(crate) key: Option<TxKey>,
    pub(crate) block: Option<InBlock>,
    /// Whether its removal was reported, so that its return should be reported too.
    pub(super) is_removed: bool,
}

/// The last transactions that touch targets.
#[derive(Debug, Default)]
pub(super) struct Touches {
    by_txid: BoundedMap<Txid, TouchingTx, MAX_TRANSACTIONS>,
}

impl Touches {
    /// Returns a transaction.
    pub(super) fn get(&self, txid: Txid) -> Option<&TouchingTx> {
        self.by_txid.get(&txid)
    }

    /// Returns a transaction, mutably.
    pub(super) fn get_mut(&mut self, txid: Txid) -> Option<&mut TouchingTx> {
        self.by_txid.get_mut(&txid)
    }

    /// Whether a transaction is known to touch a target.
    pub(super) fn is_known(&self, txid: Txid, target: TargetId) -> bool {
        self.get(txid).is_some_and(|known| known.touches.iter().any(|touch| touch.target == target))
    }

    /// Records what a transaction does to a target; `merge` combines the amounts with earlier ones. Returns
    /// whether the transaction was not known to touch the target.
    pub(super) fn note(&mut self, txid: Txid, touch: Touch, merge: impl Fn(u64, u64) -> u64) -> bool {
        let touches = &mut self.by_txid.get_or_default(txid).touches;
        let Some(known) = touches.iter_mut().find(|known| known.target == touch.target) else {
            touches.push(touch);
            return true;
        };
        known.received = merge(known.received, touch.received);
        known.spent = merge(known.spent, touch.spent);
        false
    }

    /// Returns the confirmed transactions, by height.
    pub(super) fn in_blocks(&self) -> Vec<(Txid, InBlock)> {
        let in_block = |(txid, touching): (&Txid, &TouchingTx)| Some((*txid, touching.block?));
        let mut all: Vec<_> = self.by_txid.iter().filter_map(in_block).collect();
        all.sort_unstable_by_key(|&(txid, block)| (block.height, txid));
        all
    }

    /// Sums up how the transactions change each target's balance. Removed ones do not count.
    pub(super) fn balances(&self) -> HashMap<TargetId, Balances, RandomState> {
        let mut all: HashMap<TargetId, Balances, RandomState> = HashMap::default();
        for (_, touching) in self.by_txid.iter().filter(|(_, touching)| !touching.is_removed) {
            for touch in &touching.touches {
                let balances = all.entry(touch.target).or_default();
                let change =
                    if touching.block.is_some() { &mut balances.blocks } else { &mut balances.mempool };
                change.received = change.received.saturating_add(touch.received);
                change.spent = change.spent.saturating_add(touch.spent);
                change.transactions += 1;
            }
        }
        all
    }

    /// Forgets what touches a target.
    pub(super) fn forget(&mut self, target: TargetId) {
        self.by_txid.retain(|_, touching| {
            touching.touches.retain(|touch| touch.target != target);
            !touching.touches.is_empty()
        });
    }
}
