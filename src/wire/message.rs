//! The messages that this program understands.

use super::{
    Block, BlockHash, BlockHeader, BlockTransactions, BlockTransactionsRequest, Command, CompactBlock,
    Inventory, Services, Transaction, Version,
};
use crate::address::PeerAddress;

/// The most addresses in one `addr` or `addrv2` (Core: `MAX_ADDR_TO_SEND`, BIP155).
pub const MAX_ADDRESSES: usize = 1_000;

/// The most headers in one `headers` (Core: `MAX_HEADERS_RESULTS`).
pub const MAX_HEADERS: usize = 2_000;

/// The most hashes in a block locator (Core: `MAX_LOCATOR_SZ`).
pub const MAX_LOCATOR: usize = 101;

/// A node that somebody knows of (`addr`, `addrv2`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownAddress {
    /// When it was last seen, in s since the UNIX epoch.
    pub time: u32,
    /// What it is said to offer.
    pub services: Services,
    /// Where it is.
    pub address: PeerAddress,
}

/// A message, either way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// The first message of each side.
    Version(Version),
    /// The handshake's end.
    Verack,
    /// Transactions by wtxid, please (BIP339).
    WtxidRelay,
    /// `addrv2` instead of `addr`, please (BIP155).
    SendAddrV2,
    /// Are you there? (BIP31)
    Ping(u64),
    /// I am, with the ping's nonce.
    Pong(u64),
    /// I have these.
    Inv(Vec<Inventory>),
    /// Give me these.
    GetData(Vec<Inventory>),
    /// I don't have these.
    NotFound(Vec<Inventory>),
    /// A transaction.
    Tx(Transaction),
    /// Announce nothing below this fee rate, in sat/kvB (BIP133).
    FeeFilter(u64),
    /// Tell me some addresses.
    GetAddr,
    /// Some addresses.
    Addr(Vec<KnownAddress>),
    /// Some addresses of any network (BIP155). Networks that we don't know are left out.
    AddrV2(Vec<KnownAddress>),
    /// Announce blocks by their headers, please (BIP130).
    SendHeaders,
    /// Compact blocks, please (BIP152).
    SendCmpct {
        /// Whether new blocks should come unasked (high-bandwidth mode).
        announce: bool,
        /// The encoding; 2 is the one with wtxids.
        version: u64,
    },
    /// A block by the short names of its transactions (BIP152).
    CmpctBlock(CompactBlock),
    /// Some transactions of a block, please (BIP152).
    GetBlockTxn(BlockTransactionsRequest),
    /// Some transactions of a block (BIP152).
    BlockTxn(BlockTransactions),
    /// Headers after the newest of these that you know.
    GetHeaders {
        /// Block hashes from the tip back; at most [`MAX_LOCATOR`].
        locator: Vec<BlockHash>,
        /// The last one that is wanted; all zero for as many as possible.
        stop: BlockHash,
    },
    /// Headers, oldest first.
    Headers(Vec<BlockHeader>),
    /// A block.
    Block(Block),
    /// Announce your whole mempool (BIP35).
    Mempool,
    /// Anything else: skipped whole.
    Unknown {
        /// The command, cleaned of control characters.
        command: String,
        /// The payload's length, in bytes.
        length: u32,
    },
}

impl Message {
    /// The name on the wire; cleaned, if it is not one of ours.
    pub fn command(&self) -> &str {
        let command = match self {
            Self::Version(_) => Command::Version,
            Self::Verack => Command::Verack,
            Self::WtxidRelay => Command::WtxidRelay,
            Self::SendAddrV2 => Command::SendAddrV2,
            Self::Ping(_) => Command::Ping,
            Self::Pong(_) => Command::Pong,
            Self::Inv(_) => Command::Inv,
            Self::GetData(_) => Command::GetData,
            Self::NotFound(_) => Command::NotFound,
            Self::Tx(_) => Command::Tx,
            Self::FeeFilter(_) => Command::FeeFilter,
            Self::GetAddr => Command::GetAddr,
            Self::Addr(_) => Command::Addr,
            Self::AddrV2(_) => Command::AddrV2,
            Self::SendHeaders => Command::SendHeaders,
            Self::SendCmpct { .. } => Command::SendCmpct,
            Self::CmpctBlock(_) => Command::CmpctBlock,
            Self::GetBlockTxn(_) => Command::GetBlockTxn,
            Self::BlockTxn(_) => Command::BlockTxn,
            Self::GetHeaders { .. } => Command::GetHeaders,
            Self::Headers(_) => Command::Headers,
            Self::Block(_) => Command::Block,
            Self::Mempool => Command::Mempool,
            Self::Unknown { command, .. } => return command,
        };
        command.name()
    }
}
