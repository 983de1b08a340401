//! Records about peers.

use super::values::peer_address;
use super::words::{ConnectionKind, DisconnectReason};
use crate::event::{self, PeerId, PeerInfo, Transport};
use crate::model::Model;
use crate::util::text::hex;
use serde::Serialize;

/// The handshake with a peer is done.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ConnectedRecord {
    pub(super) peer: String,
    pub(super) kind: Option<ConnectionKind>,
    pub(super) user_agent: String,
    pub(super) protocol_version: i32,
    pub(super) services: Vec<String>,
    pub(super) start_height: i32,
    pub(super) relay: bool,
    pub(super) transport: Option<String>,
    pub(super) session_id: Option<String>,
}

impl ConnectedRecord {
    pub(super) fn new(id: PeerId, info: &PeerInfo, model: &Model) -> Self {
        let transport = model.peer_transport(id);
        let session_id = match transport {
            Some(Transport::V2 { session_id }) => Some(hex(&session_id)),
            Some(Transport::V1) | None => None,
        };
        Self {
            peer: peer_address(model, id),
            kind: model.peers().get(id).map(|peer| peer.kind().into()),
            user_agent: info.user_agent.clone(),
            protocol_version: info.version,
            services: info.services.names(),
            start_height: info.start_height,
            relay: info.relay,
            transport: transport.map(|transport| transport.to_string()),
            session_id,
        }
    }
}

/// A connection, or the attempt at one, ended.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct DisconnectedRecord {
    pub(super) peer: String,
    pub(super) was_connected: bool,
    pub(super) reason: DisconnectReason,
    pub(super) message: String,
}

impl DisconnectedRecord {
    pub(super) fn new(peer: String, was_connected: bool, reason: &event::DisconnectReason) -> Self {
        Self { peer, was_connected, reason: reason.into(), message: reason.to_string() }
    }
}

/// A pong answered our ping.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct PongRecord {
    pub(super) peer: String,
    pub(super) rtt_ms: f64,
}

/// A peer announced transactions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct AnnouncedRecord {
    pub(super) peer: String,
    pub(super) tx_count: usize,
}
