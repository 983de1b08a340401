//! One peer: what it said, how it answers, and how alive it is.

use crate::address::PeerAddress;
use crate::address::netgroup::NetGroup;
use crate::event::{
    AddressNetwork, CommandTraffic, Direction, Misbehaviour, PeerEvent, PeerId, PeerInfo, Said, Traffic,
    Transport,
};
use crate::snapshot::{Liveness, LostPeer, PeerDetail, PeerRow, PeerWorth};
use crate::text::{clean, hex};
use crate::time::Timestamp;
use std::collections::VecDeque;
use std::mem::{Discriminant, discriminant};
use std::time::Duration;

/// A ping that waits longer than this makes its peer late.
const LATE_AFTER: Duration = Duration::from_secs(5);

/// How many pings the detail shows.
const PINGS_KEPT: usize = 120;

/// How many pings a row shows.
const PINGS_IN_ROW: usize = 16;

/// How many past endings are kept.
const ENDINGS_KEPT: usize = 8;

/// The longest reason or remark that is kept, in characters.
const LONGEST_TEXT: usize = 200;

/// A fee filter from here on, in sat/kvB, says that the peer is still downloading the chain: Core
/// then sends what its rounding makes of 21 million BTC, between 9.1 and 10 million.
const DOWNLOADING_FEE_FILTER: u64 = 9_000_000;

/// Where the connection stands.
#[derive(Debug)]
enum State {
    Dialling { since: Timestamp, attempt: u32 },
    Handshake { since: Timestamp },
    Ready { since: Timestamp },
    Gone { since: Timestamp, reason: String, retry_at: Option<Timestamp> },
}

/// A peer, over all its connections.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) address: PeerAddress,
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
    pings: VecDeque<(Timestamp, Duration)>,
    announced: u64,
    served: u64,
    not_found: u64,
    timed_out: u64,
    tolerated: Vec<(Discriminant<Misbehaviour>, String, u64)>,
    endings: VecDeque<(Timestamp, String)>,
    traffic: Vec<CommandTraffic>,
    conversation: VecDeque<Said>,
}

impl Peer {
    /// A peer that is dialled for the first time.
    pub(super) fn new(address: PeerAddress, now: Timestamp) -> Self {
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
            pings: VecDeque::new(),
            announced: 0,
            served: 0,
            not_found: 0,
            timed_out: 0,
            tolerated: Vec::new(),
            endings: VecDeque::new(),
            traffic: Vec::new(),
            conversation: VecDeque::new(),
        }
    }

    /// Takes note of what happened with this peer.
    pub(super) fn apply(&mut self, now: Timestamp, event: &PeerEvent) {
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
            }
            PeerEvent::Pinged => self.waiting_since = self.waiting_since.or(Some(now)),
            PeerEvent::Pong { rtt } => self.pong(now, *rtt),
            PeerEvent::Announced { count, .. } => add(&mut self.announced, *count),
            PeerEvent::Transaction { .. } => add(&mut self.served, 1),
            PeerEvent::NotFound { count } => add(&mut self.not_found, *count),
            PeerEvent::RequestTimedOut { count } => add(&mut self.timed_out, *count),
            PeerEvent::FeeFilter { sat_per_kvb } => self.fee_filter = Some(*sat_per_kvb),
            PeerEvent::Tolerated(misbehaviour) => self.tolerate(misbehaviour),
            PeerEvent::Traffic(traffic) => self.count(traffic),
            PeerEvent::Disconnected { reason, retry_at } => {
                self.end(now, clean(reason.to_string().as_bytes(), LONGEST_TEXT), *retry_at);
            }
            PeerEvent::BlockAnnounced { .. } | PeerEvent::Requested { .. } | PeerEvent::Addresses { .. } => {}
        }
    }

    fn pong(&mut self, now: Timestamp, rtt: Duration) {
        self.waiting_since = None;
        self.ping = Some(rtt);
        self.ping_min = Some(self.ping_min.map_or(rtt, |min| min.min(rtt)));
        push_bounded(&mut self.pings, (now, rtt), PINGS_KEPT);
    }

    fn tolerate(&mut self, misbehaviour: &Misbehaviour) {
        let kind = discriminant(misbehaviour);
        if let Some((.., count)) = self.tolerated.iter_mut().find(|(known, ..)| *known == kind) {
            add(count, 1);
        } else {
            let text = clean(misbehaviour.to_string().as_bytes(), LONGEST_TEXT);
            self.tolerated.push((kind, text, 1));
        }
    }

    fn count(&mut self, traffic: &Traffic) {
        for said in &traffic.conversation {
            push_bounded(&mut self.conversation, said.clone(), Traffic::CONVERSATION);
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
            .or_else(|| if same_way < Traffic::COMMANDS { None } else { position(OTHER_COMMANDS) });
        if let Some(known) = position.and_then(|index| self.traffic.get_mut(index)) {
            known.messages = known.messages.saturating_add(report.messages);
            known.bytes = known.bytes.saturating_add(report.bytes);
        } else {
            let command = if same_way < Traffic::COMMANDS { &report.command } else { OTHER_COMMANDS };
            self.traffic.push(CommandTraffic { command: command.to_owned(), ..report.clone() });
        }
    }

    /// What belongs to one connection ends with it.
    fn end(&mut self, now: Timestamp, reason: String, retry_at: Option<Timestamp>) {
        if !self.is_live() {
            self.failures = self.failures.saturating_add(1);
        }
        self.waiting_since = None;
        self.ping = None;
        self.fee_filter = None;
        self.transport = None;
        self.endings.push_front((now, reason.clone()));
        self.endings.truncate(ENDINGS_KEPT);
        self.state = State::Gone { since: now, reason, retry_at };
    }

    /// Whether its handshake is done.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.state, State::Ready { .. })
    }

    /// Whether it could announce transactions now.
    pub(super) fn is_announcer(&self) -> bool {
        self.is_live() && self.info.as_ref().is_some_and(|info| info.relay)
    }

    /// Since when it is gone for good.
    pub(super) fn dropped_since(&self) -> Option<Timestamp> {
        match self.state {
            State::Gone { since, retry_at: None, .. } => Some(since),
            _ => None,
        }
    }

    /// Whether there is no sign that it can be reached: its last attempt failed, and none since
    /// has opened a connection.
    pub(super) fn is_unreached(&self) -> bool {
        match self.state {
            State::Gone { .. } => true,
            State::Dialling { .. } => self.failures > 0,
            State::Handshake { .. } | State::Ready { .. } => false,
        }
    }

    /// Why its last connection or attempt ended.
    pub(super) fn last_ending(&self) -> Option<&str> {
        self.endings.front().map(|(_, reason)| reason.as_str())
    }

    /// The last ping of the present connection.
    pub(super) fn ping(&self) -> Option<Duration> {
        self.ping
    }

    /// Its fee filter in sat/kvB, unless it is the one of a node without a chain.
    pub(super) fn fee_floor(&self) -> Option<u64> {
        self.fee_filter.filter(|&filter| filter < DOWNLOADING_FEE_FILTER)
    }

    /// What it said of itself, when it was last connected.
    pub(super) fn info(&self) -> Option<&PeerInfo> {
        self.info.as_ref()
    }

    /// The format of the bytes of the connection, if it is open.
    pub(super) fn transport(&self) -> Option<Transport> {
        self.transport
    }

    fn liveness(&self, now: Timestamp) -> Liveness {
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

    /// Its row in the list.
    pub(super) fn row(&self, id: PeerId, now: Timestamp) -> PeerRow {
        let skipped = self.pings.len().saturating_sub(PINGS_IN_ROW);
        PeerRow {
            id,
            address: self.address.to_string(),
            liveness: self.liveness(now),
            user_agent: self.info.as_ref().map(|info| info.user_agent.clone()).unwrap_or_default(),
            blocks_only: self.info.as_ref().is_some_and(|info| !info.relay),
            ping: self.ping,
            ping_min: self.ping_min,
            pings: self.pings.iter().skip(skipped).map(|&(_, rtt)| rtt).collect(),
            announced: self.announced,
            served: self.served,
        }
    }

    /// What it is worth.
    pub(super) fn worth(&self, now: Timestamp) -> PeerWorth {
        let info = self.info.as_ref();
        let bytes = |direction| {
            let that_way = self.traffic.iter().filter(|command| command.direction == direction);
            that_way.fold(0_u64, |sum, command| sum.saturating_add(command.bytes))
        };
        PeerWorth {
            network: AddressNetwork::of(&self.address.host),
            netgroup: NetGroup::of(&self.address.host).map(|group| group.to_string()),
            transport: self.transport.map(|transport| transport.to_string()),
            connected_for: self.connected_for(now),
            dials: self.dials,
            fee_filter: self.fee_filter,
            clock_offset: info.map(|info| info.clock_offset),
            start_height: info.map(|info| info.start_height),
            bytes_received: bytes(Direction::Received),
            bytes_sent: bytes(Direction::Sent),
            tolerated: self.tolerated.iter().map(|(.., count)| count).sum(),
            ..PeerWorth::default()
        }
    }

    fn connected_for(&self, now: Timestamp) -> Option<Duration> {
        match self.state {
            State::Ready { since } => Some(now.since(since)),
            _ => None,
        }
    }

    /// Where it stands among those that are lost, if it is one.
    pub(super) fn lost(&self, id: PeerId, now: Timestamp) -> Option<LostPeer> {
        let State::Gone { since, reason, retry_at } = &self.state else { return None };
        Some(LostPeer {
            id,
            address: self.address.to_string(),
            reason: reason.clone(),
            lost_for: now.since(*since),
            retry_in: retry_at.map(|retry_at| retry_at.since(now)),
        })
    }

    /// All about it.
    pub(super) fn detail(&self, id: PeerId, now: Timestamp) -> PeerDetail {
        let info = self.info.as_ref();
        let tolerated = self.tolerated.iter().map(|(_, text, count)| (text.clone(), *count));
        PeerDetail {
            row: self.row(id, now),
            worth: self.worth(now),
            liveness: Vec::new(),
            answers: Vec::new(),
            transport: self.transport.map(describe_transport),
            version: info.map(|info| info.version),
            services: info.map(|info| info.services.names()).unwrap_or_default(),
            start_height: info.map(|info| info.start_height),
            clock_offset: info.map(|info| info.clock_offset),
            wtxid_relay: info.is_some_and(|info| info.wtxid_relay),
            fee_filter: self.fee_filter,
            connected_for: self.connected_for(now),
            dials: self.dials,
            pings: self.pings.iter().copied().collect(),
            not_found: self.not_found,
            timed_out: self.timed_out,
            tolerated: tolerated.collect(),
            past: self.endings.iter().cloned().collect(),
            traffic: self.traffic.clone(),
            conversation: self.conversation.iter().cloned().collect(),
        }
    }
}

/// Under this name commands are counted together that are too many to be counted apart.
const OTHER_COMMANDS: &str = "other";

fn describe_transport(transport: Transport) -> String {
    match transport {
        Transport::V1 => transport.to_string(),
        Transport::V2 { session_id } => format!("{transport} session {}", hex(&session_id[..4])),
    }
}

fn add(counter: &mut u64, count: impl TryInto<u64>) {
    *counter = counter.saturating_add(count.try_into().unwrap_or(u64::MAX));
}

fn push_bounded<T>(queue: &mut VecDeque<T>, value: T, limit: usize) {
    if queue.len() >= limit {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests;
