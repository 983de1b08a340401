//! The address file of earlier versions, `peers-NETWORK.jsonl`: a line of JSON with a checksum of the records
//! after it. It is read if there is no newer file, and removed after the first save.

use crate::chain::Network;
use crate::event::{Damage, StoreFailure};
use crate::p2p::{AddrKey, SavedAddresses};
use crate::store::addresses::format::{FORMAT, decode_records};
use crate::store::format;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::Path;

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
    network: String,
    key: (u64, u64),
    sha256: String,
}

pub(super) fn load(path: &Path, network: Network) -> Result<Option<SavedAddresses>, StoreFailure> {
    format::load(path, FORMAT.max_len(), |content| decode(content, network))
}

fn decode(content: &[u8], network: Network) -> Result<SavedAddresses, Damage> {
    let end = content.iter().position(|&byte| byte == b'\n').ok_or(Damage::Foreign)?;
    let (first, rest) = content.split_at(end);
    let lines = rest.get(1..).unwrap_or_default();
    let header: Header = serde_json::from_slice(first).map_err(|_| Damage::Foreign)?;
    if header.format != "mempulse address book" {
        return Err(Damage::Foreign);
    }
    if header.version != VERSION {
        return Err(Damage::Version(header.version));
    }
    if header.network != network.name() {
        return Err(Damage::Network);
    }
    if header.sha256 != data_encoding::HEXLOWER.encode(&Sha256::digest(lines)) {
        return Err(Damage::Content);
    }
    let records = decode_records(lines).ok_or(Damage::Content)?;
    Ok(SavedAddresses { key: AddrKey(header.key.0, header.key.1), records })
}
