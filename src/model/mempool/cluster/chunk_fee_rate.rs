//! What is known about the chunk fee rate of a transaction.

/// A chunk fee rate in sat/vB, or the reason why there is none. Only eight bytes, as there are hundreds of
/// thousands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model::mempool) struct ChunkFeeRate(f64);

impl ChunkFeeRate {
    /// The rate depends on fees that are unknown.
    pub(in crate::model::mempool) const UNKNOWN: Self = Self(-1.0);

    /// The cluster exceeds nodes' limits.
    pub(in crate::model::mempool) const OVERSIZED: Self = Self(-2.0);

    /// A rate in sat/vB, if it is known.
    pub(in crate::model::mempool) fn of(rate: Option<f64>) -> Self {
        rate.map_or(Self::UNKNOWN, Self)
    }

    /// Returns the rate in sat/vB, if it is known.
    pub(in crate::model::mempool) fn get(self) -> Option<f64> {
        (self.0 >= 0.0).then_some(self.0)
    }
}
