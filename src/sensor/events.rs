//! Assigns events to kinds of messages.

use super::kind::Kind;
use crate::event::{EventKind, PeerEvent, Warning};

/// The kind of message for an event; `None` for events about a sensor's own downloads, files or user, which
/// are not published.
pub(super) fn kind_of(event: &EventKind) -> Option<Kind> {
    match event {
        EventKind::Peer(_, event) => Some(kind_of_peer_event(event)),
        EventKind::Tip(_)
        | EventKind::Block { .. }
        | EventKind::PastBlock { .. }
        | EventKind::MissingBlocks(_)
        | EventKind::BlocksDisconnected { .. } => Some(Kind::Chain),
        EventKind::Seed { .. } => Some(Kind::Peers),
        EventKind::Warning(warning) => is_public(warning).then_some(Kind::Peers),
        EventKind::Addresses(_)
        | EventKind::WallClock(_)
        | EventKind::Backfill { .. }
        | EventKind::Bootstrap(_)
        | EventKind::Restored(_)
        | EventKind::CatchUp(_)
        | EventKind::KnownOutputs(_)
        | EventKind::Sensor(..) => None,
    }
}

fn kind_of_peer_event(event: &PeerEvent) -> Kind {
    match event {
        PeerEvent::Traffic(_) => Kind::Traffic,
        PeerEvent::Announced { .. }
        | PeerEvent::BlockAnnounced { .. }
        | PeerEvent::Requested { .. }
        | PeerEvent::NotFound { .. }
        | PeerEvent::RequestTimedOut { .. }
        | PeerEvent::Listed { .. }
        | PeerEvent::Addresses { .. } => Kind::Relay,
        PeerEvent::Transaction { .. } | PeerEvent::Parent { .. } | PeerEvent::Bootstrapped { .. } => Kind::Tx,
        PeerEvent::Dialling { .. }
        | PeerEvent::Connected { .. }
        | PeerEvent::Ready(_)
        | PeerEvent::Pinged
        | PeerEvent::Pong { .. }
        | PeerEvent::DelayedPong
        | PeerEvent::FeeFilter { .. }
        | PeerEvent::Tolerated(_)
        | PeerEvent::Disconnected { .. } => Kind::Peers,
    }
}

/// Whether a warning is about the network or the clock, rather than files or programs of this machine.
fn is_public(warning: &Warning) -> bool {
    match warning {
        Warning::NotUseful { .. }
        | Warning::ClockWrong { .. }
        | Warning::ClockRight
        | Warning::Behind
        | Warning::CaughtUp => true,
        Warning::Store(_)
        | Warning::SensorServerAway(_)
        | Warning::SensorServerBack(_)
        | Warning::SensorsSkipped { .. }
        | Warning::AlertProgram { .. }
        | Warning::AlertProgramSkipped { .. }
        | Warning::RecordingGap { .. }
        | Warning::RecordingFailed { .. } => false,
    }
}
