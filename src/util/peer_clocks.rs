//! Peers' clocks, which show whether our own is wrong.

use crate::util::bounded::Ring;

/// How many clocks are kept (Core: `TimeOffsets::MAX_SIZE`).
const MAX_CLOCKS: usize = 50;

/// The offsets of recent peers' clocks from ours (Core: `TimeOffsets`). Only the last peer of each owner
/// counts, as far as owners can be distinguished.
#[derive(Clone, Debug)]
pub struct PeerClocks<Owner> {
    /// In s.
    offsets: Ring<(Owner, i64), MAX_CLOCKS>,
}

impl<Owner> Default for PeerClocks<Owner> {
    fn default() -> Self {
        Self { offsets: Ring::default() }
    }
}

impl<Owner: PartialEq> PeerClocks<Owner> {
    /// Adds the clock of a peer of `owner` that is `offset` s ahead of ours.
    pub fn add(&mut self, owner: Owner, offset: i64) {
        if let Some((_, known)) = self.offsets.iter_mut().find(|(known, _)| *known == owner) {
            *known = offset;
        } else {
            self.offsets.push((owner, offset));
        }
    }

    /// The median offset in s, or `None` with fewer than `at_least` owners.
    pub fn median(&self, at_least: usize) -> Option<i64> {
        let mut offsets: Vec<i64> = self.offsets.iter().map(|&(_, offset)| offset).collect();
        offsets.sort_unstable();
        offsets.get(offsets.len() / 2).copied().filter(|_| offsets.len() >= at_least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_last_owners_resists_a_minority() {
        let mut clocks = PeerClocks::default();
        assert_eq!(clocks.median(0), None);
        clocks.add(0, 7);
        assert_eq!((clocks.median(1), clocks.median(2)), (Some(7), None));
        for (owner, offset) in (1..).zip([i64::MIN, -3, i64::MAX, 5]) {
            clocks.add(owner, offset);
        }
        assert_eq!(clocks.median(5), Some(5));
        for owner in 100..100 + MAX_CLOCKS {
            clocks.add(owner, 1);
        }
        assert_eq!((clocks.median(MAX_CLOCKS), clocks.median(MAX_CLOCKS + 1)), (Some(1), None));
    }

    #[test]
    fn many_peers_of_one_owner_have_one_clock() {
        let mut clocks = PeerClocks::default();
        for owner in 1..=2 {
            clocks.add(owner, 3);
        }
        for _ in 0..40 {
            clocks.add(3, -86_400);
        }
        assert_eq!((clocks.median(3), clocks.median(4)), (Some(3), None));
    }
}
