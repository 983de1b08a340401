//! Which peers are to send compact blocks at once and unasked (BIP152's high-bandwidth mode).

use crate::event::PeerId;
use std::collections::BTreeSet;

/// The most peers that may be asked to (BIP152).
pub const MAX_HIGH_BANDWIDTH: usize = 3;

/// The peers that could be asked to, and those that were.
#[derive(Debug, Default)]
pub struct HighBandwidth {
    /// Peers that send compact blocks.
    capable: BTreeSet<PeerId>,
    /// Peers that know that we have their chain: Core sends nothing unasked to others.
    primed: BTreeSet<PeerId>,
    /// Who is both. The first ones are to be asked: those who were first with a block last, then
    /// those who came first.
    candidates: Vec<PeerId>,
    /// Who was asked.
    asked: BTreeSet<PeerId>,
}

impl HighBandwidth {
    /// `peer` says that it sends compact blocks.
    pub fn is_capable(&mut self, peer: PeerId) {
        self.capable.insert(peer);
        self.consider(peer);
    }

    /// `peer` has answered a `getheaders` of ours.
    pub fn is_primed(&mut self, peer: PeerId) {
        self.primed.insert(peer);
        self.consider(peer);
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.capable.remove(&peer);
        self.primed.remove(&peer);
        self.asked.remove(&peer);
        self.candidates.retain(|candidate| *candidate != peer);
    }

    /// `peer` was the first to tell of a new block.
    pub fn was_first(&mut self, peer: PeerId) {
        if let Some(place) = self.candidates.iter().position(|candidate| *candidate == peer) {
            self.candidates[..=place].rotate_right(1);
        }
    }

    /// Whom to tell that it is to send unasked, or no longer.
    pub fn changes(&mut self) -> Vec<(PeerId, bool)> {
        let chosen: BTreeSet<_> = self.candidates.iter().take(MAX_HIGH_BANDWIDTH).copied().collect();
        let dismissed = self.asked.difference(&chosen).map(|&peer| (peer, false));
        let changes = dismissed.chain(chosen.difference(&self.asked).map(|&peer| (peer, true))).collect();
        self.asked = chosen;
        changes
    }

    fn consider(&mut self, peer: PeerId) {
        let is_candidate = self.capable.contains(&peer) && self.primed.contains(&peer);
        if is_candidate && !self.candidates.contains(&peer) {
            self.candidates.push(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEERS: [PeerId; 5] = [PeerId(0), PeerId(1), PeerId(2), PeerId(3), PeerId(4)];

    fn with_all() -> HighBandwidth {
        let mut peers = HighBandwidth::default();
        for peer in PEERS {
            peers.is_primed(peer);
            peers.is_capable(peer);
        }
        peers
    }

    #[test]
    fn who_cannot_or_would_not_is_not_asked() {
        let mut peers = HighBandwidth::default();
        peers.is_capable(PEERS[0]);
        peers.is_primed(PEERS[1]);
        assert_eq!(peers.changes(), []);
        peers.is_primed(PEERS[0]);
        assert_eq!(peers.changes(), [(PEERS[0], true)]);
        peers.is_primed(PEERS[0]);
        assert_eq!(peers.changes(), [], "it is told once");
    }

    #[test]
    fn three_are_asked_and_the_next_when_one_leaves() {
        let mut peers = with_all();
        assert_eq!(peers.changes(), [(PEERS[0], true), (PEERS[1], true), (PEERS[2], true)]);
        peers.disconnected(PEERS[1]);
        assert_eq!(peers.changes(), [(PEERS[3], true)]);
        peers.is_capable(PEERS[1]);
        assert_eq!(peers.changes(), [], "it has to be primed again");
    }

    #[test]
    fn who_is_first_with_a_block_takes_the_place_of_who_was_not_for_longest() {
        let mut peers = with_all();
        peers.changes();
        peers.was_first(PEERS[1]);
        assert_eq!(peers.changes(), []);
        peers.was_first(PEERS[4]);
        assert_eq!(peers.changes(), [(PEERS[2], false), (PEERS[4], true)]);
        peers.was_first(PEERS[3]);
        assert_eq!(peers.changes(), [(PEERS[0], false), (PEERS[3], true)]);
        peers.was_first(PeerId(99));
        assert_eq!(peers.changes(), []);
    }
}
