//! Events waiting for their bodies.

use crate::event::SensorId;
use crate::schema::BodyId;
use crate::schema::message;
use crate::sensor::collect::source::Origin;
use crate::util::time::Timestamp;
use bytes::Bytes;
use prost::Message;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long an event waits for its body, and the limits of waiting events in number and bytes.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_WAITING: usize = 50_000;
const MAX_BYTES: usize = 64 << 20;

/// One of so many parts of both is the most for one sensor.
const SHARES: usize = 4;

/// An event waiting for its body.
#[derive(Debug)]
pub struct Waiting {
    /// Where it came from.
    pub origin: Origin,
    /// Since when it has been waiting.
    pub since: Timestamp,
    /// Outputs that its transaction spends.
    pub known: Option<message::Event>,
    /// The event.
    pub event: message::Event,
    /// The size of both, in bytes.
    bytes: usize,
}

impl Waiting {
    /// Copies an event out of its batch, whose memory would otherwise be kept alive.
    pub fn new(
        origin: Origin,
        since: Timestamp,
        known: Option<message::Event>,
        event: message::Event,
    ) -> Self {
        let mut bytes = 0;
        // Whatever was decoded can be encoded and decoded again.
        let mut taken_out = |event: message::Event| {
            let encoded = event.encode_to_vec();
            bytes += encoded.len();
            message::Event::decode(Bytes::from(encoded)).unwrap_or_default()
        };
        let (known, event) = (known.map(&mut taken_out), taken_out(event));
        Self { origin, since, known, event, bytes }
    }
}

/// Events waiting for their bodies.
#[derive(Debug, Default)]
pub struct Awaiting {
    by_body: BTreeMap<BodyId, Vec<Waiting>>,
    /// The awaited bodies, oldest first; some have arrived.
    order: VecDeque<(Timestamp, BodyId)>,
    /// The number of events of each sensor, and their bytes.
    sizes: BTreeMap<SensorId, (usize, usize)>,
}

impl Awaiting {
    /// Adds an event. Returns false if there is no room.
    pub fn add(&mut self, body: BodyId, waiting: Waiting) -> bool {
        let add = |(count, bytes), (more, more_bytes)| (count + more, bytes + more_bytes);
        let (count, bytes) = self.sizes.values().copied().fold((0, 0), add);
        let own = self.sizes.entry(waiting.origin.sensor).or_default();
        let has_room = count.max(own.0 * SHARES) < MAX_WAITING
            && (bytes + waiting.bytes).max((own.1 + waiting.bytes) * SHARES) <= MAX_BYTES;
        if has_room {
            *own = add(*own, (1, waiting.bytes));
            self.order.push_back((waiting.since, body));
            self.by_body.entry(body).or_default().push(waiting);
        }
        has_room
    }

    /// Returns the events that waited for a body, in the order in which they were added.
    pub fn arrived(&mut self, body: BodyId) -> Vec<Waiting> {
        let waited = self.by_body.remove(&body).unwrap_or_default();
        self.forget(&waited);
        waited
    }

    /// Drops the events that have waited too long at `now`. Returns their sensors.
    pub fn give_up(&mut self, now: Timestamp) -> Vec<SensorId> {
        let mut given_up = Vec::new();
        while let Some(&(since, body)) = self.order.front()
            && (now.since(since) > PATIENCE || !self.by_body.contains_key(&body))
        {
            self.order.pop_front();
            let Some(waiting) = self.by_body.get_mut(&body) else { continue };
            let (late, in_time): (Vec<_>, Vec<_>) =
                std::mem::take(waiting).into_iter().partition(|waiting| now.since(waiting.since) > PATIENCE);
            if in_time.is_empty() {
                self.by_body.remove(&body);
            } else {
                *waiting = in_time;
            }
            self.forget(&late);
            given_up.extend(late.into_iter().map(|waiting| waiting.origin.sensor));
        }
        given_up
    }

    fn forget(&mut self, waited: &[Waiting]) {
        for waiting in waited {
            if let Some((count, bytes)) = self.sizes.get_mut(&waiting.origin.sensor) {
                *count -= 1;
                *bytes -= waiting.bytes;
            }
        }
    }

    /// Follows a clock that was set back to `to`.
    pub fn rewind(&mut self, to: Timestamp) {
        let waiting = self.by_body.values_mut().flatten().map(|waiting| &mut waiting.since);
        for since in waiting.chain(self.order.iter_mut().map(|(since, _)| since)) {
            *since = to.min(*since);
        }
    }
}
