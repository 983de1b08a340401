//! A peer, as the screen shows it.

use crate::address::netgroup::NetGroup;
use crate::event::{AddressNetwork, Direction, PeerId, Transport};
use crate::model::peers::liveness::LivenessSlot;
use crate::model::peers::odd::Figures;
use crate::model::peers::peer::{Peer, State};
use crate::model::peers::stats::{PeerStats, PingFigures};
use crate::model::peers::worth::{jitter, percentile};
use crate::snapshot::{LostPeer, PeerDetail, PeerRow};
use crate::util::text::hex;
use crate::util::time::Timestamp;
use std::time::Duration;

/// How many pings a row shows.
pub(crate) const PINGS_IN_ROW: usize = 16;

/// A latency is judged by the median of so many of the last pings: two that are slow by chance are
/// not a jump.
const PINGS_LOOKED_AT: usize = 5;

impl Peer {
    /// Its row in the list.
    pub(crate) fn row(&self, id: PeerId, now: Timestamp) -> PeerRow {
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
            announced: self.worth.all().announced,
            served: self.worth.all().served,
        }
    }

    /// What it is worth, given the height of the best chain and its lead in block races.
    pub(crate) fn worth(&self, tip: Option<u32>, block_lead: Option<i64>, now: Timestamp) -> PeerStats {
        let ping = self.ping_figures();
        let info = self.info.as_ref();
        let bytes = |direction| {
            let that_way = self.traffic.iter().filter(|command| command.direction == direction);
            that_way.fold(0_u64, |sum, command| sum.saturating_add(command.bytes))
        };
        PeerStats {
            network: AddressNetwork::of(&self.address.host),
            netgroup: NetGroup::of(&self.address.host).map(|group| group.to_string()),
            transport: self.transport.map(|transport| transport.to_string()),
            connected_for: self.connected_for(now),
            dials: self.dials,
            ping,
            answer: self.worth.answer(ping.median),
            recent: self.worth.recent(now),
            all: self.worth.all(),
            lag: self.worth.lag(),
            fee_filter: self.fee_filter,
            fee_filter_changes: self.fee_filter_changes,
            clock_offset: info.map(|info| info.clock_offset),
            start_height: info.map(|info| info.start_height),
            best_height: self.best_height(tip),
            block_lead,
            bytes_received: bytes(Direction::Received),
            bytes_sent: bytes(Direction::Sent),
            tolerated: self.tolerated.iter().map(|(.., count)| count).sum(),
        }
    }

    fn ping_figures(&self) -> PingFigures {
        let pings = || self.pings.iter().map(|&(_, rtt)| rtt);
        PingFigures {
            last: self.ping,
            min: self.ping_min,
            median: percentile(pings(), 50),
            p95: percentile(pings(), 95),
            jitter: jitter(pings()),
        }
    }

    /// What is looked at for oddities.
    pub(crate) fn figures(&self, tip: Option<u32>, now: Timestamp) -> Figures {
        Figures {
            pings: self.pings.len(),
            ping: percentile(self.pings.iter().rev().take(PINGS_LOOKED_AT).map(|&(_, rtt)| rtt), 50),
            usual_ping: percentile(self.pings.iter().map(|&(_, rtt)| rtt), 50),
            height: self.best_height(tip),
            clock_offset: self.info.as_ref().map(|info| info.clock_offset),
            fee_floor: self.fee_floor(),
            announced: self.worth.announced_last_minute(now),
            connected_for: self.connected_for(now).unwrap_or_default(),
        }
    }

    /// The height of its best block, as far as the best chain, which ends at `tip`, bears it out:
    /// what it says of itself at the start may be anything.
    pub(crate) fn best_height(&self, tip: Option<u32>) -> Option<u32> {
        let told = self.info.as_ref().and_then(|info| u32::try_from(info.start_height).ok());
        self.best_announced.max(told.filter(|&height| tip.is_some_and(|tip| height <= tip)))
    }

    fn strip(&self, now: Timestamp) -> Vec<LivenessSlot> {
        let mut strip = self.strip.clone();
        if let Some(late_since) = self.late_since(now) {
            strip.set(late_since, LivenessSlot::Late);
        }
        strip.until(now)
    }

    fn connected_for(&self, now: Timestamp) -> Option<Duration> {
        match self.state {
            State::Ready { since } => Some(now.since(since)),
            _ => None,
        }
    }

    /// Where it stands among those that are lost, if it is one.
    pub(crate) fn lost(&self, id: PeerId, now: Timestamp) -> Option<LostPeer> {
        let State::Gone { since, reason, retry_at } = &self.state else { return None };
        Some(LostPeer {
            id,
            address: self.address.to_string(),
            reason: reason.clone(),
            lost_for: now.since(*since),
            retry_in: retry_at.map(|retry_at| retry_at.since(now)),
        })
    }

    /// All about it, given what it is worth.
    pub(crate) fn detail(&self, id: PeerId, worth: PeerStats, now: Timestamp) -> PeerDetail {
        let info = self.info.as_ref();
        let tolerated = self.tolerated.iter().map(|(_, text, count)| (text.clone(), *count));
        PeerDetail {
            row: self.row(id, now),
            worth,
            liveness: self.strip(now),
            answers: self.worth.answers(),
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
            not_found: self.worth.all().not_found,
            timed_out: self.worth.all().timed_out,
            tolerated: tolerated.collect(),
            past: self.endings.iter().cloned().collect(),
            traffic: self.traffic.clone(),
            conversation: self.conversation.iter().cloned().collect(),
        }
    }
}

fn describe_transport(transport: Transport) -> String {
    match transport {
        Transport::V1 => transport.to_string(),
        Transport::V2 { session_id } => format!("{transport} session {}", hex(&session_id[..4])),
    }
}
