//! The state at the beginning of a file, as messages.

use crate::chain::Network;
use crate::event::PeerId;
use crate::model::{Keyframe, KeyframeEntry, ModelSettings};
use crate::recording::error::Unreadable;
use crate::recording::frame;
use crate::schema::message::record::Content;
use crate::schema::message::{Entries, Entry, Header, Nothing, Record, State, TxSource};
use crate::schema::{self, SchemaError};
use crate::util::time::Timestamp;
use crate::wire::Txid;
use prost::Message;
use std::time::Duration;

/// The most transactions per message, and their approximate number of bytes.
const MAX_ENTRIES: usize = 500;
const MAX_BYTES: usize = 1 << 20;

fn record(content: Content) -> Record {
    Record { content: Some(content) }
}

/// Calls `write` with each message of a keyframe.
pub(super) fn write<E>(keyframe: Keyframe, mut write: impl FnMut(Record) -> Result<(), E>) -> Result<(), E> {
    let Keyframe { events, blocks, history, restoring, entries } = keyframe;
    let state = State { events: Vec::new(), blocks: blocks.into(), history: history.into(), restoring };
    write(record(Content::State(state)))?;
    let (mut some, mut bytes) = (Vec::new(), 0);
    for event in events {
        let mut messages = Vec::new();
        frame::encode(&event, |message| messages.push(message));
        for message in messages {
            bytes += message.encoded_len();
            some.push(message);
            if bytes >= MAX_BYTES {
                let events = std::mem::take(&mut some);
                write(record(Content::State(State { events, ..State::default() })))?;
                bytes = 0;
            }
        }
    }
    if !some.is_empty() {
        write(record(Content::State(State { events: some, ..State::default() })))?;
    }
    let new = || Vec::with_capacity(MAX_ENTRIES);
    let (mut some, mut bytes) = (new(), 0);
    for entry in entries {
        bytes += entry.tx.tx.raw().len();
        some.push(encode(&entry));
        if some.len() >= MAX_ENTRIES || bytes >= MAX_BYTES {
            write(record(Content::Entries(Entries { entries: std::mem::replace(&mut some, new()) })))?;
            bytes = 0;
        }
    }
    if !some.is_empty() {
        write(record(Content::Entries(Entries { entries: some })))?;
    }
    write(record(Content::KeyframeEnd(Nothing {})))
}

#[expect(clippy::cast_possible_truncation, reason = "delays are recorded in ms, in 32 bits")]
fn encode(entry: &KeyframeEntry) -> Entry {
    let [floor, second_floor] = entry.floors;
    let replaces: Vec<u8> = entry.replaces.iter().flat_map(|txid| txid.0).collect();
    Entry {
        tx: Some(schema::encode_tx(&entry.tx)),
        source: TxSource::from(entry.source).into(),
        announcers: entry.announcements.iter().map(|(peer, _)| peer.0).collect(),
        delays_ms: entry.announcements.iter().map(|(_, delay)| delay.as_millis() as u32).collect(),
        replaces: replaces.into(),
        vouch: entry.vouch.into(),
        floor,
        second_floor,
    }
}

fn decode(entry: Entry) -> Result<KeyframeEntry, SchemaError> {
    let impossible = || SchemaError::Impossible("entry of the mempool");
    let source = entry.source().try_into()?;
    let (replaces, []) = entry.replaces.as_chunks::<32>() else { return Err(impossible()) };
    if entry.announcers.len() != entry.delays_ms.len() {
        return Err(impossible());
    }
    let delays = entry.delays_ms.iter().map(|delay| Duration::from_millis((*delay).into()));
    Ok(KeyframeEntry {
        source,
        announcements: entry.announcers.iter().map(|peer| PeerId(*peer)).zip(delays).collect(),
        replaces: replaces.iter().map(|txid| Txid(*txid)).collect(),
        vouch: u16::try_from(entry.vouch).map_err(|_| impossible())?,
        floors: [entry.floor, entry.second_floor],
        tx: schema::decode_tx(entry.tx.ok_or(SchemaError::Missing("transaction"))?)?,
    })
}

/// Adds a message to a keyframe. Returns whether it belongs to one.
///
/// # Errors
/// The message is impossible.
pub(super) fn read(keyframe: &mut Keyframe, content: Content) -> Result<bool, SchemaError> {
    match content {
        Content::State(state) => {
            let State { events, blocks, history, restoring } = state;
            for message in events {
                keyframe.events.extend(schema::decode(message)?);
            }
            keyframe.blocks.extend(blocks);
            keyframe.history.extend(history);
            keyframe.restoring |= restoring;
        }
        Content::Entries(Entries { entries }) => {
            for entry in entries {
                keyframe.entries.push(decode(entry)?);
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The header of a file.
pub(super) fn header(settings: &ModelSettings, run: u64, number: u32, start: Timestamp) -> Header {
    Header {
        schema: schema::VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        network: settings.network.to_string(),
        start_us: start.as_micros(),
        run,
        number,
        run_start_us: settings.started.as_micros(),
        demo: settings.demo,
        chosen_peers: settings.chosen_peers,
        max_mempool: settings.max_mempool,
    }
}

/// The largest mempool limit that a recording can ask for, in bytes: the command line's maximum.
const MAX_MEMPOOL: u64 = 65_536 << 20;

/// Returns the settings of the recorded model.
///
/// # Errors
/// The network or the version of the schema is unknown.
pub(super) fn settings(header: &Header) -> Result<ModelSettings, Unreadable> {
    if header.schema != schema::VERSION {
        return Err(Unreadable::Version(header.schema));
    }
    let network = Network::ALL.into_iter().find(|network| network.name() == header.network);
    Ok(ModelSettings {
        network: network.ok_or(Unreadable::Network)?,
        demo: header.demo,
        chosen_peers: header.chosen_peers,
        max_mempool: header.max_mempool.min(MAX_MEMPOOL),
        started: Timestamp::from_micros(header.run_start_us),
    })
}
