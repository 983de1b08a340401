//! The mempool of an earlier run.

use crate::event::{CatchUp, CatchUpFailure, Knowledge, Restored, RestoredTx, Saved};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, catch_up, restored};
use crate::schema::values::{self, NOTHING, decode_blocks, encode_blocks, narrow, required, transaction};

/// The most bytes of transactions in one event: even with one more, and with what is known about them, it
/// fits into a message.
const PART: usize = 1 << 20;

pub(super) fn encode(part: &Restored) -> message::Restored {
    let part = match part {
        Restored::Transactions(txs) => {
            let txs = txs.iter().map(encode_tx).collect();
            restored::Part::Transactions(message::RestoredTxs { txs })
        }
        Restored::Complete(Saved { time, blocks }) => restored::Part::Complete(message::Saved {
            time_us: time.as_micros(),
            blocks: Some(encode_blocks(blocks)),
        }),
        Restored::Nothing => restored::Part::Nothing(NOTHING),
        Restored::Continue => restored::Part::Continue(NOTHING),
    };
    message::Restored { part: Some(part) }
}

pub(super) fn decode(message: message::Restored) -> Result<Option<Restored>, SchemaError> {
    let Some(part) = message.part else { return Ok(None) };
    Ok(Some(match part {
        restored::Part::Transactions(txs) => {
            Restored::Transactions(txs.txs.into_iter().map(decode_tx).collect::<Result<_, _>>()?)
        }
        restored::Part::Complete(message::Saved { time_us, blocks }) => {
            Restored::Complete(Saved { time: values::time(time_us), blocks: decode_blocks(blocks)? })
        }
        restored::Part::Nothing(_) => Restored::Nothing,
        restored::Part::Continue(_) => Restored::Continue,
    }))
}

/// Splits transactions into parts that fit into a message.
pub(super) fn parts(restored: &Restored) -> Vec<Restored> {
    let Restored::Transactions(txs) = restored else { return vec![restored.clone()] };
    let (mut parts, mut part, mut size) = (Vec::new(), Vec::new(), 0);
    for tx in txs {
        part.push(tx.clone());
        size += tx.tx.raw().len() + 16 * tx.knowledge.input_values.len();
        if size >= PART {
            parts.push(Restored::Transactions(std::mem::take(&mut part)));
            size = 0;
        }
    }
    if !part.is_empty() || parts.is_empty() {
        parts.push(Restored::Transactions(part));
    }
    parts
}

pub(super) fn encode_tx(tx: &RestoredTx) -> message::RestoredTx {
    let Knowledge { announcers, is_proven, lower, upper, input_values } = &tx.knowledge;
    let (inputs, values) = input_values.iter().copied().unzip();
    let knowledge = message::Knowledge {
        announcers: (*announcers).into(),
        is_proven: *is_proven,
        lower: *lower,
        upper: *upper,
        inputs,
        values,
    };
    message::RestoredTx {
        raw: values::raw(&tx.tx),
        first_seen_us: tx.first_seen.as_micros(),
        knowledge: Some(knowledge),
    }
}

pub(super) fn decode_tx(message: message::RestoredTx) -> Result<RestoredTx, SchemaError> {
    let message::RestoredTx { raw, first_seen_us, knowledge } = message;
    let message::Knowledge { announcers, is_proven, lower, upper, inputs, values } =
        knowledge.unwrap_or_default();
    let tx = transaction(&raw)?;
    let is_input = |vin: &u32| *vin < tx.input_count();
    if inputs.len() != values.len() || !inputs.iter().all(is_input) {
        return Err(SchemaError::Impossible("values of inputs"));
    }
    let knowledge = Knowledge {
        announcers: narrow(announcers.into())?,
        is_proven,
        lower,
        upper,
        input_values: inputs.into_iter().zip(values).collect(),
    };
    Ok(RestoredTx { tx, first_seen: values::time(first_seen_us), knowledge })
}

pub(super) fn encode_catch_up(catch_up: CatchUp) -> message::CatchUp {
    let state = match catch_up {
        CatchUp::Missing(blocks) => catch_up::State::Missing(blocks),
        CatchUp::Complete => catch_up::State::Complete(NOTHING),
        CatchUp::Failed(CatchUpFailure::TooMany { blocks }) => catch_up::State::TooMany(blocks),
        CatchUp::Failed(CatchUpFailure::OtherChain) => catch_up::State::OtherChain(NOTHING),
        CatchUp::Failed(CatchUpFailure::NotServed) => catch_up::State::NotServed(NOTHING),
    };
    message::CatchUp { state: Some(state) }
}

pub(super) fn decode_catch_up(message: message::CatchUp) -> Result<CatchUp, SchemaError> {
    Ok(match required(message.state, "state of the catch-up")? {
        catch_up::State::Missing(blocks) => CatchUp::Missing(blocks),
        catch_up::State::Complete(_) => CatchUp::Complete,
        catch_up::State::TooMany(blocks) => CatchUp::Failed(CatchUpFailure::TooMany { blocks }),
        catch_up::State::OtherChain(_) => CatchUp::Failed(CatchUpFailure::OtherChain),
        catch_up::State::NotServed(_) => CatchUp::Failed(CatchUpFailure::NotServed),
    })
}
