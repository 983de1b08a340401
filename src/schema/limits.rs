//! Limits checked before a message is decoded: its length, and the number of entries of lists relative to
//! their bytes. An empty entry takes two bytes of a message, but up to a hundred bytes of memory.

use crate::schema::error::SchemaError;

/// The longest message, in bytes: a block of 4 MB, or a slice of saved transactions.
pub const MAX_MESSAGE: usize = 8 << 20;

/// A list of messages, given by the field numbers that lead to it from an event.
struct List {
    name: &'static str,
    path: &'static [u32],
    /// The fewest bytes of an entry.
    least: usize,
}

/// The lists of messages in an event. All other lists are of numbers, or concatenated bytes.
const IN_EVENT: &[List] = &[
    List { name: "RestoredTxs.txs", path: &[14, 1, 1], least: 60 },
    List { name: "Addresses.networks", path: &[4, 1], least: 2 },
    List { name: "Traffic.commands", path: &[2, 20, 1], least: 6 },
    List { name: "Traffic.recent", path: &[2, 20, 2], least: 6 },
];

/// The lists of messages in a record, except those inside its events.
const IN_RECORD: &[List] = &[
    List { name: "State.events", path: &[3, 1], least: 4 },
    List { name: "Entries.entries", path: &[4, 1], least: 60 },
];

/// The fields of a record that contain an event: its own, and the events of its state.
const EVENT: &[u32] = &[2];
const STATE_EVENTS: &[u32] = &[3, 1];

/// The list of events in a sensor's batch or state.
const OF_SENSOR: List = List { name: "Batch.events", path: &[6], least: 4 };

/// Checks the length and the lists of an event.
pub(super) fn check_event(bytes: &[u8]) -> Result<(), SchemaError> {
    check_length(bytes, MAX_MESSAGE)?;
    IN_EVENT.iter().try_for_each(|list| check(bytes, list.path, list))
}

/// Checks the length and the lists of a record.
pub(super) fn check_record(bytes: &[u8]) -> Result<(), SchemaError> {
    check_length(bytes, MAX_MESSAGE)?;
    IN_RECORD.iter().try_for_each(|list| check(bytes, list.path, list))?;
    for path in [EVENT, STATE_EVENTS] {
        each(bytes, path, &mut |event| IN_EVENT.iter().try_for_each(|list| check(event, list.path, list)))?;
    }
    Ok(())
}

/// Checks the length and the lists of a sensor's batch or state.
pub(super) fn check_sensor_events(bytes: &[u8], limit: usize) -> Result<(), SchemaError> {
    check_length(bytes, limit)?;
    check(bytes, OF_SENSOR.path, &OF_SENSOR)?;
    each(bytes, OF_SENSOR.path, &mut |event| {
        IN_EVENT.iter().try_for_each(|list| check(event, list.path, list))
    })
}

/// Checks the length.
pub(super) fn check_length(bytes: &[u8], limit: usize) -> Result<(), SchemaError> {
    if bytes.len() > limit { Err(SchemaError::TooLong(bytes.len())) } else { Ok(()) }
}

fn check(bytes: &[u8], path: &[u32], list: &List) -> Result<(), SchemaError> {
    each(bytes, path, &mut |entry| {
        if entry.len() < list.least { Err(SchemaError::EmptyEntries(list.name)) } else { Ok(()) }
    })
}

/// Calls `found` with each field at `path`. Malformed bytes end the walk: the decoder refuses them.
fn each(
    bytes: &[u8],
    path: &[u32],
    found: &mut dyn FnMut(&[u8]) -> Result<(), SchemaError>,
) -> Result<(), SchemaError> {
    let Some((first, deeper)) = path.split_first() else { return found(bytes) };
    let mut rest = bytes;
    while let Some((number, content)) = next_field(&mut rest) {
        if number == u64::from(*first)
            && let Some(content) = content
        {
            each(content, deeper, found)?;
        }
    }
    Ok(())
}

/// Takes a field off `bytes`: its number, and its content if it is length-delimited.
fn next_field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Option<&'a [u8]>)> {
    let tag = varint(bytes)?;
    let content = match tag & 7 {
        0 => varint(bytes).map(|_| None)?,
        1 => bytes.split_off(..8).map(|_| None)?,
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            Some(bytes.split_off(..length)?)
        }
        5 => bytes.split_off(..4).map(|_| None)?,
        _ => return None,
    };
    Some((tag >> 3, content))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
