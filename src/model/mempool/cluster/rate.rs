//! What is known of the rate by which miners sort a transaction.

/// A rate, or why there is none: in eight bytes, as there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct ChunkFeeRate(f64);

impl ChunkFeeRate {
    /// It depends on fees that are unknown.
    pub(crate) const UNKNOWN: Self = Self(-1.0);

    /// Its cluster is larger than nodes let clusters be.
    pub(crate) const OVERSIZED: Self = Self(-2.0);

    /// In sat/vB, if it is known.
    pub(crate) fn of(rate: Option<f64>) -> Self {
        rate.map_or(Self::UNKNOWN, Self)
    }

    /// In sat/vB.
    pub(crate) fn get(self) -> Option<f64> {
        (self.0 >= 0.0).then_some(self.0)
    }
}
