//! The key of a mempool entry.

/// Identifies a mempool entry by its order of arrival. Keys are never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TxKey(pub u64);
