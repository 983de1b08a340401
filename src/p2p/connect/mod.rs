//! Which connections to open, when, and which peers to keep.
//!
//! | module | what it decides |
//! |---|---|
//! | `manual` | when to redial the peers that the user named; with it `backoff` |
//! | `outbound` | which known addresses to dial until enough peers are connected |
//! | `mempool_fetch` | which addresses to ask for a whole-mempool list |
//! | `pace`, `reach` | how fast dials may follow each other; which networks are reachable |
//! | `usefulness` | which peers are of no use, and are disconnected |
//! | `peer_ids` | the ids of peers, the same over redials |

mod backoff;
mod manual;
mod mempool_fetch;
mod outbound;
mod pace;
mod peer_ids;
mod reach;
mod usefulness;

use crate::address::PeerAddress;
use crate::chain::limits::MAX_MONEY;
use crate::event::{DisconnectReason, EventKind, PeerEvent, PeerId, PeerInfo, Uselessness, Warning};
use crate::p2p::action::{Action, Dial};
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::{MAX_DIALS, PeerChoice, Settings};
use crate::util::time::Timestamp;
use crate::wire::Services;
use manual::ManualPeers;
use outbound::OutboundPeers;
use peer_ids::PeerIds;
use rand::rngs::SmallRng;
use std::time::Duration;
use usefulness::{by_fee_filter, by_handshake};

/// The most dials to manual peers in progress: enough to get through a long list of dead peers in a few dial
/// timeouts, and few enough for a soft limit of 1,024 open files.
const MAX_MANUAL_DIALS: usize = 400;

/// How long the known addresses have to yield two peers before DNS seeds are asked too (Core: 11 s).
const ADDRESSES_PATIENCE: Duration = Duration::from_secs(11);

/// Without any peer for this long, the built-in addresses are used (Core: 1 min).
const FIXED_SEEDS_AFTER: Duration = Duration::from_mins(1);

/// Decides which connections to open, and which peers to keep.
#[derive(Debug)]
pub struct Connections {
    manual: ManualPeers,
    /// `None` if the user chose all peers.
    outbound: Option<OutboundPeers>,
    /// Since when fewer than two outbound peers have been connected.
    short_of_peers_since: Timestamp,
    /// How long to wait for a first peer before using the built-in addresses; `None` once they are in use.
    fixed_seeds_after: Option<Duration>,
    /// Whether the address manager was last asked for more addresses.
    needs_addresses: bool,
    /// When [`Connections::dial`] may have something to do.
    due_at: Option<Timestamp>,
}

impl Connections {
    /// Starts dialling at `now`. `has_addresses` is whether any are known already.
    pub fn new(settings: &Settings, has_addresses: bool, now: Timestamp, mut rng: SmallRng) -> Self {
        let (addresses, discovery) = match &settings.choice {
            PeerChoice::Only(addresses) => (addresses, None),
            PeerChoice::Discover(discovery) => (&discovery.also, Some(discovery)),
        };
        let manual = ManualPeers::new(addresses, now, &mut rng);
        let nothing_to_try = addresses.is_empty() && !has_addresses;
        let at_once = nothing_to_try && discovery.is_some_and(|discovery| !discovery.dns);
        let ids = PeerIds::starting_at(manual.len() as u64);
        let outbound =
            discovery.map(|discovery| OutboundPeers::new(discovery.peers, settings.routes.clone(), ids, rng));
        Self {
            manual,
            outbound,
            short_of_peers_since: now,
            fixed_seeds_after: Some(if at_once { Duration::ZERO } else { FIXED_SEEDS_AFTER }),
            needs_addresses: false,
            due_at: Some(now),
        }
    }

    /// Starts the dials that are due, and reports whether more addresses are needed.
    pub fn dial(&mut self, addresses: &AddrTable, now: Timestamp) -> Vec<Action> {
        if self.due_at.is_none_or(|due_at| due_at > now) {
            return vec![];
        }
        let mut dials = self.manual.dial(now, self.manual_room());
        let room = self.outbound_room();
        if let Some(outbound) = &mut self.outbound {
            dials.extend(outbound.dial(addresses, |address| self.manual.contains(address), room, now));
        }
        let mut actions: Vec<Action> = dials.into_iter().flat_map(start).collect();
        actions.extend(self.address_needs(now));
        self.due_at = self.next_due(now);
        actions
    }

    /// Dials a DNS seed by name to ask it for addresses.
    pub fn dial_seed(&mut self, seed: PeerAddress, now: Timestamp) {
        if let Some(outbound) = &mut self.outbound {
            outbound.dial_seed(seed);
            self.due_at = Some(now);
        }
    }

    /// Sets whether short-lived connections for whole-mempool lists are needed. `TxDownload` requests the
    /// list and ends these connections.
    pub fn need_mempool_list(&mut self, needed: bool, now: Timestamp) {
        if let Some(outbound) = &mut self.outbound {
            outbound.need_mempool_list(needed);
            self.due_at = Some(now);
        }
    }

    /// Notes that new addresses are known.
    pub fn addresses_learned(&mut self, now: Timestamp) {
        self.due_at = Some(now);
    }

    /// How many more manual peers may be dialled. They have their own slots, so dead ones don't keep
    /// discovery from dialling.
    fn manual_room(&self) -> usize {
        MAX_MANUAL_DIALS.saturating_sub(self.manual.dialling())
    }

    fn outbound_room(&self) -> usize {
        MAX_DIALS.saturating_sub(self.outbound.as_ref().map_or(0, OutboundPeers::dialling))
    }

    fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let mut deadlines = Vec::new();
        if self.manual_room() > 0 {
            deadlines.extend(self.manual.deadline());
        }
        if let Some(outbound) = &self.outbound {
            deadlines.extend(outbound.deadline().filter(|_| self.outbound_room() > 0));
            deadlines.extend(self.fixed_seeds_at());
            deadlines.extend(Some(self.short_of_peers_since + ADDRESSES_PATIENCE).filter(|&at| at > now));
        }
        deadlines.into_iter().min()
    }

    fn address_needs(&mut self, now: Timestamp) -> Vec<Action> {
        let Some(outbound) = &self.outbound else { return vec![] };
        let mut actions = Vec::new();
        let is_patient = outbound.has_enough_peers() || now < self.short_of_peers_since + ADDRESSES_PATIENCE;
        let needs_addresses = outbound.is_starved() || !is_patient;
        if std::mem::replace(&mut self.needs_addresses, needs_addresses) != needs_addresses {
            actions.push(Action::NeedAddresses(needs_addresses));
        }
        if self.fixed_seeds_at().is_some_and(|at| at <= now) {
            self.fixed_seeds_after = None;
            actions.push(Action::UseFixedSeeds);
        }
        actions
    }

    fn fixed_seeds_at(&self) -> Option<Timestamp> {
        let is_alone = self.outbound.as_ref().is_some_and(|outbound| outbound.connected_count() == 0);
        self.fixed_seeds_after.filter(|_| is_alone).map(|after| self.short_of_peers_since + after)
    }

    /// Disconnects a useless peer. A manual one stays, and the user is warned once.
    fn reject(&mut self, peer: PeerId, why: Uselessness) -> Vec<Action> {
        let Some(address) = self.manual.address(peer) else {
            return vec![Action::Disconnect(peer, DisconnectReason::NotUseful(why))];
        };
        let warning = Warning::NotUseful { peer: address.clone(), why };
        let first = self.manual.warn_once(peer);
        first.then_some(Action::Emit(EventKind::Warning(warning))).into_iter().collect()
    }
}

impl Part for Connections {
    fn opened(&mut self, peer: PeerId, now: Timestamp) -> Vec<Action> {
        self.manual.opened(peer);
        if let Some(outbound) = &mut self.outbound {
            outbound.opened(peer);
        }
        self.due_at = Some(now);
        vec![]
    }

    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        self.manual.connected(peer, !info.services.has(Services::P2P_V2), now);
        if let Some(outbound) = &mut self.outbound {
            if let Some(address) = self.manual.address(peer).filter(|_| info.services.has(Services::BLOOM)) {
                outbound.offers_mempool_list(address);
            }
            outbound.connected(peer, info.services);
        }
        self.due_at = Some(now);
        let is_short_lived = self.outbound.as_ref().is_some_and(|outbound| outbound.is_short_lived(peer));
        match by_handshake(info) {
            Some(why) if !is_short_lived => self.reject(peer, why),
            _ => vec![],
        }
    }

    fn received(&mut self, peer: PeerId, input: &Input, _: Timestamp) -> Vec<Action> {
        // As in Core, a fee filter outside `MoneyRange` is ignored.
        let &Input::FeeFilter(sat_per_kvb @ ..=MAX_MONEY) = input else { return vec![] };
        let event = PeerEvent::FeeFilter { sat_per_kvb };
        let mut actions = vec![Action::Emit(EventKind::Peer(peer, event))];
        if let Some(why) = by_fee_filter(sat_per_kvb) {
            actions.extend(self.reject(peer, why));
        }
        actions
    }

    fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) -> Vec<Action> {
        if let Some(outbound) = &mut self.outbound {
            let had_enough_peers = outbound.has_enough_peers();
            outbound.disconnected(peer, reason, now);
            if had_enough_peers && !outbound.has_enough_peers() {
                self.short_of_peers_since = now;
            }
        }
        let retry_at = self.manual.disconnected(peer, reason, now);
        self.due_at = Some(now);
        let event = PeerEvent::Disconnected { reason: reason.clone(), retry_at };
        vec![Action::Emit(EventKind::Peer(peer, event))]
    }

    fn slept(&mut self, time: Duration, now: Timestamp) {
        // The network may have changed or still be down, so earlier failures mean nothing.
        self.manual.wake_up(now);
        self.short_of_peers_since = self.short_of_peers_since + time;
        self.due_at = Some(now);
    }

    fn deadline(&self, _: Timestamp) -> Option<Timestamp> {
        self.due_at
    }
}

fn start(dial: Dial) -> [Action; 2] {
    let Dial { ref address, kind, attempt, .. } = dial;
    let event = PeerEvent::Dialling { address: address.clone(), kind, attempt };
    let event = EventKind::Peer(dial.peer, event);
    [Action::Dial(dial), Action::Emit(event)]
}

#[cfg(test)]
mod tests;
