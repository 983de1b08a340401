//! Outputs to watched scripts.

use crate::model::watchlist::TargetId;
use crate::util::bounded::{BoundedMap, Insertion};
use crate::wire::OutPoint;

/// How many are remembered, so that what spends them is noticed.
const REMEMBERED: usize = 20_000;

/// The last ones, with whose they are and their values in sat.
#[derive(Debug, Default)]
pub(crate) struct WatchedCoins {
    by_outpoint: BoundedMap<OutPoint, (TargetId, u64), REMEMBERED>,
}

impl WatchedCoins {
    /// Whose it is, and what it is worth.
    pub(crate) fn get(&self, outpoint: &OutPoint) -> Option<(TargetId, u64)> {
        self.by_outpoint.get(outpoint).copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_outpoint.is_empty()
    }

    /// Remembers one. Whether it was not known.
    pub(crate) fn insert(&mut self, outpoint: OutPoint, target: TargetId, value: u64) -> bool {
        !matches!(self.by_outpoint.insert(outpoint, (target, value)), Insertion::Changed(_))
    }

    /// Forgets those of a target.
    pub(crate) fn forget(&mut self, target: TargetId) {
        self.by_outpoint.retain(|_, (of, _)| *of != target);
    }
}
