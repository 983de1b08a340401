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

/// An address of a node, as gossiped in `addr` and `addrv2`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownAddress {
    /// When the node was last seen, in s since the UNIX epoch.
    pub time: u32,
    /// The services that the node is reported to offer.
    pub services: Services,
    /// The address of the node.
    pub address: PeerAddress,
}

/// A message in either direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// `version`: opens the handshake.
    Version(Version),
    /// `verack`: completes the handshake.
    Verack,
    /// `wtxidrelay`: asks for announcements by wtxid (BIP339).
    WtxidRelay,
    /// `sendaddrv2`: asks for `addrv2` instead of `addr` (BIP155).
    SendAddrV2,
    /// `ping`: asks for a `pong` with the same nonce (BIP31).
    Ping(u64),
    /// `pong`: answers a ping, with its nonce.
    Pong(u64),
    /// `inv`: announces transactions or blocks.
    Inv(Vec<Inventory>),
    /// `getdata`: requests transactions or blocks.
    GetData(Vec<Inventory>),
    /// `notfound`: answers a `getdata` for objects that the sender does not have.
    NotFound(Vec<Inventory>),
    /// `tx`: a transaction.
    Tx(Transaction),
    /// `feefilter`: asks for no announcements below this fee rate, in sat/kvB (BIP133).
    FeeFilter(u64),
    /// `getaddr`: requests addresses of nodes.
    GetAddr,
    /// `addr`: addresses of IP nodes.
    Addr(Vec<KnownAddress>),
    /// `addrv2`: addresses of nodes on any network (BIP155). Unknown networks are left out.
    AddrV2(Vec<KnownAddress>),
    /// `sendheaders`: asks for announcements of blocks by header (BIP130).
    SendHeaders,
    /// `sendcmpct`: negotiates compact blocks (BIP152).
    SendCmpct {
        /// Whether new blocks should be sent without a request (high-bandwidth mode).
        announce: bool,
        /// The version of compact blocks; 2 uses wtxids.
        version: u64,
    },
    /// `cmpctblock`: a block as short ids of its transactions (BIP152).
    CmpctBlock(CompactBlock),
    /// `getblocktxn`: requests transactions of a block (BIP152).
    GetBlockTxn(BlockTransactionsRequest),
    /// `blocktxn`: answers a `getblocktxn` (BIP152).
    BlockTxn(BlockTransactions),
    /// `getheaders`: requests the headers after the newest known block of a locator.
    GetHeaders {
        /// Block hashes from the tip back; at most [`MAX_LOCATOR`].
        locator: Vec<BlockHash>,
        /// The hash of the last requested header; all zero for as many as possible.
        stop: BlockHash,
    },
    /// `headers`: headers of blocks, oldest first.
    Headers(Vec<BlockHeader>),
    /// `block`: a block.
    Block(Block),
    /// `mempool`: asks for announcements of the whole mempool (BIP35).
    Mempool,
    /// Any other message; its payload is skipped.
    Unknown {
        /// The command, without control characters.
        command: String,
        /// The length of the payload, in bytes.
        length: u32,
    },
}

impl Message {
    /// Returns the name on the wire, without control characters.
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
