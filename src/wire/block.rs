//! Blocks and their headers.

use super::{BlockHash, Transaction};

/// The 80 bytes that are hashed and chained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockHeader {
    /// Version and soft-fork signals (BIP9).
    pub version: i32,
    /// The block before this one.
    pub previous: BlockHash,
    /// The root of the tree over the txids.
    pub merkle_root: [u8; 32],
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// The target, in compact form.
    pub bits: u32,
    /// What the miner varied.
    pub nonce: u32,
}

/// A whole block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its header.
    pub header: BlockHeader,
    /// The hash of the header.
    pub hash: BlockHash,
    /// The serialized size, in bytes.
    pub size: u32,
    /// Its transactions, the coinbase first.
    pub transactions: Vec<Transaction>,
}
