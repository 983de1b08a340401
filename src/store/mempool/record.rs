//! The records of the journal.
//!
//! ```text
//! 1 · first seen 8 · knowledge · length 4 · transaction     it entered the mempool
//! 2 · txid 32 · knowledge                                   more is known about it
//! 3 · txid 32                                               it left the mempool
//! 4 · height 4 · hash 32                                    the mempool takes this block into account
//!
//! knowledge: announcers 2 · proven 1 · lower bound 4 · upper bound 4 · count 4 · (input 4 · value 8) …
//! ```
//! Numbers are little-endian, times are in µs since the UNIX epoch, values in sat, bounds in 10⁻⁴ sat/vB; a
//! bound of zero is none.

use crate::event::Knowledge;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};

const ADD: u8 = 1;
const UPDATE: u8 = 2;
const REMOVE: u8 = 3;
const BLOCK: u8 = 4;

/// Bytes of an input value.
const INPUT_VALUE: usize = 12;

/// One record; a transaction is a slice of the bytes that it was read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Record<'a> {
    /// A transaction entered the mempool.
    Add { first_seen: Timestamp, knowledge: Knowledge, raw: &'a [u8] },
    /// More is known about a transaction.
    Update { txid: Txid, knowledge: Knowledge },
    /// A transaction left the mempool.
    Remove { txid: Txid },
    /// The mempool takes this block, and all below it, into account.
    Block { height: u32, hash: BlockHash },
}

impl<'a> Record<'a> {
    /// Appends the record to `body`.
    #[expect(clippy::cast_possible_truncation, reason = "a transaction has at most 4,000,000 bytes")]
    pub(super) fn encode(&self, body: &mut Vec<u8>) {
        match self {
            Self::Add { first_seen, knowledge, raw } => {
                body.push(ADD);
                body.extend_from_slice(&first_seen.as_micros().to_le_bytes());
                encode_knowledge(knowledge, body);
                body.extend_from_slice(&(raw.len() as u32).to_le_bytes());
                body.extend_from_slice(raw);
            }
            Self::Update { txid, knowledge } => {
                body.push(UPDATE);
                body.extend_from_slice(&txid.0);
                encode_knowledge(knowledge, body);
            }
            Self::Remove { txid } => {
                body.push(REMOVE);
                body.extend_from_slice(&txid.0);
            }
            Self::Block { height, hash } => {
                body.push(BLOCK);
                body.extend_from_slice(&height.to_le_bytes());
                body.extend_from_slice(&hash.0);
            }
        }
    }

    /// Takes the first record off `body`; `None` if it is not one that this program wrote.
    pub(super) fn decode(body: &mut &'a [u8]) -> Option<Self> {
        Some(match take::<1>(body)? {
            [ADD] => {
                let first_seen = Timestamp::from_micros(u64::from_le_bytes(take(body)?));
                let knowledge = decode_knowledge(body)?;
                let length = number(body)? as usize;
                Self::Add { first_seen, knowledge, raw: body.split_off(..length)? }
            }
            [UPDATE] => Self::Update { txid: Txid(take(body)?), knowledge: decode_knowledge(body)? },
            [REMOVE] => Self::Remove { txid: Txid(take(body)?) },
            [BLOCK] => Self::Block { height: number(body)?, hash: BlockHash(take(body)?) },
            _ => return None,
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a transaction has at most 100,000 inputs")]
fn encode_knowledge(knowledge: &Knowledge, body: &mut Vec<u8>) {
    let Knowledge { announcers, is_proven, lower, upper, input_values } = knowledge;
    body.extend_from_slice(&announcers.to_le_bytes());
    body.push((*is_proven).into());
    body.extend_from_slice(&lower.to_le_bytes());
    body.extend_from_slice(&upper.to_le_bytes());
    body.extend_from_slice(&(input_values.len() as u32).to_le_bytes());
    for (vin, value) in input_values {
        body.extend_from_slice(&vin.to_le_bytes());
        body.extend_from_slice(&value.to_le_bytes());
    }
}

fn decode_knowledge(body: &mut &[u8]) -> Option<Knowledge> {
    let announcers = u16::from_le_bytes(take(body)?);
    let is_proven = match take(body)? {
        [0] => false,
        [1] => true,
        _ => return None,
    };
    let (lower, upper) = (number(body)?, number(body)?);
    let count = number(body)? as usize;
    let mut values = body.split_off(..count.checked_mul(INPUT_VALUE)?)?;
    // The values are present, so the count allocates no more than was read.
    let mut input_values = Vec::with_capacity(count);
    while !values.is_empty() {
        input_values.push((number(&mut values)?, u64::from_le_bytes(take(&mut values)?)));
    }
    Some(Knowledge { announcers, is_proven, lower, upper, input_values })
}

fn number(body: &mut &[u8]) -> Option<u32> {
    take(body).map(u32::from_le_bytes)
}

fn take<const N: usize>(body: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = body.split_first_chunk()?;
    *body = rest;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn knowledge() -> impl Strategy<Value = Knowledge> {
        let values = prop::collection::vec((any::<u32>(), any::<u64>()), 0..5);
        (any::<u16>(), any::<bool>(), any::<u32>(), any::<u32>(), values).prop_map(
            |(announcers, is_proven, lower, upper, input_values)| Knowledge {
                announcers,
                is_proven,
                lower,
                upper,
                input_values,
            },
        )
    }

    proptest! {
        #[test]
        fn records_survive_one_after_the_other(
            knowledge in knowledge(), id: [u8; 32], number: u32, raw: Vec<u8>, seen: u64,
        ) {
            let records = [
                Record::Add { first_seen: Timestamp::from_micros(seen), knowledge: knowledge.clone(), raw: &raw },
                Record::Update { txid: Txid(id), knowledge },
                Record::Remove { txid: Txid(id) },
                Record::Block { height: number, hash: BlockHash(id) },
            ];
            let mut body = Vec::new();
            for record in &records {
                record.encode(&mut body);
            }
            let mut rest = &body[..];
            for record in records {
                prop_assert_eq!(Record::decode(&mut rest), Some(record));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic_or_allocate_more_than_they_are(bytes: Vec<u8>) {
            let mut rest = &bytes[..];
            while let Some(record) = Record::decode(&mut rest) {
                if let Record::Update { knowledge, .. } = record {
                    prop_assert!(knowledge.input_values.capacity() * INPUT_VALUE <= bytes.len());
                }
            }
        }
    }
}
