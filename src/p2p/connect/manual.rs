//! Manual peers: named by the user, so each is redialled until connected, and never dropped as useless.

use crate::address::PeerAddress;
use crate::event::{DisconnectReason, PeerId};
use crate::p2p::action::{ConnectionKind, Dial};
use crate::p2p::connect::backoff::Backoff;
use crate::util::time::Timestamp;
use rand::rngs::SmallRng;
use std::collections::HashSet;
use std::time::Duration;

/// The first and the longest delay before a manual peer is redialled.
const REDIAL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// The longest delay before redialling a peer that does not even refuse: each such dial occupies a slot until
/// it times out.
const SILENT_REDIAL: Duration = Duration::from_mins(10);

/// After the machine has slept, all peers are redialled within this time, spread out.
const WAKING: Duration = Duration::from_secs(5);

/// A connection that lasted this long resets the back-off.
const STEADY: Duration = Duration::from_mins(1);

/// All manual peers. The id of each is its index.
#[derive(Debug)]
pub struct ManualPeers(Vec<ManualPeer>);

#[derive(Debug)]
struct ManualPeer {
    address: PeerAddress,
    v1_only: bool,
    state: State,
    backoff: Backoff,
    /// Whether the user was warned that the peer is not useful.
    warned: bool,
}

#[derive(Debug)]
enum State {
    Waiting { until: Timestamp },
    Dialling,
    Open,
    Connected { since: Timestamp },
}

impl ManualPeers {
    /// Each of `addresses` once, due at `now`.
    pub fn new(addresses: &[PeerAddress], now: Timestamp, rng: &mut SmallRng) -> Self {
        let mut unique = HashSet::new();
        let addresses = addresses.iter().filter(|address| unique.insert(*address));
        let peers = addresses.map(|address| ManualPeer {
            address: address.clone(),
            v1_only: false,
            state: State::Waiting { until: now },
            backoff: Backoff::new(REDIAL.0, rng),
            warned: false,
        });
        Self(peers.collect())
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn contains(&self, address: &PeerAddress) -> bool {
        self.0.iter().any(|peer| peer.address == *address)
    }

    /// The address of `peer` if it is a manual one.
    pub fn address(&self, peer: PeerId) -> Option<&PeerAddress> {
        self.0.get(usize::try_from(peer.0).ok()?).map(|peer| &peer.address)
    }

    /// Redials all waiting peers within 5 s, ignoring their back-off.
    pub fn wake_up(&mut self, now: Timestamp) {
        for peer in &mut self.0 {
            peer.backoff.reset();
            if let State::Waiting { until } = &mut peer.state {
                *until = now + peer.backoff.part_of(WAKING);
            }
        }
    }

    /// The number of connections that are being opened.
    pub fn dialling(&self) -> usize {
        self.0.iter().filter(|peer| matches!(peer.state, State::Dialling)).count()
    }

    /// Starts the dials that are due, at most `room` of them. Peers with the fewest failures come first, so
    /// that dead ones delay no others.
    pub fn dial(&mut self, now: Timestamp, room: usize) -> Vec<Dial> {
        let mut due: Vec<_> = (0..)
            .zip(&mut self.0)
            .filter(|(_, peer)| matches!(peer.state, State::Waiting { until } if until <= now))
            .collect();
        due.sort_by_key(|(_, peer)| peer.backoff.failures());
        let start = |(index, peer): (u64, &mut ManualPeer)| {
            peer.state = State::Dialling;
            Dial {
                peer: PeerId(index),
                address: peer.address.clone(),
                attempt: peer.backoff.failures().saturating_add(1),
                v1_only: peer.v1_only,
                kind: ConnectionKind::Manual,
            }
        };
        due.into_iter().take(room).map(start).collect()
    }

    /// When the next dial is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        let waiting = self.0.iter().filter_map(|peer| match peer.state {
            State::Waiting { until } => Some(until),
            State::Dialling | State::Open | State::Connected { .. } => None,
        });
        waiting.min()
    }

    pub fn opened(&mut self, peer: PeerId) {
        if let Some(peer) = self.find(peer) {
            peer.state = State::Open;
        }
    }

    pub fn connected(&mut self, peer: PeerId, v1_only: bool, now: Timestamp) {
        if let Some(peer) = self.find(peer) {
            peer.state = State::Connected { since: now };
            peer.v1_only = v1_only;
        }
    }

    /// Returns true on the first call for a connection.
    pub fn warn_once(&mut self, peer: PeerId) -> bool {
        self.find(peer).is_some_and(|peer| !std::mem::replace(&mut peer.warned, true))
    }

    /// Returns when to redial `peer`, or `None` if it is not a manual one.
    pub fn disconnected(
        &mut self,
        peer: PeerId,
        reason: &DisconnectReason,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let peer = self.find(peer)?;
        if matches!(peer.state, State::Connected { since } if now.since(since) >= STEADY) {
            peer.backoff.reset();
        }
        let is_silent = matches!(reason, DisconnectReason::DialTimeout(_));
        let longest = if is_silent { SILENT_REDIAL } else { REDIAL.1 };
        let until = now + peer.backoff.next_delay(longest);
        peer.state = State::Waiting { until };
        peer.warned = false;
        Some(until)
    }

    fn find(&mut self, peer: PeerId) -> Option<&mut ManualPeer> {
        self.0.get_mut(usize::try_from(peer.0).ok()?)
    }
}
