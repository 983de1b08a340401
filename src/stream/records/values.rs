//! Conversions of the model's values for records.

use crate::event::PeerId;
use crate::model::Model;
use serde::Serialize;
use std::time::Duration;

/// The peer that a record is about.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub(in crate::stream) struct PeerFields<P = String> {
    /// `host:port`, or empty from ten minutes after the peer was dropped.
    pub(in crate::stream) peer: P,
    /// The sensor that the peer belongs to, if any.
    pub(in crate::stream) sensor: Option<String>,
}

impl PeerFields {
    pub(in crate::stream) fn new(peer: PeerId, model: &Model) -> Self {
        let address = model.peer_address(peer).map(ToString::to_string).unwrap_or_default();
        Self { peer: address, sensor: sensor(peer, model) }
    }
}

impl PeerFields<Option<String>> {
    /// For a record that may have no peer.
    pub(in crate::stream) fn optional(peer: Option<PeerId>, model: &Model) -> Self {
        let Some(PeerFields { peer, sensor }) = peer.map(|peer| PeerFields::new(peer, model)) else {
            return Self::default();
        };
        Self { peer: Some(peer), sensor }
    }
}

/// The name of the sensor that a peer belongs to.
pub(in crate::stream) fn sensor(peer: PeerId, model: &Model) -> Option<String> {
    model.sensors().of(peer).map(|name| name.to_string())
}

/// A duration in ms, rounded to whole µs.
pub(in crate::stream) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
