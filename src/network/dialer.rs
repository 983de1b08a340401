//! Whom to dial, and when.

use super::PeerChoice;
use super::address_book::AddressBook;
use super::backoff::Backoff;
use super::netgroup::NetGroup;
use crate::address::PeerAddress;
use crate::event::PeerId;
use crate::time::Timestamp;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The first and the longest wait before a chosen peer is dialled again.
const REDIAL: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Who has been live for this long has earned a quick first redial again.
const STEADY: Duration = Duration::from_mins(1);

/// The most handshakes under way at once while peers are looked for.
pub const MAX_DIALS: usize = 8;

/// A dial that is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dial {
    /// Who.
    pub peer: PeerId,
    /// Where.
    pub address: PeerAddress,
    /// How many attempts in a row, this one included.
    pub attempt: u32,
    /// Whether the peer is known not to speak the v2 transport.
    pub v1_only: bool,
}

/// Decides whom to dial.
#[derive(Debug)]
pub enum Dialer {
    /// The peers that the user chose, and no others.
    Fixed(Vec<Chosen>),
    /// As many as wanted, out of the address book.
    Discovery(Discovery),
}

/// A peer that the user chose.
#[derive(Debug)]
pub struct Chosen {
    address: PeerAddress,
    v1_only: bool,
    state: ChosenState,
    backoff: Backoff,
}

#[derive(Debug)]
enum ChosenState {
    Waiting { until: Timestamp },
    Dialled,
    Live { since: Timestamp },
}

/// The search for peers.
#[derive(Debug)]
pub struct Discovery {
    wanted: usize,
    book: AddressBook,
    /// The connections, and whether their handshake is done.
    connections: HashMap<PeerId, (PeerAddress, bool)>,
    rng: SmallRng,
}

impl Dialer {
    /// Begins at `now`; `seed` makes the jitter and the choices.
    pub fn new(choice: &PeerChoice, now: Timestamp, seed: u64) -> Self {
        let mut rng = SmallRng::seed_from_u64(seed);
        match choice {
            PeerChoice::Only(addresses) => {
                let mut once = HashSet::new();
                let addresses = addresses.iter().filter(|address| once.insert(*address));
                let chosen = addresses.map(|address| Chosen {
                    address: address.clone(),
                    v1_only: false,
                    state: ChosenState::Waiting { until: now },
                    backoff: Backoff::new(REDIAL.0, REDIAL.1, &mut rng),
                });
                Self::Fixed(chosen.collect())
            }
            PeerChoice::Discover(wanted) => Self::Discovery(Discovery {
                wanted: *wanted,
                book: AddressBook::default(),
                connections: HashMap::new(),
                rng,
            }),
        }
    }

    /// The dials that are due; each counts as begun.
    pub fn due(&mut self, now: Timestamp) -> Vec<Dial> {
        match self {
            Self::Fixed(chosen) => {
                let waiting = (0..).zip(chosen).filter(
                    |(_, chosen)| matches!(chosen.state, ChosenState::Waiting { until } if until <= now),
                );
                let begin = |(number, chosen): (u64, &mut Chosen)| {
                    chosen.state = ChosenState::Dialled;
                    let attempt = chosen.backoff.failures().saturating_add(1);
                    let (address, v1_only) = (chosen.address.clone(), chosen.v1_only);
                    Dial { peer: PeerId(number), address, attempt, v1_only }
                };
                waiting.map(begin).collect()
            }
            Self::Discovery(discovery) => std::iter::from_fn(|| discovery.next_dial(now)).collect(),
        }
    }

    /// The handshake with `peer` is done.
    pub fn ready(&mut self, peer: PeerId, now: Timestamp) {
        match self {
            Self::Fixed(chosen) => {
                if let Some(chosen) = find(chosen, peer) {
                    chosen.state = ChosenState::Live { since: now };
                }
            }
            Self::Discovery(discovery) => {
                if let Some((address, ready)) = discovery.connections.get_mut(&peer) {
                    *ready = true;
                    discovery.book.succeeded(address);
                }
            }
        }
    }

    /// Whether `peer` says of itself that it does not speak the v2 transport. It is remembered for
    /// the next dial.
    pub fn note_transport(&mut self, peer: PeerId, v1_only: bool) {
        match self {
            Self::Fixed(chosen) => {
                if let Some(chosen) = find(chosen, peer) {
                    chosen.v1_only = v1_only;
                }
            }
            Self::Discovery(discovery) => {
                if let Some((address, _)) = discovery.connections.get(&peer) {
                    discovery.book.note_transport(address, v1_only);
                }
            }
        }
    }

    /// The connection to `peer`, or the attempt at one, ended. When it is dialled again; `None`:
    /// another takes its place.
    pub fn ended(&mut self, peer: PeerId, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Fixed(chosen) => {
                let chosen = find(chosen, peer)?;
                if matches!(chosen.state, ChosenState::Live { since } if now.since(since) >= STEADY) {
                    chosen.backoff.reset();
                }
                let until = now + chosen.backoff.next_delay();
                chosen.state = ChosenState::Waiting { until };
                Some(until)
            }
            Self::Discovery(discovery) => {
                let (address, _) = discovery.connections.remove(&peer)?;
                discovery.book.ended(&address, now);
                None
            }
        }
    }

    /// When [`Dialer::due`] may have something without anything else happening.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Fixed(chosen) => chosen
                .iter()
                .filter_map(|chosen| match chosen.state {
                    ChosenState::Waiting { until } => Some(until),
                    ChosenState::Dialled | ChosenState::Live { .. } => None,
                })
                .min(),
            Self::Discovery(discovery) if discovery.connections.len() < discovery.wanted => {
                discovery.book.next_rested(now)
            }
            Self::Discovery(_) => None,
        }
    }

    /// Somebody told addresses. How many of them are new and were kept.
    pub fn learn(&mut self, addresses: impl IntoIterator<Item = PeerAddress>) -> usize {
        match self {
            Self::Fixed(_) => 0,
            Self::Discovery(discovery) => {
                addresses.into_iter().filter(|address| discovery.book.learn(address.clone())).count()
            }
        }
    }

    /// Whether more addresses should be looked for.
    pub fn wants_addresses(&self, now: Timestamp) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Discovery(discovery) => {
                let missing = discovery.wanted.saturating_sub(discovery.connections.len());
                missing > 0 && discovery.book.available(now) < missing.saturating_mul(4)
            }
        }
    }
}

fn find(chosen: &mut [Chosen], peer: PeerId) -> Option<&mut Chosen> {
    chosen.get_mut(usize::try_from(peer.0).ok()?)
}

impl Discovery {
    fn next_dial(&mut self, now: Timestamp) -> Option<Dial> {
        let dialling = self.connections.values().filter(|(_, ready)| !ready).count();
        if self.connections.len() >= self.wanted || dialling >= MAX_DIALS {
            return None;
        }
        let groups = self.connections.values().filter_map(|(address, _)| NetGroup::of(&address.host));
        let taken: HashSet<NetGroup> = groups.collect();
        let (peer, address) = self.book.pick(now, &taken, &mut self.rng)?;
        let attempt = self.book.failures(&address).saturating_add(1);
        self.connections.insert(peer, (address.clone(), false));
        let v1_only = self.book.speaks_v1_only(&address);
        Some(Dial { peer, address, attempt, v1_only })
    }
}

#[cfg(test)]
mod tests;
