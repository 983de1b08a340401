//! The search for peers: out of the address book, as many as wanted.

use crate::address::netgroup::{NetGroup, is_routable};
use crate::address::{Host, PeerAddress};
use crate::event::{AddressNetwork, DisconnectReason, PeerId};
use crate::p2p::addrman::table::{AddrSource, AddrTable};
use crate::p2p::connect::dialer::pace::Pace;
use crate::p2p::connect::dialer::reach::Reach;
use crate::p2p::connect::dialer::{Dial, PeerIds};
use crate::p2p::peer::Routes;
use crate::util::time::Timestamp;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use rand::rngs::SmallRng;
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

/// Into how many netgroups an overlay network is divided (see [`NetGroup`]).
const OVERLAY_GROUPS: usize = 16;

/// How long a seed that is dialled by name may take to tell addresses.
const FETCH_TIMEOUT: Duration = Duration::from_secs(30);

/// The search.
#[derive(Debug)]
pub struct Search {
    wanted: usize,
    reach: Reach,
    pub book: AddrTable,
    connections: HashMap<PeerId, Connection>,
    /// Seeds that are to be dialled by name and asked for addresses.
    fetches: VecDeque<PeerAddress>,
    pace: Pace,
    /// Whether the book had nobody to dial when somebody was wanted.
    starved: bool,
    next_due: Option<Timestamp>,
    rng: SmallRng,
}

#[derive(Debug)]
struct Connection {
    address: PeerAddress,
    /// Whether it is there for its addresses only, and until when.
    fetch: Option<Timestamp>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Dialled,
    Open,
    Live,
}

impl Search {
    /// Searches for `wanted` peers over `routes`, among the addresses in `book`.
    pub fn new(wanted: usize, routes: Routes, book: AddrTable, rng: SmallRng) -> Self {
        Self {
            wanted,
            reach: Reach::new(routes),
            book,
            connections: HashMap::new(),
            fetches: VecDeque::new(),
            pace: Pace::default(),
            starved: false,
            next_due: None,
            rng,
        }
    }

    /// How many connections are being opened.
    pub fn dialling(&self) -> usize {
        self.connections.values().filter(|connection| connection.stage == Stage::Dialled).count()
    }

    /// How many peers have done the handshake.
    pub fn live(&self) -> usize {
        self.kept().filter(|connection| connection.stage == Stage::Live).count()
    }

    /// Whether two peers are live, or all that are wanted: they tell us of others.
    pub fn has_company(&self) -> bool {
        self.live() >= self.wanted.min(2)
    }

    /// How many peers are missing.
    pub fn missing(&self) -> usize {
        self.wanted.saturating_sub(self.kept().count())
    }

    /// Whether peers are missing and the book has nobody to dial.
    pub fn is_starved(&self) -> bool {
        self.starved && self.missing() > 0
    }

    fn kept(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().filter(|connection| connection.fetch.is_none())
    }

    /// A seed is to be dialled by its name and asked for addresses.
    pub fn fetch(&mut self, seed: PeerAddress) {
        self.fetches.push_back(seed);
        self.next_due = Some(Timestamp::default());
    }

    /// The dials that are due, at most `room`; each counts as begun. `is_chosen` tells whom somebody
    /// else dials.
    pub fn due(
        &mut self,
        now: Timestamp,
        room: usize,
        ids: &mut PeerIds,
        is_chosen: impl Fn(&PeerAddress) -> bool,
    ) -> Vec<Dial> {
        let mut dials = Vec::new();
        self.next_due = None;
        self.starved = false;
        while dials.len() < room && (self.missing() > 0 || !self.fetches.is_empty()) {
            if self.pace.next() > now {
                self.next_due = Some(self.pace.next());
                break;
            }
            let fetch = self.fetches.pop_front();
            let until = fetch.is_some().then(|| now + FETCH_TIMEOUT);
            let Some(address) = fetch.or_else(|| self.choose(now, &is_chosen)) else {
                self.starved = true;
                self.next_due = self.next_rested(now, &is_chosen);
                break;
            };
            self.pace.count(now);
            self.book.begin(&address, now);
            let attempt = u32::from(self.book.tries(&address)) + 1;
            let peer = ids.of(&address, |peer| self.connections.contains_key(&peer));
            let connection = Connection { address: address.clone(), fetch: until, stage: Stage::Dialled };
            self.connections.insert(peer, connection);
            let v1_only = self.book.speaks_v1_only(&address);
            dials.push(Dial { peer, address, attempt, v1_only });
        }
        dials
    }

    /// When [`Search::due`] may have something without anything else happening.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next_due
    }

    fn choose(&mut self, now: Timestamp, is_chosen: impl Fn(&PeerAddress) -> bool) -> Option<PeerAddress> {
        let mut rng = self.rng.clone();
        let accept = self.acceptance(now, is_chosen);
        let address = self.book.select(now, &mut rng, accept);
        self.rng = rng;
        address
    }

    fn next_rested(&self, now: Timestamp, is_chosen: impl Fn(&PeerAddress) -> bool) -> Option<Timestamp> {
        let rested = self.book.next_rested(now, self.acceptance(now, is_chosen));
        rested.into_iter().chain(self.reach.next_end(now)).min()
    }

    /// Whom we want: somebody whom we can reach, who serves witnesses as far as we know, and who is
    /// not too close to a peer that we have.
    fn acceptance(
        &self,
        now: Timestamp,
        is_chosen: impl Fn(&PeerAddress) -> bool,
    ) -> impl Fn(&PeerAddress, Services) -> bool {
        let mut groups: HashMap<NetGroup, usize> = HashMap::new();
        for group in self.kept().filter_map(|connection| limited_group(&connection.address.host)) {
            *groups.entry(group).or_default() += 1;
        }
        let connected: HashSet<&PeerAddress> =
            self.connections.values().map(|connection| &connection.address).collect();
        move |address, services| {
            let useful = services == Services::NONE || services.has(Services::WITNESS);
            let has_room = limited_group(&address.host)
                .is_none_or(|group| groups.get(&group).copied().unwrap_or(0) < self.group_limit(group));
            useful
                && has_room
                && self.reach.has(&address.host, now)
                && !connected.contains(address)
                && !is_chosen(address)
        }
    }

    /// How many peers may be of one netgroup. The groups of overlays are few, and who runs many
    /// nodes there is in all of them anyway.
    fn group_limit(&self, group: NetGroup) -> usize {
        match group {
            NetGroup::V4(_) | NetGroup::V6(_) => 1,
            NetGroup::Onion(_) | NetGroup::I2p(_) | NetGroup::Cjdns(_) => {
                self.wanted.div_ceil(OVERLAY_GROUPS)
            }
        }
    }

    /// The connection to `peer` is open.
    pub fn opened(&mut self, peer: PeerId) {
        if let Some(connection) = self.connections.get_mut(&peer) {
            connection.stage = Stage::Open;
            self.pace.discount();
        }
    }

    /// The handshake was done with somebody whom the user named. The book is to know it next time.
    pub fn met(&mut self, address: &PeerAddress, services: Services, now: Timestamp) {
        let time = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let known = KnownAddress { time, services, address: address.clone() };
        self.book.learn(&known, &AddrSource::Peer(address.clone()), now);
        self.book.succeed(address, services, now);
    }

    /// The handshake with `peer` is done, which offers `services`.
    pub fn ready(&mut self, peer: PeerId, services: Services, now: Timestamp) {
        if let Some(connection) = self.connections.get_mut(&peer) {
            connection.stage = Stage::Live;
            self.reach.reached(&connection.address.host);
            self.book.succeed(&connection.address, services, now);
        }
    }

    /// Whether `peer` does not speak the v2 transport.
    pub fn note_transport(&mut self, peer: PeerId, v1_only: bool) {
        if let Some(connection) = self.connections.get(&peer) {
            self.book.note_transport(&connection.address, v1_only);
        }
    }

    /// The connection to `peer`, or the attempt at one, ended.
    pub fn ended(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) {
        let Some(Connection { address, stage, .. }) = self.connections.remove(&peer) else { return };
        let others_live = self.live() > 0;
        match (stage, reason) {
            (_, DisconnectReason::NotUseful(_) | DisconnectReason::Misbehaved(_)) => {
                self.book.shun(&address, now);
            }
            (Stage::Live, _) => self.book.lose(&address, now),
            _ => self.book.fail(&address, now, is_to_blame(reason, others_live)),
        }
        if let DisconnectReason::Unreachable(_) | DisconnectReason::Proxy { .. } = reason
            && let Some(network) = AddressNetwork::of(&address.host)
            && !self.is_reached(network)
        {
            self.reach.pause(network, now);
        }
    }

    fn is_reached(&self, network: AddressNetwork) -> bool {
        let mut live = self.kept().filter(|other| other.stage == Stage::Live);
        live.any(|other| AddressNetwork::of(&other.address.host) == Some(network))
    }

    /// Whether `peer` is a seed that was dialled for its addresses.
    pub fn is_fetch(&self, peer: PeerId) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.fetch.is_some())
    }

    /// When [`Search::leaving`] may have something.
    pub fn close_deadline(&self) -> Option<Timestamp> {
        self.connections.values().filter_map(|connection| connection.fetch).min()
    }

    /// Whom to disconnect now, and why.
    pub fn leaving(&mut self, now: Timestamp) -> Vec<(PeerId, DisconnectReason)> {
        let mut closing = Vec::new();
        for (&peer, connection) in &mut self.connections {
            if connection.fetch.is_some_and(|until| until <= now) {
                // In case that the connection takes its time to close.
                connection.fetch = Some(now + FETCH_TIMEOUT);
                closing.push((peer, DisconnectReason::NoAddresses));
            }
        }
        closing
    }
}

/// The group of `host` where only so many of one group are wanted; in a private network all
/// addresses are close to each other.
fn limited_group(host: &Host) -> Option<NetGroup> {
    NetGroup::of(host).filter(|_| is_routable(host))
}

/// Whether the attempt failed by a fault of the address itself.
fn is_to_blame(reason: &DisconnectReason, others_live: bool) -> bool {
    match reason {
        DisconnectReason::ShuttingDown | DisconnectReason::Proxy { .. } | DisconnectReason::NoRoute(_) => {
            false
        }
        // Without any peer it may be our own network.
        DisconnectReason::Unreachable(_)
        | DisconnectReason::DialTimeout(_)
        | DisconnectReason::UnreachableByProxy(_) => others_live,
        _ => true,
    }
}
