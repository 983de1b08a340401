//! Finds entries by one of their ids. The ids themselves stay in the transactions: a table contains only
//! slots.

use crate::model::mempool::entries::hash::KeptHash;
use crate::model::mempool::entries::slots::Slots;
use crate::wire::Transaction;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// The slots of the entries by one kind of id.
#[derive(Debug)]
pub(super) struct IdIndex {
    id_of: fn(&Transaction) -> [u8; 32],
    slots: HashTable<(u32, KeptHash)>,
    /// Seeded, as strangers choose the ids.
    hasher: RandomState,
}

impl IdIndex {
    /// The bytes per place in the table: the slot, and the byte of the table itself.
    pub(super) const EACH: usize = size_of::<(u32, KeptHash)>() + 1;

    /// An empty index by this id.
    pub(super) fn new(id_of: fn(&Transaction) -> [u8; 32]) -> Self {
        Self { id_of, slots: HashTable::new(), hasher: RandomState::default() }
    }

    /// Returns the slot of the entry with this id.
    pub(super) fn get(&self, slots: &Slots, id: &[u8; 32]) -> Option<u32> {
        let hash = KeptHash::of(&self.hasher, id);
        let is_same =
            |&(slot, kept): &(u32, KeptHash)| kept == hash && self.id(slots, slot).as_ref() == Some(id);
        self.slots.find(hash.wide(), is_same).map(|(slot, _)| *slot)
    }

    /// Adds an entry that is in its slot.
    pub(super) fn insert(&mut self, slot: u32, tx: &Transaction) {
        let hash = KeptHash::of(&self.hasher, (self.id_of)(tx));
        self.slots.insert_unique(hash.wide(), (slot, hash), |(_, hash)| hash.wide());
    }

    /// Removes an entry, which may already have left its slot.
    pub(super) fn remove(&mut self, slot: u32, tx: &Transaction) {
        let hash = KeptHash::of(&self.hasher, (self.id_of)(tx));
        if let Ok(found) = self.slots.find_entry(hash.wide(), |other| *other == (slot, hash)) {
            found.remove();
        }
    }

    fn id(&self, slots: &Slots, slot: u32) -> Option<[u8; 32]> {
        slots.at(slot).map(|(_, entry)| (self.id_of)(entry.tx()))
    }

    /// Returns the number of entries.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
}
