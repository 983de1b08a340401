//! The body of the address file.
//!
//! ```text
//! key 16 · one JSON object per line and address
//! ```

use crate::p2p::{AddrKey, AddrRecord, AddrTable, SavedAddresses};
use crate::store::format::Format;
use std::io;

pub(super) const FORMAT: Format = Format { magic: *b"mpulpeer", version: 1, max_body: 16 << 20 };

pub(super) fn encode(addresses: &SavedAddresses) -> io::Result<Vec<u8>> {
    let AddrKey(first, second) = addresses.key;
    let mut body = [first.to_le_bytes(), second.to_le_bytes()].concat();
    for record in &addresses.records {
        serde_json::to_writer(&mut body, record)?;
        body.push(b'\n');
    }
    Ok(body)
}

pub(super) fn decode(body: &[u8]) -> Option<SavedAddresses> {
    let (first, rest) = body.split_first_chunk()?;
    let (second, lines) = rest.split_first_chunk()?;
    let key = AddrKey(u64::from_le_bytes(*first), u64::from_le_bytes(*second));
    Some(SavedAddresses { key, records: decode_records(lines)? })
}

/// Parses one record per line, at most as many as a table can hold.
pub(super) fn decode_records(lines: &[u8]) -> Option<Vec<AddrRecord>> {
    let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.take(AddrTable::CAPACITY).map(|line| serde_json::from_slice(line).ok()).collect()
}
