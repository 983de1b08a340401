//! How well the connection to the network works, and what failed.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{Direction, DisconnectReason, PeerEvent, SeedFailure};
use crate::model::peers::Peers;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// All peers must be silent for this long before the silence is shown.
const STALE_AFTER: Duration = Duration::from_mins(1);

/// No failure is shown earlier: the first dials need a moment.
const FIRST_DIALS: Duration = Duration::from_secs(5);

/// Without a live peer for this long, the network counts as unreachable, even if addresses are left.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most seeds whose answers are kept; networks have fewer.
const MAX_SEEDS: usize = 32;

/// The longest name of a seed that is kept, in characters.
const MAX_NAME: usize = 100;

/// How many failed peers are listed.
const MAX_LISTED: usize = 4;

/// How well the connection to the network works.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Health {
    /// No peer is connected yet, but it is too early to call that a failure.
    #[default]
    Connecting,
    /// At least one peer is live.
    Live,
    /// Peers are connected, but all have been silent for more than a minute.
    Stale {
        /// Time since the last message of any peer.
        silent_for: Duration,
    },
    /// No peer can be reached.
    Unreachable(Box<Unreachable>),
}

/// What was tried without reaching a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreachable {
    /// The network.
    pub network: Network,
    /// Whether the user chose the peers; if not, they are discovered, starting with seeds.
    pub chosen_peers: bool,
    /// The seeds that gave no address, and why.
    pub seeds: Vec<(String, SeedFailure)>,
    /// The first peers that cannot be reached, and why; at most 4.
    pub peers: Vec<(PeerAddress, DisconnectReason)>,
    /// The number of further peers that cannot be reached.
    pub more_peers: usize,
    /// When the last live peer was lost, which is when all figures are from. `None` if no peer was ever live.
    pub lost: Option<Timestamp>,
}

/// When a peer was last live, and what the seeds answered.
#[derive(Debug)]
pub(crate) struct Reach {
    network: Network,
    chosen_peers: bool,
    /// Startup, or the last time a peer was live.
    last_live: Timestamp,
    was_live: bool,
    last_heard: Timestamp,
    seeds: BTreeMap<String, Result<usize, SeedFailure>>,
}

impl Reach {
    /// Starts without peers and answers from seeds.
    pub(crate) fn new(network: Network, chosen_peers: bool, started: Timestamp) -> Self {
        Self {
            network,
            chosen_peers,
            last_live: started,
            was_live: false,
            last_heard: started,
            seeds: BTreeMap::new(),
        }
    }

    /// Records the answer of a seed.
    pub(crate) fn seed(&mut self, name: &str, answer: &Result<usize, SeedFailure>) {
        let name = clean(name.as_bytes(), MAX_NAME);
        if self.seeds.len() < MAX_SEEDS || self.seeds.contains_key(&name) {
            self.seeds.insert(name, answer.clone());
        }
    }

    /// Records an event of a peer that is live, or was until this event.
    pub(crate) fn live(&mut self, now: Timestamp, event: &PeerEvent) {
        self.last_live = now;
        self.was_live = true;
        if is_from_the_peer(event) {
            self.last_heard = now;
        }
    }

    /// Returns how well the connection to the network works, given that `live` of the `peers` are live.
    pub(crate) fn health(&self, now: Timestamp, live: usize, peers: &Peers) -> Health {
        if live > 0 {
            let silent_for = now.since(self.last_heard);
            return if silent_for > STALE_AFTER { Health::Stale { silent_for } } else { Health::Live };
        }
        let alone_for = now.since(self.last_live);
        let hopeless = peers.all_unreached() || self.no_seed_helped();
        if alone_for > PATIENCE || (hopeless && alone_for > FIRST_DIALS) {
            Health::Unreachable(Box::new(self.unreachable(peers)))
        } else {
            Health::Connecting
        }
    }

    /// Whether every seed of the network has answered, none with an address.
    fn no_seed_helped(&self) -> bool {
        !self.chosen_peers
            && self.seeds.len() >= self.network.dns_seeds().len()
            && self.seeds.values().all(|answer| matches!(answer, Ok(0) | Err(_)))
    }

    fn unreachable(&self, peers: &Peers) -> Unreachable {
        let seeds = self.seeds.iter().filter_map(|(name, answer)| match answer {
            Ok(0) => Some((name.clone(), SeedFailure::NoUsableAddress)),
            Ok(_) => None,
            Err(failure) => Some((name.clone(), failure.clone())),
        });
        let failed = peers.failed();
        let listed = failed.iter().take(MAX_LISTED);
        Unreachable {
            network: self.network,
            chosen_peers: self.chosen_peers,
            seeds: seeds.collect(),
            peers: listed.map(|&(address, reason)| (address.clone(), reason.clone())).collect(),
            more_peers: failed.len().saturating_sub(MAX_LISTED),
            lost: self.was_live.then_some(self.last_live),
        }
    }
}

/// Whether the event means that the peer sent something.
fn is_from_the_peer(event: &PeerEvent) -> bool {
    match event {
        PeerEvent::Ready(_)
        | PeerEvent::Pong { .. }
        | PeerEvent::DelayedPong
        | PeerEvent::Announced { .. }
        | PeerEvent::BlockAnnounced { .. }
        | PeerEvent::Transaction { .. }
        | PeerEvent::Parent { .. }
        | PeerEvent::Listed { .. }
        | PeerEvent::Bootstrapped { .. }
        | PeerEvent::NotFound { .. }
        | PeerEvent::FeeFilter { .. }
        | PeerEvent::Addresses { .. }
        | PeerEvent::Tolerated(_) => true,
        PeerEvent::Traffic(traffic) => traffic.bytes(Direction::Received) > 0,
        PeerEvent::Dialling { .. }
        | PeerEvent::Connected { .. }
        | PeerEvent::Pinged
        | PeerEvent::Requested { .. }
        | PeerEvent::RequestTimedOut { .. }
        | PeerEvent::Disconnected { .. } => false,
    }
}
