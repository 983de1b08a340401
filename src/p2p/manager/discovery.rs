//! What peers tell of other peers, what they are worth, and what is kept of it.

use crate::address::Host;
use crate::event::{
    DisconnectReason, EventKind, PeerEvent, PeerId, PeerInfo, SeedFailure, Uselessness, Warning,
};
use crate::p2p::connect::usefulness::{by_fee_filter, by_handshake};
use crate::p2p::manager::PeerManager;
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use crate::wire::{Message, Services};

impl PeerManager {
    /// The handshake with a peer is done: it is asked for addresses, or let go.
    pub(crate) fn met(&mut self, now: Timestamp, id: PeerId, info: &PeerInfo) {
        self.dials_at = Some(now);
        let asks = self.dialer.ready(id, info, now);
        self.dialer.note_transport(id, !info.services.has(Services::P2P_V2));
        match by_handshake(info).filter(|_| !self.dialer.is_fetch(id)) {
            Some(why) => self.let_go(now, id, why),
            None if asks => self.send(id, Message::GetAddr),
            None => {}
        }
    }

    pub(crate) fn fee_filter(&mut self, now: Timestamp, id: PeerId, sat_per_kvb: u64) {
        self.tell_peer(now, id, PeerEvent::FeeFilter { sat_per_kvb });
        if let Some(why) = by_fee_filter(sat_per_kvb) {
            self.let_go(now, id, why);
        }
    }

    /// A peer is of no use. If the user named it, it stays, and the user is told once.
    fn let_go(&mut self, now: Timestamp, id: PeerId, why: Uselessness) {
        if !self.dialer.is_chosen(id) {
            return self.close(id, DisconnectReason::NotUseful(why));
        }
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if !std::mem::replace(&mut peer.named_useless, true) {
            let warning = Warning::NotUseful { peer: peer.address.clone(), why };
            self.tell(now, EventKind::Warning(warning));
        }
    }

    pub(crate) fn addresses_received(&mut self, now: Timestamp, id: PeerId, list: &[KnownAddress]) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.addresses_told += list.len();
        if self.dialer.told(id, &peer.address, list, now) > 0 {
            self.dials_at = Some(now);
        }
        self.tell_peer(now, id, PeerEvent::Addresses { count: list.len() });
        // A single one may be the peer's own; the answer follows.
        if list.len() > 1 && self.dialer.is_fetch(id) {
            self.close(id, DisconnectReason::AddressesReceived);
        }
    }

    /// A seed that was dialled by name is gone: what it told.
    pub(crate) fn fetched(&mut self, now: Timestamp, id: PeerId, reason: &DisconnectReason) {
        let Some(peer) = self.peers.get(&id).filter(|_| self.dialer.is_fetch(id)) else { return };
        let answer = match reason {
            DisconnectReason::AddressesReceived => Ok(peer.addresses_told),
            other => Err(SeedFailure::Connection(other.clone())),
        };
        let Host::Name(name) = peer.address.host.clone() else { return };
        self.tell(now, EventKind::Seed { name, answer });
    }

    /// Reports how many addresses are known.
    pub(crate) fn report_growth(&mut self, now: Timestamp) {
        let Some(table) = self.dialer.book() else { return };
        if self.growth.is_due(table.changes(), now) {
            let sizes = table.sizes();
            self.tell(now, EventKind::Addresses(sizes));
        }
    }

    pub(crate) fn growth_deadline(&self) -> Option<Timestamp> {
        self.dialer.book().and_then(|table| self.growth.deadline(table.changes()))
    }
}
