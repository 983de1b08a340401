//! What `inv`, `getdata` and `notfound` list.

use super::{BlockHash, Txid, Wtxid};

/// The most entries of one `inv`, `getdata` or `notfound` (Core: `MAX_INV_SZ`).
pub const MAX_INVENTORY: usize = 50_000;

/// How a transaction was announced: by wtxid (BIP339) or by txid.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TxHash {
    /// Without the witness.
    Txid(Txid),
    /// With it.
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
    /// Any other kind: kept, so that it can be ignored by name.
    Unknown {
        /// The number that names the kind.
        kind: u32,
        /// What it names.
        hash: [u8; 32],
    },
}
