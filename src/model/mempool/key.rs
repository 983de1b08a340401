//! The key of a mempool entry.

/// The number of low bits of a key for the slot; the bits above them count arrivals.
const SLOT_BITS: u32 = 26;

/// Identifies a mempool entry. Keys are never reused, and their order is the order of arrival.
///
/// A key contains the slot of the entry, so that the entry is found without a search.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TxKey(u64);

impl TxKey {
    /// The highest number of a slot: 67 million transactions.
    pub(super) const MAX_SLOT: u32 = (1 << SLOT_BITS) - 1;

    /// The key of the transaction that arrived after `arrival` others, in this slot.
    #[must_use]
    pub const fn new(arrival: u64, slot: u32) -> Self {
        Self(arrival << SLOT_BITS | slot as u64)
    }

    /// Returns the number of transactions that had arrived before.
    pub const fn arrival(self) -> u64 {
        self.0 >> SLOT_BITS
    }

    /// Returns the number of the slot.
    pub(in crate::model) fn slot(self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "26 bits are left")]
        let slot = self.0 as u32 & Self::MAX_SLOT;
        slot
    }
}
