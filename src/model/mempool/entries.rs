//! The transactions in the mempool with the indexes over them, kept consistent by one owner.

use crate::model::fees::coverage::Amount;
use crate::model::fees::histogram::{FeeHistogram, Item};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::spends::SpendsIndex;
use crate::wire::{OutPoint, Transaction, TxHash, Txid, Wtxid};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The entries by key, ids and spent outputs, with their sums and their fee histogram.
#[derive(Debug, Default)]
pub(super) struct Entries {
    next_key: u64,
    /// In the order of arrival.
    by_key: BTreeMap<TxKey, MempoolEntry>,
    by_txid: HashMap<Txid, TxKey, RandomState>,
    by_wtxid: HashMap<Wtxid, TxKey, RandomState>,
    spends: SpendsIndex,
    sums: Sums,
    histogram: FeeHistogram,
}

/// Sums over all entries.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Sums {
    /// The entries that count (see [`vouch`](super::vouch)).
    pub(crate) counted: Amount,
    /// Those of them whose fee is exact.
    pub(crate) fees_known: Amount,
    /// The entries that only one netgroup vouches for: they count only while there is no other to ask.
    pub(crate) unproven: Amount,
    /// The memory of all entries, in bytes.
    pub(crate) memory: u64,
}

impl Sums {
    pub(super) fn add(&mut self, entry: &MempoolEntry) {
        self.memory += entry.memory() as u64;
        for amount in self.amounts_of(entry).into_iter().flatten() {
            amount.count += 1;
            amount.vsize += u64::from(entry.tx().vsize());
        }
    }

    fn subtract(&mut self, entry: &MempoolEntry) {
        self.memory -= entry.memory() as u64;
        for amount in self.amounts_of(entry).into_iter().flatten() {
            amount.count -= 1;
            amount.vsize -= u64::from(entry.tx().vsize());
        }
    }

    /// Returns the sums that an entry is part of.
    fn amounts_of(&mut self, entry: &MempoolEntry) -> [Option<&mut Amount>; 3] {
        [
            entry.counts().then_some(&mut self.counted),
            (entry.counts() && entry.fee().is_some()).then_some(&mut self.fees_known),
            (!entry.vouch().is_proven()).then_some(&mut self.unproven),
        ]
    }
}

impl Entries {
    /// Adds an entry.
    pub(super) fn insert(&mut self, entry: MempoolEntry, changes: &mut Changes) {
        let key = TxKey(self.next_key);
        self.next_key += 1;
        self.by_txid.insert(entry.tx().txid(), key);
        self.by_wtxid.insert(entry.tx().wtxid(), key);
        self.spends.insert(key, entry.tx());
        self.sums.add(&entry);
        if let Some(item) = counted_item(&entry) {
            self.histogram.add(item);
        }
        self.by_key.insert(key, entry);
        changes.unsettled.push(key);
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, key: TxKey, changes: &mut Changes) -> Option<MempoolEntry> {
        let entry = self.by_key.remove(&key)?;
        self.by_txid.remove(&entry.tx().txid());
        self.by_wtxid.remove(&entry.tx().wtxid());
        self.spends.remove(entry.tx());
        self.sums.subtract(&entry);
        if let Some(item) = counted_item(&entry) {
            self.histogram.subtract(item);
        }
        changes.unsettled.extend(self.relatives(entry.tx()));
        changes.bereaved.extend(self.relatives(entry.tx()));
        Some(entry)
    }

    /// Changes an entry, and with it the sums and the histogram.
    pub(super) fn update<T>(
        &mut self,
        key: TxKey,
        changes: &mut Changes,
        change: impl FnOnce(&mut MempoolEntry) -> T,
    ) -> Option<T> {
        let entry = self.by_key.get_mut(&key)?;
        self.sums.subtract(entry);
        let (fee, fee_rate, item) = (entry.fee(), entry.fee_rate(), counted_item(entry));
        let bounds = entry.own_bounds();
        let result = change(entry);
        if entry.fee() != fee {
            changes.verdicts.extend(entry.judge_bounds());
        }
        let new_item = counted_item(entry);
        if new_item != item {
            if let Some(item) = item {
                self.histogram.subtract(item);
            }
            if let Some(item) = new_item {
                self.histogram.add(item);
            }
        }
        if entry.fee() != fee || entry.own_bounds() != bounds {
            changes.learned.push(key);
        }
        if entry.fee_rate().differs(fee_rate) {
            changes.fee_rates.push(entry.tx().txid());
        }
        self.sums.add(entry);
        Some(result)
    }

    /// Returns the number of entries.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// The entries in the order of arrival.
    pub(super) fn by_key(&self) -> &BTreeMap<TxKey, MempoolEntry> {
        &self.by_key
    }

    /// The oldest entry.
    pub(super) fn oldest(&self) -> Option<(TxKey, &MempoolEntry)> {
        self.by_key.first_key_value().map(|(&key, entry)| (key, entry))
    }

    /// Returns the entry of a key.
    pub(super) fn get(&self, key: TxKey) -> Option<&MempoolEntry> {
        self.by_key.get(&key)
    }

    /// Returns the key of a transaction.
    pub(super) fn key(&self, hash: TxHash) -> Option<TxKey> {
        match hash {
            TxHash::Txid(txid) => self.by_txid.get(&txid),
            TxHash::Wtxid(wtxid) => self.by_wtxid.get(&wtxid),
        }
        .copied()
    }

    /// Returns the entry of a txid.
    pub(super) fn by_txid(&self, txid: Txid) -> Option<&MempoolEntry> {
        self.get(self.key(TxHash::Txid(txid))?)
    }

    /// The sums over all entries.
    pub(super) fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The entries by chunk fee rate.
    pub(super) fn histogram(&self) -> &FeeHistogram {
        &self.histogram
    }

    /// The entries by the outputs that they spend.
    pub(super) fn spends(&self) -> &SpendsIndex {
        &self.spends
    }

    /// Returns the entry with this output, if the transaction has as many outputs.
    pub(super) fn parent(&self, output: &OutPoint) -> Option<TxKey> {
        let key = self.key(TxHash::Txid(output.txid))?;
        (output.vout < self.get(key)?.tx().output_count()).then_some(key)
    }

    /// Returns the entries whose outputs `tx` spends; one may come more than once.
    pub(super) fn parents<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        tx.inputs().filter_map(|input| self.parent(&input.prevout))
    }

    /// Returns the parents and children of `tx`; one may come more than once.
    pub(super) fn relatives<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        self.parents(tx).chain(self.spends.children(tx))
    }

    /// Returns the relatives of an entry in its cluster; one may come more than once. What does not count
    /// must not change what does: the two form clusters of their own.
    pub(super) fn cluster_relatives<'a>(
        &'a self,
        entry: &'a MempoolEntry,
    ) -> impl Iterator<Item = TxKey> + 'a {
        self.relatives(entry.tx()).filter(|&key| self.is_like(key, entry))
    }

    /// Returns the parents among them.
    pub(super) fn cluster_parents<'a>(&'a self, entry: &'a MempoolEntry) -> impl Iterator<Item = TxKey> + 'a {
        self.parents(entry.tx()).filter(|&key| self.is_like(key, entry))
    }

    /// Returns whether both count, or neither does.
    fn is_like(&self, key: TxKey, entry: &MempoolEntry) -> bool {
        self.get(key).is_some_and(|relative| relative.counts() == entry.counts())
    }

    /// Returns `roots` with all their descendants, or `None` if these have more than `max_outputs`
    /// outputs.
    pub(super) fn with_descendants(
        &self,
        roots: BTreeSet<TxKey>,
        max_outputs: usize,
    ) -> Option<BTreeSet<TxKey>> {
        let mut to_visit: Vec<TxKey> = roots.iter().copied().collect();
        let mut found = roots;
        let mut left = max_outputs;
        while let Some(key) = to_visit.pop() {
            if let Some(entry) = self.get(key) {
                left = left.checked_sub(entry.tx().outputs().len())?;
                to_visit.extend(self.spends.children(entry.tx()).filter(|child| found.insert(*child)));
            }
        }
        Some(found)
    }

    /// Panics unless every index has as many entries as it should.
    #[cfg(test)]
    pub(super) fn assert_indexes(&self, inputs: usize) {
        assert_eq!(self.spends.len(), inputs);
        assert_eq!([self.by_txid.len(), self.by_wtxid.len()], [self.by_key.len(); 2]);
    }
}

/// Returns the entry as the histogram counts it, if it counts.
fn counted_item(entry: &MempoolEntry) -> Option<Item> {
    entry.counts().then(|| entry.histogram_item())
}
