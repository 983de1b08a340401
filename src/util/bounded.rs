//! Collections that forget their oldest members when they are full.

use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::ops::Deref;

/// A queue of the last `N` values. It reads as a [`VecDeque`], oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ring<T, const N: usize>(VecDeque<T>);

impl<T, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T, const N: usize> Ring<T, N> {
    /// Appends a value and returns the oldest one if the ring was full.
    pub fn push(&mut self, value: T) -> Option<T> {
        let oldest = if self.0.len() >= N { self.0.pop_front() } else { None };
        self.0.push_back(value);
        oldest
    }

    /// Inserts a value before the one at `index`, counted from the oldest. If the ring is full, the oldest
    /// value is dropped; that is `value` itself if `index` is 0.
    pub fn insert(&mut self, index: usize, value: T) {
        match (self.0.len() < N, index.checked_sub(1)) {
            (true, _) => self.0.insert(index.min(self.0.len()), value),
            (false, Some(index)) => {
                self.0.pop_front();
                self.0.insert(index.min(self.0.len()), value);
            }
            (false, None) => {}
        }
    }

    /// Iterates mutably over the values, oldest first.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.0.iter_mut()
    }

    /// Removes the value at `index`, counted from the oldest.
    pub fn remove(&mut self, index: usize) -> Option<T> {
        self.0.remove(index)
    }

    /// Removes and returns the `count` oldest values.
    pub fn drain_oldest(&mut self, count: usize) -> impl Iterator<Item = T> {
        self.0.drain(..count.min(self.0.len()))
    }

    /// Removes the values for which `keep` is false.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }
}

impl<T, const N: usize> Deref for Ring<T, N> {
    type Target = VecDeque<T>;

    fn deref(&self) -> &VecDeque<T> {
        &self.0
    }
}

/// A map of the last `N` inserted keys. Changing a value does not change its age.
#[derive(Clone, Debug)]
pub struct BoundedMap<K, V, const N: usize> {
    values: HashMap<K, V, RandomState>,
    /// Keys, oldest first; each one is in `values`.
    order: VecDeque<K>,
}

impl<K, V, const N: usize> Default for BoundedMap<K, V, N> {
    fn default() -> Self {
        Self { values: HashMap::default(), order: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, V, const N: usize> BoundedMap<K, V, N> {
    /// Sets the value of `key`, and says what happened to other entries.
    pub fn insert(&mut self, key: K, value: V) -> Insertion<K, V> {
        if let Some(old) = self.values.insert(key.clone(), value) {
            return Insertion::Changed(old);
        }
        self.order.push_back(key);
        if self.order.len() > N
            && let Some(oldest) = self.order.pop_front()
            && let Some(value) = self.values.remove(&oldest)
        {
            return Insertion::Evicted(oldest, value);
        }
        Insertion::Added
    }

    /// Returns the value of `key`, inserting `V::default()` if it is missing.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.values.contains_key(&key) {
            self.insert(key.clone(), V::default());
        }
        self.values.entry(key).or_default()
    }

    /// Returns the value of `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    /// Returns the value of `key`, mutably.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    /// Whether `key` has a value.
    pub fn contains_key(&self, key: &K) -> bool {
        self.values.contains_key(key)
    }

    /// Iterates over keys and values, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.order.iter().filter_map(|key| Some((key, self.values.get(key)?)))
    }

    /// Removes the entries for which `keep` is false, in linear time.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.values.retain(|key, value| keep(key, value));
        self.order.retain(|key| self.values.contains_key(key));
    }

    /// The number of entries.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the map has no entries.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// What an insertion into a [`BoundedMap`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Insertion<K, V> {
    /// The key is new.
    Added,
    /// The key existed; its previous value.
    Changed(V),
    /// The key is new, and the oldest entry was evicted.
    Evicted(K, V),
}

/// A set of the last `N` inserted values.
#[derive(Clone, Debug)]
pub struct BoundedSet<T, const N: usize>(BoundedMap<T, (), N>);

impl<T, const N: usize> Default for BoundedSet<T, N> {
    fn default() -> Self {
        Self(BoundedMap::default())
    }
}

impl<T: Clone + Eq + Hash, const N: usize> BoundedSet<T, N> {
    /// Inserts `value`, unless it is already in the set.
    pub fn insert(&mut self, value: T) {
        self.0.insert(value, ());
    }

    /// Removes `value`.
    ///
    /// Takes constant time, because its place in the order remains: if it is inserted again, it may be
    /// dropped as early as that place is.
    pub fn remove(&mut self, value: &T) {
        self.0.values.remove(value);
    }

    /// Whether `value` is in the set.
    pub fn contains(&self, value: &T) -> bool {
        self.0.contains_key(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_keeps_the_last_values() {
        let mut ring = Ring::<u32, 3>::default();
        assert_eq!([1, 2, 3, 4, 5].map(|value| ring.push(value)), [None, None, None, Some(1), Some(2)]);
        assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [3, 4, 5]);
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_value_when_another_is_inserted() {
        let mut ring = Ring::<u32, 3>::default();
        let mut after = |index, value| {
            ring.insert(index, value);
            ring.iter().copied().collect::<Vec<_>>()
        };
        assert_eq!(after(0, 5), [5]);
        assert_eq!(after(0, 3), [3, 5]);
        assert_eq!(after(1, 4), [3, 4, 5]);
        assert_eq!(after(0, 2), [3, 4, 5], "it would be the oldest itself");
        assert_eq!(after(3, 6), [4, 5, 6]);
        assert_eq!(after(1, 45), [45, 5, 6]);
    }

    #[test]
    fn a_full_map_evicts_the_entry_that_was_inserted_first() {
        let mut map = BoundedMap::<u32, &str, 2>::default();
        assert_eq!(map.insert(1, "a"), Insertion::Added);
        assert_eq!(map.insert(2, "b"), Insertion::Added);
        assert_eq!(map.insert(1, "c"), Insertion::Changed("a"), "it keeps its place");
        assert_eq!(map.insert(3, "d"), Insertion::Evicted(1, "c"));
        assert_eq!(map.iter().collect::<Vec<_>>(), [(&2, &"b"), (&3, &"d")]);
        map.retain(|&key, _| key != 2);
        assert_eq!(map.insert(4, "e"), Insertion::Added, "a removed entry leaves no place behind");
        assert_eq!((map.len(), map.get_or_default(5)), (2, &mut ""));
        assert!(!map.contains_key(&3));
    }

    #[test]
    fn a_set_keeps_the_last_values() {
        let mut set = BoundedSet::<u32, 3>::default();
        for value in [1, 2, 2, 3, 2, 4, 5] {
            set.insert(value);
        }
        assert_eq!([1, 2, 3, 4, 5].map(|value| set.contains(&value)), [false, false, true, true, true]);
        set.remove(&4);
        assert!(!set.contains(&4));
    }
}
