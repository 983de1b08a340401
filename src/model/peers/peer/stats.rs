//! Computes the statistics of a peer from its record.

use crate::address::netgroup::NetGroup;
use crate::event::{AddressNetwork, Direction};
use crate::model::peers::anomaly::Figures;
use crate::model::peers::peer::Peer;
use crate::model::peers::record::jitter;
use crate::model::peers::stats::{PeerStats, PingFigures};
use crate::util::percentile::percentile;
use crate::util::time::Timestamp;
use std::sync::Arc;

/// How many of the last pings make up the current latency: two that happen to be slow are no jump.
const CURRENT_PINGS: usize = 5;

impl Peer {
    /// Sets the sensor that the peer belongs to.
    pub(in crate::model::peers) fn set_sensor(&mut self, sensor: Option<Arc<str>>) {
        self.sensor = sensor;
    }

    /// The sensor that the peer belongs to, if any.
    pub(crate) fn sensor(&self) -> Option<&Arc<str>> {
        self.sensor.as_ref()
    }

    /// Returns all statistics, given the height of the best chain and the peer's lead in announcing blocks.
    pub(crate) fn stats(&self, tip: Option<u32>, block_lead: Option<i64>, now: Timestamp) -> PeerStats {
        let ping = self.ping_figures();
        let info = self.info.as_ref();
        PeerStats {
            network: AddressNetwork::of(&self.address.host),
            netgroup: NetGroup::of(&self.address.host),
            autonomous_system: self.autonomous_system.clone(),
            sensor: self.sensor.clone(),
            transport: self.transport,
            connected_for: self.connected_for(now),
            dials: self.dials,
            ping,
            answer: self.record.answer(ping.median),
            recent: self.record.recent(now),
            all: self.record.all(),
            lag: self.record.lag(),
            fee_filter: self.fee_filter,
            fee_filter_changes: self.fee_filter_changes,
            clock_offset: info.map(|info| info.clock_offset),
            start_height: info.map(|info| info.start_height),
            best_height: self.best_height(tip),
            block_lead,
            bytes_received: self.traffic.bytes(Direction::Received),
            bytes_sent: self.traffic.bytes(Direction::Sent),
            dropped: self.dropped,
            invalid: self.invalid,
            tolerated: self.tolerated.iter().map(|(.., count)| count).sum(),
        }
    }

    /// The number of arrived transactions that the peer announced first.
    pub(crate) fn first_count(&self) -> u64 {
        self.record.all().first
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

    /// Returns the figures that are checked for anomalies.
    pub(crate) fn figures(&self, tip: Option<u32>, now: Timestamp) -> Figures {
        Figures {
            pings: self.pings.len(),
            ping: percentile(self.pings.iter().rev().take(CURRENT_PINGS).map(|&(_, rtt)| rtt), 50),
            usual_ping: percentile(self.pings.iter().map(|&(_, rtt)| rtt), 50),
            height: self.best_height(tip),
            clock_offset: self.info.as_ref().map(|info| info.clock_offset),
            fee_floor: self.fee_floor(),
            announced: self.record.announced_last_minute(now),
            connected_for: self.connected_for(now).unwrap_or_default(),
        }
    }

    /// Returns the height of the peer's best block. The claim in its handshake counts only up to `tip`, the
    /// height of the best chain, as it may be anything.
    pub(crate) fn best_height(&self, tip: Option<u32>) -> Option<u32> {
        let claimed = self.info.as_ref().and_then(|info| u32::try_from(info.start_height).ok());
        self.best_announced.max(claimed.filter(|&height| tip.is_some_and(|tip| height <= tip)))
    }
}
