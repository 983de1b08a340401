//! The possible fees of a transaction.

use crate::chain::limits::MAX_MONEY;

/// The possible fees of a transaction, in sat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::mempool) struct FeeRange {
    pub(in crate::model::mempool) low: u64,
    pub(in crate::model::mempool) high: u64,
    /// Whether a bound comes from only one peer.
    pub(in crate::model::mempool) by_one_peer: bool,
}

impl FeeRange {
    /// The range of an exact fee, in sat.
    pub(in crate::model::mempool) fn exactly(fee: u64) -> Self {
        Self { low: fee, high: fee, by_one_peer: false }
    }
}

impl Default for FeeRange {
    fn default() -> Self {
        Self { low: 0, high: MAX_MONEY, by_one_peer: false }
    }
}
