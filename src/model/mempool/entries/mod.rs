//! The mempool's transactions with the indexes over them, kept consistent by one owner.

pub(super) mod eviction;
mod hash;
mod ids;
mod slots;
mod spends;

pub(crate) use slots::Slots;

use crate::model::fees::coverage::Amount;
use crate::model::fees::histogram::{FeeHistogram, Item};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::entries::eviction::{EvictionOrder, is_vouched};
use crate::model::mempool::entries::ids::IdIndex;
use crate::model::mempool::entries::spends::{Spends, SpendsIndex};
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction, TxHash, Txid};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The bytes per entry in a hash table, which is between 7/16 and 7/8 full: one and a half places per entry.
const fn in_table(place: usize) -> usize {
    place * 3 / 2
}

/// The bytes per entry in its slot and in the indexes.
const EACH_ENTRY: usize = Slots::EACH + EvictionOrder::EACH + 2 * in_table(IdIndex::EACH);

/// The bytes per input in the indexes.
const EACH_INPUT: usize = in_table(SpendsIndex::EACH);

/// Returns the bytes attributed to an entry: its slot, its share of the indexes, and its heap memory.
/// `benches/model.rs` compares this with the memory of the process.
fn memory(entry: &MempoolEntry) -> u64 {
    (EACH_ENTRY + entry.input_count() as usize * EACH_INPUT + entry.heap_memory()) as u64
}

/// The entries in their slots, indexed by ids and spent outputs, with their sums and fee histogram.
#[derive(Debug)]
pub(super) struct Entries {
    slots: Slots,
    by_txid: IdIndex,
    by_wtxid: IdIndex,
    spends: SpendsIndex,
    eviction: EvictionOrder,
    sums: Sums,
    histogram: FeeHistogram,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            by_txid: IdIndex::new(|tx| tx.txid().0),
            by_wtxid: IdIndex::new(|tx| tx.wtxid().0),
            spends: SpendsIndex::default(),
            eviction: EvictionOrder::default(),
            sums: Sums::default(),
            histogram: FeeHistogram::default(),
        }
    }
}

/// Sums over all entries.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Sums {
    /// The entries that count (see [`vouch`](super::vouch)).
    pub(crate) counted: Amount,
    /// Those among them whose fee is exact.
    pub(crate) fees_known: Amount,
    /// The entries that only one netgroup vouches for, which count only while there is no other to ask.
    pub(crate) unproven: Amount,
    /// The memory of all entries, in bytes.
    pub(crate) memory: u64,
    /// The part of it for entries that peers of several netgroups vouch for.
    pub(super) vouched_memory: u64,
}

impl Sums {
    pub(super) fn add(&mut self, entry: &MempoolEntry) {
        let memory = memory(entry);
        self.memory += memory;
        if is_vouched(entry) {
            self.vouched_memory += memory;
        }
        for amount in self.amounts_of(entry).into_iter().flatten() {
            amount.count += 1;
            amount.vsize += u64::from(entry.tx().vsize());
        }
    }

    fn subtract(&mut self, entry: &MempoolEntry) {
        let memory = memory(entry);
        self.memory -= memory;
        if is_vouched(entry) {
            self.vouched_memory -= memory;
        }
        for amount in self.amounts_of(entry).into_iter().flatten() {
            amount.count -= 1;
            amount.vsize -= u64::from(entry.tx().vsize());
        }
    }

    /// Returns the sums that include an entry.
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
        self.sums.add(&entry);
        if let Some(item) = counted_item(&entry) {
            self.histogram.add(item);
        }
        let tx = Arc::clone(entry.tx());
        let key = self.slots.insert(entry);
        let slot = key.slot();
        self.by_txid.insert(slot, &tx);
        self.by_wtxid.insert(slot, &tx);
        self.spends.insert(slot, &tx);
        if let Some(entry) = self.slots.get(key) {
            self.eviction.insert(slot, entry);
        }
        changes.arrived.push(key);
        changes.unsettled.push(key);
        changes.touched.push(key);
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, key: TxKey, changes: &mut Changes) -> Option<MempoolEntry> {
        let entry = self.slots.remove(key)?;
        self.by_txid.remove(key.slot(), entry.tx());
        self.by_wtxid.remove(key.slot(), entry.tx());
        self.spends.remove(key.slot(), entry.tx());
        self.eviction.remove(key.slot());
        self.sums.subtract(&entry);
        if let Some(item) = counted_item(&entry) {
            self.histogram.subtract(item);
        }
        changes.touched.push(key);
        // Looked up once, as each one is somewhere in large tables.
        let first = changes.bereaved.len();
        changes.bereaved.extend(self.relatives(entry.tx()));
        changes.touched.extend_from_slice(&changes.bereaved[first..]);
        Some(entry)
    }

    /// Changes an entry, and updates the sums and the histogram.
    pub(super) fn update<T>(
        &mut self,
        key: TxKey,
        changes: &mut Changes,
        change: impl FnOnce(&mut MempoolEntry) -> T,
    ) -> Option<T> {
        let entry = self.slots.get_mut(key)?;
        changes.touched.push(key);
        self.sums.subtract(entry);
        let (fee, bounds) = (entry.fee(), entry.own_bounds());
        let rates = [entry.fee_rate(), entry.chunk_rate()];
        let (item, counted, vouched) = (entry.histogram_item(), entry.counts(), is_vouched(entry));
        let result = change(entry);
        if entry.fee() != fee {
            changes.verdicts.extend(entry.judge_bounds());
        }
        let (new_item, counts) = (entry.histogram_item(), entry.counts());
        if new_item != item || counts != counted {
            if counted {
                self.histogram.subtract(item);
            }
            if counts {
                self.histogram.add(new_item);
            }
        }
        if new_item.rate != item.rate || is_vouched(entry) != vouched {
            self.eviction.update(key.slot(), entry);
        }
        if entry.fee() != fee || entry.own_bounds() != bounds {
            changes.learned.push(key);
        }
        let new_rates = [entry.fee_rate(), entry.chunk_rate()];
        if new_rates.into_iter().zip(rates).any(|(new, old)| new.differs(old)) {
            changes.fee_rates.push(entry.tx().txid());
        }
        self.sums.add(entry);
        Some(result)
    }

    /// The entries in the order of arrival.
    pub(super) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Returns the entry with the lowest rate among those that are vouched for, or among those that are not.
    pub(super) fn lowest(&self, vouched: bool) -> Option<TxKey> {
        self.slots.at(self.eviction.lowest(vouched)?).map(|(key, _)| key)
    }

    /// Returns the entry of a key.
    pub(super) fn get(&self, key: TxKey) -> Option<&MempoolEntry> {
        self.slots.get(key)
    }

    /// Returns the key of a transaction.
    pub(super) fn key(&self, hash: TxHash) -> Option<TxKey> {
        let slot = match hash {
            TxHash::Txid(txid) => self.by_txid.get(&self.slots, &txid.0),
            TxHash::Wtxid(wtxid) => self.by_wtxid.get(&self.slots, &wtxid.0),
        };
        self.slots.at(slot?).map(|(key, _)| key)
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
    pub(super) fn spends(&self) -> Spends<'_> {
        Spends { index: &self.spends, slots: &self.slots }
    }

    /// Returns the entry with this output, if it has that many outputs.
    pub(super) fn parent(&self, output: &OutPoint) -> Option<TxKey> {
        let key = self.key(TxHash::Txid(output.txid))?;
        (output.vout < self.get(key)?.tx().output_count()).then_some(key)
    }

    /// Returns the entries whose outputs `tx` spends; possibly with duplicates.
    pub(super) fn parents<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        tx.prevouts().filter_map(|prevout| self.parent(&prevout))
    }

    /// Returns the parents and children of `tx`; possibly with duplicates.
    pub(super) fn relatives<'a>(&'a self, tx: &'a Transaction) -> impl Iterator<Item = TxKey> + 'a {
        self.parents(tx).chain(self.spends().children(tx))
    }

    /// Returns the relatives of an entry in its cluster; possibly with duplicates. Transactions that don't
    /// count must not affect those that do, so the two form separate clusters.
    pub(super) fn cluster_relatives<'a>(
        &'a self,
        entry: &'a MempoolEntry,
    ) -> impl Iterator<Item = TxKey> + 'a {
        self.relatives(entry.tx()).filter(|&key| self.is_like(key, entry))
    }

    /// Returns whether both count, or neither does.
    pub(super) fn is_like(&self, key: TxKey, entry: &MempoolEntry) -> bool {
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
                left = left.checked_sub(entry.tx().output_count() as usize)?;
                to_visit.extend(self.spends().children(entry.tx()).filter(|child| found.insert(*child)));
            }
        }
        Some(found)
    }

    /// Panics unless every index has as many entries as it should.
    #[cfg(test)]
    pub(super) fn assert_indexes(&self, inputs: usize) {
        assert_eq!(self.spends.len(), inputs);
        assert_eq!([self.by_txid.len(), self.by_wtxid.len()], [self.slots.len(); 2]);
    }
}

/// Returns the entry as the histogram counts it, if it counts.
fn counted_item(entry: &MempoolEntry) -> Option<Item> {
    entry.counts().then(|| entry.histogram_item())
}
