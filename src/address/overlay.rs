//! The names of onion services and I2P destinations, which encode their key.

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};
use sha3::{Digest, Sha3_256};

/// The suffix of the name of an onion service.
pub(super) const ONION: &str = ".onion";

/// The suffix of the name of an I2P destination.
pub(super) const I2P: &str = ".b32.i2p";

/// The only supported version of onion services (rend-spec-v3).
const ONION_VERSION: u8 = 3;

/// The length of a decoded name, in bytes: public key, checksum, version.
const ONION_SIZE: usize = 32 + 2 + 1;

/// Returns the name of the onion service with this public key (rend-spec-v3, section 6).
pub(super) fn onion_name(key: &[u8; 32]) -> String {
    let mut bytes = [0; ONION_SIZE];
    bytes[..32].copy_from_slice(key);
    bytes[32..34].copy_from_slice(&onion_checksum(key));
    bytes[34] = ONION_VERSION;
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase() + ONION
}

/// Returns the public key in the `label` before [`ONION`], or why the label is invalid.
pub(super) fn onion_key(label: &str) -> Result<[u8; 32], &'static str> {
    let bytes = BASE32_NOPAD_NOCASE.decode(label.as_bytes()).unwrap_or_default();
    let Some((key, [first, second, version])) = bytes.split_first_chunk::<32>() else {
        return Err("must be 56 characters a-z and 2-7");
    };
    if *version != ONION_VERSION {
        return Err("only version 3 is supported");
    }
    if onion_checksum(key) != [*first, *second] {
        return Err("the checksum is wrong");
    }
    Ok(*key)
}

fn onion_checksum(key: &[u8; 32]) -> [u8; 2] {
    let mut hasher = Sha3_256::new();
    hasher.update(b".onion checksum");
    hasher.update(key);
    hasher.update([ONION_VERSION]);
    let hash = hasher.finalize();
    [hash[0], hash[1]]
}

/// Returns the name of the I2P destination with this hash.
pub(super) fn i2p_name(hash: &[u8; 32]) -> String {
    BASE32_NOPAD.encode(hash).to_ascii_lowercase() + I2P
}

/// Returns the hash in the `label` before [`I2P`], or why the label is invalid.
pub(super) fn i2p_hash(label: &str) -> Result<[u8; 32], &'static str> {
    let bytes = BASE32_NOPAD_NOCASE.decode(label.as_bytes()).unwrap_or_default();
    bytes.try_into().map_err(|_| "must be 52 characters a-z and 2-7")
}
