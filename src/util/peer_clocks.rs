//! The clocks of peers: whether our own is wrong.

use crate::util::bounded::Ring;

/// How many peers are remembered (Core: `TimeOffsets::MAX_SIZE`).
const MAX_PEERS: usize = 50;

/// By how much the clocks of the last peers are ahead of ours (Core: `TimeOffsets`).
#[derive(Clone, Default, Debug)]
pub struct PeerClocks {
    /// In s.
    offsets: Ring<i64, MAX_PEERS>,
}

impl PeerClocks {
    /// Adds the clock of a peer that is `offset` s ahead of ours.
    pub fn add(&mut self, offset: i64) {
        self.offsets.push(offset);
    }

    /// The median offset in s, or `None` of fewer than `at_least` peers.
    pub fn median(&self, at_least: usize) -> Option<i64> {
        let mut offsets: Vec<i64> = self.offsets.iter().copied().collect();
        offsets.sort_unstable();
        offsets.get(offsets.len() / 2).copied().filter(|_| offsets.len() >= at_least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_the_last_peers_resists_a_minority() {
        let mut clocks = PeerClocks::default();
        assert_eq!(clocks.median(0), None);
        clocks.add(7);
        assert_eq!((clocks.median(1), clocks.median(2)), (Some(7), None));
        for offset in [i64::MIN, -3, i64::MAX, 5] {
            clocks.add(offset);
        }
        assert_eq!(clocks.median(5), Some(5));
        for _ in 0..MAX_PEERS {
            clocks.add(1);
        }
        assert_eq!((clocks.median(MAX_PEERS), clocks.median(MAX_PEERS + 1)), (Some(1), None));
    }
}
