//! What happens to the sensors that events come from.

use super::peer::PeerId;
use super::warning::Warning;
use crate::util::time::Timestamp;
use std::time::Duration;

/// Identifies a sensor within one run of the reader, counting from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SensorId(pub u32);

impl SensorId {
    /// The bits of a [`PeerId`] below the sensor's number. Ids have 32 bits in total, and a sensor that dials
    /// an address each second uses these up only after half a year.
    const PEER_BITS: u32 = 24;

    /// The highest number of a sensor.
    pub const MAX: u32 = u32::MAX >> Self::PEER_BITS;

    /// The highest id that a sensor gives to a peer.
    pub const MAX_PEER: u64 = (1 << Self::PEER_BITS) - 1;

    /// The reader's id of a sensor's peer, from the sensor's own id for it; `None` if that is above
    /// [`Self::MAX_PEER`].
    pub fn peer(self, PeerId(id): PeerId) -> Option<PeerId> {
        (id <= Self::MAX_PEER && self.0 <= Self::MAX)
            .then(|| PeerId(u64::from(self.0) << Self::PEER_BITS | id))
    }

    /// The sensor that a peer belongs to; `None` for a peer of our own.
    pub fn of(PeerId(id): PeerId) -> Option<Self> {
        let number = u32::try_from(id >> Self::PEER_BITS).ok()?;
        (number > 0).then_some(Self(number))
    }
}

/// What happened to a sensor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SensorEvent {
    /// The first message of the sensor with this name arrived, or the first one of a new run of its program.
    Joined(String),
    /// The state of the sensor, every few seconds.
    Report(Box<SensorReport>),
    /// The sensor is heard again, in the same run of its program.
    Back,
    /// Two programs publish under its name, and each hides what the other publishes.
    NameShared,
    /// Nothing has arrived from it for a while. Its peers are reported as disconnected first.
    Stale,
    /// It published a warning.
    Warned(Box<Warning>),
}

/// The state of a sensor, as its reader sees it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct SensorReport {
    /// The version of its program, cleaned (see [`crate::util::text::clean`]).
    pub program: String,
    /// When its run began.
    pub started: Timestamp,
    /// The number of its live peers.
    pub live_peers: u32,
    /// The number of events that it published in this run.
    pub events: u64,
    /// Messages waiting at the sensor.
    pub waiting: u64,
    /// Messages that the sensor dropped in this run.
    pub dropped: u64,
    /// Events that were published but did not arrive.
    pub lost: u64,
    /// Bodies of transactions and blocks that did not arrive.
    pub missing_bodies: u64,
    /// Events that arrived too late to be ordered.
    pub late: u64,
    /// Messages that are malformed or impossible.
    pub refused: u64,
    /// Its clock compared with ours; `None` while nothing is known.
    pub clock: Option<ClockOffset>,
    /// The time from the last event at the sensor until it arrived here.
    pub lag: Duration,
}

/// How far a clock is ahead of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockOffset {
    /// By how many µs; negative if it is behind.
    pub ahead_us: i64,
    /// How far the true value may be from that.
    pub uncertainty: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_peer_names_its_sensor() {
        let id = SensorId(7).peer(PeerId(3)).unwrap();
        assert_eq!(SensorId::of(id), Some(SensorId(7)));
        assert_ne!(Some(id), SensorId(8).peer(PeerId(3)));
        assert_eq!(SensorId::of(PeerId(SensorId::MAX_PEER)), None);
        assert_eq!(SensorId(7).peer(PeerId(SensorId::MAX_PEER + 1)), None);
        let last = SensorId(SensorId::MAX).peer(PeerId(SensorId::MAX_PEER)).unwrap();
        assert_eq!(last, PeerId(u32::MAX.into()));
        assert_eq!(SensorId(SensorId::MAX + 1).peer(PeerId(0)), None);
    }
}
