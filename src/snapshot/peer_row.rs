//! Lists of peers: the visible part, and one row.

use crate::address::PeerAddress;
use crate::event::{ConnectionKind, PeerId};
use crate::model::Liveness;
use crate::model::peers::peer::Peer;
use crate::snapshot::window::MAX_ROWS;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The most pings in a row.
const PINGS_IN_ROW: usize = 16;

/// The visible part of a list of peers.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PeerListView {
    /// The first visible row. The snapshot moves it so that the selected row is visible.
    pub offset: usize,
    /// The number of rows that fit.
    pub height: usize,
    /// The selected peer.
    pub selected: Option<PeerId>,
}

impl PeerListView {
    /// Asks for the maximum number of rows.
    pub(super) fn widen(&mut self) {
        *self = Self { offset: self.offset.saturating_sub(MAX_ROWS / 2), height: MAX_ROWS, ..*self };
    }
}

/// One peer in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerRow {
    /// The peer.
    pub id: PeerId,
    /// The address.
    pub address: PeerAddress,
    /// What the connection is or was for.
    pub kind: ConnectionKind,
    /// The state of the connection.
    pub liveness: Liveness,
    /// The user agent; empty before the handshake.
    pub user_agent: String,
    /// Whether the peer relays no transactions.
    pub blocks_only: bool,
    /// The last ping of the present connection.
    pub ping: Option<Duration>,
    /// The shortest ping of all connections.
    pub ping_min: Option<Duration>,
    /// The last pings, oldest first; at most 16.
    pub pings: Vec<Duration>,
    /// The number of transactions that the peer announced.
    pub announced: u64,
    /// The number of transactions that the peer sent.
    pub served: u64,
}

impl PeerRow {
    pub(super) fn take(id: PeerId, peer: &Peer, now: Timestamp) -> Self {
        let pings = peer.pings();
        let skipped = pings.len().saturating_sub(PINGS_IN_ROW);
        let counts = peer.relay_counts();
        Self {
            id,
            address: peer.address().clone(),
            kind: peer.kind(),
            liveness: peer.liveness(now),
            user_agent: peer.info().map(|info| info.user_agent.clone()).unwrap_or_default(),
            blocks_only: peer.info().is_some_and(|info| !info.relay),
            ping: peer.ping(),
            ping_min: peer.ping_min(),
            pings: pings.skip(skipped).map(|(_, rtt)| rtt).collect(),
            announced: counts.announced,
            served: counts.served,
        }
    }
}
