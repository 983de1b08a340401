//! Outputs that pay to targets of the watch list.

use crate::model::watchlist::touches::TargetId;
use crate::util::bounded::{BoundedMap, Insertion};
use crate::wire::OutPoint;

/// How many outputs are kept, for finding transactions that spend them.
const MAX_OUTPUTS: usize = 20_000;

/// The last outputs to watched scripts, with their target and value in sat.
#[derive(Debug, Default)]
pub(super) struct WatchedOutputs {
    by_outpoint: BoundedMap<OutPoint, (TargetId, u64), MAX_OUTPUTS>,
}

impl WatchedOutputs {
    /// Returns the target and the value, in sat, of an output.
    pub(super) fn get(&self, outpoint: &OutPoint) -> Option<(TargetId, u64)> {
        self.by_outpoint.get(outpoint).copied()
    }

    /// Whether there are no outputs.
    pub(super) fn is_empty(&self) -> bool {
        self.by_outpoint.is_empty()
    }

    /// Adds an output; returns whether it is new.
    pub(super) fn insert(&mut self, outpoint: OutPoint, target: TargetId, value: u64) -> bool {
        !matches!(self.by_outpoint.insert(outpoint, (target, value)), Insertion::Changed(_))
    }

    /// Removes the outputs of a target.
    pub(super) fn forget(&mut self, target: TargetId) {
        self.by_outpoint.retain(|_, (of, _)| *of != target);
    }
}
