//! The address manager (Core: `AddrMan`): which addresses are known, where to get more, and how dials to them
//! went.
//!
//! | module | what it decides |
//! |---|---|
//! | `table` | which addresses are kept, in bounded tables that no source can fill |
//! | `gossip` | how many of the addresses that a peer sends are accepted |
//! | `seeds`, `fixed_seeds` | which DNS seeds to ask when; the built-in addresses, as a last resort |
//! | `growth` | when to report how many addresses are known |

mod fixed_seeds;
mod gossip;
mod growth;
pub(in crate::p2p) mod seeds;
pub(in crate::p2p) mod table;
#[cfg(test)]
mod tests;

use crate::address::{Host, PeerAddress};
use crate::chain::Network;
use crate::event::{DisconnectReason, EventKind, PeerEvent, PeerId, PeerInfo, SeedFailure};
use crate::p2p::action::{Action, ConnectionKind, Dial};
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::peer::Routes;
use crate::p2p::settings::{PeerChoice, Settings};
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use crate::wire::{Message, Services};
use fixed_seeds::fixed_seeds;
use gossip::Allowance;
use growth::GrowthReporter;
use rand::rngs::SmallRng;
use seeds::{SeedAnswer, SeedPlan};
use std::collections::HashMap;
use std::time::Duration;
use table::{AddrKey, AddrSource, AddrTable};

/// How long a seed dialled by name may take to send addresses.
const ADDR_FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// The assumed age of an address from a seed, which doesn't say when it was seen (Core: 3 to 7 days).
const SEEN_BY_SEED: Duration = Duration::from_hours(3 * 24);

/// The name shown for the built-in addresses in place of a seed's.
const FIXED: &str = "built-in list";

/// The address manager: the known addresses, and the sources of more.
#[derive(Debug)]
pub struct AddrMan {
    network: Network,
    routes: Routes,
    /// Whether to search for peers. Otherwise no address is learned or asked for.
    discovers: bool,
    /// Whether DNS seeds may be used.
    dns: bool,
    addresses: AddrTable,
    peers: HashMap<PeerId, Peer>,
    /// Seeds that were dialled by name.
    fetches: HashMap<PeerId, Fetch>,
    seed_plan: SeedPlan,
    /// DNS lookups without an answer yet.
    lookups: usize,
    /// Whether the known addresses are not enough.
    needs_addresses: bool,
    growth: GrowthReporter,
}

#[derive(Debug)]
struct Peer {
    address: PeerAddress,
    kind: ConnectionKind,
    /// Whether the handshake is complete.
    live: bool,
    /// How many more addresses to accept; `None` if the peer was not asked for any.
    allowance: Option<Allowance>,
}

#[derive(Debug)]
struct Fetch {
    received: usize,
    until: Timestamp,
}

impl AddrMan {
    /// Starts with the addresses that an earlier run saved. Without any, `key` decides where addresses
    /// stand in the table; it must be hard to guess.
    pub fn new(settings: &Settings, key: AddrKey, now: Timestamp, rng: SmallRng) -> Self {
        let (discovers, dns, saved) = match &settings.choice {
            PeerChoice::Only(_) => (false, false, None),
            PeerChoice::Discover(discovery) => (true, discovery.dns, discovery.addresses.as_ref()),
        };
        // On these networks, nodes run on the user's own machine.
        let private = matches!(settings.network, Network::Regtest | Network::Simnet);
        let addresses = match saved {
            Some(saved) => AddrTable::from_saved(saved, private),
            None => AddrTable::new(key, private),
        };
        Self {
            network: settings.network,
            routes: settings.routes.clone(),
            discovers,
            dns,
            addresses,
            peers: HashMap::new(),
            fetches: HashMap::new(),
            seed_plan: SeedPlan::new(settings.network, rng),
            lookups: 0,
            needs_addresses: false,
            growth: GrowthReporter::new(now),
        }
    }

    /// The known addresses.
    pub fn addresses(&self) -> &AddrTable {
        &self.addresses
    }

    /// The known addresses if peers are searched for: what a later run can start from.
    pub fn saved(&self) -> Option<&AddrTable> {
        self.discovers.then_some(&self.addresses)
    }

    /// Sets whether the known addresses are not enough, so that seeds are asked.
    pub fn need_addresses(&mut self, needs_addresses: bool) {
        self.needs_addresses = needs_addresses;
    }

    /// Handles the answer of a DNS seed, or the failure to resolve it.
    pub fn seed_answered(&mut self, answer: SeedAnswer, now: Timestamp) -> Vec<Action> {
        self.lookups = self.lookups.saturating_sub(1);
        let SeedAnswer { name, addresses } = answer;
        match addresses {
            Ok(addresses) => self.learn_from_seed(name, addresses, &AddrSource::Dns(name.to_owned()), now),
            Err(why) => vec![Action::Emit(EventKind::Seed { name: name.to_owned(), answer: Err(why) })],
        }
    }

    /// Stops waiting for a lookup that ended without an answer because of a defect.
    pub fn lookup_failed(&mut self) {
        self.lookups = self.lookups.saturating_sub(1);
    }

    /// Falls back to the built-in addresses.
    pub fn use_fixed_seeds(&mut self, now: Timestamp) -> Vec<Action> {
        let mut addresses = fixed_seeds(self.network);
        addresses.retain(|address| self.routes.to(&address.host).is_ok());
        if addresses.is_empty() {
            return vec![];
        }
        self.learn_from_seed(FIXED, addresses, &AddrSource::Fixed, now)
    }

    fn learn_from_seed(
        &mut self,
        name: &str,
        addresses: Vec<PeerAddress>,
        source: &AddrSource,
        now: Timestamp,
    ) -> Vec<Action> {
        let count = addresses.len();
        let time = u32::try_from((now - SEEN_BY_SEED).as_secs()).unwrap_or(u32::MAX);
        for address in addresses {
            self.addresses.learn(&KnownAddress { time, services: Services::NONE, address }, source, now);
        }
        let event = EventKind::Seed { name: name.to_owned(), answer: Ok(count) };
        vec![Action::Emit(event), Action::AddressesLearned]
    }

    fn received_addresses(&mut self, peer: PeerId, list: &[KnownAddress], now: Timestamp) -> Vec<Action> {
        let event = PeerEvent::Addresses { count: list.len() };
        let mut actions = vec![Action::Emit(EventKind::Peer(peer, event))];
        if self.learn_from_peer(peer, list, now) > 0 {
            actions.push(Action::AddressesLearned);
        }
        if let Some(fetch) = self.fetches.get_mut(&peer) {
            fetch.received += list.len();
            // A single address may be the peer's own, sent before the answer to our `getaddr`.
            if list.len() > 1 {
                actions.push(Action::Disconnect(peer, DisconnectReason::AddressesReceived));
            }
        }
        actions
    }

    /// Returns how many of the addresses are new and were kept.
    fn learn_from_peer(&mut self, peer: PeerId, list: &[KnownAddress], now: Timestamp) -> usize {
        let Some(Peer { address, allowance: Some(allowance), .. }) = self.peers.get_mut(&peer) else {
            return 0;
        };
        let accepted = allowance.take(list.len(), now);
        let source = AddrSource::Peer(address.clone());
        list.iter().take(accepted).filter(|known| self.addresses.learn(known, &source, now)).count()
    }

    fn seek(&mut self, now: Timestamp) -> Vec<Action> {
        if !self.may_ask_seeds() {
            return vec![];
        }
        let names = self.seed_plan.due(now);
        if self.routes.proxy.is_some() {
            // With a proxy, names are resolved by the proxy: dial the seed itself and ask it for addresses.
            let port = self.network.default_port();
            let address = |name: &str| PeerAddress { host: Host::Name(name.to_owned()), port };
            return names.into_iter().map(|name| Action::DialSeed(address(name))).collect();
        }
        self.lookups += names.len();
        names.into_iter().map(Action::ResolveSeed).collect()
    }

    /// Whether addresses are needed, and no lookup is in flight.
    fn may_ask_seeds(&self) -> bool {
        self.dns && self.needs_addresses && self.lookups == 0
    }

    fn time_out_fetches(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        for (&peer, fetch) in self.fetches.iter_mut().filter(|(_, fetch)| fetch.until <= now) {
            // Give the connection time to close.
            fetch.until = now + ADDR_FETCH_TIMEOUT;
            actions.push(Action::Disconnect(peer, DisconnectReason::NoAddresses));
        }
        actions
    }

    fn report_growth(&mut self, now: Timestamp) -> Option<Action> {
        let is_due = self.discovers && self.growth.is_due(self.addresses.changes(), now);
        is_due.then(|| Action::Emit(EventKind::Addresses(self.addresses.counts())))
    }
}

impl Part for AddrMan {
    fn dialling(&mut self, dial: &Dial, now: Timestamp) -> Vec<Action> {
        let Dial { peer, ref address, kind, .. } = *dial;
        self.peers.insert(peer, Peer { address: address.clone(), kind, live: false, allowance: None });
        match kind {
            ConnectionKind::Manual => {}
            ConnectionKind::Outbound | ConnectionKind::MempoolFetch => self.addresses.dialling(address, now),
            ConnectionKind::AddrFetch => {
                let fetch = Fetch { received: 0, until: now + ADDR_FETCH_TIMEOUT };
                self.fetches.insert(peer, fetch);
            }
        }
        vec![]
    }

    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        let Some(Peer { address, kind, live, allowance }) =
            self.peers.get_mut(&peer).filter(|_| self.discovers)
        else {
            return vec![];
        };
        *live = true;
        if *kind == ConnectionKind::Manual {
            // The next run should know this success.
            let time = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
            let known = KnownAddress { time, services: info.services, address: address.clone() };
            self.addresses.learn(&known, &AddrSource::Peer(address.clone()), now);
        }
        self.addresses.connected(address, info.services, now);
        if is_from_book(*kind) {
            self.addresses.note_transport(address, !info.services.has(Services::P2P_V2));
        }
        if *kind == ConnectionKind::MempoolFetch {
            return vec![];
        }
        *allowance = Some(Allowance::after_getaddr(now));
        vec![Action::Send(peer, Message::GetAddr)]
    }

    fn received(&mut self, peer: PeerId, input: &Input, now: Timestamp) -> Vec<Action> {
        match input {
            Input::Addresses(list) => self.received_addresses(peer, list, now),
            _ => vec![],
        }
    }

    fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) -> Vec<Action> {
        let Some(Peer { address, kind, live, .. }) = self.peers.remove(&peer) else { return vec![] };
        if is_from_book(kind) {
            let is_live = |other: &Peer| is_from_book(other.kind) && other.live;
            match reason {
                DisconnectReason::NotUseful(_) | DisconnectReason::Misbehaved(_) => {
                    self.addresses.avoid(&address, now);
                }
                _ if live => self.addresses.disconnected(&address, now),
                _ => {
                    let others_live = self.peers.values().any(is_live);
                    self.addresses.failed(&address, now, is_to_blame(reason, others_live));
                }
            }
        }
        let Some(Fetch { received, .. }) = self.fetches.remove(&peer) else { return vec![] };
        let answer = match reason {
            DisconnectReason::AddressesReceived => Ok(received),
            other => Err(SeedFailure::Connection(other.clone())),
        };
        let Host::Name(name) = address.host else { return vec![] };
        vec![Action::Emit(EventKind::Seed { name, answer })]
    }

    fn slept(&mut self, time: Duration, _: Timestamp) {
        for fetch in self.fetches.values_mut() {
            fetch.until = fetch.until + time;
        }
    }

    fn timer(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = self.time_out_fetches(now);
        actions.extend(self.seek(now));
        actions.extend(self.report_growth(now));
        actions
    }

    fn deadline(&self, _: Timestamp) -> Option<Timestamp> {
        let fetches = self.fetches.values().map(|fetch| fetch.until);
        let seeds = self.seed_plan.deadline().filter(|_| self.may_ask_seeds());
        let report = self.growth.deadline(self.addresses.changes()).filter(|_| self.discovers);
        fetches.chain(seeds).chain(report).min()
    }
}

/// Whether addresses for connections of this kind come from the address manager.
fn is_from_book(kind: ConnectionKind) -> bool {
    matches!(kind, ConnectionKind::Outbound | ConnectionKind::MempoolFetch)
}

/// Whether the address itself is to blame for a failed attempt.
fn is_to_blame(reason: &DisconnectReason, others_live: bool) -> bool {
    match reason {
        DisconnectReason::ShuttingDown | DisconnectReason::Proxy { .. } | DisconnectReason::NoRoute(_) => {
            false
        }
        // Without any live peer, our own network may be down.
        DisconnectReason::Unreachable(_)
        | DisconnectReason::DialTimeout(_)
        | DisconnectReason::UnreachableByProxy(_) => others_live,
        _ => true,
    }
}
