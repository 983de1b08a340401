//! Outputs to watched scripts.

use crate::model::watchlist::TargetId;
use crate::wire::OutPoint;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// How many are remembered, so that what spends them is noticed.
const REMEMBERED: usize = 20_000;

/// The last ones, with whose they are and their values in sat.
#[derive(Debug, Default)]
pub(crate) struct WatchedCoins {
    by_outpoint: HashMap<OutPoint, (TargetId, u64), RandomState>,
    order: VecDeque<OutPoint>,
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
        if self.by_outpoint.insert(outpoint, (target, value)).is_some() {
            return false;
        }
        self.order.push_back(outpoint);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_outpoint.remove(&oldest);
        }
        true
    }

    /// Forgets those of a target.
    pub(crate) fn forget(&mut self, target: TargetId) {
        self.by_outpoint.retain(|_, (of, _)| *of != target);
        self.order.retain(|outpoint| self.by_outpoint.contains_key(outpoint));
    }
}
