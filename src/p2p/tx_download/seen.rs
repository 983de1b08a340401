//! What was received recently, in bounded memory.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

/// A set that forgets its oldest members: when the younger of two generations is full, the older one is
/// dropped.
///
/// It keeps 8 bytes of a member, by a keyed hash (`SipHash` of std) that peers can't predict. Among a
/// million members, the probability that any two collide is about 3·10⁻⁸.
pub struct Seen {
    capacity: usize,
    young: HashSet<u64, foldhash::fast::RandomState>,
    old: HashSet<u64, foldhash::fast::RandomState>,
    hasher: RandomState,
}

/// Hides the hashes, which mean nothing to a reader. The set fills for more than a day, and would hide from
/// the memory tests whatever else grows.
impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, young, old, .. } = self;
        write!(f, "Seen({} + {} of {capacity} each)", young.len(), old.len())
    }
}

impl Seen {
    /// A set that remembers at least the last `capacity` members, and at most twice as many.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, young: HashSet::default(), old: HashSet::default(), hasher: RandomState::new() }
    }

    /// Adds a member.
    pub fn insert(&mut self, member: impl Hash) {
        if self.young.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(self.hasher.hash_one(member));
    }

    /// Removes a member.
    pub fn remove(&mut self, member: impl Hash) {
        let hash = self.hasher.hash_one(member);
        self.young.remove(&hash);
        self.old.remove(&hash);
    }

    /// Whether `member` is remembered.
    pub fn contains(&self, member: impl Hash) -> bool {
        let hash = self.hasher.hash_one(member);
        self.young.contains(&hash) || self.old.contains(&hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered_and_the_rest_is_forgotten() {
        let mut seen = Seen::new(10);
        for member in 0..1_000 {
            seen.insert(member);
            let oldest_promised = i32::max(0, member - 9);
            assert!((oldest_promised..=member).all(|member| seen.contains(member)));
        }
        assert!(seen.young.len() + seen.old.len() <= 20);
        assert!(!seen.contains(900));
        seen.remove(999);
        assert!(!seen.contains(999));
    }
}
