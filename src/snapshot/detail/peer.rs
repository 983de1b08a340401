//! The details of a peer.

use crate::event::{CommandTraffic, DisconnectReason, Misbehaviour, PeerId, RecentMessage};
use crate::model::peers::peer::Peer;
use crate::model::{ListComparison, LivenessSlot, Model, PeerStats};
use crate::snapshot::peer_row::PeerRow;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The details of a peer.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerDetail {
    /// The row of the list.
    pub row: PeerRow,
    /// The statistics.
    pub stats: PeerStats,
    /// The difference between our mempool and the peer's list of its own, if it sent one recently.
    pub list: Option<ListComparison>,
    /// The liveness in each of the last minutes, oldest first, including the current minute; at most 60, from
    /// the first connection on.
    pub liveness: Vec<LivenessSlot>,
    /// The last pings with their times, oldest first; at most 120.
    pub pings: Vec<(Timestamp, Duration)>,
    /// The protocol version.
    pub version: Option<i32>,
    /// The names of the service flags.
    pub services: Vec<String>,
    /// Whether the peer announces by wtxid (BIP339).
    pub wtxid_relay: bool,
    /// The tolerated protocol violations with their counts.
    pub tolerated: Vec<(Misbehaviour, u64)>,
    /// When and why past connections ended, newest first; at most 8.
    pub endings: Vec<(Timestamp, DisconnectReason)>,
    /// Messages and bytes by command, in both directions.
    pub traffic: Vec<CommandTraffic>,
    /// The last messages, oldest first.
    pub recent_messages: Vec<RecentMessage>,
}

impl PeerDetail {
    pub(super) fn take(model: &Model, id: PeerId, peer: &Peer, now: Timestamp) -> Self {
        let tip = model.tip().map(|tip| tip.height);
        let info = peer.info();
        Self {
            row: PeerRow::take(id, peer, now),
            stats: peer.stats(tip, model.block_relay().leads().get(&id).copied(), now),
            list: model.completeness().of_peer(id).cloned(),
            liveness: peer.liveness_by_minute(now),
            pings: peer.pings().collect(),
            version: info.map(|info| info.version),
            services: info.map(|info| info.services.names()).unwrap_or_default(),
            wtxid_relay: info.is_some_and(|info| info.wtxid_relay),
            tolerated: peer.tolerated().cloned().collect(),
            endings: peer.endings().cloned().collect(),
            traffic: peer.traffic().to_vec(),
            recent_messages: peer.recent_messages().cloned().collect(),
        }
    }
}
