//! How values of the model are written in records.

use crate::event::PeerId;
use crate::model::Model;
use std::time::Duration;

/// `host:port` of a peer, or an empty string ten minutes after the peer was dropped.
pub(super) fn peer_address(model: &Model, peer: PeerId) -> String {
    model.peer_address(peer).map(ToString::to_string).unwrap_or_default()
}

/// A duration in ms, rounded to whole µs.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
