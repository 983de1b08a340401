//! The figures of a peer.

use crate::address::netgroup::NetGroup;
use crate::event::{AddressNetwork, Direction};
use crate::model::peers::anomaly::Figures;
use crate::model::peers::peer::Peer;
use crate::model::peers::stats::{PeerStats, PingFigures};
use crate::model::peers::worth::{jitter, percentile};
use crate::util::time::Timestamp;

/// A latency is judged by the median of so many of the last pings: two that are slow by chance are
/// not a jump.
const PINGS_LOOKED_AT: usize = 5;

impl Peer {
    /// All figures of the peer, given the height of the best chain and its lead in announcing blocks.
    pub(crate) fn stats(&self, tip: Option<u32>, block_lead: Option<i64>, now: Timestamp) -> PeerStats {
        let ping = self.ping_figures();
        let info = self.info.as_ref();
        let bytes = |direction| {
            let that_way = self.traffic.iter().filter(|command| command.direction == direction);
            that_way.fold(0_u64, |sum, command| sum.saturating_add(command.bytes))
        };
        PeerStats {
            network: AddressNetwork::of(&self.address.host),
            netgroup: NetGroup::of(&self.address.host),
            transport: self.transport,
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
}
