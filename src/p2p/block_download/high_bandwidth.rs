//! Which peers are asked to send compact blocks unrequested (BIP152, high-bandwidth mode).

use crate::event::PeerId;
use std::collections::BTreeSet;

/// The most peers in high-bandwidth mode at once (BIP152).
const MAX_HIGH_BANDWIDTH: usize = 3;

/// Selects the peers for high-bandwidth mode.
#[derive(Debug, Default)]
pub struct HighBandwidth {
    /// Peers that send compact blocks.
    senders: BTreeSet<PeerId>,
    /// Peers that know that we have their chain. Core sends unrequested compact blocks to no others.
    synced: BTreeSet<PeerId>,
    /// The peers in both sets. Those that were first to announce a block come first, the most recent one at
    /// the front; then the others, by when they became eligible.
    eligible: Vec<PeerId>,
    /// The peers in high-bandwidth mode.
    selected: BTreeSet<PeerId>,
}

impl HighBandwidth {
    /// Notes that `peer` sends compact blocks.
    pub fn sends_compact(&mut self, peer: PeerId) {
        self.senders.insert(peer);
        self.consider(peer);
    }

    /// Notes that `peer` answered a `getheaders` of ours.
    pub fn headers_received(&mut self, peer: PeerId) {
        self.synced.insert(peer);
        self.consider(peer);
    }

    /// Forgets a peer.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.senders.remove(&peer);
        self.synced.remove(&peer);
        self.selected.remove(&peer);
        self.eligible.retain(|eligible| *eligible != peer);
    }

    /// Notes that `peer` was the first to announce a new block.
    pub fn announced_first(&mut self, peer: PeerId) {
        if let Some(place) = self.eligible.iter().position(|eligible| *eligible == peer) {
            self.eligible[..=place].rotate_right(1);
        }
    }

    /// Returns the peers whose mode changes, with true for high bandwidth.
    pub fn changes(&mut self) -> Vec<(PeerId, bool)> {
        let selected: BTreeSet<_> = self.eligible.iter().take(MAX_HIGH_BANDWIDTH).copied().collect();
        let dismissed = self.selected.difference(&selected).map(|&peer| (peer, false));
        let added = selected.difference(&self.selected).map(|&peer| (peer, true));
        let changes = dismissed.chain(added).collect();
        self.selected = selected;
        changes
    }

    fn consider(&mut self, peer: PeerId) {
        let is_eligible = self.senders.contains(&peer) && self.synced.contains(&peer);
        if is_eligible && !self.eligible.contains(&peer) {
            self.eligible.push(peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEERS: [PeerId; 5] = [PeerId(0), PeerId(1), PeerId(2), PeerId(3), PeerId(4)];

    fn all_eligible() -> HighBandwidth {
        let mut peers = HighBandwidth::default();
        for peer in PEERS {
            peers.headers_received(peer);
            peers.sends_compact(peer);
        }
        peers
    }

    #[test]
    fn only_peers_that_can_and_would_send_compact_blocks_are_selected() {
        let mut peers = HighBandwidth::default();
        peers.sends_compact(PEERS[0]);
        peers.headers_received(PEERS[1]);
        assert_eq!(peers.changes(), []);
        peers.headers_received(PEERS[0]);
        assert_eq!(peers.changes(), [(PEERS[0], true)]);
        peers.headers_received(PEERS[0]);
        assert_eq!(peers.changes(), [], "each change is returned once");
    }

    #[test]
    fn three_are_selected_and_the_next_one_when_one_leaves() {
        let mut peers = all_eligible();
        assert_eq!(peers.changes(), [(PEERS[0], true), (PEERS[1], true), (PEERS[2], true)]);
        peers.disconnected(PEERS[1]);
        assert_eq!(peers.changes(), [(PEERS[3], true)]);
        peers.sends_compact(PEERS[1]);
        assert_eq!(peers.changes(), [], "it has to send headers again");
    }

    #[test]
    fn the_first_announcer_replaces_the_one_that_was_not_first_for_longest() {
        let mut peers = all_eligible();
        peers.changes();
        peers.announced_first(PEERS[1]);
        assert_eq!(peers.changes(), []);
        peers.announced_first(PEERS[4]);
        assert_eq!(peers.changes(), [(PEERS[2], false), (PEERS[4], true)]);
        peers.announced_first(PEERS[3]);
        assert_eq!(peers.changes(), [(PEERS[0], false), (PEERS[3], true)]);
        peers.announced_first(PeerId(99));
        assert_eq!(peers.changes(), []);
    }
}
