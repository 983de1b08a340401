//! The difference between the mempool and the list of a peer.

use crate::model::classify::{Kind, Kinds};
use crate::model::fees::coverage::Amount;
use crate::model::mempool::MempoolEntry;
use crate::util::share::share;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;

/// The difference between the mempool and the list of a peer, as of the time of the list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ListComparison {
    /// When the list was taken.
    pub taken: Timestamp,
    /// The number of listed transactions that have not left the mempool of the network since.
    pub listed: u64,
    /// How many of them are in the mempool and count.
    pub here: u64,
    /// How many more are in the mempool, but are vouched for by this peer's netgroup only.
    pub unproven: u64,
    /// What the mempool contained when the list was taken, and the list lacks.
    pub extra: Amount,
    /// The same by kind, the largest first; `None` for transactions of no kind. One of several kinds is part
    /// of each.
    pub extra_kinds: Vec<(Option<Kind>, Amount)>,
}

impl ListComparison {
    /// The share (0–1) of the list that is in the mempool, or `None` if nothing listed is left.
    pub fn share(&self) -> Option<f32> {
        share(self.here, self.listed)
    }

    /// The number of listed transactions that are not in the mempool. Of their size nothing is known.
    pub fn missing(&self) -> u64 {
        self.listed.saturating_sub(self.here + self.unproven)
    }
}

/// What a walk has counted so far.
#[derive(Clone, Default, Debug)]
pub(super) struct Tally {
    here: u64,
    unproven: u64,
    extra: Amount,
    kinds: BTreeMap<Option<Kind>, Amount>,
}

impl Tally {
    /// Counts an entry that the list contains.
    pub(super) fn here(&mut self, entry: &MempoolEntry) {
        if entry.counts() {
            self.here += 1;
        } else {
            self.unproven += 1;
        }
    }

    /// Counts an entry that the list lacks.
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
