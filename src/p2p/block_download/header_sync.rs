//! Which peer to ask for headers, and when.
//!
//! The first sync asks one peer until it has no more headers, and some more peers if it is slow; then all
//! others, most of which have nothing to add. Later, a peer is asked when it announces a block with an
//! unknown header.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::BlockHash;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer may take. Core does not answer during its initial block download.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long an answer may take in the first sync before more peers are asked.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many peers may be asked at once in the first sync if one is slow.
const HELPERS: usize = 8;

/// The state of the sync with each peer.
#[derive(Debug, Default)]
pub struct HeaderSync {
    peers: BTreeMap<PeerId, Peer>,
    /// The last header of each peer whose last message was full: the next message continues there, even on a
    /// branch that is not the best chain yet.
    reached: BTreeMap<PeerId, BlockHash>,
    is_synced: bool,
}

#[derive(Debug)]
struct Peer {
    /// When headers were requested, until the answer arrives.
    requested_at: Option<Timestamp>,
    /// Since when the peer may know headers that we don't.
    ahead_since: Option<Timestamp>,
}

/// What a `headers` message says about its sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderBatch {
    /// As many headers as fit into one message: there may be more.
    Full,
    /// The rest of the peer's headers.
    Last,
    /// Headers that connect to no known one.
    Unconnecting,
}

impl HeaderSync {
    /// Adds a peer, which may know headers that we don't.
    pub fn connected(&mut self, peer: PeerId, now: Timestamp) {
        self.peers.insert(peer, Peer { requested_at: None, ahead_since: Some(now) });
    }

    /// Removes a peer.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
        self.reached.remove(&peer);
    }

    /// Notes the last header of a full message, or that the last message was not full.
    pub fn reach(&mut self, peer: PeerId, last: Option<BlockHash>) {
        match last {
            Some(hash) => self.reached.insert(peer, hash),
            None => self.reached.remove(&peer),
        };
    }

    /// The header after which `peer` is asked for more, if its last message was full.
    pub fn reached(&self, peer: PeerId) -> Option<BlockHash> {
        self.reached.get(&peer).copied()
    }

    /// Notes that `peer` announced a block and may know headers that we don't.
    pub fn announced(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.ahead_since.get_or_insert(now);
        }
    }

    /// Notes that `peer` sent headers. Returns whether they were requested.
    pub fn received(&mut self, peer: PeerId, batch: HeaderBatch, now: Timestamp) -> bool {
        let Some(peer) = self.peers.get_mut(&peer) else { return false };
        let was_requested = peer.requested_at.take().is_some();
        let is_ahead = match batch {
            HeaderBatch::Full => true,
            HeaderBatch::Last => false,
            // Unrequested headers may have a gap before them. If requested ones don't connect either, the
            // peer is on another chain or too far behind, and only its next announcement may help.
            HeaderBatch::Unconnecting => !was_requested,
        };
        peer.ahead_since = is_ahead.then_some(now);
        self.is_synced |= was_requested && batch == HeaderBatch::Last;
        was_requested
    }

    /// Whether the first sync is complete, after which blocks count as new.
    pub fn is_synced(&self) -> bool {
        self.is_synced
    }

    /// Gives all requests as much time again.
    pub fn slept(&mut self, time: Duration) {
        for since in self.peers.values_mut().filter_map(|peer| peer.requested_at.as_mut()) {
            *since = *since + time;
        }
    }

    /// Returns the peers to send a `getheaders` to now.
    pub fn requests(&mut self, now: Timestamp) -> Vec<PeerId> {
        for peer in self.peers.values_mut() {
            if peer.requested_at.is_some_and(|since| since + TIMEOUT <= now) {
                *peer = Peer { requested_at: None, ahead_since: None };
            }
        }
        let at_once = if self.is_synced { usize::MAX } else { self.free_slots(now) };
        // The peer that has waited longest comes first, so that reconnecting peers cannot starve the others.
        let idle = self.peers.iter().filter(|(_, peer)| peer.requested_at.is_none());
        let mut ahead: Vec<_> = idle.filter_map(|(&id, peer)| Some((peer.ahead_since?, id))).collect();
        ahead.sort_unstable();
        ahead.truncate(at_once);
        for (_, id) in &ahead {
            self.peers.insert(*id, Peer { requested_at: Some(now), ahead_since: None });
        }
        ahead.into_iter().map(|(_, id)| id).collect()
    }

    /// When [`HeaderSync::requests`] may return something even if nothing else happens.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let requested = self.peers.values().filter_map(|peer| peer.requested_at);
        let moments = requested.flat_map(|since| [since + PATIENCE, since + TIMEOUT]);
        moments.filter(|&moment| moment > now).min()
    }

    /// How many more peers may be asked in the first sync.
    fn free_slots(&self, now: Timestamp) -> usize {
        let requested = || self.peers.values().filter_map(|peer| peer.requested_at);
        let in_time = requested().filter(|&since| now < since + PATIENCE).count();
        let limit = if requested().count() > in_time { HELPERS } else { 1 };
        limit.saturating_sub(in_time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);
    const A: PeerId = PeerId(1);
    const B: PeerId = PeerId(2);
    const C: PeerId = PeerId(3);

    fn sync() -> HeaderSync {
        let mut sync = HeaderSync::default();
        for peer in [A, B, C] {
            sync.connected(peer, NOW);
        }
        sync
    }

    #[test]
    fn at_first_one_peer_is_asked_for_headers_until_it_has_no_more() {
        let mut sync = sync();
        assert_eq!(sync.requests(NOW), [A]);
        assert_eq!(sync.requests(NOW), []);
        assert!(sync.received(A, HeaderBatch::Full, NOW));
        assert_eq!(sync.requests(NOW), [A]);
        assert!(!sync.is_synced());
        assert!(sync.received(A, HeaderBatch::Last, NOW));
        assert!(sync.is_synced());
        assert_eq!(sync.requests(NOW), [B, C], "the others may know a better chain");
        assert!(sync.received(B, HeaderBatch::Last, NOW));
        assert_eq!(sync.requests(NOW), []);
    }

    #[test]
    fn a_slow_peer_gets_helpers_and_a_silent_one_is_given_up() {
        let mut sync = sync();
        assert_eq!(sync.requests(NOW), [A]);
        let slow = sync.deadline(NOW).unwrap();
        assert_eq!(slow, NOW + PATIENCE);
        assert_eq!(sync.requests(slow), [B, C]);
        assert_eq!(sync.deadline(slow + PATIENCE), Some(NOW + TIMEOUT));
        assert_eq!(sync.requests(NOW + TIMEOUT), []);
        sync.announced(A, NOW);
        assert_eq!(sync.requests(NOW + TIMEOUT), [A]);
    }

    #[test]
    fn when_the_peer_disconnects_the_next_one_is_asked() {
        let mut sync = sync();
        assert_eq!(sync.requests(NOW), [A]);
        sync.disconnected(A);
        assert_eq!(sync.requests(NOW), [B]);
    }

    #[test]
    fn a_peer_that_reconnects_waits_behind_the_others() {
        let mut sync = sync();
        let later = NOW + Duration::from_millis(1);
        sync.connected(A, later);
        assert_eq!(sync.requests(later), [B]);
        sync.disconnected(B);
        assert_eq!(sync.requests(later), [C]);
    }

    #[test]
    fn announcements_lead_to_one_request_at_a_time() {
        let mut sync = sync();
        sync.requests(NOW);
        sync.received(A, HeaderBatch::Last, NOW);
        sync.requests(NOW);
        sync.announced(A, NOW);
        assert_eq!(sync.requests(NOW), [A]);
        sync.announced(A, NOW);
        assert_eq!(sync.requests(NOW), [], "a request is under way");
        sync.received(A, HeaderBatch::Last, NOW);
        assert_eq!(sync.requests(NOW), []);
    }

    #[test]
    fn unconnecting_headers_lead_to_one_request_and_not_to_a_loop() {
        let mut sync = sync();
        sync.requests(NOW);
        sync.received(A, HeaderBatch::Last, NOW);
        sync.requests(NOW);
        assert!(!sync.received(A, HeaderBatch::Unconnecting, NOW), "they were not requested");
        assert_eq!(sync.requests(NOW), [A]);
        assert!(sync.received(A, HeaderBatch::Unconnecting, NOW));
        assert_eq!(sync.requests(NOW), []);
    }

    #[test]
    fn unrequested_headers_do_not_complete_the_sync() {
        let mut sync = sync();
        assert!(!sync.received(B, HeaderBatch::Last, NOW));
        assert!(!sync.is_synced());
        assert_eq!(sync.requests(NOW), [A]);
    }
}
