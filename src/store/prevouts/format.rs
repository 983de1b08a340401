//! The bytes of a file of block outputs, and of the file with the key.
//!
//! ```text
//! key 16 · height 4 · hash 32 · (tag 8 · value 8) …
//! key 16 · sha256 32
//! ```
//! Numbers are little-endian. All files of a directory share the key of their tags. It has its own file, so
//! that processes that start together agree on it.

use crate::chain::Network;
use crate::model::{BlockOutputs, OutpointKey};
use crate::store::format::{Format, add_checksum, check};
use crate::wire::BlockHash;

/// Bytes before the outputs.
const HEADER: usize = 52;

/// Bytes of an output.
const OUTPUT: usize = 16;

/// Large enough for a block of 4 MWU with 111,000 outputs of 9 bytes.
pub(super) const FORMAT: Format =
    Format { magic: *b"mpulcoin", version: 1, max_body: HEADER + OUTPUT * 120_000 };

/// The length of the file with the key, in bytes.
pub(super) const KEY_LENGTH: u64 = 48;

pub(super) fn encode(block: &BlockOutputs, network: Network, key: OutpointKey) -> Vec<u8> {
    let mut body = Vec::with_capacity(HEADER + OUTPUT * block.outputs.len());
    body.extend_from_slice(&key.0.to_le_bytes());
    body.extend_from_slice(&key.1.to_le_bytes());
    body.extend_from_slice(&block.height.to_le_bytes());
    body.extend_from_slice(&block.hash.0);
    for (tag, value) in &block.outputs {
        body.extend_from_slice(&tag.to_le_bytes());
        body.extend_from_slice(&value.to_le_bytes());
    }
    FORMAT.seal(network, &body)
}

/// Parses the body of a file.
pub(super) fn decode(body: &[u8]) -> Option<(BlockOutputs, OutpointKey)> {
    let (first, rest) = body.split_first_chunk()?;
    let (second, rest) = rest.split_first_chunk()?;
    let (height, rest) = rest.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let (halves, left_over) = rest.as_chunks::<{ OUTPUT / 2 }>();
    let number = |bytes: Option<&[u8; OUTPUT / 2]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let output = |pair: &[[u8; OUTPUT / 2]]| (number(pair.first()), number(pair.last()));
    let outputs: Vec<_> = halves.chunks_exact(2).map(output).collect();
    let is_sorted = outputs.is_sorted();
    let key = OutpointKey(u64::from_le_bytes(*first), u64::from_le_bytes(*second));
    let block = BlockOutputs { height: u32::from_le_bytes(*height), hash: BlockHash(*hash), outputs };
    (is_sorted && left_over.is_empty() && halves.len() % 2 == 0).then_some((block, key))
}

pub(super) fn encode_key(key: OutpointKey) -> Vec<u8> {
    let mut content = [key.0.to_le_bytes(), key.1.to_le_bytes()].concat();
    add_checksum(&mut content);
    content
}

pub(super) fn decode_key(content: &[u8]) -> Option<OutpointKey> {
    let (&[first, second], []) = check(content)?.as_chunks::<8>() else { return None };
    Some(OutpointKey(u64::from_le_bytes(first), u64::from_le_bytes(second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Damage;
    use proptest::prelude::*;

    const NET: Network = Network::Regtest;

    fn block(height: u32) -> BlockOutputs {
        let outputs = (0..50).map(|n| (n * 1_000 + u64::from(height), n)).collect();
        BlockOutputs { height, hash: BlockHash([u8::try_from(height).unwrap(); 32]), outputs }
    }

    fn parse(content: &[u8], network: Network) -> Result<(BlockOutputs, OutpointKey), Damage> {
        decode(FORMAT.open(network, content)?).ok_or(Damage::Content)
    }

    #[test]
    fn every_other_network_and_version_is_foreign() {
        let content = encode(&block(1), NET, OutpointKey(1, 2));
        assert_eq!(parse(&content, NET), Ok((block(1), OutpointKey(1, 2))));
        assert_eq!(parse(&content, Network::Mainnet), Err(Damage::Network));
        let unsorted = BlockOutputs { outputs: vec![(2, 1), (1, 1)], ..block(1) };
        assert_eq!(parse(&encode(&unsorted, NET, OutpointKey(1, 2)), NET), Err(Damage::Content));
    }

    proptest! {
        #[test]
        fn no_damage_goes_unnoticed(at in 0_usize..900, bit in 0_u8..8, cut in 0_usize..900) {
            let content = encode(&block(3), NET, OutpointKey(5, 6));
            let mut flipped = content.clone();
            let index = at % flipped.len();
            flipped[index] ^= 1 << bit;
            prop_assert!(parse(&flipped, NET).is_err());
            prop_assert!(parse(&content[..cut % content.len()], NET).is_err());
        }
    }

    #[test]
    fn fuzz_prevouts() {
        crate::util::fuzz::target("prevouts", |body| {
            let Some((block, key)) = decode(body) else { return };
            assert_eq!(parse(&encode(&block, NET, key), NET), Ok((block, key)));
        });
    }
}
