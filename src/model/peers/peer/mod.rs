//! One peer: the state of its connection, its statistics, and what it said about itself.

mod keyframe;
mod stats;
mod traffic;

use crate::address::{AutonomousSystem, PeerAddress};
use crate::chain::limits::is_ibd_fee_filter;
use crate::event::{
    CommandTraffic, ConnectionKind, DisconnectReason, InvalidData, Misbehaviour, PeerEvent, PeerId, PeerInfo,
    RecentMessage, Transport,
};
use crate::model::fees::bounds;
use crate::model::mempool::relay::announcements::Announcer;
use crate::model::mempool::relay::credit::RelayPart;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::peers::liveness::{Liveness, LivenessSlot};
use crate::model::peers::record::{LivenessHistory, RelayRecord};
use crate::model::peers::stats::RelayCounts;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::Arc;
use std::time::Duration;
use traffic::TrafficLog;

/// A peer is late once a ping has been unanswered for this long.
const LATE_AFTER: Duration = Duration::from_secs(5);

/// How many pings are kept.
const MAX_PINGS: usize = 120;

/// How many past disconnections are kept.
const MAX_ENDINGS: usize = 8;

/// The state of the connection.
#[derive(Debug)]
enum State {
    Dialling { since: Timestamp, attempt: u32 },
    Handshake { since: Timestamp },
    Ready { since: Timestamp },
    Disconnected { since: Timestamp, reason: DisconnectReason, retry_at: Option<Timestamp> },
}

/// A peer, over all its connections.
#[derive(Debug)]
pub(crate) struct Peer {
    address: PeerAddress,
    /// The netgroup of the address.
    voucher: Vouchers,
    /// The autonomous system of the address, if a database has it.
    autonomous_system: Option<AutonomousSystem>,
    /// The sensor that the peer belongs to, if any.
    sensor: Option<Arc<str>>,
    kind: ConnectionKind,
    state: State,
    dials: u32,
    /// Failed dials since the last handshake.
    failures: u32,
    transport: Option<Transport>,
    info: Option<PeerInfo>,
    fee_filter: Option<u64>,
    /// When the unanswered ping was sent.
    waiting_since: Option<Timestamp>,
    /// The last ping of this connection.
    ping: Option<Duration>,
    ping_min: Option<Duration>,
    pings: Ring<(Timestamp, Duration), MAX_PINGS>,
    record: RelayRecord,
    history: LivenessHistory,
    /// Changes of the fee filter within a connection.
    fee_filter_changes: u32,
    /// Height of the highest block of the best chain that the peer announced.
    best_announced: Option<u32>,
    /// How many of its announcements were dropped for lack of room.
    dropped: u64,
    /// How often the peer sent invalid data.
    invalid: u64,
    tolerated: Vec<(Misbehaviour, u64)>,
    endings: VecDeque<(Timestamp, DisconnectReason)>,
    traffic: TrafficLog,
}

impl Peer {
    /// A peer that is being dialled for the first time.
    pub(crate) fn new(address: PeerAddress, kind: ConnectionKind, now: Timestamp) -> Self {
        Self {
            voucher: Vouchers::of(&address),
            autonomous_system: None,
            sensor: None,
            address,
            kind,
            state: State::Dialling { since: now, attempt: 1 },
            dials: 0,
            failures: 0,
            transport: None,
            info: None,
            fee_filter: None,
            waiting_since: None,
            ping: None,
            ping_min: None,
            pings: Ring::default(),
            record: RelayRecord::default(),
            history: LivenessHistory::default(),
            fee_filter_changes: 0,
            best_announced: None,
            dropped: 0,
            invalid: 0,
            tolerated: Vec::new(),
            endings: VecDeque::new(),
            traffic: TrafficLog::default(),
        }
    }

    /// Notes the autonomous system of the address.
    pub(in crate::model::peers) fn set_autonomous_system(&mut self, system: Option<AutonomousSystem>) {
        self.autonomous_system = system;
    }

    /// Applies an event of this peer.
    pub(crate) fn apply(&mut self, now: Timestamp, event: &PeerEvent) {
        self.record.apply(now, event);
        if InvalidData::of(event).is_some() {
            add(&mut self.invalid, 1);
        }
        match event {
            PeerEvent::Dialling { address, kind, attempt } => {
                self.address = address.clone();
                self.voucher = Vouchers::of(address);
                self.kind = *kind;
                self.dials = self.dials.saturating_add(1);
                self.state = State::Dialling { since: now, attempt: *attempt };
            }
            PeerEvent::Connected { transport } => {
                self.transport = Some(*transport);
                self.state = State::Handshake { since: now };
            }
            PeerEvent::Ready(info) => {
                self.info = Some((**info).clone());
                self.failures = 0;
                self.state = State::Ready { since: now };
                self.history.set(now, LivenessSlot::Live);
            }
            PeerEvent::Pinged => self.waiting_since = self.waiting_since.or(Some(now)),
            PeerEvent::Pong { rtt } => self.pong(now, *rtt),
            PeerEvent::DelayedPong => self.answered(now),
            PeerEvent::FeeFilter { sat_per_kvb } => {
                let changed = self.fee_filter.is_some_and(|known| known != *sat_per_kvb);
                self.fee_filter_changes = self.fee_filter_changes.saturating_add(changed.into());
                self.fee_filter = Some(*sat_per_kvb);
            }
            PeerEvent::Tolerated(misbehaviour) => self.tolerate(misbehaviour),
            PeerEvent::Traffic(traffic) => self.traffic.add(traffic),
            PeerEvent::Disconnected { reason, retry_at } => {
                self.end(now, reason, *retry_at);
            }
            PeerEvent::Announced { .. }
            | PeerEvent::BlockAnnounced { .. }
            | PeerEvent::Requested { .. }
            | PeerEvent::Transaction { .. }
            | PeerEvent::Parent { .. }
            | PeerEvent::Listed { .. }
            | PeerEvent::Bootstrapped { .. }
            | PeerEvent::NotFound { .. }
            | PeerEvent::RequestTimedOut { .. }
            | PeerEvent::Addresses { .. } => {}
        }
    }

    /// Credits the peer for its part in the relay of a transaction.
    pub(in crate::model) fn credit(&mut self, now: Timestamp, part: RelayPart) {
        self.record.credit(now, part);
    }

    /// Notes that the peer has the block of the best chain at `height`.
    pub(crate) fn has_block(&mut self, height: u32) {
        self.best_announced = self.best_announced.max(Some(height));
    }

    /// Notes that a ping was answered.
    fn answered(&mut self, now: Timestamp) {
        self.note_lateness(now);
        self.history.set(now, LivenessSlot::Live);
        self.waiting_since = None;
    }

    fn pong(&mut self, now: Timestamp, rtt: Duration) {
        self.answered(now);
        self.ping = Some(rtt);
        self.ping_min = Some(self.ping_min.map_or(rtt, |min| min.min(rtt)));
        self.pings.push((now, rtt));
    }

    fn tolerate(&mut self, misbehaviour: &Misbehaviour) {
        if let Misbehaviour::TooManyAnnouncements { dropped } = misbehaviour {
            add(&mut self.dropped, u64::try_from(*dropped).unwrap_or(u64::MAX));
        }
        let is_same =
            |(known, _): &&mut (Misbehaviour, u64)| discriminant(known) == discriminant(misbehaviour);
        match self.tolerated.iter_mut().find(is_same) {
            Some((_, count)) => add(count, 1),
            None => self.tolerated.push((misbehaviour.clone(), 1)),
        }
    }

    /// Records in the history since when a ping has been overdue, if one is.
    fn note_lateness(&mut self, now: Timestamp) {
        if let Some(late_since) = self.late_since(now) {
            self.history.set(late_since, LivenessSlot::Late);
        }
    }

    fn late_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting_since.map(|since| since + LATE_AFTER).filter(|&late_since| late_since < now)
    }

    /// Ends the connection, and resets whatever belongs only to it.
    fn end(&mut self, now: Timestamp, reason: &DisconnectReason, retry_at: Option<Timestamp>) {
        if !self.is_live() {
            self.failures = self.failures.saturating_add(1);
        }
        self.note_lateness(now);
        self.history.set(now, LivenessSlot::Disconnected);
        self.waiting_since = None;
        self.ping = None;
        self.fee_filter = None;
        self.transport = None;
        self.endings.push_front((now, reason.clone()));
        self.endings.truncate(MAX_ENDINGS);
        self.state = State::Disconnected { since: now, reason: reason.clone(), retry_at };
    }

    /// Whether the handshake is done.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Ready { .. })
    }

    /// Whether the peer is live and relays transactions.
    pub(crate) fn is_announcer(&self) -> bool {
        self.is_live() && self.info.as_ref().is_some_and(|info| info.relay)
    }

    /// When the peer was dropped: disconnected without a redial.
    pub(crate) fn dropped_since(&self) -> Option<Timestamp> {
        match self.state {
            State::Disconnected { since, retry_at: None, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether the last dial failed or the connection ended, and none was opened since.
    pub(crate) fn is_unreached(&self) -> bool {
        match self.state {
            State::Disconnected { .. } => true,
            State::Dialling { .. } => self.failures > 0,
            State::Handshake { .. } | State::Ready { .. } => false,
        }
    }

    /// Why the last connection, or the attempt to open one, ended.
    pub(crate) fn last_ending(&self) -> Option<&DisconnectReason> {
        self.endings.front().map(|(_, reason)| reason)
    }

    /// The last ping of the current connection.
    pub(crate) fn ping(&self) -> Option<Duration> {
        self.ping
    }

    /// The fee filter, in sat/kvB, unless it is one of a node in initial block download.
    pub(crate) fn fee_floor(&self) -> Option<u64> {
        self.fee_filter.filter(|&filter| !is_ibd_fee_filter(filter))
    }

    /// Describes the peer as the announcer of a transaction.
    pub(in crate::model) fn announcer(&self, id: PeerId) -> Announcer {
        Announcer { peer: id, floor: self.fee_floor().map(bounds::floor), voucher: self.voucher() }
    }

    /// The netgroup of the peer, as a voucher for transactions.
    pub(in crate::model) fn voucher(&self) -> Vouchers {
        self.voucher
    }

    /// What the peer said about itself in the last handshake.
    pub(crate) fn info(&self) -> Option<&PeerInfo> {
        self.info.as_ref()
    }

    /// The transport of the connection, if it is open.
    pub(crate) fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// While disconnected: when the connection or the attempt ended, why, and when the peer is dialled again.
    pub(crate) fn disconnected(&self) -> Option<(Timestamp, &DisconnectReason, Option<Timestamp>)> {
        match &self.state {
            State::Disconnected { since, reason, retry_at } => Some((*since, reason, *retry_at)),
            _ => None,
        }
    }

    /// The age of the connection.
    pub(crate) fn connected_for(&self, now: Timestamp) -> Option<Duration> {
        match self.state {
            State::Ready { since } => Some(now.since(since)),
            _ => None,
        }
    }

    /// What the last connection is or was for.
    pub(crate) fn kind(&self) -> ConnectionKind {
        self.kind
    }

    /// The address that is dialled.
    pub(crate) fn address(&self) -> &PeerAddress {
        &self.address
    }

    /// The fee filter, in sat/kvB.
    #[cfg(test)]
    pub(crate) fn fee_filter(&self) -> Option<u64> {
        self.fee_filter
    }

    /// The shortest ping of all connections.
    pub(crate) fn ping_min(&self) -> Option<Duration> {
        self.ping_min
    }

    /// The last pings with the time of each, oldest first.
    pub(crate) fn pings(&self) -> impl ExactSizeIterator<Item = (Timestamp, Duration)> {
        self.pings.iter().copied()
    }

    /// The relay counts since the first contact.
    pub(crate) fn relay_counts(&self) -> RelayCounts {
        self.record.all()
    }

    /// The tolerated protocol violations with their counts.
    pub(crate) fn tolerated(&self) -> impl Iterator<Item = &(Misbehaviour, u64)> {
        self.tolerated.iter()
    }

    /// When and why past connections ended, newest first.
    pub(crate) fn endings(&self) -> impl Iterator<Item = &(Timestamp, DisconnectReason)> {
        self.endings.iter()
    }

    /// Messages and bytes by command, in both directions.
    pub(crate) fn traffic(&self) -> &[CommandTraffic] {
        self.traffic.commands()
    }

    /// The last messages, oldest first.
    pub(crate) fn recent_messages(&self) -> impl Iterator<Item = &RecentMessage> {
        self.traffic.recent()
    }

    /// The liveness of each of the last minutes, oldest first.
    pub(crate) fn liveness_by_minute(&self, now: Timestamp) -> Vec<LivenessSlot> {
        let mut history = self.history.clone();
        if let Some(late_since) = self.late_since(now) {
            history.set(late_since, LivenessSlot::Late);
        }
        history.until(now)
    }

    /// The state of the connection.
    pub(crate) fn liveness(&self, now: Timestamp) -> Liveness {
        match &self.state {
            State::Dialling { since, attempt } => {
                Liveness::Dialling { elapsed: now.since(*since), attempt: *attempt }
            }
            State::Handshake { since } => Liveness::Handshake { elapsed: now.since(*since) },
            State::Ready { .. } => match self.waiting_since.map(|since| now.since(since)) {
                Some(waiting) if waiting > LATE_AFTER => Liveness::Late { waiting },
                _ => Liveness::Live,
            },
            State::Disconnected { reason, retry_at, .. } => Liveness::Disconnected {
                reason: reason.clone(),
                retry_in: retry_at.map(|retry_at| retry_at.since(now)),
            },
        }
    }
}

fn add(counter: &mut u64, count: impl TryInto<u64>) {
    *counter = counter.saturating_add(count.try_into().unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests;
