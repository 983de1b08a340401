//! Whether a peer answers, now and in the last minutes.

use crate::event::DisconnectReason;
use std::time::Duration;

/// The state of the connection to a peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Liveness {
    /// A connection is being opened.
    Dialling {
        /// The time since the attempt began.
        elapsed: Duration,
        /// The number of consecutive attempts, this one included.
        attempt: u32,
    },
    /// The connection is open and the handshake is under way.
    Handshake {
        /// The time since the connection opened.
        elapsed: Duration,
    },
    /// The peer answers pings.
    Live,
    /// A ping has been unanswered for more than 5 s.
    Late {
        /// The time since the ping.
        waiting: Duration,
    },
    /// The peer is disconnected.
    Disconnected {
        /// Why the connection or the attempt ended.
        reason: DisconnectReason,
        /// The time until the next attempt; `None` if there is none.
        retry_in: Option<Duration>,
    },
}

/// The worst state of a connection within a minute.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LivenessSlot {
    /// The peer answered all pings.
    Live,
    /// A ping waited for more than 5 s.
    Late,
    /// The peer was disconnected for at least a part of the minute.
    #[default]
    Disconnected,
}
