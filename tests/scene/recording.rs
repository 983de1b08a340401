//! The list of events that the parts of the scene write.

use super::{LENGTH, START};
use mempulse::event::{Event, EventKind, PeerEvent, PeerId};
use std::time::Duration;

/// Events in any order, by the time since the start.
pub struct Recording(Vec<Event>);

impl Recording {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Records `event` at `after` since the start, unless that is after the end of the scene.
    pub fn at(&mut self, after: Duration, kind: EventKind) {
        if after <= LENGTH {
            self.0.push(Event { time: START + after, kind });
        }
    }

    /// Records an event of a peer.
    pub fn peer(&mut self, after: Duration, peer: u64, event: PeerEvent) {
        self.at(after, EventKind::Peer(PeerId(peer), event));
    }

    /// The events in chronological order; at equal times, in the order in which they were recorded.
    pub fn finish(mut self) -> Vec<Event> {
        self.0.sort_by_key(|event| event.time);
        self.0
    }
}

/// `count` seconds.
pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// `count` milliseconds.
pub const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}
