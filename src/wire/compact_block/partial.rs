//! Reconstruction of a block from a compact one: first with known transactions, then with those that the
//! sender supplies.

use super::{BlockTransactionsRequest, CompactBlock, ShortId, ShortIds};
use crate::wire::compact_size::encoded_len;
use crate::wire::{Block, BlockHash, BlockHeader, Transaction, Wtxid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Why a compact block cannot be reconstructed. The whole block must then be requested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReconstructionError {
    /// Two transactions of the block have the same short id, which can happen by chance.
    #[error("two transactions have the same short id")]
    Collision,
    /// The answer to a `getblocktxn` has a different number of transactions than requested, which is
    /// misbehaviour.
    #[error("{got} transactions instead of the {requested} requested")]
    WrongCount {
        /// The number of transactions that were requested.
        requested: usize,
        /// The number of transactions that arrived.
        got: usize,
    },
}

/// A block of which some transactions may be missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartialBlock {
    header: BlockHeader,
    hash: BlockHash,
    slots: Vec<Option<Transaction>>,
}

/// What is known about the transaction with a short id.
struct IdSlot {
    slot: usize,
    candidate: Candidate,
}

enum Candidate {
    None,
    One(Wtxid),
    /// More than one known transaction has the short id, so the sender must send the right one.
    Many,
}

impl PartialBlock {
    /// Fills in known transactions. `known` are their wtxids, which may contain duplicates; `get` returns one
    /// of these transactions if it is still known.
    ///
    /// # Errors
    /// [`ReconstructionError::Collision`].
    pub fn new(
        compact: &CompactBlock,
        known: impl IntoIterator<Item = Wtxid>,
        get: impl Fn(Wtxid) -> Option<Transaction>,
    ) -> Result<Self, ReconstructionError> {
        let mut slots = vec![None; compact.transaction_count()];
        for prefilled in &compact.prefilled {
            if let Some(slot) = slots.get_mut(usize::from(prefilled.index)) {
                *slot = Some(prefilled.tx.clone());
            }
        }
        let mut by_id = slots_by_id(compact, &slots)?;
        let short_ids = ShortIds::new(&compact.header, compact.nonce);
        for wtxid in known {
            if let Some(IdSlot { candidate, .. }) = by_id.get_mut(&short_ids.of(wtxid)) {
                *candidate = match candidate {
                    Candidate::None => Candidate::One(wtxid),
                    Candidate::One(same) if *same == wtxid => Candidate::One(wtxid),
                    Candidate::One(_) | Candidate::Many => Candidate::Many,
                };
            }
        }
        for IdSlot { slot, candidate } in by_id.into_values() {
            if let Candidate::One(wtxid) = candidate {
                slots[slot] = get(wtxid);
            }
        }
        Ok(Self { header: compact.header, hash: compact.header.hash(), slots })
    }

    /// Returns the header of the block.
    pub fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// Returns the hash of the block.
    pub fn hash(&self) -> BlockHash {
        self.hash
    }

    /// Returns the number of transactions of the block.
    pub fn transaction_count(&self) -> usize {
        self.slots.len()
    }

    /// Returns the request for missing transactions, or `None` if none is missing.
    pub fn request(&self) -> Option<BlockTransactionsRequest> {
        let empty = |(index, slot): (usize, &Option<_>)| match slot {
            None => u16::try_from(index).ok(),
            Some(_) => None,
        };
        let indexes: Vec<_> = self.slots.iter().enumerate().filter_map(empty).collect();
        (!indexes.is_empty()).then_some(BlockTransactionsRequest { hash: self.hash, indexes })
    }

    /// Completes the block with the missing transactions, in the order of the request.
    ///
    /// A known transaction may share a short id with another by chance, and the sender may lie:
    /// [`Block::check`] detects both by the merkle root. In that case, too, the whole block must be
    /// requested.
    ///
    /// # Errors
    /// [`ReconstructionError::WrongCount`].
    pub fn complete(self, missing: Vec<Transaction>) -> Result<Block, ReconstructionError> {
        let got = missing.len();
        let requested = self.slots.iter().filter(|slot| slot.is_none()).count();
        if got != requested {
            return Err(ReconstructionError::WrongCount { requested, got });
        }
        let mut missing = missing.into_iter();
        let transactions: Vec<_> =
            self.slots.into_iter().filter_map(|slot| slot.or_else(|| missing.next())).collect();
        let sizes: usize = transactions.iter().map(|tx| tx.raw().len()).sum();
        let size = BlockHeader::SIZE + encoded_len(transactions.len() as u64) + sizes;
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        Ok(Block { header: self.header, hash: self.hash, size, transactions })
    }
}

/// Returns the short ids with their indexes in the block.
fn slots_by_id(
    compact: &CompactBlock,
    slots: &[Option<Transaction>],
) -> Result<HashMap<ShortId, IdSlot, RandomState>, ReconstructionError> {
    let mut by_id = HashMap::with_capacity_and_hasher(compact.short_ids.len(), RandomState::default());
    let free = slots.iter().enumerate().filter(|(_, slot)| slot.is_none()).map(|(index, _)| index);
    for (&id, slot) in compact.short_ids.iter().zip(free) {
        match by_id.entry(id) {
            Entry::Occupied(_) => return Err(ReconstructionError::Collision),
            Entry::Vacant(entry) => entry.insert(IdSlot { slot, candidate: Candidate::None }),
        };
    }
    Ok(by_id)
}

#[cfg(test)]
mod tests;
