//! The order of eviction.
//!
//! The entries are in lists, by whether they are vouched for and by their chunk fee rate in the fee
//! histogram's steps (2 %). An entry costs twelve bytes here, and changing its rate takes constant time.

use crate::model::fees::histogram::{self, KnownRate};
use crate::model::mempool::entry::MempoolEntry;

/// Marks the end of a list.
const NONE: u32 = u32::MAX;

/// An entry in its list, which is circular.
#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u32,
    next: u32,
    list: u16,
}

/// The entries in order of eviction, by slot.
#[derive(Debug)]
pub(super) struct EvictionOrder {
    /// By slot; meaningless for free slots.
    links: Vec<Link>,
    /// The first entry of each list: first the lists of entries that are not vouched for, lowest rate first,
    /// then the others.
    first: Vec<u32>,
}

impl Default for EvictionOrder {
    fn default() -> Self {
        Self { links: Vec::new(), first: vec![NONE; 2 * histogram::STEPS] }
    }
}

/// Returns whether peers of several netgroups vouch for an entry. One that a single netgroup vouches for may
/// be made up, and so may its descendants: vouching for a transaction includes its ancestors.
pub(in crate::model::mempool) fn is_vouched(entry: &MempoolEntry) -> bool {
    !entry.is_by_one_netgroup()
}

/// Returns the list of an entry. An uncertain rate counts as its lower bound.
pub(in crate::model::mempool) fn list_of(entry: &MempoolEntry) -> u16 {
    let step = match entry.histogram_item().rate {
        KnownRate::Exact(rate) | KnownRate::Within(rate) | KnownRate::AtLeast(rate) => histogram::step(rate),
        KnownRate::Unknown => 0,
    };
    let list = if is_vouched(entry) { histogram::STEPS + step } else { step };
    u16::try_from(list).unwrap_or(u16::MAX)
}

impl EvictionOrder {
    /// The bytes that an entry takes.
    pub(super) const EACH: usize = size_of::<Link>();

    /// Adds an entry after those with the same rate.
    pub(super) fn insert(&mut self, slot: u32, entry: &MempoolEntry) {
        let unlinked = Link { previous: NONE, next: NONE, list: 0 };
        if self.links.len() <= slot as usize {
            self.links.resize(slot as usize + 1, unlinked);
        }
        self.join(slot, list_of(entry));
    }

    /// Moves a changed entry to its new list.
    pub(super) fn update(&mut self, slot: u32, entry: &MempoolEntry) {
        let list = list_of(entry);
        if self.links.get(slot as usize).is_some_and(|link| link.list != list) {
            self.remove(slot);
            self.join(slot, list);
        }
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, slot: u32) {
        let Some(&Link { previous, next, list }) = self.links.get(slot as usize) else { return };
        self.change(previous, |link| link.next = next);
        self.change(next, |link| link.previous = previous);
        if let Some(first) = self.first.get_mut(usize::from(list)).filter(|first| **first == slot) {
            *first = if next == slot { NONE } else { next };
        }
    }

    fn join(&mut self, slot: u32, list: u16) {
        let Some(first) = self.first.get_mut(usize::from(list)) else { return };
        let next = if *first == NONE { slot } else { *first };
        if *first == NONE {
            *first = slot;
        }
        let before = self.links.get(next as usize).map_or(slot, |link| link.previous);
        let previous = if next == slot { slot } else { before };
        self.change(slot, |link| *link = Link { previous, next, list });
        self.change(previous, |link| link.next = slot);
        self.change(next, |link| link.previous = slot);
    }

    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.links.get_mut(slot as usize) {
            change(link);
        }
    }

    /// Returns the slot of the entry with the lowest rate among those that are vouched for, or among those
    /// that are not. Of several in the same step, it is the oldest.
    pub(super) fn lowest(&self, vouched: bool) -> Option<u32> {
        let (not_vouched, are_vouched) = self.first.split_at(histogram::STEPS);
        let lists = if vouched { are_vouched } else { not_vouched };
        lists.iter().copied().find(|first| *first != NONE)
    }
}
