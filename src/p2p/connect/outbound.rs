//! Outbound peers: chosen from the known addresses until enough are connected.

use crate::address::netgroup::{NetGroup, is_routable};
use crate::address::{Host, PeerAddress};
use crate::event::{AddressNetwork, DisconnectReason, PeerId};
use crate::p2p::action::{ConnectionKind, Dial};
use crate::p2p::addrman::table::AddrTable;
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

/// The outbound connections, and which ones to open.
#[derive(Debug)]
pub struct OutboundPeers {
    target: usize,
    reach: Reach,
    connections: HashMap<PeerId, Connection>,
    ids: PeerIds,
    /// DNS seeds to dial by name, for their addresses.
    seeds: VecDeque<PeerAddress>,
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
            pace: Pace::default(),
            starved: false,
            due_at: None,
            rng,
        }
    }

    /// The number of connections that are being opened.
    pub fn dialling(&self) -> usize {
        self.connections.values().filter(|connection| connection.stage == Stage::Dialling).count()
    }

    /// The number of peers whose handshake is complete, DNS seeds aside.
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

    pub fn is_addr_fetch(&self, peer: PeerId) -> bool {
        let connection = self.connections.get(&peer);
        connection.is_some_and(|connection| connection.kind == ConnectionKind::AddrFetch)
    }

    /// Queues a dial of a DNS seed, by its name.
    pub fn dial_seed(&mut self, seed: PeerAddress) {
        self.seeds.push_back(seed);
    }

    /// Starts the dials that are due, at most `room` of them: to seeds first, then to `addresses` other than
    /// those of manual peers.
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
        while dials.len() < room && (self.missing() > 0 || !self.seeds.is_empty()) {
            if self.pace.next() > now {
                self.due_at = Some(self.pace.next());
                break;
            }
            let (address, kind) = if let Some(seed) = self.seeds.pop_front() {
                (seed, ConnectionKind::AddrFetch)
            } else if let Some(address) = self.select(addresses, &is_manual, now) {
                (address, ConnectionKind::Outbound)
            } else {
                self.starved = true;
                self.due_at = self.next_selectable(addresses, &is_manual, now);
                break;
            };
            self.pace.count(now);
            let peer = self.ids.of(&address, |peer| self.connections.contains_key(&peer));
            let attempt = u32::from(addresses.tries(&address)) + 1;
            let v1_only = addresses.speaks_v1_only(&address);
            let connection = Connection { address: address.clone(), kind, stage: Stage::Dialling };
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

    pub fn connected(&mut self, peer: PeerId) {
        if let Some(connection) = self.connections.get_mut(&peer) {
            connection.stage = Stage::Connected;
            self.reach.reached(&connection.address.host);
        }
    }

    pub fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) {
        let Some(Connection { address, .. }) = self.connections.remove(&peer) else { return };
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

    /// The connections that count as peers.
    fn peers(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values().filter(|connection| connection.kind == ConnectionKind::Outbound)
    }

    fn select(
        &mut self,
        addresses: &AddrTable,
        is_manual: impl Fn(&PeerAddress) -> bool,
        now: Timestamp,
    ) -> Option<PeerAddress> {
        let mut rng = self.rng.clone();
        let address = addresses.select(now, &mut rng, self.acceptance(now, is_manual));
        self.rng = rng;
        address
    }

    /// When an address that can't be dialled now may be dialled.
    fn next_selectable(
        &self,
        addresses: &AddrTable,
        is_manual: impl Fn(&PeerAddress) -> bool,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let rested = addresses.next_retry(now, self.acceptance(now, is_manual));
        rested.into_iter().chain(self.reach.next_end(now)).min()
    }

    /// Which addresses may be dialled: reachable ones that serve witnesses as far as we know, and that
    /// are not too close to a connected peer.
    fn acceptance(
        &self,
        now: Timestamp,
        is_manual: impl Fn(&PeerAddress) -> bool,
    ) -> impl Fn(&PeerAddress, Services) -> bool {
        let mut groups: HashMap<NetGroup, usize> = HashMap::new();
        for group in self.peers().filter_map(|connection| limited_group(&connection.address.host)) {
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
                && !is_manual(address)
        }
    }

    /// The most peers of one netgroup. Overlay networks have few groups, and an operator of many nodes there
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

/// The netgroup of `host` if the number of peers in it is limited: in a private network all addresses are
/// close to each other.
fn limited_group(host: &Host) -> Option<NetGroup> {
    NetGroup::of(host).filter(|_| is_routable(host))
}
