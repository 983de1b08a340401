//! Whom to ask for headers, and when.
//!
//! The first time, one peer is asked until it has no more to tell (a few more, if it is slow); then
//! everybody else, who mostly has nothing to add. Later, whoever announces something that we don't
//! know.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer may take. Core is silent while it is in its initial block download.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long an answer may take before others are asked as well.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many are asked at once the first time, when the first one is slow.
const HELPERS: usize = 8;

/// The state of all peers.
#[derive(Debug, Default)]
pub struct HeaderSync {
    peers: BTreeMap<PeerId, Peer>,
    is_synced: bool,
}

#[derive(Debug)]
struct Peer {
    /// When it was asked, if it has not answered yet.
    asked: Option<Timestamp>,
    /// Since when it may know more than we, if so.
    promising_since: Option<Timestamp>,
}

/// What the headers of a message meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// As many as fit into one message: there may be more.
    Full,
    /// All that the peer has.
    All,
    /// They follow nothing that we know.
    Unlinked,
}

impl HeaderSync {
    /// The handshake with `peer` is done.
    pub fn connected(&mut self, peer: PeerId, now: Timestamp) {
        self.peers.insert(peer, Peer { asked: None, promising_since: Some(now) });
    }

    /// It is gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// `peer` has a block whose header we don't know.
    pub fn announced(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.promising_since.get_or_insert(now);
        }
    }

    /// Headers came, and were handled. Whether it was asked for them.
    pub fn received(&mut self, peer: PeerId, outcome: Outcome, now: Timestamp) -> bool {
        let Some(peer) = self.peers.get_mut(&peer) else { return false };
        let was_asked = peer.asked.take().is_some();
        let is_promising = match outcome {
            Outcome::Full => true,
            Outcome::All => false,
            // It skipped some. If it does so even when it is asked, its chain is not ours, or it is
            // too far behind: what it announces next may fit.
            Outcome::Unlinked => !was_asked,
        };
        peer.promising_since = is_promising.then_some(now);
        self.is_synced |= was_asked && outcome == Outcome::All;
        was_asked
    }

    /// Whether the best chain was known once: what comes from then on is new.
    pub fn is_synced(&self) -> bool {
        self.is_synced
    }

    /// Whom to ask now, by `getheaders`.
    pub fn requests(&mut self, now: Timestamp) -> Vec<PeerId> {
        for peer in self.peers.values_mut() {
            if peer.asked.is_some_and(|since| since + TIMEOUT <= now) {
                *peer = Peer { asked: None, promising_since: None };
            }
        }
        let at_once = if self.is_synced { usize::MAX } else { self.places(now) };
        // Who has waited longest comes first: whoever comes and goes cannot keep others from their turn.
        let idle = self.peers.iter().filter(|(_, peer)| peer.asked.is_none());
        let mut promising: Vec<_> =
            idle.filter_map(|(&id, peer)| Some((peer.promising_since?, id))).collect();
        promising.sort_unstable();
        promising.truncate(at_once);
        for (_, id) in &promising {
            self.peers.insert(*id, Peer { asked: Some(now), promising_since: None });
        }
        promising.into_iter().map(|(_, id)| id).collect()
    }

    /// When [`HeaderSync::requests`] may have something without anything else happening.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let asked = self.peers.values().filter_map(|peer| peer.asked);
        let moments = asked.flat_map(|since| [since + PATIENCE, since + TIMEOUT]);
        moments.filter(|&moment| moment > now).min()
    }

    /// How many may be asked the first time.
    fn places(&self, now: Timestamp) -> usize {
        let asked = || self.peers.values().filter_map(|peer| peer.asked);
        let under_way = asked().filter(|&since| now < since + PATIENCE).count();
        let limit = if asked().count() > under_way { HELPERS } else { 1 };
        limit.saturating_sub(under_way)
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
    fn at_first_one_peer_is_asked_until_it_has_told_all() {
        let mut sync = sync();
        assert_eq!(sync.requests(NOW), [A]);
        assert_eq!(sync.requests(NOW), []);
        assert!(sync.received(A, Outcome::Full, NOW));
        assert_eq!(sync.requests(NOW), [A]);
        assert!(!sync.is_synced());
        assert!(sync.received(A, Outcome::All, NOW));
        assert!(sync.is_synced());
        assert_eq!(sync.requests(NOW), [B, C], "the others may know better");
        assert!(sync.received(B, Outcome::All, NOW));
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
    fn a_lost_peer_is_followed_by_the_next() {
        let mut sync = sync();
        assert_eq!(sync.requests(NOW), [A]);
        sync.disconnected(A);
        assert_eq!(sync.requests(NOW), [B]);
    }

    #[test]
    fn whoever_comes_and_goes_waits_like_everybody_else() {
        let mut sync = sync();
        let later = NOW + Duration::from_millis(1);
        sync.connected(A, later);
        assert_eq!(sync.requests(later), [B]);
        sync.disconnected(B);
        assert_eq!(sync.requests(later), [C]);
    }

    #[test]
    fn an_announcement_is_followed_up_once_at_a_time() {
        let mut sync = sync();
        sync.requests(NOW);
        sync.received(A, Outcome::All, NOW);
        sync.requests(NOW);
        sync.announced(A, NOW);
        assert_eq!(sync.requests(NOW), [A]);
        sync.announced(A, NOW);
        assert_eq!(sync.requests(NOW), [], "the answer is under way");
        sync.received(A, Outcome::All, NOW);
        assert_eq!(sync.requests(NOW), []);
    }

    #[test]
    fn unlinked_headers_are_asked_about_but_not_in_a_circle() {
        let mut sync = sync();
        sync.requests(NOW);
        sync.received(A, Outcome::All, NOW);
        sync.requests(NOW);
        assert!(!sync.received(A, Outcome::Unlinked, NOW), "nobody asked");
        assert_eq!(sync.requests(NOW), [A]);
        assert!(sync.received(A, Outcome::Unlinked, NOW));
        assert_eq!(sync.requests(NOW), []);
    }

    #[test]
    fn headers_that_nobody_asked_for_do_not_make_us_synced() {
        let mut sync = sync();
        assert!(!sync.received(B, Outcome::All, NOW));
        assert!(!sync.is_synced());
        assert_eq!(sync.requests(NOW), [A]);
    }
}
