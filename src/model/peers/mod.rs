//! Peers: their connections, statistics and anomalies, block relay, and the health of the connection to the
//! network.

pub(crate) mod anomaly;
pub(crate) mod block_relay;
pub(crate) mod health;
pub(crate) mod liveness;
pub(crate) mod our_clock;
pub(crate) mod peer;
mod record;
pub(crate) mod stats;

use crate::address::{AsDatabase, PeerAddress};
use crate::event::{DisconnectReason, PeerEvent, PeerId, SensorId};
use crate::model::mempool::relay::credit::{RelayCredit, RelayPart};
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::peers::peer::Peer;
use crate::util::time::Timestamp;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How many dropped peers that will not be redialled stay on the list.
const MAX_DROPPED: usize = 16;

/// How long dropped peers stay on the list.
const KEEP_DROPPED: Duration = Duration::from_mins(10);

/// Every peer that is connected, being dialled, or was dropped recently.
#[derive(Debug, Default)]
pub(crate) struct Peers {
    by_id: HashMap<PeerId, Peer, RandomState>,
    /// Dropped peers with their times, oldest first. Some may have been dialled again since.
    dropped: VecDeque<(Timestamp, PeerId)>,
    as_database: Option<Arc<AsDatabase>>,
    /// Whether several sensors have been heard.
    several_sensors: bool,
    /// The number of repeated announcements by the same peer, since startup.
    repeated: u64,
}

/// Totals over the live peers, excluding short-lived connections.
#[derive(Debug, Default)]
pub(crate) struct PeerTotals {
    pub(crate) live: usize,
    pub(crate) announcers: usize,
    pub(crate) median_ping: Option<Duration>,
    /// The lowest and the highest fee filter, in sat/kvB.
    pub(crate) fee_floor: Option<(u64, u64)>,
    /// The median fee filter, in sat/kvB, so that a single extreme filter does not count.
    pub(crate) usual_filter: Option<u64>,
}

impl Peers {
    /// Sets the database of autonomous systems, in which peers are looked up when dialled.
    pub(in crate::model) fn set_as_database(&mut self, database: Arc<AsDatabase>) {
        self.as_database = Some(database);
    }

    /// Whether there is a database of autonomous systems.
    pub(crate) fn has_as_database(&self) -> bool {
        self.as_database.is_some()
    }

    /// Applies an event of a peer. A dial makes a peer known; other events of unknown peers are ignored.
    pub(crate) fn apply(&mut self, now: Timestamp, id: PeerId, event: &PeerEvent) {
        if let &PeerEvent::Dialling { ref address, kind, .. } = event {
            let peer = self.by_id.entry(id).or_insert_with(|| Peer::new(address.clone(), kind, now));
            peer.apply(now, event);
            // Looked up once per dial rather than per frame.
            peer.set_autonomous_system(self.as_database.as_ref().and_then(|all| all.lookup(&address.host)));
        } else if let Some(peer) = self.by_id.get_mut(&id) {
            peer.apply(now, event);
            if peer.dropped_since() == Some(now) {
                self.dropped.push_back((now, id));
            }
        }
        self.forget(now);
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some(&(since, id)) = self.dropped.front() {
            if self.dropped.len() <= MAX_DROPPED && now.since(since) <= KEEP_DROPPED {
                return;
            }
            self.dropped.pop_front();
            if self.get(id).is_some_and(|peer| peer.dropped_since() == Some(since)) {
                self.by_id.remove(&id);
            }
        }
    }

    /// Returns a peer.
    pub(crate) fn get(&self, id: PeerId) -> Option<&Peer> {
        self.by_id.get(&id)
    }

    /// Sets whether several sensors have been heard: then netgroups that only one of them reports do not vouch
    /// for each other.
    pub(in crate::model) fn set_several_sensors(&mut self, several: bool) {
        self.several_sensors = several;
    }

    /// Notes the sensor that a peer belongs to.
    pub(in crate::model) fn set_sensor(&mut self, id: PeerId, sensor: Option<Arc<str>>) {
        if let Some(peer) = self.by_id.get_mut(&id) {
            peer.set_sensor(sensor);
        }
    }

    /// Whether the handshake with a peer is done.
    pub(crate) fn is_live(&self, id: PeerId) -> bool {
        self.get(id).is_some_and(Peer::is_live)
    }

    /// Credits peers for their parts in the relay of a transaction; unknown peers are ignored.
    pub(in crate::model) fn credit(&mut self, now: Timestamp, credits: &[RelayCredit]) {
        for credit in credits {
            self.repeated += u64::from(matches!(credit.part, RelayPart::Repeated));
            if let Some(peer) = self.by_id.get_mut(&credit.peer) {
                peer.credit(now, credit.part);
            }
        }
    }

    /// Returns the number of repeated announcements by the same peer, since startup.
    pub(crate) fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Notes that these peers have the block of the best chain at `height`.
    pub(crate) fn have_block(&mut self, ids: &[PeerId], height: u32) {
        for id in ids {
            if let Some(peer) = self.by_id.get_mut(id) {
                peer.has_block(height);
            }
        }
    }

    /// Iterates over all peers, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerId, &Peer)> {
        self.by_id.iter().map(|(&id, peer)| (id, peer))
    }

    /// Returns the address of a peer.
    pub(crate) fn address(&self, id: PeerId) -> Option<&PeerAddress> {
        self.get(id).map(Peer::address)
    }

    /// Whether there are peers but none of them can be reached.
    pub(crate) fn all_unreached(&self) -> bool {
        !self.by_id.is_empty() && self.by_id.values().all(Peer::is_unreached)
    }

    /// Returns the peers that cannot be reached, in the order of their ids, with the reason.
    pub(crate) fn failed(&self) -> Vec<(&PeerAddress, &DisconnectReason)> {
        let mut failed: Vec<_> = self
            .by_id
            .iter()
            .filter(|(_, peer)| peer.is_unreached())
            .filter_map(|(id, peer)| peer.last_ending().map(|reason| (id, peer.address(), reason)))
            .collect();
        failed.sort_unstable_by_key(|(id, ..)| **id);
        failed.into_iter().map(|(_, address, reason)| (address, reason)).collect()
    }

    /// Returns a peer's netgroup as a voucher for transactions.
    pub(in crate::model) fn voucher(&self, id: PeerId) -> Vouchers {
        let voucher = self.get(id).map_or_else(|| Vouchers::unknown(id), Peer::voucher);
        match SensorId::of(id).filter(|_| self.several_sensors) {
            Some(sensor) => voucher.seen_by(sensor),
            None => voucher,
        }
    }

    /// Returns the netgroups of the live peers that relay transactions.
    pub(in crate::model) fn vouchers(&self) -> Vouchers {
        let relaying = self.by_id.iter().filter(|(_, peer)| peer.is_announcer());
        relaying.map(|(id, _)| self.voucher(*id)).fold(Vouchers::NOBODY, Vouchers::with)
    }

    /// Returns the number of live peers, excluding short-lived connections.
    pub(crate) fn live(&self) -> usize {
        self.by_id.values().filter(|peer| peer.is_live() && !peer.kind().is_short_lived()).count()
    }

    /// Returns totals over the live peers.
    pub(crate) fn totals(&self) -> PeerTotals {
        let live = || self.by_id.values().filter(|peer| peer.is_live() && !peer.kind().is_short_lived());
        let mut pings: Vec<Duration> = live().filter_map(Peer::ping).collect();
        let middle = pings.len() / 2;
        let median_ping = (!pings.is_empty()).then(|| *pings.select_nth_unstable(middle).1);
        let mut filters: Vec<u64> = live().filter_map(Peer::fee_floor).collect();
        filters.sort_unstable();
        PeerTotals {
            live: live().count(),
            announcers: live().filter(|peer| peer.is_announcer()).count(),
            median_ping,
            fee_floor: filters.first().copied().zip(filters.last().copied()),
            usual_filter: filters.get(filters.len().saturating_sub(1) / 2).copied(),
        }
    }
}

#[cfg(test)]
mod tests;
