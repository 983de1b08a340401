//! Bounds of unknown fee rates from the order of announcements.
//!
//! | file | what |
//! |---|---|
//! | `judgement` | one announcement on its way to bounds, in steps |
//! | `moment` | a transaction as the announcing node saw it at the time |
//! | `clusters` | the current clusters |
//! | `departures` | which clusters changed since |
//!
//! The orders, and what follows from a position in them, are in `fees::bounds`.

mod clusters;
mod departures;
mod judgement;
mod moment;
#[cfg(test)]
mod tests;

use crate::event::PeerId;
use crate::model::fees::bounds::announcements::Announcements;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::changed::ChangedClusters;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::order_bounds::clusters::Clusters;
use crate::model::mempool::order_bounds::departures::Departures;
use crate::model::mempool::order_bounds::judgement::{Judgement, Next, World};
use crate::model::mempool::recent::RecentTxs;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::time::Timestamp;
use crate::wire::{TxHash, Wtxid};
use std::mem;

/// How many transactions judgements may examine per event: a few milliseconds.
const BUDGET: usize = 2_000;

/// Learns bounds from announcements and whole-mempool lists.
#[derive(Debug, Default)]
pub(super) struct OrderBounds {
    announcements: Announcements,
    departures: Departures,
    clusters: Clusters,
    /// The announcement being judged.
    judgement: Option<Judgement>,
}

impl OrderBounds {
    /// Records the order of what a peer announced for the first time.
    pub(super) fn announce(&mut self, now: Timestamp, peer: PeerId, netgroup: Vouchers, txs: &[TxHash]) {
        self.announcements.announce(now, (peer, netgroup), wtxids(txs));
    }

    /// Records a part of a peer's whole-mempool list.
    pub(super) fn list(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        netgroup: Vouchers,
        txs: &[TxHash],
        is_complete: bool,
    ) {
        self.announcements.list(now, (peer, netgroup), wtxids(txs), is_complete);
    }

    /// Finds the changed clusters, and notes them.
    pub(super) fn follow(
        &mut self,
        now: Timestamp,
        entries: &Entries,
        recent: &RecentTxs,
        changes: &mut Changes,
    ) -> ChangedClusters {
        self.clusters.forget(entries, changes);
        let clusters = ChangedClusters::take(entries, recent, changes);
        self.departures.record(now, entries, &clusters.bereaved);
        clusters
    }

    /// Learns from the changes, and judges announcements whose transactions have had time to arrive.
    pub(super) fn learn(
        &mut self,
        now: Timestamp,
        entries: &mut Entries,
        recent: &RecentTxs,
        changes: &mut Changes,
    ) {
        for verdict in mem::take(&mut changes.verdicts) {
            self.announcements.record(verdict);
        }
        let mut budget = BUDGET;
        while budget > 0 {
            let next = || self.announcements.due(now).map(Judgement::new);
            let Some(mut judgement) = self.judgement.take().or_else(next) else { return };
            let (departures, clusters) = (&self.departures, &mut self.clusters);
            let mut world = World { recent, departures, clusters };
            let mut next = Next::Steps;
            while next == Next::Steps && budget > 0 {
                next = judgement.step(entries, &mut world, changes, &mut budget);
            }
            let order = match next {
                Next::Order(tally) => self.announcements.count(&mut judgement.announcement, tally),
                Next::Nothing => None,
                Next::Steps => {
                    self.judgement = Some(judgement);
                    return;
                }
            };
            if let Some(order) = order {
                judgement.follow(order);
                self.judgement = Some(judgement);
            } else {
                let is_whole = judgement.is_whole();
                self.announcements.judged(judgement.announcement, is_whole);
            }
        }
    }

    /// Panics unless what is kept agrees with the entries.
    #[cfg(test)]
    pub(super) fn assert_consistent(&self, entries: &Entries, recent: &RecentTxs) {
        self.clusters.assert_kept(entries, recent);
    }
}

/// Returns the transactions listed by wtxid. By txid, a peer could announce them again.
fn wtxids(txs: &[TxHash]) -> Vec<Wtxid> {
    let wtxid = |tx: &TxHash| match *tx {
        TxHash::Wtxid(wtxid) => Some(wtxid),
        TxHash::Txid(_) => None,
    };
    txs.iter().filter_map(wtxid).collect()
}
