//! What a peer's task reports to the node.

use crate::event::{DisconnectReason, PeerEvent};
use crate::wire::block::BlockError;
use crate::wire::message::KnownAddress;
use crate::wire::transaction::TransactionError;
use crate::wire::{Block, BlockHash, BlockHeader, BlockTransactions, CompactBlock, Inventory, Transaction};
use std::sync::Arc;

/// A report from a peer's task.
#[derive(Clone, PartialEq, Debug)]
pub enum PeerReport {
    /// Something that concerns this connection alone.
    Event(PeerEvent),
    /// A message that concerns more than this connection.
    Input(Input),
    /// The connection ended; nothing follows.
    Ended(DisconnectReason),
}

/// A message from a peer whose handshake is complete.
///
/// Checks that need nothing but the message itself (proof of work, merkle root, consensus limits of a
/// transaction) run in the peer's task, and their results accompany the payload.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// Another part of an incomplete message: the peer is in the middle of sending (see
    /// [`crate::p2p::peer`]).
    Receiving,
    /// `inv`.
    Inv(Vec<Inventory>),
    /// `notfound`.
    NotFound(Vec<Inventory>),
    /// `tx`, and whether any block could contain the transaction.
    Tx(Arc<Transaction>, Result<(), TransactionError>),
    /// `headers` with their hashes, or the first error among them.
    Headers(Result<Vec<(BlockHash, BlockHeader)>, BlockError>),
    /// `block`, and whether it is valid on its own.
    Block(Arc<Block>, Result<(), BlockError>),
    /// `sendcmpct` of the version in use (BIP152).
    SendCmpct,
    /// `cmpctblock` with its hash, or why its header is invalid.
    CompactBlock(Box<CompactBlock>, Result<BlockHash, BlockError>),
    /// `blocktxn`.
    BlockTxn(BlockTransactions),
    /// `addr` or `addrv2`.
    Addresses(Vec<KnownAddress>),
    /// `feefilter`, in sat/kvB (BIP133).
    FeeFilter(u64),
    /// `pong` with a nonce that is not the keepalive's.
    Pong(u64),
}
