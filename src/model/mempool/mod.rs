//! The mempool: the unconfirmed transactions, with their relay, fees, conflicts and clusters.
//!
//! [`Mempool`] owns all state. Its operations, here and in [`accept`] and [`block`], collect their changes in
//! a [`Changes`], and [`Mempool::settle`] completes these at the end of each event. Everything else is a
//! function over narrow inputs, mostly [`entries`] (the transactions with the indexes over them) and
//! [`recent`] (what left recently, and what must not come back).

pub(in crate::model) mod accept;
pub(in crate::model) mod block;
pub(in crate::model) mod changes;
pub(crate) mod cluster;
pub(crate) mod conflicts;
#[cfg(test)]
mod consistency;
pub(crate) mod dust;
mod entries;
pub(crate) mod entry;
mod exact_fees;
pub(crate) mod key;
mod keyframe;
mod order_bounds;
mod recent;
pub(in crate::model) mod relay;
pub(crate) mod removal;
pub(crate) mod restored;
pub(in crate::model) mod vouch;

pub use entry::MempoolEntry;
pub use removal::{BlockConflict, RemovalReason};

use crate::chain::limits::MEMPOOL_EXPIRY;
use crate::event::{KnownOutput, PeerId};
use crate::model::classify::Kinds;
use crate::model::fees::histogram::FeeHistogram;
use crate::model::fees::prevouts::PrevoutCache;
use crate::model::mempool::changes::{Changes, Settled};
use crate::model::mempool::cluster::package::{self, Package};
use crate::model::mempool::cluster::relatives::{self, Relatives};
use crate::model::mempool::cluster::settle;
use crate::model::mempool::conflicts::double_spend::{self, DoubleSpend};
use crate::model::mempool::conflicts::replaced::{ReplacedTx, ReplacedTxs};
use crate::model::mempool::conflicts::signalling;
use crate::model::mempool::dust::EphemeralDust;
use crate::model::mempool::entries::{Entries, Slots, Sums};
use crate::model::mempool::key::TxKey;
use crate::model::mempool::order_bounds::OrderBounds;
use crate::model::mempool::recent::RecentTxs;
use crate::model::mempool::relay::pending::Pending;
use crate::util::time::Timestamp;
use crate::wire::{OutPoint, Transaction, TxHash, Txid};
use std::collections::BTreeSet;

/// The fraction of the memory reserved for transactions that a single netgroup vouches for, as one in this
/// many. Even with a full mempool, a newcomer therefore has time to be announced by another netgroup.
const NEWCOMERS: u64 = 100;

/// All unconfirmed transactions, within a memory limit.
#[derive(Debug)]
pub(crate) struct Mempool {
    /// In bytes.
    max_memory: u64,
    entries: Entries,
    /// Announced transactions that have not arrived.
    pending: Pending,
    recent: RecentTxs,
    replaced: ReplacedTxs,
    prevouts: PrevoutCache,
    order_bounds: OrderBounds,
    received: u64,
    evicted: u64,
    /// Whether all relaying peers belong to one netgroup.
    one_netgroup: bool,
}

impl Mempool {
    /// Creates an empty mempool that may take up to `max_memory` bytes.
    pub(in crate::model) fn new(max_memory: u64) -> Self {
        Self {
            max_memory,
            entries: Entries::default(),
            pending: Pending::default(),
            recent: RecentTxs::default(),
            replaced: ReplacedTxs::default(),
            prevouts: PrevoutCache::default(),
            order_bounds: OrderBounds::default(),
            received: 0,
            evicted: 0,
            one_netgroup: true,
        }
    }

    /// Replaces the prevout cache by one that a store loaded.
    pub(in crate::model) fn set_prevouts(&mut self, prevouts: PrevoutCache) {
        self.prevouts = prevouts;
    }

    /// Replaces the block outputs that came with the previous event; the next event may spend them.
    pub(in crate::model) fn expect_outputs(&mut self, outputs: &[KnownOutput]) {
        self.prevouts.expect(outputs);
    }

    /// Completes the changes of an event: learns from announcements whose time has come, computes the chunk
    /// fee rates of changed clusters, and evicts whatever exceeds the memory limit, by these rates.
    pub(in crate::model) fn settle(&mut self, now: Timestamp, mut changes: Changes) -> Settled {
        let clusters = self.order_bounds.follow(now, &self.entries, &self.recent, &mut changes);
        self.order_bounds.learn(now, &mut self.entries, &self.recent, &mut changes);
        settle::settle(&mut self.entries, &self.recent, clusters, &mut changes);
        // What has been learned also takes memory.
        while self.next_to_evict().is_some() {
            self.evict(&mut changes);
            let clusters = self.order_bounds.follow(now, &self.entries, &self.recent, &mut changes);
            settle::settle(&mut self.entries, &self.recent, clusters, &mut changes);
        }
        let Changes { removed, left, mut accepted, mut fee_rates, mut touched, .. } = changes;
        touched.sort_unstable();
        touched.dedup();
        fee_rates.sort_unstable();
        fee_rates.dedup();
        accepted.sort_unstable();
        let is_accepted = |txid: &Txid| accepted.binary_search(txid).is_ok();
        fee_rates.retain(|txid| !is_accepted(txid) && self.entries.by_txid(*txid).is_some());
        Settled { removed, left, fee_rates, touched }
    }

    /// Returns the double spends that became apparent, each once. `is_live` says which peers count.
    pub(in crate::model) fn double_spends(
        &mut self,
        now: Timestamp,
        is_live: impl Fn(PeerId) -> bool,
    ) -> Vec<DoubleSpend> {
        double_spend::double_spends(&mut self.replaced, &self.entries, now, is_live)
    }

    fn remove(&mut self, key: TxKey, reason: RemovalReason, changes: &mut Changes) -> Option<MempoolEntry> {
        let entry = self.entries.remove(key, changes)?;
        let txid = entry.tx().txid();
        self.recent.record(key, txid, reason);
        changes.removed.push((txid, reason));
        // A transaction evicted here is still in other nodes' mempools.
        if reason != RemovalReason::SizeLimit {
            changes.left.push(entry.tx().hashes());
        }
        Some(entry)
    }

    /// Removes a transaction for good, so that slow peers cannot bring it back.
    fn remove_and_reject(
        &mut self,
        key: TxKey,
        reason: RemovalReason,
        changes: &mut Changes,
    ) -> Option<MempoolEntry> {
        let entry = self.remove(key, reason, changes)?;
        self.recent.reject(entry.tx().txid(), entry.tx().wtxid());
        Some(entry)
    }

    /// Removes transactions that can no longer be valid, with all their descendants, for good. Returns their
    /// number.
    fn reject_with_descendants(
        &mut self,
        roots: BTreeSet<TxKey>,
        reason: RemovalReason,
        changes: &mut Changes,
    ) -> usize {
        let all = self.entries.with_descendants(roots, usize::MAX).unwrap_or_default();
        for key in &all {
            self.remove_and_reject(*key, reason, changes);
        }
        all.len()
    }

    /// Removes the transactions that nodes have expired by now, with their descendants (Core: `Expire`). Each
    /// node counts from when it first saw a transaction, which is about the same time for all.
    fn expire(&mut self, now: Timestamp, changes: &mut Changes) {
        while let Some((oldest, entry)) = self.entries.slots().iter().next()
            && now.since(entry.first_seen()) > MEMPOOL_EXPIRY
        {
            self.remove_with_descendants(oldest, RemovalReason::Expired, changes);
        }
    }

    /// Removes a transaction with its descendants. Returns their total number.
    fn remove_with_descendants(&mut self, key: TxKey, reason: RemovalReason, changes: &mut Changes) -> u64 {
        let all = self.entries.with_descendants(BTreeSet::from([key]), usize::MAX).unwrap_or_default();
        let removed = all.into_iter().filter_map(|key| self.remove(key, reason, changes));
        removed.count() as u64
    }

    /// Evicts transactions with their descendants until the memory limit is met (Core: `TrimToSize`): first
    /// those that a single netgroup vouches for, so that made-up ones cannot push out others; within each
    /// group, the lowest chunk fee rate first.
    fn evict(&mut self, changes: &mut Changes) {
        while let Some(key) = self.next_to_evict() {
            self.evicted += self.remove_with_descendants(key, RemovalReason::SizeLimit, changes);
        }
    }

    /// Returns the next transaction to evict, if a limit is exceeded.
    fn next_to_evict(&self) -> Option<TxKey> {
        let sums = self.entries.sums();
        if sums.vouched_memory > self.max_memory - self.max_memory / NEWCOMERS {
            return self.entries.lowest(true);
        }
        if sums.memory <= self.max_memory && self.len() < TxKey::MAX_SLOT as usize {
            return None;
        }
        self.entries.lowest(false).or_else(|| self.entries.lowest(true))
    }
}

/// Read access.
impl Mempool {
    /// Returns the number of transactions.
    pub(crate) fn len(&self) -> usize {
        self.entries.slots().len()
    }

    /// The entries in the order of arrival.
    pub(crate) fn entries(&self) -> &Slots {
        self.entries.slots()
    }

    /// Returns the entry of a key.
    pub(crate) fn get(&self, key: TxKey) -> Option<&MempoolEntry> {
        self.entries.get(key)
    }

    /// Returns the key of a transaction in the mempool.
    pub(crate) fn key(&self, hash: TxHash) -> Option<TxKey> {
        self.entries.key(hash)
    }

    /// Returns the entry of a txid.
    pub(crate) fn by_txid(&self, txid: Txid) -> Option<&MempoolEntry> {
        self.entries.by_txid(txid)
    }

    /// Returns the key of the entry that spends an output.
    pub(crate) fn spender(&self, prevout: &OutPoint) -> Option<TxKey> {
        self.entries.spends().get(prevout)
    }

    /// Returns the key of the entry that has an output.
    pub(crate) fn parent(&self, prevout: &OutPoint) -> Option<TxKey> {
        self.entries.parent(prevout)
    }

    /// The sums over all entries.
    pub(crate) fn sums(&self) -> &Sums {
        self.entries.sums()
    }

    /// The number of transactions received since startup.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// The number of transactions evicted since startup.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The transactions by chunk fee rate.
    pub(crate) fn histogram(&self) -> &FeeHistogram {
        self.entries.histogram()
    }

    /// The outputs of recent blocks.
    pub(crate) fn prevouts(&self) -> &PrevoutCache {
        &self.prevouts
    }

    /// Returns the txid of an entry that left recently, and why it left.
    pub(crate) fn removal(&self, key: TxKey) -> Option<(Txid, RemovalReason)> {
        self.recent.removal(key)
    }

    /// Returns why a transaction last left, unless a reorg has disconnected the block that confirmed it.
    pub(crate) fn last_removal(&self, txid: Txid) -> Option<RemovalReason> {
        self.recent.last_removal(txid)
    }

    /// Returns the transactions that `txid` replaced, directly (1 step) or not, nearest first.
    pub(crate) fn replaced_by(&self, txid: Txid) -> Vec<(usize, &ReplacedTx)> {
        self.replaced.replaced_by(txid)
    }

    /// Returns the transaction that replaced `txid`, the one that replaced that one, and so on.
    pub(crate) fn replacements_of(&self, txid: Txid) -> Vec<Txid> {
        self.replaced.replacements_of(txid)
    }

    /// Returns whether a transaction or an unconfirmed ancestor signals that it may be replaced (BIP125).
    pub(crate) fn is_replaceable(&self, entry: &MempoolEntry) -> bool {
        signalling::is_replaceable(&self.entries, entry)
    }

    /// Returns the parents that the fee of `entry` depends on and that are neither in the mempool nor known
    /// to be in a block, without duplicates.
    pub(in crate::model) fn missing_parents(&self, entry: &MempoolEntry) -> Vec<Txid> {
        exact_fees::missing_parents(&self.entries, &self.recent, entry)
    }

    /// Returns the kinds of a transaction, from its bytes and its children.
    pub(crate) fn kinds(&self, tx: &Transaction) -> Kinds {
        let txid = tx.txid();
        Kinds::with_spenders(tx, |vout| Some(&**self.get(self.spender(&OutPoint { txid, vout })?)?.tx()))
    }

    /// Returns the ancestors of a transaction.
    pub(crate) fn ancestors(&self, key: TxKey) -> Relatives {
        relatives::ancestors(&self.entries, key)
    }

    /// Returns the descendants of a transaction.
    pub(crate) fn descendants(&self, key: TxKey) -> Relatives {
        relatives::descendants(&self.entries, key)
    }

    /// Returns how miners treat a transaction.
    pub(crate) fn package(&self, key: TxKey, entry: &MempoolEntry) -> Package {
        package::package(&self.entries, &self.recent, key, entry)
    }

    /// Returns the role of a transaction in ephemeral dust.
    pub(crate) fn ephemeral_dust(&self, entry: &MempoolEntry) -> Option<EphemeralDust> {
        dust::ephemeral_dust(&self.entries, entry)
    }
}
