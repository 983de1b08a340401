//! Which unconfirmed parents to ask for, by txid, so that the fees of their children become known.
//!
//! A peer announces nothing that it had before we came, yet it serves what stands in its mempool
//! (Core does, by txid as well). So the one that sent a child is asked for the parents that nobody
//! has told us of. Most turn out to be confirmed long ago, and the peer says `notfound`: each is
//! asked for once, of one peer.

use crate::event::PeerId;
use crate::p2p::tx_download::seen::Seen;
use crate::util::bounded::BoundedMap;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::collections::VecDeque;
use std::time::Duration;

/// How far back ancestors are asked for, in generations (Core's limit for ancestors until cluster
/// mempool, and still the longest chain that most wallets build).
const MAX_DEPTH: u8 = 25;

/// How long a parent may take to come of its own: what was announced together is under way.
const PATIENCE: Duration = Duration::from_secs(1);

/// How many parents of one child are asked for. Others have more (consolidations of old coins), but
/// those are hardly ever unconfirmed.
const MAX_PARENTS: usize = 25;

/// How many parents may wait for their turn; more are not asked for.
const MAX_WAITING: usize = 5_000;

/// How many are remembered, so that none is asked for twice.
const REMEMBERED: usize = 100_000;

/// Of how many it is known that they are or were asked for, and how far back they stand. Answers
/// come within a minute or never.
const MAX_SOUGHT: usize = 10_000;

/// The parents that are sought.
#[derive(Debug)]
pub struct ParentRequests {
    waiting: VecDeque<Waiting>,
    asked: Seen,
    depths: BoundedMap<Txid, u8, MAX_SOUGHT>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    due: Timestamp,
    peer: PeerId,
    txid: Txid,
}

impl Default for ParentRequests {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), asked: Seen::new(REMEMBERED), depths: BoundedMap::default() }
    }
}

impl ParentRequests {
    /// `peer` sent `child`; these of its parents are not known.
    pub fn want(&mut self, now: Timestamp, peer: PeerId, child: Txid, parents: &[Txid]) {
        let depth = self.depths.get(&child).map_or(1, |depth| depth + 1);
        if depth > MAX_DEPTH {
            return;
        }
        for &txid in parents.iter().take(MAX_PARENTS) {
            if self.waiting.len() >= MAX_WAITING {
                return;
            }
            if !self.asked.contains(txid.0) {
                self.asked.insert(txid.0);
                self.waiting.push_back(Waiting { due: now + PATIENCE, peer, txid });
                self.depths.insert(txid, depth);
            }
        }
    }

    /// Whom to ask for what now.
    pub fn due(&mut self, now: Timestamp) -> Vec<(PeerId, Txid)> {
        let count = self.waiting.partition_point(|waiting| waiting.due <= now);
        self.waiting.drain(..count).map(|waiting| (waiting.peer, waiting.txid)).collect()
    }

    /// When [`ParentRequests::due`] may have something.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.waiting.front().map(|waiting| waiting.due)
    }

    /// Whether it was sought as a parent, lately.
    pub fn is_sought(&self, txid: Txid) -> bool {
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
    fn a_parent_is_asked_for_once_and_not_at_once() {
        let mut requests = ParentRequests::default();
        requests.want(NOW, PEER, txid(1), &[txid(2), txid(3), txid(2)]);
        assert_eq!(requests.due(NOW), []);
        assert_eq!(requests.deadline(), Some(NOW + PATIENCE));
        assert_eq!(requests.due(NOW + PATIENCE), [(PEER, txid(2)), (PEER, txid(3))]);
        requests.want(NOW + PATIENCE, PeerId(2), txid(4), &[txid(3)]);
        assert_eq!(requests.deadline(), None, "another child, another peer: no matter");
        assert!(requests.is_sought(txid(2)) && !requests.is_sought(txid(1)));
    }

    #[test]
    fn a_line_of_ancestors_is_followed_so_far_and_no_farther() {
        let mut requests = ParentRequests::default();
        let (mut child, mut generations) = (txid(0), 0);
        loop {
            requests.want(NOW, PEER, child, &[txid(generations + 1)]);
            let Some((_, parent)) = requests.due(NOW + PATIENCE).pop() else { break };
            child = parent;
            generations += 1;
        }
        assert_eq!(generations, u32::from(MAX_DEPTH));
    }

    #[test]
    fn what_strangers_make_us_keep_is_bounded() {
        let mut requests = ParentRequests::default();
        for child in 0..20_000 {
            let parents: Vec<_> = (0..100).map(|parent| txid(1_000_000 + child * 100 + parent)).collect();
            requests.want(NOW, PEER, txid(child), &parents);
            assert!(requests.waiting.len() <= MAX_WAITING && requests.depths.len() <= MAX_SOUGHT);
            if child % 500 == 0 {
                let due = requests.due(NOW + PATIENCE).len();
                assert!(due <= 500 * MAX_PARENTS);
            }
        }
    }
}
