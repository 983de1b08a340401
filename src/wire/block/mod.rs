//! Blocks and their headers.

mod check;
mod commitment;
mod merkle;
#[cfg(test)]
mod tests;

pub use check::BlockError;
pub use commitment::{WitnessError, commitment_script};

use super::compact_size::put_len;
use super::sha256d::sha256d;
use super::{BlockHash, Reader, Transaction, WireError};

/// The header of a block: the 80 bytes that are hashed and chained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockHeader {
    /// Version and soft-fork signals (BIP9).
    pub version: i32,
    /// The hash of the previous block.
    pub previous: BlockHash,
    /// The merkle root over the txids.
    pub merkle_root: [u8; 32],
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// The target, in compact form.
    pub bits: u32,
    /// The number that the miner varied to meet the target.
    pub nonce: u32,
}

impl BlockHeader {
    /// The length of a header, in bytes.
    pub const SIZE: usize = 80;

    /// Decodes the fields.
    pub fn decode(bytes: &[u8; Self::SIZE]) -> Self {
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let hash = |at: usize| {
            let mut hash = [0; 32];
            hash.copy_from_slice(&bytes[at..at + 32]);
            hash
        };
        Self {
            version: i32::from_le_bytes(four(0)),
            previous: BlockHash(hash(4)),
            merkle_root: hash(36),
            time: u32::from_le_bytes(four(68)),
            bits: u32::from_le_bytes(four(72)),
            nonce: u32::from_le_bytes(four(76)),
        }
    }

    /// Encodes the header.
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&self.previous.0);
        bytes[36..68].copy_from_slice(&self.merkle_root);
        bytes[68..72].copy_from_slice(&self.time.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// Returns the hash that identifies the block.
    pub fn hash(&self) -> BlockHash {
        BlockHash(sha256d(&self.encode()))
    }
}

/// The smallest transaction with an input and an output, in bytes (Core: `MIN_TRANSACTION_WEIGHT` / 4).
pub(super) const MIN_TRANSACTION: usize = 60;

/// Parses the next transaction of a block. One smaller than [`MIN_TRANSACTION`] is refused even inside a
/// block, so that a claimed number of transactions bounds the allocation for them.
pub(super) fn parse_transaction(reader: &mut Reader<'_>) -> Result<Transaction, WireError> {
    let tx = Transaction::parse_next(reader)?;
    let size = tx.raw().len();
    if size < MIN_TRANSACTION { Err(WireError::TransactionTooSmall(size)) } else { Ok(tx) }
}

/// A whole block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The header.
    pub header: BlockHeader,
    /// The hash of the header.
    pub hash: BlockHash,
    /// The serialized size, in bytes.
    pub size: u32,
    /// The transactions, the coinbase first.
    pub transactions: Vec<Transaction>,
}

impl Block {
    /// Parses a block that fills `raw`. Only the format is checked.
    ///
    /// # Errors
    /// [`WireError`] if `raw` is not a block.
    pub fn parse(raw: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(raw);
        let header = BlockHeader::decode(&reader.array()?);
        let count = reader.count(MIN_TRANSACTION)?;
        let mut transactions = Vec::with_capacity(count);
        for _ in 0..count {
            transactions.push(parse_transaction(&mut reader)?);
        }
        reader.finish()?;
        let size = u32::try_from(raw.len()).map_err(|_| WireError::TooLarge(raw.len() as u64))?;
        Ok(Self { header, hash: header.hash(), size, transactions })
    }

    /// Appends the serialized block to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header.encode());
        put_len(out, self.transactions.len());
        self.transactions.iter().for_each(|tx| out.extend_from_slice(tx.raw()));
    }
}
