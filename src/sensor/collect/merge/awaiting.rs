//! Events whose bodies are not here yet.

use crate::event::SensorId;
use crate::schema::BodyId;
use crate::schema::message;
use crate::util::time::Timestamp;
use bytes::Bytes;
use prost::Message;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long the body of an event is waited for, and how many events wait at most.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_WAITING: usize = 50_000;

/// An event whose body is not here.
#[derive(Debug)]
pub struct Waiting {
    /// The sensor that it is from.
    pub sensor: SensorId,
    /// Since when it waits.
    pub since: Timestamp,
    /// Outputs that it spends.
    pub known: Option<message::Event>,
    /// The event.
    pub event: message::Event,
}

impl Waiting {
    /// Takes an event out of the memory of its batch, which would be kept for as long.
    pub fn new(
        sensor: SensorId,
        since: Timestamp,
        known: Option<message::Event>,
        event: message::Event,
    ) -> Self {
        // What was decoded can be decoded again.
        let taken_out = |event: message::Event| {
            message::Event::decode(Bytes::from(event.encode_to_vec())).unwrap_or_default()
        };
        Self { sensor, since, known: known.map(taken_out), event: taken_out(event) }
    }
}

/// Events whose bodies are not here yet.
#[derive(Debug, Default)]
pub struct Awaiting {
    by_body: BTreeMap<BodyId, Vec<Waiting>>,
    /// The bodies in the order of time; some have come.
    order: VecDeque<(Timestamp, BodyId)>,
    count: usize,
}

impl Awaiting {
    /// Adds an event. Returns whether there is room.
    pub fn add(&mut self, body: BodyId, waiting: Waiting) -> bool {
        let has_room = self.count < MAX_WAITING;
        if has_room {
            self.count += 1;
            self.order.push_back((waiting.since, body));
            self.by_body.entry(body).or_default().push(waiting);
        }
        has_room
    }

    /// The events that waited for a body, in the order in which they were added.
    pub fn arrived(&mut self, body: BodyId) -> Vec<Waiting> {
        let waited = self.by_body.remove(&body).unwrap_or_default();
        self.count -= waited.len();
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
            self.count -= late.len();
            given_up.extend(late.into_iter().map(|waiting| waiting.sensor));
            *waiting = in_time;
            if waiting.is_empty() {
                self.by_body.remove(&body);
            }
        }
        given_up
    }
}
