//! The storage of the entries: numbered slots, with a list of them in order of arrival.

use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use std::collections::{VecDeque, vec_deque};
use std::mem;

/// How many keys of removed entries may remain in the order of arrival, in addition to as many as there are
/// entries.
const SPARE_KEYS: usize = 64;

#[derive(Debug)]
enum Slot {
    Taken(TxKey, MempoolEntry),
    /// With the number of the next free slot.
    Free(Option<u32>),
}

/// The mempool's entries, by slot and in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    places: Vec<Slot>,
    first_free: Option<u32>,
    /// Ascending. Keys in the middle may belong to removed entries.
    order: VecDeque<TxKey>,
    len: usize,
    arrivals: u64,
}

impl Slots {
    /// The bytes per entry: its slot, and its key with the list's spare capacity.
    pub(super) const EACH: usize = size_of::<Slot>() + size_of::<TxKey>() * 3 / 2;

    /// Adds an entry and returns its key.
    pub(super) fn insert(&mut self, entry: MempoolEntry) -> TxKey {
        let number = self.first_free.unwrap_or(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        let key = TxKey::new(self.arrivals, number);
        self.arrivals += 1;
        self.len += 1;
        self.order.push_back(key);
        let taken = Slot::Taken(key, entry);
        match self.places.get_mut(number as usize) {
            Some(slot) => {
                if let Slot::Free(next) = mem::replace(slot, taken) {
                    self.first_free = next;
                }
            }
            None => self.places.push(taken),
        }
        key
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, key: TxKey) -> Option<MempoolEntry> {
        self.get(key)?;
        let slot = self.places.get_mut(key.slot() as usize)?;
        let Slot::Taken(_, entry) = mem::replace(slot, Slot::Free(self.first_free)) else { return None };
        self.first_free = Some(key.slot());
        self.len -= 1;
        self.tidy_order();
        Some(entry)
    }

    /// Removes keys of removed entries: at both ends immediately, others once there are many.
    fn tidy_order(&mut self) {
        let mut order = mem::take(&mut self.order);
        while order.pop_front_if(|key| self.get(*key).is_none()).is_some() {}
        while order.pop_back_if(|key| self.get(*key).is_none()).is_some() {}
        if order.len() > 2 * self.len + SPARE_KEYS {
            order.retain(|key| self.get(*key).is_some());
        }
        self.order = order;
    }

    /// Returns the entry of a key.
    pub(crate) fn get(&self, key: TxKey) -> Option<&MempoolEntry> {
        self.at(key.slot()).filter(|(taken, _)| *taken == key).map(|(_, entry)| entry)
    }

    /// Returns the entry of a key, mutably.
    pub(super) fn get_mut(&mut self, key: TxKey) -> Option<&mut MempoolEntry> {
        match self.places.get_mut(key.slot() as usize)? {
            Slot::Taken(taken, entry) => (*taken == key).then_some(entry),
            Slot::Free(_) => None,
        }
    }

    /// Returns the number of slots, taken or free.
    pub(crate) fn slot_count(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// Returns the entry in a slot.
    pub(crate) fn at(&self, slot: u32) -> Option<(TxKey, &MempoolEntry)> {
        match self.places.get(slot as usize)? {
            Slot::Taken(key, entry) => Some((*key, entry)),
            Slot::Free(_) => None,
        }
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the entries in the order of arrival.
    pub(crate) fn iter(&self) -> Iter<'_> {
        Iter { keys: self.order.iter(), slots: self, left: self.len }
    }

    /// Returns the entries that arrived after `key`, oldest first. `key` may belong to a removed entry.
    pub(crate) fn newer(&self, key: TxKey) -> impl Iterator<Item = (TxKey, &MempoolEntry)> {
        let from = self.order.partition_point(|other| *other <= key);
        self.order.range(from..).filter_map(|key| Some((*key, self.get(*key)?)))
    }

    /// Returns the entry of `key` and those that arrived earlier, newest first. `key` may belong to a removed
    /// entry.
    pub(crate) fn older(&self, key: TxKey) -> impl Iterator<Item = (TxKey, &MempoolEntry)> {
        let end = self.order.partition_point(|other| *other <= key);
        self.order.range(..end).rev().filter_map(|key| Some((*key, self.get(*key)?)))
    }
}

/// Iterates over entries in the order of arrival.
#[derive(Debug)]
pub(crate) struct Iter<'a> {
    keys: vec_deque::Iter<'a, TxKey>,
    slots: &'a Slots,
    left: usize,
}

impl<'a> Iter<'a> {
    fn entry(&mut self, key: TxKey) -> Option<(TxKey, &'a MempoolEntry)> {
        let entry = self.slots.get(key)?;
        self.left -= 1;
        Some((key, entry))
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (TxKey, &'a MempoolEntry);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let key = *self.keys.next()?;
            if let Some(found) = self.entry(key) {
                return Some(found);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            let key = *self.keys.next_back()?;
            if let Some(found) = self.entry(key) {
                return Some(found);
            }
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}
