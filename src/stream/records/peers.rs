//! Records about peers.

use super::values::PeerFields;
use super::words::{ConnectionKind, DisconnectReason, InvalidData};
use crate::event::{self, PeerEvent, PeerId, PeerInfo, Transport};
use crate::model::Model;
use crate::util::text::hex;
use crate::util::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The shortest time between two `invalid` records about the same peer and the same kind of data.
const INTERVAL: Duration = Duration::from_mins(1);

/// The handshake with a peer is done.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct ConnectedRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) kind: Option<ConnectionKind>,
    pub(in crate::stream) user_agent: String,
    pub(in crate::stream) protocol_version: i32,
    pub(in crate::stream) services: Vec<String>,
    pub(in crate::stream) start_height: i32,
    pub(in crate::stream) relay: bool,
    pub(in crate::stream) transport: Option<String>,
    pub(in crate::stream) session_id: Option<String>,
}

impl ConnectedRecord {
    pub(in crate::stream) fn new(id: PeerId, info: &PeerInfo, model: &Model) -> Self {
        let transport = model.peer_transport(id);
        let session_id = match transport {
            Some(Transport::V2 { session_id }) => Some(hex(&session_id)),
            Some(Transport::V1) | None => None,
        };
        Self {
            peer: PeerFields::new(id, model),
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
pub(in crate::stream) struct DisconnectedRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) was_connected: bool,
    pub(in crate::stream) reason: DisconnectReason,
    pub(in crate::stream) message: String,
}

impl DisconnectedRecord {
    pub(in crate::stream) fn new(
        peer: PeerFields,
        was_connected: bool,
        reason: &event::DisconnectReason,
    ) -> Self {
        Self { peer, was_connected, reason: reason.into(), message: reason.to_string() }
    }
}

/// A pong answered our ping.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct PongRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) rtt_ms: f64,
}

/// A peer announced transactions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct AnnouncedRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) tx_count: usize,
}

/// A peer sent invalid data.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct InvalidRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) what: InvalidData,
    pub(in crate::stream) invalid_count: u64,
    pub(in crate::stream) message: String,
}

/// Invalid data in the last minute: what was written, and what was only counted.
///
/// An entry lives for a minute, so there is at most one per peer connected in that minute and kind.
#[derive(Debug, Default)]
pub(in crate::stream) struct InvalidDataLog {
    recent: BTreeMap<(PeerId, event::InvalidData), Recent>,
}

#[derive(Debug)]
struct Recent {
    written: Timestamp,
    /// How many followed unwritten.
    unwritten: u64,
    /// The last of these, in words.
    message: String,
}

impl InvalidDataLog {
    /// Counts an event. Returns a record unless a similar one was written in the last minute.
    pub(in crate::stream) fn note(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        event: &PeerEvent,
        model: &Model,
    ) -> Option<InvalidRecord> {
        let what = event::InvalidData::of(event)?;
        let message = match event {
            PeerEvent::Tolerated(misbehaviour) => misbehaviour.to_string(),
            PeerEvent::Disconnected { reason, .. } => reason.to_string(),
            _ => return None,
        };
        if let Some(recent) = self.recent.get_mut(&(peer, what)) {
            recent.unwritten = recent.unwritten.saturating_add(1);
            recent.message = message;
            return None;
        }
        let recent = Recent { written: now, unwritten: 0, message: String::new() };
        self.recent.insert((peer, what), recent);
        let peer = PeerFields::new(peer, model);
        Some(InvalidRecord { peer, what: what.into(), invalid_count: 1, message })
    }

    /// Returns a record for each entry that was only counted and is a minute old.
    pub(in crate::stream) fn due(&mut self, now: Timestamp, model: &Model) -> Vec<InvalidRecord> {
        let mut records = Vec::new();
        self.recent.retain(|&(peer, what), recent| {
            if now < recent.written + INTERVAL {
                return true;
            }
            if recent.unwritten == 0 {
                return false;
            }
            recent.written = now;
            records.push(InvalidRecord {
                peer: PeerFields::new(peer, model),
                what: what.into(),
                invalid_count: std::mem::take(&mut recent.unwritten),
                message: std::mem::take(&mut recent.message),
            });
            true
        });
        records
    }
}
