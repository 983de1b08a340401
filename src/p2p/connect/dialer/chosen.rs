//! The peers that the user named: each is dialled until it is reached, and kept.

use crate::address::PeerAddress;
use crate::event::PeerId;
use crate::p2p::connect::backoff::Backoff;
use crate::p2p::connect::dialer::Dial;
use crate::util::time::Timestamp;
use rand::rngs::SmallRng;
use std::collections::HashSet;
use std::time::Duration;

/// The first and the longest wait before a chosen peer is dialled again.
const REDIAL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Who has been live for this long has earned a quick first redial again.
const STEADY: Duration = Duration::from_mins(1);

/// All of them. The id of each is its number in the list.
#[derive(Debug)]
pub struct ChosenPeers(Vec<Chosen>);

#[derive(Debug)]
struct Chosen {
    address: PeerAddress,
    v1_only: bool,
    state: State,
    backoff: Backoff,
}

#[derive(Debug)]
enum State {
    Waiting { until: Timestamp },
    Dialled,
    Open,
    Live { since: Timestamp },
}

impl ChosenPeers {
    /// Each of `addresses` once, to be dialled from `now` on.
    pub fn new(addresses: &[PeerAddress], now: Timestamp, rng: &mut SmallRng) -> Self {
        let mut once = HashSet::new();
        let addresses = addresses.iter().filter(|address| once.insert(*address));
        let chosen = addresses.map(|address| Chosen {
            address: address.clone(),
            v1_only: false,
            state: State::Waiting { until: now },
            backoff: Backoff::new(REDIAL.0, REDIAL.1, rng),
        });
        Self(chosen.collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `address` is one of them.
    pub fn contains(&self, address: &PeerAddress) -> bool {
        self.0.iter().any(|chosen| chosen.address == *address)
    }

    /// The address of `peer`; `None`: it is none of these.
    pub fn address(&self, peer: PeerId) -> Option<&PeerAddress> {
        self.0.get(usize::try_from(peer.0).ok()?).map(|chosen| &chosen.address)
    }

    /// How many connections are being opened.
    pub fn dialling(&self) -> usize {
        self.0.iter().filter(|chosen| matches!(chosen.state, State::Dialled)).count()
    }

    /// The dials that are due, at most `room`; each counts as begun.
    pub fn due(&mut self, now: Timestamp, room: usize) -> Vec<Dial> {
        let waiting = (0..)
            .zip(&mut self.0)
            .filter(|(_, chosen)| matches!(chosen.state, State::Waiting { until } if until <= now));
        let begin = |(number, chosen): (u64, &mut Chosen)| {
            chosen.state = State::Dialled;
            let attempt = chosen.backoff.failures().saturating_add(1);
            let (address, v1_only) = (chosen.address.clone(), chosen.v1_only);
            Dial { peer: PeerId(number), address, attempt, v1_only }
        };
        waiting.take(room).map(begin).collect()
    }

    /// When the next one is due.
    pub fn deadline(&self) -> Option<Timestamp> {
        let waiting = self.0.iter().filter_map(|chosen| match chosen.state {
            State::Waiting { until } => Some(until),
            State::Dialled | State::Open | State::Live { .. } => None,
        });
        waiting.min()
    }

    /// The connection to `peer` is open.
    pub fn opened(&mut self, peer: PeerId) {
        if let Some(chosen) = self.find(peer) {
            chosen.state = State::Open;
        }
    }

    /// The handshake with `peer` is done.
    pub fn ready(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(chosen) = self.find(peer) {
            chosen.state = State::Live { since: now };
        }
    }

    /// Whether `peer` does not speak the v2 transport.
    pub fn note_transport(&mut self, peer: PeerId, v1_only: bool) {
        if let Some(chosen) = self.find(peer) {
            chosen.v1_only = v1_only;
        }
    }

    /// The connection to `peer`, or the attempt at one, ended. When it is dialled again; `None`: it
    /// is none of these.
    pub fn ended(&mut self, peer: PeerId, now: Timestamp) -> Option<Timestamp> {
        let chosen = self.find(peer)?;
        if matches!(chosen.state, State::Live { since } if now.since(since) >= STEADY) {
            chosen.backoff.reset();
        }
        let until = now + chosen.backoff.next_delay();
        chosen.state = State::Waiting { until };
        Some(until)
    }

    fn find(&mut self, peer: PeerId) -> Option<&mut Chosen> {
        self.0.get_mut(usize::try_from(peer.0).ok()?)
    }
}
