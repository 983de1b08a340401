//! Entries of `inv`, `getdata` and `notfound`.

use super::compact_size::put_len;
use super::{BlockHash, Reader, Txid, WireError, Wtxid};

/// The most entries of one `inv`, `getdata` or `notfound` (Core: `MAX_INV_SZ`).
pub const MAX_INVENTORY: usize = 50_000;

/// The id by which a transaction is announced: its wtxid (BIP339) or its txid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TxHash {
    /// By txid.
    Txid(Txid),
    /// By wtxid.
    Wtxid(Wtxid),
}

/// One entry: a kind and a hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Inventory {
    /// `MSG_TX` (1): a transaction by txid, in a request: without its witness.
    Tx(Txid),
    /// `MSG_WITNESS_TX` (0x40000001): a transaction by txid, with its witness (BIP144).
    WitnessTx(Txid),
    /// `MSG_WTX` (5): a transaction by wtxid (BIP339).
    Wtx(Wtxid),
    /// `MSG_BLOCK` (2): a block, in a request: without witnesses.
    Block(BlockHash),
    /// `MSG_WITNESS_BLOCK` (0x40000002): a block with witnesses (BIP144).
    WitnessBlock(BlockHash),
    /// `MSG_CMPCT_BLOCK` (4): a compact block (BIP152).
    CompactBlock(BlockHash),
    /// Any other kind, which is ignored.
    Unknown {
        /// The number of the kind.
        kind: u32,
        /// The hash.
        hash: [u8; 32],
    },
}

/// The numbers of the kinds (Core: `GetDataMsg`).
mod kind {
    pub const TX: u32 = 1;
    pub const BLOCK: u32 = 2;
    pub const COMPACT_BLOCK: u32 = 4;
    pub const WTX: u32 = 5;
    /// The flag that requests a transaction or block with its witnesses (BIP144).
    pub const WITNESS: u32 = 1 << 30;
    pub const WITNESS_TX: u32 = TX | WITNESS;
    pub const WITNESS_BLOCK: u32 = BLOCK | WITNESS;
}

impl Inventory {
    /// The length of an entry, in bytes: a kind and a hash.
    const SIZE: usize = 4 + 32;

    fn new(kind: u32, hash: [u8; 32]) -> Self {
        match kind {
            kind::TX => Self::Tx(Txid(hash)),
            kind::WITNESS_TX => Self::WitnessTx(Txid(hash)),
            kind::WTX => Self::Wtx(Wtxid(hash)),
            kind::BLOCK => Self::Block(BlockHash(hash)),
            kind::WITNESS_BLOCK => Self::WitnessBlock(BlockHash(hash)),
            kind::COMPACT_BLOCK => Self::CompactBlock(BlockHash(hash)),
            _ => Self::Unknown { kind, hash },
        }
    }

    fn parts(&self) -> (u32, &[u8; 32]) {
        match self {
            Self::Tx(txid) => (kind::TX, &txid.0),
            Self::WitnessTx(txid) => (kind::WITNESS_TX, &txid.0),
            Self::Wtx(wtxid) => (kind::WTX, &wtxid.0),
            Self::Block(hash) => (kind::BLOCK, &hash.0),
            Self::WitnessBlock(hash) => (kind::WITNESS_BLOCK, &hash.0),
            Self::CompactBlock(hash) => (kind::COMPACT_BLOCK, &hash.0),
            Self::Unknown { kind, hash } => (*kind, hash),
        }
    }

    pub(super) fn decode_list(reader: &mut Reader<'_>) -> Result<Vec<Self>, WireError> {
        let count = reader.count_up_to(MAX_INVENTORY, Self::SIZE)?;
        (0..count).map(|_| Ok(Self::new(reader.u32()?, reader.array()?))).collect()
    }

    pub(super) fn encode_list(list: &[Self], out: &mut Vec<u8>) {
        out.reserve(9 + list.len() * Self::SIZE);
        put_len(out, list.len());
        for (kind, hash) in list.iter().map(Self::parts) {
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(hash);
        }
    }
}
