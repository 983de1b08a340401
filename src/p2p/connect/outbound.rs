//! Outbound peers, chosen from the known addresses until enough are connected; also the short-lived
//! connections.

use crate::address::netgroup::{NetGroup, is_routable};
use crate::address::{Host, PeerAddress};
use crate::event::{AddressNetwork, DisconnectReason, PeerId};
use crate::p2p::action::{ConnectionKind, Dial};
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::connect::mempool_fetch::MempoolFetches;
use crate::p2p::connect::pace::Pace;
use crate::p2p::connect::peer_ids::PeerIds;
use crate::p2p::connect::reach::Reach;
use crate::p2p::peer::Routes;
use crate::util::time::Timestamp;
use crate::wire::Services;
use rand::rngs::SmallRng;
use std::collections::{HashMap, HashSet, VecDeque};

/// The number of netgroups into which an overlay network is divided (see [`NetGroup`]).
const OVERLAY_GROUPS: usize = 16;

/// The outbound connections, and which to open next.
#[derive(Debug)]
pub struct OutboundPeers {
    target: usize,
    reach: Reach,
    connections: HashMap<PeerId, Connection>,
    ids: PeerIds,
    /// DNS seeds to dial by name for their addresses.
    seeds: VecDeque<PeerAddress>,
    mempool_fetches: MempoolFetches,
    pace: Pace,
    /// Whether no known address could be dialled when peers were missing.
    starved: bool,
    due_at: Option<Timestamp>,
    rng: SmallRng,
}

#[derive(Debug)]
struct Connection {
    address: PeerAddress,
    kind: ConnectionKind,
    stage: Stage,
    /// Whether the address had failed before.
    has_failed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Dialling,
    Open,
    Connected,
}

impl OutboundPeers {
    /// Keeps up to `target` peers connected over `routes`. Their `ids` follow those of the manual peers.
    pub fn new(target: usize, routes: Routes, ids: PeerIds, rng: SmallRng) -> Self {
        Self {
            target,
            reach: Reach::new(routes),
            connections: HashMap::new(),
            ids,
            seeds: VecDeque::new(),
            mempool_fetches: MempoolFetches::default(),
            pace: Pace::default(),
            starved: false,
            due_at: None,
            rng,
        }
    }

    /// The number of connections that are being opened.
    pub fn dialling(&self) -> usize {
        self.dials().count()
    }

    fn dials(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().filter(|connection| connection.stage == Stage::Dialling)
    }

    /// The number of peers whose handshake is complete, short-lived connections aside.
    pub fn connected_count(&self) -> usize {
        self.peers().filter(|connection| connection.stage == Stage::Connected).count()
    }

    /// Whether two peers are connected, or the target if that is less: enough to learn more addresses from.
    pub fn has_enough_peers(&self) -> bool {
        self.connected_count() >= self.target.min(2)
    }

    /// Whether peers are missing and no known address can be dialled.
    pub fn is_starved(&self) -> bool {
        self.starved && self.missing() > 0
    }

    /// Whether the connection to `peer` ends after one answer.
    pub fn is_short_lived(&self, peer: PeerId) -> bool {
        self.connections.get(&peer).is_some_and(|connection| connection.kind.is_short_lived())
    }

    /// Sets whether short-lived connections for whole-mempool lists are needed.
    pub fn need_mempool_list(&mut self, needed: bool) {
        self.mempool_fetches.need(needed);
    }

    /// Queues a dial of a DNS seed, by its name.
    pub fn dial_seed(&mut self, seed: PeerAddress) {
        self.seeds.push_back(seed);
    }

    /// Starts the dials that are due, at most `room` of them: first to seeds, then for whole-mempool lists,
    /// then to peers. The `addresses` of manual peers are skipped.
    pub fn dial(
        &mut self,
        addresses: &AddrTable,
        is_manual: impl Fn(&PeerAddress) -> bool,
        room: usize,
        now: Timestamp,
    ) -> Vec<Dial> {
        let mut dials = Vec::new();
        self.due_at = None;
        self.starved = false;
        while dials.len() < room && self.wants_any() {
            if self.pace.next() > now {
                self.due_at = Some(self.pace.next());
                break;
            }
            let Some((address, kind)) = self.next(addresses, &is_manual, now) else { break };
            self.pace.count(now);
            let peer = self.ids.of(&address, |peer| self.connections.contains_key(&peer));
            let attempt = u32::from(addresses.tries(&address)) + 1;
            let v1_only = addresses.speaks_v1_only(&address);
            let has_failed = addresses.has_failed(&address);
            let connection =
                Connection { address: address.clone(), kind, stage: Stage::Dialling, has_failed };
            self.connections.insert(peer, connection);
            dials.push(Dial { peer, address, attempt, v1_only, kind });
        }
        dials
    }

    /// When [`OutboundPeers::dial`] may have something to do even if nothing else happens.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.due_at
    }

    pub fn opened(&mut self, peer: PeerId) {
        if let Some(connection) = self.connections.get_mut(&peer) {
            connection.stage = Stage::Open;
            self.pace.discount();
        }
    }

    pub fn connected(&mut self, peer: PeerId, services: Services) {
        let Some(connection) = self.connections.get_mut(&peer) else { return };
        connection.stage = Stage::Connected;
        self.reach.reached(&connection.address.host);
        match connection.kind {
            ConnectionKind::MempoolFetch => self.mempool_fetches.asked(connection.address.clone()),
            _ if services.has(Services::BLOOM) => {
                let address = connection.address.clone();
                self.offers_mempool_list(&address);
            }
            _ => {}
        }
    }

    /// Notes that a connected peer at `address` offers the list, and needs no second connection for it.
    pub fn offers_mempool_list(&mut self, address: &PeerAddress) {
        self.mempool_fetches.asked(address.clone());
        if let Some(group) = limited_group(&address.host) {
            self.mempool_fetches.listed(group);
        }
    }

    pub fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) {
        let Some(Connection { address, .. }) = self.connections.remove(&peer) else { return };
        if *reason == DisconnectReason::MempoolListed
            && let Some(group) = limited_group(&address.host)
        {
            self.mempool_fetches.listed(group);
        }
        if let DisconnectReason::Unreachable(_) | DisconnectReason::Proxy { .. } = reason
            && let Some(network) = AddressNetwork::of(&address.host)
            && !self.is_reached(network)
        {
            self.reach.pause(network, now);
        }
    }

    fn is_reached(&self, network: AddressNetwork) -> bool {
        let mut connected = self.peers().filter(|other| other.stage == Stage::Connected);
        connected.any(|other| AddressNetwork::of(&other.address.host) == Some(network))
    }

    fn missing(&self) -> usize {
        self.target.saturating_sub(self.peers().count())
    }

    fn is_fetch_due(&self) -> bool {
        let fetches =
            self.connections.values().filter(|other| other.kind == ConnectionKind::MempoolFetch).count();
        self.mempool_fetches.is_due(fetches)
    }

    fn wants_any(&self) -> bool {
        self.missing() > 0 || !self.seeds.is_empty() || self.is_fetch_due()
    }

    /// The connections that count as peers.
    fn peers(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().filter(|connection| connection.kind == ConnectionKind::Outbound)
    }

    /// Chooses what to dial next. If nothing can be dialled, notes when that may change.
    fn next(
        &mut self,
        addresses: &AddrTable,
        is_manual: impl Fn(&PeerAddress) -> bool,
        now: Timestamp,
    ) -> Option<(PeerAddress, ConnectionKind)> {
        if let Some(seed) = self.seeds.pop_front() {
            return Some((seed, ConnectionKind::AddrFetch));
        }
        let wanted = [
            (ConnectionKind::MempoolFetch, self.is_fetch_due()),
            (ConnectionKind::Outbound, self.missing() > 0),
        ];
        for (kind, _) in wanted.into_iter().filter(|&(_, is_wanted)| is_wanted) {
            let mut rng = self.rng.clone();
            let accept = self.acceptance(kind, &is_manual, now);
            let is_fresh =
                |address: &PeerAddress, services| !addresses.has_failed(address) && accept(address, services);
            // Each dead address occupies a slot until its dial times out, so they get at most half of the
            // slots while there are others.
            let failed = self.dials().filter(|dial| dial.has_failed).count();
            let prefers_fresh = failed >= self.dialling().div_ceil(2);
            let fresh = prefers_fresh.then(|| addresses.select(now, &mut rng, is_fresh)).flatten();
            let address = fresh.or_else(|| addresses.select(now, &mut rng, &accept));
            drop(accept);
            self.rng = rng;
            if let Some(address) = address {
                return Some((address, kind));
            }
            self.starved |= kind == ConnectionKind::Outbound;
            let rested = addresses.next_retry(now, self.acceptance(kind, &is_manual, now));
            self.due_at = [self.due_at, rested, self.reach.next_end(now)].into_iter().flatten().min();
        }
        None
    }

    /// The filter for addresses to dial: reachable, serving witnesses as far as we know, and in a netgroup
    /// without too many connected peers or recent list senders.
    fn acceptance(
        &self,
        kind: ConnectionKind,
        is_manual: impl Fn(&PeerAddress) -> bool,
        now: Timestamp,
    ) -> impl Fn(&PeerAddress, Services) -> bool {
        let mut groups: HashMap<NetGroup, usize> = HashMap::new();
        for group in self.peers().filter_map(|connection| limited_group(&connection.address.host)) {
            *groups.entry(group).or_default() += 1;
        }
        let connected: HashSet<&PeerAddress> =
            self.connections.values().map(|connection| &connection.address).collect();
        let has_room = move |group| groups.get(&group).copied().unwrap_or(0) < self.group_limit(group);
        move |address, services| {
            let group = limited_group(&address.host);
            let is_useful = services == Services::NONE || services.has(Services::WITNESS);
            let fits = match kind {
                ConnectionKind::MempoolFetch => self.mempool_fetches.accepts(address, services, group),
                _ => group.is_none_or(&has_room),
            };
            is_useful
                && fits
                && self.reach.has(&address.host, now)
                && !connected.contains(address)
                && !is_manual(address)
        }
    }

    /// The most peers per netgroup. Overlay networks have few groups, and an operator with many nodes there
    /// is in all of them anyway.
    fn group_limit(&self, group: NetGroup) -> usize {
        match group {
            NetGroup::V4(_) | NetGroup::V6(_) => 1,
            NetGroup::Onion(_) | NetGroup::I2p(_) | NetGroup::Cjdns(_) => {
                self.target.div_ceil(OVERLAY_GROUPS)
            }
        }
    }
}

/// The netgroup of `host` if peers per netgroup are limited. Private networks are exempt: all their addresses
/// are close together.
fn limited_group(host: &Host) -> Option<NetGroup> {
    NetGroup::of(host).filter(|_| is_routable(host))
}
