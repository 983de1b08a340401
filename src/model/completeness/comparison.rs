//! The difference between our mempool and a peer's list.

use crate::model::classify::{Kind, Kinds};
use crate::model::fees::coverage::Amount;
use crate::model::mempool::MempoolEntry;
use crate::util::share::share;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;

/// The difference between our mempool and a peer's list, as of the time of the list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ListComparison {
    /// When the list was taken.
    pub taken: Timestamp,
    /// The number of listed transactions that have not left the network's mempools since.
    pub listed: u64,
    /// How many of them are in the mempool and count.
    pub here: u64,
    /// How many more of them are in the mempool, but only this peer's netgroup vouches for them.
    pub unproven: u64,
    /// What was in our mempool when the list was taken, but not on the list.
    pub extra: Amount,
    /// The same by kind, largest first; `None` for other transactions. A transaction of several kinds is part
    /// of each.
    pub extra_kinds: Vec<(Option<Kind>, Amount)>,
}

impl ListComparison {
    /// The share (0–1) of the list that is in our mempool, or `None` if nothing listed is left.
    pub fn share(&self) -> Option<f32> {
        share(self.here, self.listed)
    }

    /// The number of listed transactions that are not in our mempool. Their size is unknown.
    pub fn missing(&self) -> u64 {
        self.listed.saturating_sub(self.here + self.unproven)
    }
}

/// The counts of a walk so far.
#[derive(Clone, Default, Debug)]
pub(super) struct Tally {
    here: u64,
    unproven: u64,
    extra: Amount,
    kinds: BTreeMap<Option<Kind>, Amount>,
}

impl Tally {
    /// Counts an entry that is on the list.
    pub(super) fn here(&mut self, entry: &MempoolEntry) {
        if entry.counts() {
            self.here += 1;
        } else {
            self.unproven += 1;
        }
    }

    /// Counts an entry that is not on the list.
    pub(super) fn extra(&mut self, entry: &MempoolEntry, kinds: Kinds) {
        let vsize = u64::from(entry.tx().vsize());
        self.extra.add(vsize);
        let none = kinds.iter().next().is_none().then_some(None);
        for kind in kinds.iter().map(Some).chain(none) {
            self.kinds.entry(kind).or_default().add(vsize);
        }
    }

    pub(super) fn complete(self, taken: Timestamp, listed: u64) -> ListComparison {
        let mut extra_kinds: Vec<_> = self.kinds.into_iter().collect();
        extra_kinds.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.vsize));
        let Self { here, unproven, extra, .. } = self;
        ListComparison { taken, listed, here, unproven, extra, extra_kinds }
    }
}
