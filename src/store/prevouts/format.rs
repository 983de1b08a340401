//! The bytes of the files.
//!
//! ```text
//! magic 8 · version 4 · network 4 · key 16 · height 4 · hash 32 · (tag 8 · value 8) …  · sha256 32
//! ```
//! Numbers are little-endian. All files of a folder share the key of their tags, which stands in a file
//! of its own as well (key 16 · sha256 32), so that processes that start together agree on it.

use crate::chain::Network;
use crate::model::fees::prevouts::{BlockOutputs, OutpointKey};
use crate::wire::BlockHash;
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"mpulcoin";

/// Raised when an older program could misread the files.
const VERSION: u32 = 1;

/// What stands before the coins, in bytes.
const HEADER: usize = 68;

/// What stands behind them.
const CHECKSUM: usize = 32;

/// What a coin takes.
const COIN: usize = 16;

/// The longest file that is read, in bytes. A block of 4 MWU has room for 111,000 outputs of 9 bytes.
pub(crate) const MAX_FILE: u64 = (HEADER + CHECKSUM + COIN * 120_000) as u64;

/// The length of the file with the key, in bytes.
pub(crate) const KEY_LENGTH: u64 = 16 + CHECKSUM as u64;

pub(crate) fn encode(block: &BlockOutputs, network: Network, key: OutpointKey) -> Vec<u8> {
    let mut content = Vec::with_capacity(HEADER + COIN * block.outputs.len() + CHECKSUM);
    content.extend_from_slice(MAGIC);
    content.extend_from_slice(&VERSION.to_le_bytes());
    content.extend_from_slice(&network.magic());
    content.extend_from_slice(&key.0.to_le_bytes());
    content.extend_from_slice(&key.1.to_le_bytes());
    content.extend_from_slice(&block.height.to_le_bytes());
    content.extend_from_slice(&block.hash.0);
    for (tag, value) in &block.outputs {
        content.extend_from_slice(&tag.to_le_bytes());
        content.extend_from_slice(&value.to_le_bytes());
    }
    let checksum = Sha256::digest(&content);
    content.extend_from_slice(&checksum);
    content
}

/// The block and the key; `None` if it is no such file of this network.
pub(crate) fn decode(content: &[u8], network: Network) -> Option<(BlockOutputs, OutpointKey)> {
    let (body, checksum) = content.split_last_chunk::<CHECKSUM>()?;
    let is_whole = content.len() as u64 <= MAX_FILE && Sha256::digest(body)[..] == checksum[..];
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (its_network, rest) = rest.split_first_chunk::<4>()?;
    let (first, rest) = rest.split_first_chunk()?;
    let (second, rest) = rest.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let is_ours =
        magic == MAGIC && u32::from_le_bytes(*version) == VERSION && *its_network == network.magic();
    let (halves, left_over) = rest.as_chunks::<{ COIN / 2 }>();
    let number = |bytes: Option<&[u8; COIN / 2]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let coin = |pair: &[[u8; COIN / 2]]| (number(pair.first()), number(pair.last()));
    let coins: Vec<_> = halves.chunks_exact(2).map(coin).collect();
    let is_sorted = coins.is_sorted();
    let key = OutpointKey(u64::from_le_bytes(*first), u64::from_le_bytes(*second));
    let block = BlockOutputs { height: u32::from_le_bytes(*height), hash: BlockHash(*hash), outputs: coins };
    (is_whole && is_ours && is_sorted && left_over.is_empty() && halves.len() % 2 == 0)
        .then_some((block, key))
}

pub(crate) fn encode_key(key: OutpointKey) -> Vec<u8> {
    let mut content = [key.0.to_le_bytes(), key.1.to_le_bytes()].concat();
    let checksum = Sha256::digest(&content);
    content.extend_from_slice(&checksum);
    content
}

pub(crate) fn decode_key(content: &[u8]) -> Option<OutpointKey> {
    let (body, checksum) = content.split_last_chunk::<CHECKSUM>()?;
    let (&[first, second], []) = body.as_chunks::<8>() else { return None };
    let key = OutpointKey(u64::from_le_bytes(first), u64::from_le_bytes(second));
    (Sha256::digest(body)[..] == checksum[..]).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NET: Network = Network::Regtest;

    fn block(height: u32) -> BlockOutputs {
        let coins = (0..50).map(|n| (n * 1_000 + u64::from(height), n)).collect();
        BlockOutputs { height, hash: BlockHash([u8::try_from(height).unwrap(); 32]), outputs: coins }
    }

    #[test]
    fn every_other_network_and_version_is_foreign() {
        let content = encode(&block(1), NET, OutpointKey(1, 2));
        assert_eq!(decode(&content, NET), Some((block(1), OutpointKey(1, 2))));
        assert_eq!(decode(&content, Network::Mainnet), None);
        let unsorted = BlockOutputs { outputs: vec![(2, 1), (1, 1)], ..block(1) };
        assert_eq!(decode(&encode(&unsorted, NET, OutpointKey(1, 2)), NET), None);
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in 0_usize..800, bit in 0_u8..8, cut in 0_usize..900) {
            let content = encode(&block(3), NET, OutpointKey(5, 6));
            let mut flipped = content.clone();
            let index = at % flipped.len();
            flipped[index] ^= 1 << bit;
            prop_assert_eq!(decode(&flipped, NET), None);
            let length = cut % content.len();
            prop_assert_eq!(decode(&content[..length], NET), None);
        }
    }
}
