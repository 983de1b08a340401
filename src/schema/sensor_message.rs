//! Events as published by sensors: without bodies, which are published once for all sensors.

use crate::event::{Event, EventKind, PeerEvent, PeerId};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, event::Kind, peer_event::Kind as PeerKind};
use crate::schema::values::{bytes, nanos, time};
use crate::schema::{event, limits};
use crate::wire::{Block, BlockHash, BlockHeader, Transaction, Wtxid};
use ::bytes::{Buf, Bytes};
use prost::Message;
use std::sync::Arc;
use std::time::Duration;

/// The longest message that a sensor publishes, in bytes.
pub const MAX_SENSOR_MESSAGE: usize = 512 << 10;

/// The longest status, in bytes: it contains a few numbers.
pub const MAX_SENSOR_STATUS: usize = 4 << 10;

/// The most bytes of a block in one message.
pub const MAX_BLOCK_PART: usize = 384 << 10;

/// The longest list of wtxids in a block event, in bytes, which leaves room for the rest of the message.
const MAX_LIST: usize = 500 << 10;

/// Length of an id, in bytes.
const ID: usize = 32;

/// The part that an event leaves out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// A transaction.
    Transaction(Arc<Transaction>),
    /// A block.
    Block(Arc<Block>),
}

/// Identifies the part that an event leaves out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BodyId {
    /// A transaction.
    Transaction(Wtxid),
    /// A block.
    Block(BlockHash),
}

/// Encodes an event without its body, and returns the body too; `None` for an event that never leaves the
/// machine.
pub fn encode_without_body(event: &Event) -> Option<(message::Event, Option<Body>)> {
    let (kind, body) = match &event.kind {
        EventKind::Peer(id, PeerEvent::Transaction { tx, answered_after }) => {
            let answered_after_ns = nanos(*answered_after);
            let kind = PeerKind::Transaction(message::Transaction { raw: name(tx), answered_after_ns });
            (of_peer(*id, kind), Body::Transaction(Arc::clone(tx)))
        }
        EventKind::Peer(id, PeerEvent::Parent { tx }) => {
            (of_peer(*id, PeerKind::Parent(name(tx))), Body::Transaction(Arc::clone(tx)))
        }
        EventKind::Peer(id, PeerEvent::Bootstrapped { tx }) => {
            (of_peer(*id, PeerKind::Bootstrapped(name(tx))), Body::Transaction(Arc::clone(tx)))
        }
        EventKind::Block { peer, height, block } => {
            let block_message = message::Block { peer: peer.0, height: *height, raw: outline(block) };
            (Kind::Block(block_message), Body::Block(Arc::clone(block)))
        }
        EventKind::PastBlock { peer, height, block } => {
            let block_message = message::Block { peer: peer.0, height: *height, raw: outline(block) };
            (Kind::PastBlock(block_message), Body::Block(Arc::clone(block)))
        }
        _ => return event::encode(event).map(|message| (message, None)),
    };
    Some((message::Event { time_us: event.time.as_micros(), kind: Some(kind) }, Some(body)))
}

fn of_peer(PeerId(peer): PeerId, kind: PeerKind) -> Kind {
    Kind::Peer(message::PeerEvent { peer, kind: Some(kind) })
}

fn name(tx: &Transaction) -> Bytes {
    bytes(&tx.wtxid().0)
}

/// The header, and the wtxids of the transactions if the list is not too long.
fn outline(block: &Block) -> Bytes {
    let mut outline = block.header.encode().to_vec();
    if block.transactions.len() * ID <= MAX_LIST {
        outline.extend([0; ID]);
        outline.extend(block.transactions.iter().skip(1).flat_map(|tx| tx.wtxid().0));
    }
    outline.into()
}

/// Identifies the body that an event leaves out, if any.
///
/// # Errors
/// The bytes in place of the body identify none.
pub fn body_of(message: &message::Event) -> Result<Option<BodyId>, SchemaError> {
    let wtxid = |raw: &Bytes| {
        let wtxid = <[u8; ID]>::try_from(raw.chunk()).map_err(|_| SchemaError::Impossible("wtxid"))?;
        Ok(Some(BodyId::Transaction(Wtxid(wtxid))))
    };
    match &message.kind {
        Some(Kind::Peer(message::PeerEvent {
            kind:
                Some(
                    PeerKind::Transaction(message::Transaction { raw, .. })
                    | PeerKind::Parent(raw)
                    | PeerKind::Bootstrapped(raw),
                ),
            ..
        })) => wtxid(raw),
        Some(Kind::Block(block) | Kind::PastBlock(block)) => {
            let header = block.raw.first_chunk::<{ BlockHeader::SIZE }>();
            let header = header.ok_or(SchemaError::Impossible("header"))?;
            Ok(Some(BodyId::Block(BlockHeader::decode(header).hash())))
        }
        _ => Ok(None),
    }
}

/// Decodes an event and restores its body; `None` if this version does not know its kind.
///
/// # Errors
/// A part of the message is missing or impossible, or `body` is not the one that [`body_of`] identifies.
pub fn decode_with_body(message: message::Event, body: Option<Body>) -> Result<Option<Event>, SchemaError> {
    let Some(id) = body_of(&message)? else { return event::decode(message) };
    let event_time = time(message.time_us);
    let kind = match (message.kind, id, body) {
        (
            Some(Kind::Peer(message::PeerEvent { peer, kind: Some(kind) })),
            BodyId::Transaction(wtxid),
            Some(Body::Transaction(tx)),
        ) if tx.wtxid() == wtxid => {
            let event = match kind {
                PeerKind::Transaction(message::Transaction { answered_after_ns, .. }) => {
                    PeerEvent::Transaction { tx, answered_after: Duration::from_nanos(answered_after_ns) }
                }
                PeerKind::Parent(_) => PeerEvent::Parent { tx },
                _ => PeerEvent::Bootstrapped { tx },
            };
            EventKind::Peer(PeerId(peer), event)
        }
        (
            Some(Kind::Block(message::Block { peer, height, .. })),
            BodyId::Block(hash),
            Some(Body::Block(block)),
        ) if block.hash == hash => EventKind::Block { peer: PeerId(peer), height, block },
        (
            Some(Kind::PastBlock(message::Block { peer, height, .. })),
            BodyId::Block(hash),
            Some(Body::Block(block)),
        ) if block.hash == hash => EventKind::PastBlock { peer: PeerId(peer), height, block },
        _ => return Err(SchemaError::Impossible("body")),
    };
    Ok(Some(Event { time: event_time, kind }))
}

/// Decodes a sensor's batch.
///
/// # Errors
/// `bytes` are not a batch, or longer than [`MAX_SENSOR_MESSAGE`].
pub fn decode_batch(bytes: Bytes) -> Result<message::Batch, SchemaError> {
    limits::check_sensor_events(bytes.chunk(), MAX_SENSOR_MESSAGE)?;
    let batch = message::Batch::decode(bytes)?;
    if batch.places.len() != batch.events.len() {
        return Err(SchemaError::Impossible("places"));
    }
    Ok(batch)
}

/// Decodes a part of a sensor's state.
///
/// # Errors
/// `bytes` are not a state, or longer than [`MAX_SENSOR_MESSAGE`].
pub fn decode_sensor_state(bytes: Bytes) -> Result<message::SensorState, SchemaError> {
    limits::check_sensor_events(bytes.chunk(), MAX_SENSOR_MESSAGE)?;
    Ok(message::SensorState::decode(bytes)?)
}

/// Decodes a sensor's status.
///
/// # Errors
/// `bytes` are not a status, or longer than [`MAX_SENSOR_STATUS`].
pub fn decode_sensor_status(bytes: Bytes) -> Result<message::SensorStatus, SchemaError> {
    limits::check_length(bytes.chunk(), MAX_SENSOR_STATUS)?;
    Ok(message::SensorStatus::decode(bytes)?)
}

/// Decodes a part of a block's body.
///
/// # Errors
/// `bytes` are not such a part, or longer than [`MAX_SENSOR_MESSAGE`].
pub fn decode_block_part(bytes: Bytes) -> Result<message::BlockPart, SchemaError> {
    limits::check_length(bytes.chunk(), MAX_SENSOR_MESSAGE)?;
    Ok(message::BlockPart::decode(bytes)?)
}

/// Parses a transaction published on its own, and checks it like one from a peer.
///
/// # Errors
/// It does not parse, or no block can contain it.
pub fn decode_raw_transaction(raw: &[u8]) -> Result<Arc<Transaction>, SchemaError> {
    crate::schema::values::transaction(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::all_kinds;
    use crate::util::time::Timestamp;

    const TIME: Timestamp = Timestamp::from_micros(1_795_411_272_123_456);

    #[test]
    fn every_event_survives_the_way_without_its_body() {
        let mut bodies = 0;
        for kind in all_kinds() {
            let event = Event { time: TIME, kind };
            let (message, body) = encode_without_body(&event).unwrap();
            let message = message::Event::decode(Bytes::from(message.encode_to_vec())).unwrap();
            bodies += usize::from(body.is_some());
            assert_eq!(body_of(&message).unwrap().is_some(), body.is_some());
            assert_eq!(decode_with_body(message, body), Ok(Some(event)));
        }
        assert_eq!(bodies, 5, "a transaction in three ways, and a block in two");
    }

    #[test]
    fn another_body_than_the_one_that_is_named_is_refused() {
        let messages: Vec<_> = all_kinds()
            .into_iter()
            .filter_map(|kind| encode_without_body(&Event { time: TIME, kind }))
            .filter_map(|(message, body)| Some((message, body?)))
            .collect();
        for (message, its_own) in &messages {
            for (_, body) in &messages {
                let decoded = decode_with_body(message.clone(), Some(body.clone()));
                assert_eq!(decoded.is_ok(), body == its_own, "{message:?}");
            }
            assert_eq!(decode_with_body(message.clone(), None), Err(SchemaError::Impossible("body")));
        }
    }

    #[test]
    fn a_batch_is_bounded_before_it_takes_memory() {
        let entries = [0x32, 0].repeat(100_000);
        assert_eq!(decode_batch(entries.into()), Err(SchemaError::EmptyEntries("Batch.events")));
        let long = vec![0; MAX_SENSOR_MESSAGE + 1];
        assert_eq!(decode_batch(long.into()), Err(SchemaError::TooLong(MAX_SENSOR_MESSAGE + 1)));
        let places = message::Batch { places: vec![1, 2], ..message::Batch::default() };
        let refused = decode_batch(places.encode_to_vec().into());
        assert_eq!(refused, Err(SchemaError::Impossible("places")));
    }

    #[test]
    fn fuzz_batch() {
        crate::util::fuzz::target("batch", |input| {
            let Ok(batch) = decode_batch(Bytes::copy_from_slice(input)) else { return };
            for event in batch.events {
                let _ = decode_with_body(event, None);
            }
        });
    }
}
