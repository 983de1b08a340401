//! Walks through the mempool to compare it with the lists, some entries at a time.

use crate::model::classify::Kinds;
use crate::model::completeness::list::List;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::mempool::{Mempool, MempoolEntry};
use crate::util::time::Timestamp;
use std::time::Duration;

/// How many entries are compared at a time: about half a millisecond.
const SLICE: usize = 1_000;

/// How many transactions are classified at a time: one takes a few microseconds.
const MAX_CLASSIFIED: usize = 200;

/// The time from one slice to the next: a walk through 300,000 entries takes 15 s.
const PAUSE: Duration = Duration::from_millis(50);

/// The time from the end of a walk to the next one.
const REST: Duration = Duration::from_secs(10);

/// The shortest rest: the next walk starts early if the mempool has grown much, as it does while a whole
/// mempool arrives.
const SHORT_REST: Duration = Duration::from_secs(1);

/// How much counts as much: one entry in this many.
const MUCH: u64 = 500;

/// A transaction that arrived this shortly before a list was taken may not have reached the list's peer:
/// relay takes a few seconds from node to node.
const RELAY: Duration = Duration::from_secs(30);

/// The state of the walk.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The last entry of the last slice; `None` between two walks.
    last: Option<TxKey>,
    /// When the next slice is due.
    due: Timestamp,
    /// The number of transactions that had arrived when the walk began.
    received: u64,
}

impl Walk {
    /// Ends the rest early.
    pub(super) fn hurry(&mut self) {
        if self.last.is_none() {
            self.due = Timestamp::default();
        }
    }

    /// Compares the next slice, if it is due.
    pub(super) fn step(
        &mut self,
        now: Timestamp,
        lists: &mut [List],
        mempool: &mut Mempool,
        changes: &mut Changes,
    ) {
        let is_idle = lists.is_empty() && mempool.sums().unproven.count == 0;
        if is_idle || !self.is_due(now, mempool) {
            return;
        }
        let last = self.last.take();
        if last.is_none() {
            self.received = mempool.received();
            lists.iter_mut().for_each(List::begin);
        }
        let all = last.is_none().then(|| mempool.entries().iter()).into_iter().flatten();
        let rest = last.into_iter().flat_map(|last| mempool.entries().newer(last));
        let mut classified = 0;
        let mut vouched = Vec::new();
        for (index, (key, entry)) in all.chain(rest).enumerate() {
            let vouchers = compare(lists, entry, |entry| {
                classified += 1;
                mempool.kinds(entry.tx())
            });
            if entry.is_by_one_netgroup() {
                vouched.push((key, vouchers));
            }
            if index + 1 >= SLICE || classified >= MAX_CLASSIFIED {
                self.last = Some(key);
                break;
            }
        }
        for (key, vouchers) in vouched {
            mempool.vouch(key, vouchers, changes);
        }
        if self.last.is_none() {
            lists.iter_mut().for_each(List::complete);
        }
        self.due = now + if self.last.is_some() { PAUSE } else { REST };
    }

    fn is_due(&self, now: Timestamp, mempool: &Mempool) -> bool {
        let newcomers = mempool.received() - self.received;
        let has_grown = newcomers * MUCH >= mempool.len() as u64 && newcomers > 0;
        let is_rested = self.last.is_none() && now + REST >= self.due + SHORT_REST;
        now >= self.due || (has_grown && is_rested)
    }
}

/// Compares an entry with the lists. Returns the netgroups whose lists contain it.
fn compare(
    lists: &mut [List],
    entry: &MempoolEntry,
    mut kinds: impl FnMut(&MempoolEntry) -> Kinds,
) -> Vouchers {
    let mut vouchers = Vouchers::NOBODY;
    let mut known_since = entry.first_seen();
    let mut lacking = 0_u32;
    for (index, list) in lists.iter_mut().enumerate() {
        if list.contains(entry.tx()) {
            vouchers = vouchers.with(list.voucher);
            known_since = known_since.min(list.taken);
            list.is_here(entry.tx());
            if let Some(tally) = &mut list.tally {
                tally.here(entry);
            }
        } else {
            lacking |= 1 << index;
        }
    }
    let mut classes = None;
    for (index, list) in lists.iter_mut().enumerate() {
        let is_extra = lacking >> index & 1 == 1 && entry.counts() && known_since + RELAY <= list.taken;
        if let Some(tally) = list.tally.as_mut().filter(|_| is_extra) {
            tally.extra(entry, *classes.get_or_insert_with(|| kinds(entry)));
        }
    }
    vouchers
}
