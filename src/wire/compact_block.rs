//! Compact blocks (BIP152): blocks as short ids of transactions that the receiver probably has.

mod partial;
#[cfg(test)]
mod tests;

pub use partial::{PartialBlock, ReconstructionError};

use super::block::{MIN_TRANSACTION, parse_transaction};
use super::compact_size::{put, put_len};
use super::{BlockHash, BlockHeader, Reader, Transaction, WireError, Wtxid};
use crate::chain::limits::MAX_BLOCK_WEIGHT;
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher24;

/// The most transactions of a block, from its weight limit and the smallest transaction.
pub const MAX_TRANSACTIONS: usize = MAX_BLOCK_WEIGHT as usize / (4 * MIN_TRANSACTION);

/// The only version of compact blocks in use: short ids are made of wtxids.
pub const VERSION: u64 = 2;

/// Identifies a transaction within one compact block, in 48 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ShortId(u64);

impl ShortId {
    const SIZE: usize = 6;

    fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut bytes = [0; 8];
        bytes[..Self::SIZE].copy_from_slice(reader.bytes(Self::SIZE)?);
        Ok(Self(u64::from_le_bytes(bytes)))
    }

    fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes()[..Self::SIZE]);
    }
}

/// Computes the short ids of one compact block. The key differs per sender, so transactions cannot be crafted
/// to collide everywhere.
#[derive(Clone, Debug)]
pub struct ShortIds(SipHasher24);

impl ShortIds {
    /// Returns the ids for the compact block of `header` with `nonce`.
    pub fn new(header: &BlockHeader, nonce: u64) -> Self {
        let hash = Sha256::new().chain_update(header.encode()).chain_update(nonce.to_le_bytes()).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Self(SipHasher24::new_with_key(&key))
    }

    /// Returns the short id of the transaction with this wtxid.
    pub fn of(&self, wtxid: Wtxid) -> ShortId {
        ShortId(self.0.hash(&wtxid.0) & 0xffff_ffff_ffff)
    }
}

/// A `cmpctblock`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CompactBlock {
    /// The header of the block.
    pub header: BlockHeader,
    /// The sender's part of the key of the short ids.
    pub nonce: u64,
    /// The short ids of all transactions that are not in `prefilled`, in the block's order.
    pub short_ids: Vec<ShortId>,
    /// Transactions that the receiver is unlikely to have, by ascending index; at least the coinbase. Every
    /// index lies within the block.
    pub prefilled: Vec<Prefilled>,
}

/// A transaction and its index in the block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prefilled {
    /// The index in the block.
    pub index: u16,
    /// The transaction.
    pub tx: Transaction,
}

impl CompactBlock {
    /// Returns the compact form of a block, as Core sends it: with the coinbase prefilled.
    pub fn of(header: BlockHeader, nonce: u64, transactions: &[Transaction]) -> Self {
        let short_ids = ShortIds::new(&header, nonce);
        Self {
            header,
            nonce,
            short_ids: transactions.iter().skip(1).map(|tx| short_ids.of(tx.wtxid())).collect(),
            prefilled: transactions
                .first()
                .map(|coinbase| Prefilled { index: 0, tx: coinbase.clone() })
                .into_iter()
                .collect(),
        }
    }

    /// Returns the number of transactions of the block.
    pub fn transaction_count(&self) -> usize {
        self.short_ids.len() + self.prefilled.len()
    }

    /// Decodes the payload of a `cmpctblock`. The prefilled transactions share its bytes.
    pub(super) fn decode(raw: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(raw);
        let header = BlockHeader::decode(&reader.array()?);
        let nonce = reader.u64()?;
        let count = reader.count_up_to(MAX_TRANSACTIONS, ShortId::SIZE)?;
        let short_ids = (0..count).map(|_| ShortId::decode(&mut reader)).collect::<Result<Vec<_>, _>>()?;
        let count = reader.count_up_to(MAX_TRANSACTIONS - short_ids.len(), 1 + MIN_TRANSACTION)?;
        let mut prefilled = Vec::with_capacity(count);
        let mut indexes = Indexes::default();
        for before in 0..count {
            let index = indexes.decode(&mut reader)?;
            // Every transaction before it is prefilled or has a short id (Core: `InitData`).
            if usize::from(index) > short_ids.len() + before {
                return Err(WireError::IndexOutOfBlock(index));
            }
            prefilled.push(Prefilled { index, tx: parse_transaction(&mut reader)? });
        }
        if short_ids.is_empty() && prefilled.is_empty() {
            return Err(WireError::EmptyBlock);
        }
        Ok(Self { header, nonce, short_ids, prefilled })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header.encode());
        out.extend_from_slice(&self.nonce.to_le_bytes());
        put_len(out, self.short_ids.len());
        self.short_ids.iter().for_each(|id| id.encode(out));
        put_len(out, self.prefilled.len());
        let mut indexes = Indexes::default();
        for Prefilled { index, tx } in &self.prefilled {
            indexes.encode(*index, out);
            out.extend_from_slice(tx.raw());
        }
    }
}

/// A `getblocktxn`: requests some transactions of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockTransactionsRequest {
    /// The hash of the block.
    pub hash: BlockHash,
    /// The indexes of the transactions, ascending.
    pub indexes: Vec<u16>,
}

impl BlockTransactionsRequest {
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let hash = BlockHash(reader.array()?);
        let count = reader.count_up_to(MAX_TRANSACTIONS, 1)?;
        let mut indexes = Indexes::default();
        let indexes = (0..count).map(|_| indexes.decode(reader)).collect::<Result<_, _>>()?;
        Ok(Self { hash, indexes })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.hash.0);
        put_len(out, self.indexes.len());
        let mut indexes = Indexes::default();
        self.indexes.iter().for_each(|&index| indexes.encode(index, out));
    }
}

/// A `blocktxn`: the answer to a `getblocktxn`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockTransactions {
    /// The hash of the block.
    pub hash: BlockHash,
    /// The transactions, in the order of the request.
    pub transactions: Vec<Transaction>,
}

impl BlockTransactions {
    /// Decodes the payload of a `blocktxn`.
    pub(super) fn decode(raw: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(raw);
        let hash = BlockHash(reader.array()?);
        let count = reader.count_up_to(MAX_TRANSACTIONS, MIN_TRANSACTION)?;
        let mut transactions = Vec::with_capacity(count);
        for _ in 0..count {
            transactions.push(parse_transaction(&mut reader)?);
        }
        Ok(Self { hash, transactions })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.hash.0);
        put_len(out, self.transactions.len());
        self.transactions.iter().for_each(|tx| out.extend_from_slice(tx.raw()));
    }
}

/// Ascending indexes, each written as the gap to the previous one.
#[derive(Default)]
struct Indexes {
    /// The lowest possible next index.
    next: u32,
}

impl Indexes {
    fn decode(&mut self, reader: &mut Reader<'_>) -> Result<u16, WireError> {
        let index = reader.compact_size()?.saturating_add(self.next.into());
        let index = u16::try_from(index).map_err(|_| WireError::IndexTooLarge(index))?;
        self.next = u32::from(index) + 1;
        Ok(index)
    }

    fn encode(&mut self, index: u16, out: &mut Vec<u8>) {
        put(out, u64::from(index).saturating_sub(self.next.into()));
        self.next = u32::from(index) + 1;
    }
}
