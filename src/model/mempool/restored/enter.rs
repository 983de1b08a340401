//! How restored transactions enter the mempool, and how they leave it if no peer has them.

use crate::chain::limits::MEMPOOL_EXPIRY;
use crate::event::{Knowledge, RestoredTx, TxSource};
use crate::model::fees::bounds::by_order::{Bound, Voter};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::conflicts::decide::{Decision, decide};
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::exact_fees::{input_values, learn_outputs};
use crate::model::mempool::key::TxKey;
use crate::model::mempool::relay::announcements::Sighting;
use crate::model::mempool::vouch::spread::{inherited, vouch_for_parents};
use crate::model::mempool::vouch::state::Vouch;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::mempool::{Mempool, RemovalReason};
use crate::util::time::Timestamp;
use crate::wire::{TxHash, Txid, Wtxid};
use std::sync::Arc;

/// Saved bounds are in parts of 1 sat/vB; this is their number.
const PARTS: f64 = 10_000.0;

impl Mempool {
    /// Adds a transaction of an earlier run to the mempool, after its parents. Returns its key, or `None` if
    /// it has expired, is confirmed or already here, or conflicts with a transaction that is here: what peers
    /// relay now is newer.
    pub(super) fn enter(
        &mut self,
        now: Timestamp,
        restored: &RestoredTx,
        changes: &mut Changes,
    ) -> Option<TxKey> {
        let RestoredTx { tx, knowledge, .. } = restored;
        let first_seen = restored.first_seen.min(now);
        let (txid, wtxid) = (tx.txid(), tx.wtxid());
        if now.since(first_seen) > MEMPOOL_EXPIRY
            || self.by_txid(txid).is_some()
            || self.recent.is_excluded(TxHash::Txid(txid))
        {
            return None;
        }
        let mut values = input_values(&self.entries, &self.prevouts, tx);
        for &(vin, value) in &knowledge.input_values {
            values.learn(tx.input_count(), vin, value);
        }
        let own = Vouch::by(Vouchers::NOBODY).relayed(knowledge.is_proven);
        let vouch = inherited(&self.entries, tx, own).with(own, self.one_netgroup);
        match decide(&self.entries, &self.recent, tx, &values, vouch.counts()) {
            Decision::Accept { conflicts, .. } if conflicts.is_empty() => {}
            _ => {
                if vouch.counts() {
                    self.recent.reject(txid, wtxid);
                }
                return None;
            }
        }
        let sighting = Sighting::unannounced(first_seen).merged(self.take_sighting(now, None, tx));
        let mut entry =
            MempoolEntry::new(Arc::clone(tx), TxSource::Restored, vouch, sighting, values, Box::default());
        entry.set_earlier_announcers(knowledge.announcers);
        add_bounds(&mut entry, knowledge);
        changes.accepted.push(entry.tx().txid());
        self.entries.insert(entry, changes);
        vouch_for_parents(&mut self.entries, tx, vouch, self.one_netgroup, changes);
        learn_outputs(&mut self.entries, tx, changes);
        self.key(TxHash::Txid(txid))
    }

    /// Removes a restored transaction that has expired, with its descendants. Returns whether the next one may have expired too.
    pub(super) fn expire_restored(&mut self, key: TxKey, now: Timestamp, changes: &mut Changes) -> bool {
        match self.get(key) {
            Some(entry) if now.since(entry.first_seen()) <= MEMPOOL_EXPIRY => false,
            _ => {
                self.remove_with_descendants(key, RemovalReason::Expired, changes);
                true
            }
        }
    }

    /// Returns the ids of the restored transactions that no peer announced and that, according to
    /// `is_missing`, peers lack.
    pub(super) fn missing(
        &self,
        is_missing: impl Fn(&MempoolEntry) -> bool,
    ) -> impl Iterator<Item = (Txid, Wtxid)> {
        let missing = self.missing_entries(is_missing);
        missing.map(|(_, entry)| (entry.tx().txid(), entry.tx().wtxid()))
    }

    fn missing_entries(
        &self,
        is_missing: impl Fn(&MempoolEntry) -> bool,
    ) -> impl Iterator<Item = (TxKey, &MempoolEntry)> {
        self.entries().iter().filter(move |(_, entry)| {
            entry.source() == TxSource::Restored
                && entry.announcements().next().is_none()
                && is_missing(entry)
        })
    }

    /// Removes the restored transactions that no peer announced, that peers lack according to `is_missing`,
    /// and that have no child left, latest first. Returns their ids.
    pub(super) fn remove_missing(
        &mut self,
        is_missing: impl Fn(&MempoolEntry) -> bool,
        changes: &mut Changes,
    ) -> Vec<(Txid, Wtxid)> {
        let keys: Vec<TxKey> = self.missing_entries(is_missing).map(|(key, _)| key).collect();
        let mut removed = Vec::new();
        for key in keys.into_iter().rev() {
            let has_child =
                |entry: &MempoolEntry| self.entries.spends().children(entry.tx()).next().is_some();
            if self.get(key).is_some_and(|entry| !has_child(entry))
                && let Some(entry) = self.remove(key, RemovalReason::NotRelayed, changes)
            {
                removed.push((entry.tx().txid(), entry.tx().wtxid()));
            }
        }
        removed
    }
}

impl MempoolEntry {
    /// Returns what is known about the transaction beyond its bytes, for a later run.
    pub(crate) fn knowledge(&self) -> Knowledge {
        let values =
            (0..self.tx().input_count()).filter_map(|vin| Some((vin, self.prevout_value(vin as usize)?)));
        let bounds = self.fee_rate().bounds().unwrap_or_default();
        let announcers = self.announced_by();
        Knowledge {
            // Peers have different numbers in each run, so earlier announcers may announce it again.
            announcers: self.earlier_announcers().max(u16::try_from(announcers).unwrap_or(u16::MAX)),
            is_proven: self.vouch().is_proven(),
            lower: bounds.low.map_or(0, parts),
            upper: bounds.high.map_or(0, parts),
            input_values: values.collect(),
        }
    }
}

/// Adds the bounds of an earlier run, as from one more peer.
pub(in crate::model::mempool) fn add_bounds(entry: &mut MempoolEntry, knowledge: &Knowledge) {
    let rate = |parts: u32| Some(f64::from(parts) / PARTS).filter(|_| parts > 0);
    if let Some(lower) = rate(knowledge.lower) {
        entry.add_bound(Voter::earlier_run(), Bound::AtLeast(lower));
    }
    if let Some(upper) = rate(knowledge.upper) {
        entry.add_bound(Voter::earlier_run(), Bound::AtMost(upper));
    }
}

/// Returns a fee rate in 10⁻⁴ sat/vB.
fn parts(rate: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let parts = (rate * PARTS).round() as u32;
    parts
}
