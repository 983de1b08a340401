//! Reads a stream like any program that knows the schema.

use crate::broker::STREAM;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use bytes::Bytes;
use futures_util::StreamExt;
use mempulse::event::Event;
use mempulse::schema::message::{Batch, SensorStatus};
use mempulse::schema::{
    Body, BodyId, MAX_SENSOR_MESSAGE, body_of, decode_batch, decode_block_part, decode_raw_transaction,
    decode_sensor_state, decode_sensor_status, decode_with_body,
};
use mempulse::wire::{Block, BlockHash};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The contents of a stream.
#[derive(Default)]
pub struct Content {
    /// The batches, by sensor and run.
    pub batches: BTreeMap<(String, u64), Vec<Batch>>,
    /// The statuses, by sensor.
    pub statuses: BTreeMap<String, Vec<SensorStatus>>,
    /// The number of states, by sensor.
    pub states: BTreeMap<String, usize>,
    pub bodies: HashMap<BodyId, Body>,
    /// The first message still on the server: a full stream of nats-server 2.9 removes its oldest message
    /// even when it refuses new ones.
    first_sequence: u64,
    parts: HashMap<BlockHash, BTreeMap<u32, Bytes>>,
    /// The number of transaction messages, and their wtxids.
    pub transactions: usize,
    pub ids: BTreeSet<String>,
}

impl Content {
    /// Reads all that is in the stream.
    pub async fn of(context: &Context) -> Self {
        let mut stream = context.get_stream(STREAM).await.unwrap();
        let state = stream.info().await.unwrap().state.clone();
        let last = state.last_sequence;
        let consumer = stream.create_consumer(OrderedConfig::default()).await.unwrap();
        let mut messages = consumer.messages().await.unwrap();
        let mut all = Self { first_sequence: state.first_sequence, ..Self::default() };
        let mut at = if stream.cached_info().state.messages == 0 { last } else { 0 };
        while at < last {
            let message = messages.next().await.unwrap().unwrap();
            at = message.info().unwrap().stream_sequence;
            let id = message.headers.as_ref().unwrap().get("Nats-Msg-Id").unwrap().to_string();
            all.add(message.subject.as_str(), &id, message.payload.clone());
        }
        all
    }

    fn add(&mut self, subject: &str, id: &str, payload: Bytes) {
        assert!(payload.len() <= MAX_SENSOR_MESSAGE, "{subject} has {}", payload.len());
        let rest = subject.strip_prefix("mempulse.v1.regtest.").unwrap();
        let (sensor, kind) = rest.split_once('.').unwrap();
        assert!(self.ids.insert(id.to_owned()), "{id} is there twice");
        match kind {
            "rawtx" => {
                let tx = decode_raw_transaction(&payload).unwrap();
                assert_eq!(id, tx.wtxid().to_string());
                self.transactions += 1;
                self.bodies.insert(BodyId::Transaction(tx.wtxid()), Body::Transaction(tx));
            }
            "block" => {
                let part = decode_block_part(payload).unwrap();
                let hash = BlockHash(part.hash[..].try_into().unwrap());
                assert_eq!(id, format!("{hash}-{}", part.part));
                let parts = self.parts.entry(hash).or_default();
                parts.insert(part.part, part.body);
                if parts.len() == part.parts as usize {
                    let raw: Vec<u8> = parts.values().flatten().copied().collect();
                    let block = Block::parse(&raw).unwrap();
                    self.bodies.insert(BodyId::Block(hash), Body::Block(Arc::new(block)));
                }
            }
            "state" => {
                let state = decode_sensor_state(payload).unwrap();
                *self.states.entry(sensor.to_owned()).or_default() += usize::from(state.part == 0);
            }
            "status" => {
                let status = decode_sensor_status(payload).unwrap();
                self.statuses.entry(sensor.to_owned()).or_default().push(status);
            }
            "traffic" | "relay" | "tx" | "chain" | "peers" => {
                let batch = decode_batch(payload).unwrap();
                self.batches.entry((sensor.to_owned(), batch.run)).or_default().push(batch);
            }
            other => panic!("{other}"),
        }
    }

    /// The runs of a sensor, those with the fewest events first.
    pub fn runs(&self, sensor: &str) -> Vec<u64> {
        self.batches.keys().filter(|(name, _)| name == sensor).map(|(_, run)| *run).collect()
    }

    /// The events of a sensor's only run, in order. Asserts that none is missing.
    pub fn events(&self, sensor: &str) -> Vec<Event> {
        let runs = self.runs(sensor);
        let [run] = runs.as_slice() else { panic!("{} runs", runs.len()) };
        self.events_of(sensor, *run)
    }

    /// The events of a sensor's run, in order. Asserts that none is missing.
    pub fn events_of(&self, sensor: &str, run: u64) -> Vec<Event> {
        let mut batches: Vec<&Batch> = self.batches[&(sensor.to_owned(), run)].iter().collect();
        batches.sort_by_key(|batch| batch.first);
        let mut next = if self.first_sequence > 1 { batches[0].first } else { 0 };
        assert!(next < 100, "more than the first message is missing");
        let mut events = Vec::new();
        for batch in batches {
            assert_eq!(batch.first, next, "events are missing, or there twice");
            next += batch.events.len() as u64;
            let placed = batch.places.iter().zip(&batch.events);
            events.extend(placed.map(|(place, event)| ((batch.flush, *place), event.clone())));
        }
        events.sort_by_key(|(place, _)| *place);
        let with_body = |(_, event): (_, mempulse::schema::message::Event)| {
            let body = body_of(&event).unwrap().map(|id| {
                let body = self.bodies.get(&id);
                body.unwrap_or_else(|| panic!("the body of {id:?} is missing")).clone()
            });
            decode_with_body(event, body).unwrap().unwrap()
        };
        events.into_iter().map(with_body).collect()
    }
}
