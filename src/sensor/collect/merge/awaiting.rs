//! Events whose bodies are not here yet.

use crate::event::SensorId;
use crate::schema::BodyId;
use crate::schema::message;
use crate::sensor::collect::source::Origin;
use crate::util::time::Timestamp;
use bytes::Bytes;
use prost::Message;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long the body of an event is waited for, and how many events, and bytes of them, wait at most.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_WAITING: usize = 50_000;
const MAX_BYTES: usize = 64 << 20;

/// An event whose body is not here.
#[derive(Debug)]
pub struct Waiting {
    /// Where it is from.
    pub origin: Origin,
    /// Since when it waits.
    pub since: Timestamp,
    /// Outputs that it spends.
    pub known: Option<message::Event>,
    /// The event.
    pub event: message::Event,
    /// The length of both, in bytes.
    bytes: usize,
}

impl Waiting {
    /// Takes an event out of the memory of its batch, which would be kept for as long.
    pub fn new(
        origin: Origin,
        since: Timestamp,
        known: Option<message::Event>,
        event: message::Event,
    ) -> Self {
        let mut bytes = 0;
        // What was decoded can be decoded again.
        let mut taken_out = |event: message::Event| {
            let encoded = event.encode_to_vec();
            bytes += encoded.len();
            message::Event::decode(Bytes::from(encoded)).unwrap_or_default()
        };
        let (known, event) = (known.map(&mut taken_out), taken_out(event));
        Self { origin, since, known, event, bytes }
    }
}

/// Events whose bodies are not here yet.
#[derive(Debug, Default)]
pub struct Awaiting {
    by_body: BTreeMap<BodyId, Vec<Waiting>>,
    /// The bodies in the order of time; some have come.
    order: VecDeque<(Timestamp, BodyId)>,
    count: usize,
    bytes: usize,
}

impl Awaiting {
    /// Adds an event. Returns whether there is room.
    pub fn add(&mut self, body: BodyId, waiting: Waiting) -> bool {
        let has_room = self.count < MAX_WAITING && self.bytes + waiting.bytes <= MAX_BYTES;
        if has_room {
            self.count += 1;
            self.bytes += waiting.bytes;
            self.order.push_back((waiting.since, body));
            self.by_body.entry(body).or_default().push(waiting);
        }
        has_room
    }

    /// The events that waited for a body, in the order in which they were added.
    pub fn arrived(&mut self, body: BodyId) -> Vec<Waiting> {
        let waited = self.by_body.remove(&body).unwrap_or_default();
        self.forget(&waited);
        waited
    }

    /// Gives up what waited for too long at `now`. Returns the sensors of the events.
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
        self.count -= waited.len();
        self.bytes -= waited.iter().map(|waiting| waiting.bytes).sum::<usize>();
    }
}
