//! The details of a peer.

use crate::event::{CommandTraffic, DisconnectReason, Misbehaviour, PeerId, RecentMessage, Transport};
use crate::model::peers::peer::Peer;
use crate::model::{LivenessSlot, Model, PeerStats};
use crate::snapshot::peer_row::PeerRow;
use crate::util::text::hex;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The details of a peer.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerDetail {
    /// The row of the list.
    pub row: PeerRow,
    /// The statistics.
    pub worth: PeerStats,
    /// The liveness in each of the last minutes, oldest first, the present minute included; at most
    /// 60, from the first connection on.
    pub liveness: Vec<LivenessSlot>,
    /// The last answer times of `getdata`, oldest first; at most 128.
    pub answers: Vec<Duration>,
    /// `v1` or `v2`, and the session.
    pub transport: Option<String>,
    /// The protocol version.
    pub version: Option<i32>,
    /// The names of the service flags.
    pub services: Vec<String>,
    /// The height of the peer's best block at the handshake, as claimed.
    pub start_height: Option<i32>,
    /// The peer's clock minus ours, in s.
    pub clock_offset: Option<i64>,
    /// Whether the peer announces by wtxid (BIP339).
    pub wtxid_relay: bool,
    /// The fee filter, in sat/kvB (BIP133).
    pub fee_filter: Option<u64>,
    /// The age of the connection.
    pub connected_for: Option<Duration>,
    /// The number of dials.
    pub dials: u32,
    /// The last pings with the time of each, oldest first; at most 120.
    pub pings: Vec<(Timestamp, Duration)>,
    /// The number of requests that the peer answered with `notfound`.
    pub not_found: u64,
    /// The number of requests that timed out.
    pub timed_out: u64,
    /// The tolerated protocol violations with their counts.
    pub tolerated: Vec<(Misbehaviour, u64)>,
    /// When and why past connections ended, newest first; at most 8.
    pub past: Vec<(Timestamp, DisconnectReason)>,
    /// Messages and bytes by command, in both directions.
    pub traffic: Vec<CommandTraffic>,
    /// The last messages, oldest first.
    pub conversation: Vec<RecentMessage>,
}

impl PeerDetail {
    pub(super) fn take(model: &Model, id: PeerId, peer: &Peer, now: Timestamp) -> Self {
        let tip = model.tip().map(|tip| tip.height);
        let worth = peer.stats(tip, model.block_relay().leads().get(&id).copied(), now);
        let info = peer.info();
        Self {
            row: PeerRow::take(id, peer, now),
            liveness: peer.liveness_by_minute(now),
            answers: peer.answers(),
            transport: peer.transport().map(describe_transport),
            version: info.map(|info| info.version),
            services: info.map(|info| info.services.names()).unwrap_or_default(),
            start_height: worth.start_height,
            clock_offset: worth.clock_offset,
            wtxid_relay: info.is_some_and(|info| info.wtxid_relay),
            fee_filter: worth.fee_filter,
            connected_for: worth.connected_for,
            dials: worth.dials,
            pings: peer.pings().collect(),
            not_found: worth.all.not_found,
            timed_out: worth.all.timed_out,
            tolerated: peer.tolerated().cloned().collect(),
            past: peer.endings().cloned().collect(),
            traffic: peer.traffic().to_vec(),
            conversation: peer.conversation().cloned().collect(),
            worth,
        }
    }
}

fn describe_transport(transport: Transport) -> String {
    match transport {
        Transport::V1 => transport.to_string(),
        Transport::V2 { session_id } => format!("{transport} session {}", hex(&session_id[..4])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encrypted_transport_names_its_session() {
        let text = describe_transport(Transport::V2 { session_id: [0xab; 32] });
        assert_eq!(text, format!("v2 session {}", "ab".repeat(4)));
    }
}
