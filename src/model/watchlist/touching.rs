//! Transactions that touch what is watched.

use crate::model::watchlist::TargetId;
use crate::util::bounded::BoundedMap;
use crate::wire::{BlockHash, Txid};

/// How many are remembered.
const REMEMBERED: usize = 10_000;

/// What a transaction does to a target, in sat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Touch {
    pub(crate) target: TargetId,
    pub(crate) received: u64,
    pub(crate) spent: u64,
}

/// The block that contains it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct InBlock {
    pub(crate) hash: BlockHash,
    pub(crate) height: u32,
    /// Whether the last confirmation that is told has been told.
    pub(crate) is_final: bool,
}

/// What is known of a transaction that touches targets.
#[derive(Clone, Default, Debug)]
pub(crate) struct Touching {
    pub(crate) touches: Vec<Touch>,
    pub(crate) block: Option<InBlock>,
    /// Whether it was told that it went: then it is news if it comes again.
    pub(crate) is_gone: bool,
}

/// The last ones.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    by_txid: BoundedMap<Txid, Touching, REMEMBERED>,
}

impl Touched {
    /// One of them.
    pub(crate) fn get(&self, txid: Txid) -> Option<&Touching> {
        self.by_txid.get(&txid)
    }

    /// One of them, to be changed.
    pub(crate) fn get_mut(&mut self, txid: Txid) -> Option<&mut Touching> {
        self.by_txid.get_mut(&txid)
    }

    /// Whether a transaction is known to touch a target.
    pub(crate) fn is_known(&self, txid: Txid, target: TargetId) -> bool {
        self.get(txid).is_some_and(|known| known.touches.iter().any(|touch| touch.target == target))
    }

    /// Takes note of what a transaction does to a target, with what was noted before put together by
    /// `merge`. Whether it was not known to touch it.
    pub(crate) fn note(&mut self, txid: Txid, touch: Touch, merge: impl Fn(u64, u64) -> u64) -> bool {
        let touches = &mut self.by_txid.get_or_default(txid).touches;
        let Some(known) = touches.iter_mut().find(|known| known.target == touch.target) else {
            touches.push(touch);
            return true;
        };
        known.received = merge(known.received, touch.received);
        known.spent = merge(known.spent, touch.spent);
        false
    }

    /// Those in a block of the best chain, by their height.
    pub(crate) fn in_blocks(&self) -> Vec<(Txid, InBlock)> {
        let in_block = |(txid, touching): (&Txid, &Touching)| Some((*txid, touching.block?));
        let mut all: Vec<_> = self.by_txid.iter().filter_map(in_block).collect();
        all.sort_unstable_by_key(|&(txid, block)| (block.height, txid));
        all
    }

    /// Forgets what was done to a target.
    pub(crate) fn forget(&mut self, target: TargetId) {
        self.by_txid.retain(|_, touching| {
            touching.touches.retain(|touch| touch.target != target);
            !touching.touches.is_empty()
        });
    }
}
