//! Which unconfirmed parents to request, by txid, so that the fees of their children become known.
//!
//! A peer doesn't announce what was in its mempool before we connected, but does serve it (Core also by
//! txid). The peer that sent a child is therefore asked for parents that no peer announced. Most of them were
//! confirmed long ago, and the answer is `notfound`, so each is requested once, from one peer.

use crate::event::PeerId;
use crate::p2p::tx_download::seen::Seen;
use crate::util::bounded::BoundedMap;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::collections::VecDeque;
use std::time::Duration;

/// How far back ancestors are requested, in generations (Core's ancestor limit before cluster mempool, and
/// still the longest chain that most wallets build).
const MAX_DEPTH: u8 = 25;

/// How long to wait for a parent before requesting it: it may have been announced together with its child.
const DELAY: Duration = Duration::from_secs(1);

/// The most parents of one child that are requested. Children with more (consolidations of old coins) hardly
/// ever have unconfirmed ones.
const MAX_PARENTS: usize = 25;

/// The most parents that may wait to be requested; further ones are dropped.
const MAX_WAITING: usize = 5_000;

/// The number of parents that are remembered, so that none is requested twice.
const REMEMBERED: usize = 100_000;

/// The number of parents whose depth is remembered. Answers arrive within a minute or never.
const MAX_DEPTHS: usize = 10_000;

/// The parents that are or were requested.
#[derive(Debug)]
pub struct ParentRequests {
    waiting: VecDeque<Waiting>,
    requested: Seen,
    depths: BoundedMap<Txid, u8, MAX_DEPTHS>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    due: Timestamp,
    peer: PeerId,
    txid: Txid,
}

impl Default for ParentRequests {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), requested: Seen::new(REMEMBERED), depths: BoundedMap::default() }
    }
}

impl ParentRequests {
    /// Queues requests to `peer`, which sent `child`, for these parents.
    pub fn add(&mut self, now: Timestamp, peer: PeerId, child: Txid, parents: &[Txid]) {
        let depth = self.depths.get(&child).map_or(1, |depth| depth + 1);
        if depth > MAX_DEPTH {
            return;
        }
        for &txid in parents.iter().take(MAX_PARENTS) {
            if self.waiting.len() >= MAX_WAITING {
                return;
            }
            if !self.requested.contains(txid.0) {
                self.requested.insert(txid.0);
                self.waiting.push_back(Waiting { due: now + DELAY, peer, txid });
                self.depths.insert(txid, depth);
            }
        }
    }

    /// Notes a request, to peers that did not announce the transaction, as if it was for a parent.
    pub fn note(&mut self, txid: Txid) {
        self.depths.insert(txid, MAX_DEPTH);
    }

    /// Returns the requests that are due.
    pub fn due(&mut self, now: Timestamp) -> Vec<(PeerId, Txid)> {
        let count = self.waiting.partition_point(|waiting| waiting.due <= now);
        self.waiting.drain(..count).map(|waiting| (waiting.peer, waiting.txid)).collect()
    }

    /// When the next request is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.waiting.front().map(|waiting| waiting.due)
    }

    /// Notes that a parent was not requested after all: another child may need it.
    pub fn retract(&mut self, txid: Txid) {
        self.requested.remove(txid.0);
    }

    /// Whether this transaction was recently requested as a parent.
    pub fn is_parent(&self, txid: Txid) -> bool {
        self.depths.contains_key(&txid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);
    const PEER: PeerId = PeerId(1);

    fn txid(number: u32) -> Txid {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Txid(bytes)
    }

    #[test]
    fn a_parent_is_requested_once_and_after_a_delay() {
        let mut requests = ParentRequests::default();
        requests.add(NOW, PEER, txid(1), &[txid(2), txid(3), txid(2)]);
        assert_eq!(requests.due(NOW), []);
        assert_eq!(requests.deadline(), Some(NOW + DELAY));
        assert_eq!(requests.due(NOW + DELAY), [(PEER, txid(2)), (PEER, txid(3))]);
        requests.add(NOW + DELAY, PeerId(2), txid(4), &[txid(3)]);
        assert_eq!(requests.deadline(), None, "another child, another peer: no matter");
        assert!(requests.is_parent(txid(2)) && !requests.is_parent(txid(1)));
    }

    #[test]
    fn a_chain_of_ancestors_is_followed_up_to_the_limit() {
        let mut requests = ParentRequests::default();
        let (mut child, mut generations) = (txid(0), 0);
        loop {
            requests.add(NOW, PEER, child, &[txid(generations + 1)]);
            let Some((_, parent)) = requests.due(NOW + DELAY).pop() else { break };
            child = parent;
            generations += 1;
        }
        assert_eq!(generations, u32::from(MAX_DEPTH));
    }

    #[test]
    fn the_memory_that_peers_can_fill_is_bounded() {
        let mut requests = ParentRequests::default();
        for child in 0..20_000 {
            let parents: Vec<_> = (0..100).map(|parent| txid(1_000_000 + child * 100 + parent)).collect();
            requests.add(NOW, PEER, txid(child), &parents);
            assert!(requests.waiting.len() <= MAX_WAITING && requests.depths.len() <= MAX_DEPTHS);
            if child % 500 == 0 {
                let due = requests.due(NOW + DELAY).len();
                assert!(due <= 500 * MAX_PARENTS);
            }
        }
    }
}
