//! How well things go, and what to try if they don't.

use crate::event::{Direction, PeerEvent, SeedFailure};
use crate::model::ModelSettings;
use crate::model::peers::Peers;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// Silence of all peers that is worth a word.
const STALE_AFTER: Duration = Duration::from_mins(1);

/// No word about failure before this: the first attempts need a moment.
const FIRST_ATTEMPTS: Duration = Duration::from_secs(5);

/// Without a live peer for this long nobody is reachable, even if there are addresses left to try.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most seeds whose answers are kept; networks have fewer.
const SEEDS_KEPT: usize = 32;

/// How many failed peers the advice names.
const NAMED: usize = 4;

/// How well the connection to the network works.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Health {
    /// No peer is connected yet, and it is too early to call that a failure.
    #[default]
    Connecting,
    /// At least one peer is live.
    Live,
    /// Peers are connected, but all have been silent for more than a minute.
    Stale {
        /// The time since the last message of any peer.
        silent_for: Duration,
    },
    /// No peer can be reached.
    Unreachable {
        /// What failed and what to try, one line each.
        advice: Vec<String>,
    },
}

/// Who could be reached, and when somebody last said anything.
#[derive(Debug)]
pub(crate) struct Reach {
    /// The start, or the last moment at which a peer was live.
    last_live: Timestamp,
    last_heard: Timestamp,
    /// What each seed answered: how many addresses, or why none.
    seeds: BTreeMap<String, Result<usize, SeedFailure>>,
}

impl Reach {
    /// Nobody asked yet.
    pub(crate) fn new(started: Timestamp) -> Self {
        Self { last_live: started, last_heard: started, seeds: BTreeMap::new() }
    }

    /// A seed answered.
    pub(crate) fn seed(&mut self, name: &str, answer: &Result<usize, SeedFailure>) {
        let (name, limit) = (clean(name.as_bytes(), 100), SEEDS_KEPT);
        if self.seeds.len() < limit || self.seeds.contains_key(&name) {
            self.seeds.insert(name, answer.clone());
        }
    }

    /// Something happened with a peer that is, or until now was, live.
    pub(crate) fn live(&mut self, now: Timestamp, event: &PeerEvent) {
        self.last_live = now;
        if is_from_the_peer(event) {
            self.last_heard = now;
        }
    }

    /// How well things go.
    pub(crate) fn health(
        &self,
        now: Timestamp,
        live: usize,
        peers: &Peers,
        settings: &ModelSettings,
    ) -> Health {
        if live > 0 {
            let silent_for = now.since(self.last_heard);
            return if silent_for > STALE_AFTER { Health::Stale { silent_for } } else { Health::Live };
        }
        let alone_for = now.since(self.last_live);
        let hopeless = peers.all_unreached() || self.seeds_gave_nothing(settings);
        if alone_for > PATIENCE || (hopeless && alone_for > FIRST_ATTEMPTS) {
            Health::Unreachable { advice: self.advice(peers, settings) }
        } else {
            Health::Connecting
        }
    }

    /// Whether every seed of the network answered, and none with an address.
    fn seeds_gave_nothing(&self, settings: &ModelSettings) -> bool {
        !settings.listed_peers
            && self.seeds.len() >= settings.network.dns_seeds().len()
            && self.seeds.values().all(|answer| matches!(answer, Ok(0) | Err(_)))
    }

    fn advice(&self, peers: &Peers, settings: &ModelSettings) -> Vec<String> {
        let network = settings.network;
        let mut advice = Vec::new();
        if !settings.listed_peers {
            if network.dns_seeds().is_empty() {
                advice.push(format!("{network} has no DNS seeds: name a node with --peer HOST:PORT"));
            }
            advice.extend(self.seeds.iter().filter_map(|(name, answer)| match answer {
                Ok(0) => Some(format!("seed {name}: knows no addresses")),
                Ok(_) => None,
                Err(why) => Some(format!("seed {name}: {why}")),
            }));
        }
        let failed = peers.failed();
        let named = failed.iter().take(NAMED);
        advice.extend(named.map(|(address, reason)| format!("{address}: {reason}")));
        if failed.len() > NAMED {
            advice.push(format!("and {} more addresses", failed.len() - NAMED));
        }
        if settings.listed_peers {
            advice.push(format!(
                "is the node running, does it listen, and is it on {network}? (--network chooses another)"
            ));
        } else if !network.dns_seeds().is_empty() {
            let port = network.default_port();
            advice.push(format!("is there a network, and does it let connections to port {port} out?"));
            advice.push("--peer HOST:PORT joins a node that you know".to_owned());
        }
        advice.push("mempulse demo needs no network".to_owned());
        advice
    }
}

/// Whether the event means that the peer said something.
fn is_from_the_peer(event: &PeerEvent) -> bool {
    match event {
        PeerEvent::Ready(_)
        | PeerEvent::Pong { .. }
        | PeerEvent::Announced { .. }
        | PeerEvent::BlockAnnounced { .. }
        | PeerEvent::Transaction { .. }
        | PeerEvent::Parent { .. }
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
