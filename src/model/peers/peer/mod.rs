//! One peer: what it said, how it answers, and how alive it is.

mod stats;

use crate::address::PeerAddress;
use crate::chain::limits::is_ibd_fee_filter;
use crate::event::{
    CommandTraffic, DisconnectReason, Misbehaviour, PeerEvent, PeerId, PeerInfo, RecentMessage, Traffic,
    Transport,
};
use crate::model::fees::bounds::{self, order};
use crate::model::mempool::relay::announcements::Announcer;
use crate::model::mempool::relay::credit::RelayPart;
use crate::model::peers::liveness::{Liveness, LivenessSlot};
use crate::model::peers::stats::RelayCounts;
use crate::model::peers::worth::{Strip, Worth};
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use std::collections::VecDeque;
use std::mem::discriminant;
use std::time::Duration;

/// A ping that waits longer than this makes its peer late.
const LATE_AFTER: Duration = Duration::from_secs(5);

/// How many pings the detail shows.
const PINGS_KEPT: usize = 120;

/// How many past endings are kept.
const ENDINGS_KEPT: usize = 8;

/// Where the connection stands.
#[derive(Debug)]
enum State {
    Dialling { since: Timestamp, attempt: u32 },
    Handshake { since: Timestamp },
    Ready { since: Timestamp },
    Gone { since: Timestamp, reason: DisconnectReason, retry_at: Option<Timestamp> },
}

/// A peer, over all its connections.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) address: PeerAddress,
    state: State,
    dials: u32,
    /// How many attempts in a row failed.
    failures: u32,
    transport: Option<Transport>,
    info: Option<PeerInfo>,
    fee_filter: Option<u64>,
    /// Since when a ping has waited for its pong.
    waiting_since: Option<Timestamp>,
    /// The last ping of this connection.
    ping: Option<Duration>,
    ping_min: Option<Duration>,
    pings: Ring<(Timestamp, Duration), PINGS_KEPT>,
    worth: Worth,
    strip: Strip,
    /// How often its fee filter changed within a connection.
    fee_filter_changes: u32,
    /// The highest block of the best chain that it has announced.
    best_announced: Option<u32>,
    tolerated: Vec<(Misbehaviour, u64)>,
    endings: VecDeque<(Timestamp, DisconnectReason)>,
    traffic: Vec<CommandTraffic>,
    conversation: Ring<RecentMessage, { Traffic::MAX_RECENT }>,
}

impl Peer {
    /// A peer that is dialled for the first time.
    pub(crate) fn new(address: PeerAddress, now: Timestamp) -> Self {
        Self {
            address,
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
            worth: Worth::default(),
            strip: Strip::default(),
            fee_filter_changes: 0,
            best_announced: None,
            tolerated: Vec::new(),
            endings: VecDeque::new(),
            traffic: Vec::new(),
            conversation: Ring::default(),
        }
    }

    /// Takes note of what happened with this peer.
    pub(crate) fn apply(&mut self, now: Timestamp, event: &PeerEvent) {
        self.worth.apply(now, event);
        match event {
            PeerEvent::Dialling { address, attempt } => {
                self.address = address.clone();
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
                self.strip.set(now, LivenessSlot::Live);
            }
            PeerEvent::Pinged => self.waiting_since = self.waiting_since.or(Some(now)),
            PeerEvent::Pong { rtt } => self.pong(now, *rtt),
            PeerEvent::FeeFilter { sat_per_kvb } => {
                let changed = self.fee_filter.is_some_and(|known| known != *sat_per_kvb);
                self.fee_filter_changes = self.fee_filter_changes.saturating_add(changed.into());
                self.fee_filter = Some(*sat_per_kvb);
            }
            PeerEvent::Tolerated(misbehaviour) => self.tolerate(misbehaviour),
            PeerEvent::Traffic(traffic) => self.count(traffic),
            PeerEvent::Disconnected { reason, retry_at } => {
                self.end(now, reason, *retry_at);
            }
            PeerEvent::Announced { .. }
            | PeerEvent::BlockAnnounced { .. }
            | PeerEvent::Requested { .. }
            | PeerEvent::Transaction { .. }
            | PeerEvent::Parent { .. }
            | PeerEvent::NotFound { .. }
            | PeerEvent::RequestTimedOut { .. }
            | PeerEvent::Addresses { .. } => {}
        }
    }

    /// Takes note of its part in the relay of a transaction.
    pub(in crate::model) fn credit(&mut self, now: Timestamp, part: RelayPart) {
        self.worth.credit(now, part);
    }

    /// It has the block of this height of the best chain.
    pub(crate) fn has_block(&mut self, height: u32) {
        self.best_announced = self.best_announced.max(Some(height));
    }

    fn pong(&mut self, now: Timestamp, rtt: Duration) {
        self.note_lateness(now);
        self.strip.set(now, LivenessSlot::Live);
        self.waiting_since = None;
        self.ping = Some(rtt);
        self.ping_min = Some(self.ping_min.map_or(rtt, |min| min.min(rtt)));
        self.pings.push((now, rtt));
    }

    fn tolerate(&mut self, misbehaviour: &Misbehaviour) {
        let is_same =
            |(known, _): &&mut (Misbehaviour, u64)| discriminant(known) == discriminant(misbehaviour);
        match self.tolerated.iter_mut().find(is_same) {
            Some((_, count)) => add(count, 1),
            None => self.tolerated.push((misbehaviour.clone(), 1)),
        }
    }

    fn count(&mut self, traffic: &Traffic) {
        for said in &traffic.recent {
            self.conversation.push(said.clone());
        }
        for report in &traffic.commands {
            self.count_command(report);
        }
    }

    fn count_command(&mut self, report: &CommandTraffic) {
        let same_way = self.traffic.iter().filter(|known| known.direction == report.direction).count();
        let position = |command: &str| {
            self.traffic
                .iter()
                .position(|known| known.direction == report.direction && known.command == command)
        };
        let position = position(&report.command)
            .or_else(|| if same_way < Traffic::MAX_COMMANDS { None } else { position(OTHER_COMMANDS) });
        if let Some(known) = position.and_then(|index| self.traffic.get_mut(index)) {
            known.messages = known.messages.saturating_add(report.messages);
            known.bytes = known.bytes.saturating_add(report.bytes);
        } else {
            let command = if same_way < Traffic::MAX_COMMANDS { &report.command } else { OTHER_COMMANDS };
            self.traffic.push(CommandTraffic { command: command.to_owned(), ..report.clone() });
        }
    }

    /// A ping that waits makes its peer late from a certain moment on.
    fn note_lateness(&mut self, now: Timestamp) {
        if let Some(late_since) = self.late_since(now) {
            self.strip.set(late_since, LivenessSlot::Late);
        }
    }

    fn late_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.waiting_since.map(|since| since + LATE_AFTER).filter(|&late_since| late_since < now)
    }

    /// What belongs to one connection ends with it.
    fn end(&mut self, now: Timestamp, reason: &DisconnectReason, retry_at: Option<Timestamp>) {
        if !self.is_live() {
            self.failures = self.failures.saturating_add(1);
        }
        self.note_lateness(now);
        self.strip.set(now, LivenessSlot::Gone);
        self.waiting_since = None;
        self.ping = None;
        self.fee_filter = None;
        self.transport = None;
        self.endings.push_front((now, reason.clone()));
        self.endings.truncate(ENDINGS_KEPT);
        self.state = State::Gone { since: now, reason: reason.clone(), retry_at };
    }

    /// Whether its handshake is done.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.state, State::Ready { .. })
    }

    /// Whether it could announce transactions now.
    pub(crate) fn is_announcer(&self) -> bool {
        self.is_live() && self.info.as_ref().is_some_and(|info| info.relay)
    }

    /// Since when it is gone for good.
    pub(crate) fn dropped_since(&self) -> Option<Timestamp> {
        match self.state {
            State::Gone { since, retry_at: None, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether there is no sign that it can be reached: its last attempt failed, and none since
    /// has opened a connection.
    pub(crate) fn is_unreached(&self) -> bool {
        match self.state {
            State::Gone { .. } => true,
            State::Dialling { .. } => self.failures > 0,
            State::Handshake { .. } | State::Ready { .. } => false,
        }
    }

    /// Why its last connection or attempt ended.
    pub(crate) fn last_ending(&self) -> Option<&DisconnectReason> {
        self.endings.front().map(|(_, reason)| reason)
    }

    /// The last ping of the present connection.
    pub(crate) fn ping(&self) -> Option<Duration> {
        self.ping
    }

    /// Its fee filter in sat/kvB, unless it is the one of a node without a chain.
    pub(crate) fn fee_floor(&self) -> Option<u64> {
        self.fee_filter.filter(|&filter| !is_ibd_fee_filter(filter))
    }

    /// What it is as one who announces something now.
    pub(in crate::model) fn announcer(&self, id: PeerId) -> Announcer {
        let by_fee_rate = self.info.as_ref().is_some_and(|info| order::is_by_fee_rate(&info.user_agent));
        Announcer { peer: id, floor: self.fee_floor().map(bounds::floor), by_fee_rate }
    }

    /// What it said of itself, when it was last connected.
    pub(crate) fn info(&self) -> Option<&PeerInfo> {
        self.info.as_ref()
    }

    /// The format of the bytes of the connection, if it is open.
    pub(crate) fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// When the connection or the attempt ended, why, and when the peer is dialled again, while it is
    /// disconnected.
    pub(crate) fn lost(&self) -> Option<(Timestamp, &DisconnectReason, Option<Timestamp>)> {
        match &self.state {
            State::Gone { since, reason, retry_at } => Some((*since, reason, *retry_at)),
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
        self.worth.all()
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
        &self.traffic
    }

    /// The last messages, oldest first.
    pub(crate) fn conversation(&self) -> impl Iterator<Item = &RecentMessage> {
        self.conversation.iter()
    }

    /// The liveness of each of the last minutes, oldest first.
    pub(crate) fn liveness_by_minute(&self, now: Timestamp) -> Vec<LivenessSlot> {
        let mut strip = self.strip.clone();
        if let Some(late_since) = self.late_since(now) {
            strip.set(late_since, LivenessSlot::Late);
        }
        strip.until(now)
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
            State::Gone { reason, retry_at, .. } => Liveness::Gone {
                reason: reason.clone(),
                retry_in: retry_at.map(|retry_at| retry_at.since(now)),
            },
        }
    }
}

/// Under this name commands are counted together that are too many to be counted apart.
const OTHER_COMMANDS: &str = "other";

fn add(counter: &mut u64, count: impl TryInto<u64>) {
    *counter = counter.saturating_add(count.try_into().unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests;
