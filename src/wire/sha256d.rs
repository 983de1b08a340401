//! Double SHA-256, the hash behind checksums, identifiers and merkle trees.
//!
//! Hashing takes nine tenths of the time of reading a transaction. The compression function is from `sha2`;
//! the padding is done here, for two reasons. Transactions are short, so copies of unpredictable length would
//! cost a few percent of the hashing time. And interleaving the two hashes of a transaction saves up to a
//! tenth: a processor with SHA-256 instructions waits for each result, and can work on the other hash
//! meanwhile.

use sha2::block_api::compress256;
use std::slice::from_ref;

/// The state that SHA-256 starts from (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The block size of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The length of the bit count at the end of the last block, in bytes.
const LENGTH: usize = 8;

/// Returns the SHA-256 of the SHA-256 of `bytes`.
pub fn sha256d(bytes: &[u8]) -> [u8; 32] {
    let text = Text::new([], bytes, []);
    let mut state = INITIAL;
    compress256(&mut state, text.middle);
    compress256(&mut state, text.end());
    second(state)
}

/// Returns the hashes of `long`, and of the concatenation of `head`, `body` and `tail`.
pub fn sha256d_both(long: &[u8], head: [u8; 4], body: &[u8], tail: [u8; 4]) -> ([u8; 32], [u8; 32]) {
    let (long, short) = (Text::new([], long, []), Text::new(head, body, tail));
    let (mut long_state, mut short_state) = (INITIAL, INITIAL);
    let mut rest = long.middle.iter();
    short.first.iter().chain(short.middle).chain(short.end()).for_each(|block| {
        compress256(&mut short_state, from_ref(block));
        if let Some(block) = rest.next() {
            compress256(&mut long_state, from_ref(block));
        }
    });
    let short_hash = second(short_state);
    compress256(&mut long_state, rest.as_slice());
    compress256(&mut long_state, long.end());
    (second(long_state), short_hash)
}

/// Returns the hash of the hash whose words are `state`.
#[inline]
fn second(state: [u32; 8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    block[..32].copy_from_slice(&bytes_of(state));
    block[32] = 0x80;
    block[BLOCK - LENGTH..].copy_from_slice(&(8 * 32_u64).to_be_bytes());
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    bytes_of(state)
}

#[inline]
fn bytes_of(state: [u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

/// Three concatenated pieces, divided into SHA-256 blocks.
struct Text<'a> {
    /// The head and the part of the body that completes its block, if both exist.
    first: Option<[u8; BLOCK]>,
    /// The blocks in the body.
    middle: &'a [[u8; BLOCK]],
    /// The last blocks: the end of the body, the tail and the padding, which is a one, zeros and the length.
    end: [u8; 3 * BLOCK],
    end_begins: usize,
    end_blocks: usize,
}

impl<'a> Text<'a> {
    #[inline]
    fn new<const HEAD: usize, const TAIL: usize>(head: [u8; HEAD], body: &'a [u8], tail: [u8; TAIL]) -> Self {
        let mut end = [0; 3 * BLOCK];
        let (first, middle, end_begins, filled);
        if let (Some(start), Some(last)) = (body.first_chunk::<BLOCK>(), body.last_chunk::<BLOCK>()) {
            let behind_head = if HEAD == 0 { 0 } else { BLOCK - HEAD };
            first = (HEAD > 0).then(|| {
                let mut block = [0; BLOCK];
                block[..HEAD].copy_from_slice(&head);
                block[HEAD..].copy_from_slice(&start[..BLOCK - HEAD]);
                block
            });
            let rest;
            (middle, rest) = body[behind_head..].as_chunks();
            // Copies too much, but always the same amount to the same place, which is faster.
            end[..BLOCK].copy_from_slice(last);
            (end_begins, filled) = (BLOCK - rest.len(), BLOCK);
        } else {
            (first, middle, end_begins) = (None, &[] as &[_], 0);
            filled = HEAD + body.len();
            end[..HEAD].copy_from_slice(&head);
            end[HEAD..filled].copy_from_slice(body);
        }
        end[filled..filled + TAIL].copy_from_slice(&tail);
        end[filled + TAIL] = 0x80;
        let end_blocks = (filled + TAIL + 1 + LENGTH - end_begins).div_ceil(BLOCK);
        let end_ends = end_begins + end_blocks * BLOCK;
        let bits = 8 * (HEAD + body.len() + TAIL) as u64;
        end[end_ends - LENGTH..end_ends].copy_from_slice(&bits.to_be_bytes());
        Self { first, middle, end, end_begins, end_blocks }
    }

    #[inline]
    fn end(&self) -> &[[u8; BLOCK]] {
        self.end[self.end_begins..self.end_begins + self.end_blocks * BLOCK].as_chunks().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn expected(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(Sha256::digest(bytes)).into()
    }

    #[test]
    fn every_length_gives_the_hash_that_sha2_gives() {
        let bytes: Vec<u8> = (0..=255).cycle().take(400).collect();
        for length in 0..bytes.len() {
            assert_eq!(sha256d(&bytes[..length]), expected(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn two_hashes_that_take_turns_are_those_of_each_alone() {
        let bytes: Vec<u8> = (0..=255).cycle().take(400).collect();
        for length in 8..bytes.len() {
            let short = &bytes[..length];
            let (head, rest) = short.split_first_chunk().unwrap();
            let (body, tail) = rest.split_last_chunk().unwrap();
            for long in [0, 63, length.saturating_sub(1), length, length + 1, 2 * length, 399] {
                let long = &bytes[..long.min(bytes.len())];
                let both = sha256d_both(long, *head, body, *tail);
                assert_eq!(both, (expected(long), expected(short)), "{} {length}", long.len());
            }
        }
    }
}
