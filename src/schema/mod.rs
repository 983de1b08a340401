//! The protobuf schema of events, used by recordings and readable for other programs.
//!
//! `proto/mempulse/v1` has the messages with their documentation. [`message`] is the Rust code that
//! `prost-build` generates from them. It is committed, so that a build needs no protobuf compiler;
//! `tests/schema.rs` keeps both in sync and rejects changes that would break readers. The other files convert
//! between messages and [`Event`]s.
//!
//! Every message may come from a stranger: the memory for decoding is bounded by the message's length, and
//! errors are typed. Nothing here knows files or sockets.

mod ending;
mod enums;
mod error;
mod event;
mod limits;
pub mod message;
mod misbehaviour;
mod peer;
mod restored;
mod sensor;
mod sensor_message;
#[cfg(test)]
pub(crate) mod tests;
mod values;
mod warning;

pub use error::SchemaError;
pub use limits::MAX_MESSAGE;
pub use sensor_message::{
    Body, BodyId, MAX_BLOCK_PART, MAX_SENSOR_MESSAGE, MAX_SENSOR_STATUS, body_of, decode_batch,
    decode_block_part, decode_raw_transaction, decode_sensor_state, decode_sensor_status, decode_with_body,
    encode_without_body,
};

use crate::event::{Event, Restored, RestoredTx};
use bytes::{Buf, Bytes};
use prost::Message;

/// The version of the schema.
pub const VERSION: u32 = 1;

/// Encodes an event; `None` for problems of the watch list and of alerts, which never leave the machine.
pub fn encode(event: &Event) -> Option<message::Event> {
    event::encode(event)
}

/// Decodes an event; `None` if this version does not know its kind.
///
/// # Errors
/// A part of the message is missing or impossible.
pub fn decode(message: message::Event) -> Result<Option<Event>, SchemaError> {
    event::decode(message)
}

/// Encodes a transaction with what is known about it.
pub fn encode_tx(tx: &RestoredTx) -> message::RestoredTx {
    restored::encode_tx(tx)
}

/// Decodes a transaction with what is known about it.
///
/// # Errors
/// A part of the message is missing or impossible.
pub fn decode_tx(message: message::RestoredTx) -> Result<RestoredTx, SchemaError> {
    restored::decode_tx(message)
}

/// Decodes one message of a recording. The bytes of its transactions are shared with `bytes`.
///
/// # Errors
/// `bytes` are not such a message, or longer than [`MAX_MESSAGE`].
pub fn decode_record(bytes: Bytes) -> Result<message::Record, SchemaError> {
    limits::check_record(bytes.chunk())?;
    Ok(message::Record::decode(bytes)?)
}

/// Decodes one event from bytes; `None` if this version does not know its kind.
///
/// # Errors
/// `bytes` are not an event, or longer than [`MAX_MESSAGE`].
pub fn decode_event(bytes: Bytes) -> Result<Option<Event>, SchemaError> {
    limits::check_event(bytes.chunk())?;
    event::decode(message::Event::decode(bytes)?)
}

/// Splits what an earlier run saved into events, each with few enough transactions to fit into a message.
pub fn parts(restored: &Restored) -> Vec<Restored> {
    restored::parts(restored)
}
