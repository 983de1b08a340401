//! Hashes that tables keep beside their entries, so that neither growing a table nor passing over an entry
//! reads a transaction.

use foldhash::fast::RandomState;
use std::hash::{BuildHasher, Hash};

/// Half of a seeded hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct KeptHash(u32);

impl KeptHash {
    /// Returns the hash of `value`.
    pub(super) fn of(hasher: &RandomState, value: impl Hash) -> Self {
        Self((hasher.hash_one(value) >> 32) as u32)
    }

    /// Returns the hash by which a table places its entry, which uses both ends of it.
    pub(super) fn wide(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.0)
    }
}
