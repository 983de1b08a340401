//! What the list of transactions can be sorted by.

use crate::model::fees::fee_rate::FeeRate;
use crate::model::list::listed::Listed;

/// What the list of transactions is sorted by.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub enum TxOrder {
    /// The time since it was first seen.
    #[default]
    Age,
    /// The transaction's own fee rate: exact, the middle of narrow bounds, or a lower bound.
    FeeRate,
    /// The rate by which miners sort it, in the same sense.
    ChunkFeeRate,
    /// The exact fee.
    Fee,
    /// The size in vB.
    Vsize,
    /// The sum of the outputs.
    Value,
    /// The number of inputs.
    Inputs,
    /// The number of outputs.
    Outputs,
    /// The number of unconfirmed ancestors, up to the limit of a cluster.
    Ancestors,
    /// The number of unconfirmed descendants, up to the limit of a cluster.
    Descendants,
    /// The number of peers that announced it.
    Peers,
}

impl TxOrder {
    /// Whether the value of a transaction depends on its relatives.
    pub(super) const fn counts_relatives(self) -> bool {
        matches!(self, Self::Ancestors | Self::Descendants)
    }

    /// Returns the sort key as an integer; 0 if unknown.
    pub(super) fn value(self, tx: &Listed) -> u64 {
        let Listed { key, entry, around } = *tx;
        let known = |value: u64| value.saturating_add(1);
        let rate = |rate: FeeRate| rate.middle().or_else(|| rate.min());
        match self {
            // The later it was seen, the younger it is.
            Self::Age => known(u64::MAX - 1 - entry.first_seen().as_micros()),
            Self::FeeRate => rate(entry.fee_rate()).map_or(0, |rate| known(ordered(rate))),
            Self::ChunkFeeRate => rate(entry.chunk_rate()).map_or(0, |rate| known(ordered(rate))),
            Self::Fee => entry.fee().map_or(0, known),
            Self::Vsize => known(entry.tx().vsize().into()),
            Self::Value => known(entry.tx().output_value()),
            Self::Inputs => known(entry.tx().input_count().into()),
            Self::Outputs => known(entry.tx().output_count().into()),
            Self::Ancestors => known(around.mempool.ancestors(key).rows.len() as u64),
            Self::Descendants => known(around.mempool.descendants(key).rows.len() as u64),
            Self::Peers => known(entry.announced_by() as u64),
        }
    }
}

/// Maps a non-negative rate to an integer that sorts the same way: the bits of a floating-point number.
fn ordered(rate: f64) -> u64 {
    rate.max(0.0).to_bits()
}
