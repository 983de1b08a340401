//! What peers can do wrong.

use crate::wire::block::BlockError;
use crate::wire::compact_block::ReconstructionError;
use crate::wire::transaction::TransactionError;
use crate::wire::{Command, WireError};

/// A violation of the protocol. Most of them are tolerated and counted, as in Core.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misbehaviour {
    /// A message had a wrong checksum and was dropped.
    #[error("bad checksum on {}", .0.name())]
    BadChecksum(Command),
    /// The payload of a message did not parse; the message was dropped.
    #[error("malformed {}: {why}", command.name())]
    Malformed {
        /// The message's command.
        command: Command,
        /// Why the payload did not parse.
        why: WireError,
    },
    /// A v2 packet without a command.
    #[error("message without a command")]
    NoCommand,
    /// A list is longer than the protocol allows.
    #[error("{} with {count} entries", command.name())]
    TooManyEntries {
        /// The message's command.
        command: Command,
        /// The number of entries.
        count: u64,
    },
    /// A message other than those of the handshake arrived before `verack`; the command is cleaned.
    #[error("{0} before the handshake is done")]
    BeforeHandshake(String),
    /// A message that belongs in the handshake arrived after it.
    #[error("{} after the handshake", .0.name())]
    AfterHandshake(Command),
    /// A second `version` message.
    #[error("second version message")]
    SecondVersion,
    /// A `pong` that answers none of our pings.
    #[error("pong without a ping")]
    UnexpectedPong,
    /// A transaction that was not requested from this peer.
    #[error("unrequested transaction")]
    UnrequestedTransaction,
    /// A block that was not requested from this peer.
    #[error("unrequested block")]
    UnrequestedBlock,
    /// A transaction that no block can contain.
    #[error("invalid transaction: {0}")]
    InvalidTransaction(TransactionError),
    /// A block or header that breaks a consensus rule, or a compact block that cannot be completed.
    #[error("invalid block: {0}")]
    InvalidBlock(BlockFault),
    /// More announcements than are tracked for one peer. Dropped ones are requested once any peer announces
    /// them again.
    #[error("too many announcements")]
    TooManyAnnouncements {
        /// The number of dropped announcements.
        dropped: usize,
    },
    /// A whole-mempool list that is longer than any mempool.
    #[error("mempool list too long")]
    MempoolListTooLong,
    /// A whole-mempool list that contains a transaction twice.
    #[error("mempool list repeats itself")]
    MempoolListRepeats,
    /// A whole-mempool list, most of which no peer serves.
    #[error("mempool list is made up")]
    MempoolListMadeUp,
}

/// Why a block, a header or a part of a compact block is rejected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlockFault {
    /// The block or header is invalid on its own.
    #[error(transparent)]
    Invalid(#[from] BlockError),
    /// A header does not follow the one before it in the same message.
    #[error("headers do not connect")]
    BrokenChain,
    /// `nBits` differ from what the difficulty rule demands (Core: `bad-diffbits`).
    #[error("wrong nBits {bits:08x} at height {height}")]
    WrongDifficulty {
        /// `nBits` of the header.
        bits: u32,
        /// Height of the header.
        height: u32,
    },
    /// A `blocktxn` does not complete its compact block.
    #[error(transparent)]
    Reconstruction(#[from] ReconstructionError),
}
