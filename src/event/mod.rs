//! Everything that can happen: the one vocabulary.
//!
//! A live network, the demo, and whatever may feed the model one day speak it.

mod book;
mod disconnect;
mod os_error;
mod request;
mod store_problem;
mod traffic;
mod watch_target;

pub use book::{AddressNetwork, BookSize};
pub use disconnect::{DisconnectReason, Misbehaviour, Uselessness};
pub use os_error::OsError;
pub use request::Request;
pub use store_problem::{Damage, Store, StoreFailure, StoreProblem};
pub use traffic::{CommandTraffic, Direction, Said, Traffic};
pub use watch_target::{MAX_TARGETS, Target, TargetError, Watched};

use crate::address::PeerAddress;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, Services, Transaction, TxHash};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Names an address that is or was dialled; it stays the same over redials.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerId(pub u64);

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// It concerns one peer.
    Peer(PeerId, PeerEvent),
    /// A DNS seed was asked.
    Seed {
        /// Its name.
        name: String,
        /// How many addresses it gave, or why none (one line).
        answer: Result<usize, String>,
    },
    /// How many addresses the address book holds, by network; told when it changed, now and then.
    AddressBook(Vec<BookSize>),
    /// Something outside of any peer is wrong: one line, for the user.
    Warning(String),
    /// The best chain that we know has a new end.
    Tip(Tip),
    /// A block of the best chain was fetched and checked.
    Block {
        /// Who delivered it.
        peer: PeerId,
        /// Its height.
        height: u32,
        /// The block.
        block: Arc<Block>,
    },
    /// These blocks are no longer in the best chain, newest first: a better one forks off before them.
    Disconnected {
        /// Their heights and hashes.
        blocks: Vec<(u32, BlockHash)>,
    },
    /// A block from before the watch began was fetched and checked, for what its outputs tell.
    PastBlock {
        /// Who delivered it.
        peer: PeerId,
        /// Its height.
        height: u32,
        /// The block.
        block: Arc<Block>,
    },
    /// The user wants to know what happens with it.
    Watch(Target),
    /// The user does not want to know any more.
    Unwatch(Target),
    /// How far the fetching of past blocks is.
    Backfill {
        /// Blocks that are here.
        fetched: u32,
        /// Blocks in all.
        wanted: u32,
        /// Blocks that nobody serves. With `fetched` they are all when it is over.
        given_up: u32,
    },
}

/// The end of the best chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tip {
    /// Its hash.
    pub hash: BlockHash,
    /// Its height.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
}

/// What happened with one peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerEvent {
    /// A connection is being opened.
    Dialling {
        /// Where to.
        address: PeerAddress,
        /// How many attempts in a row, this one included.
        attempt: u32,
    },
    /// The connection is open; the handshake begins.
    Connected {
        /// The format of the bytes.
        transport: Transport,
    },
    /// The handshake is done.
    Ready(Box<PeerInfo>),
    /// We sent a ping and wait for its pong.
    Pinged,
    /// The pong came.
    Pong {
        /// From our ping to its pong.
        rtt: Duration,
    },
    /// The peer has transactions. Only the ones that are worth keeping are listed: those that we
    /// know, and those that we will ask somebody for.
    Announced {
        /// Which, in the order of the announcement.
        txs: Vec<TxHash>,
        /// The number of entries in the announcement.
        count: usize,
    },
    /// The peer has a block.
    BlockAnnounced {
        /// Which.
        hash: BlockHash,
        /// How it said so.
        by: BlockAnnouncement,
    },
    /// We asked the peer for transactions.
    Requested {
        /// How many.
        count: usize,
    },
    /// A transaction that we had asked for came, and is well-formed.
    Transaction {
        /// It.
        tx: Arc<Transaction>,
        /// From our `getdata` to its arrival.
        answered_after: Duration,
    },
    /// A transaction that we had asked for by its txid came: the unconfirmed parent of another, which
    /// nobody had announced to us.
    Parent {
        /// It.
        tx: Arc<Transaction>,
    },
    /// The peer does not have transactions that it announced.
    NotFound {
        /// How many.
        count: usize,
    },
    /// We gave up waiting for transactions that we had asked for.
    RequestTimedOut {
        /// How many.
        count: usize,
    },
    /// The peer wants nothing below this fee rate.
    FeeFilter {
        /// In sat/kvB.
        sat_per_kvb: u64,
    },
    /// The peer told addresses of others.
    Addresses {
        /// How many.
        count: usize,
    },
    /// The peer did something odd that costs it nothing.
    Tolerated(Misbehaviour),
    /// What went over the wire since the last such event.
    Traffic(Box<Traffic>),
    /// The connection, or the attempt at one, ended.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
        /// When it is dialled again; `None`: never, it was dropped from the list.
        retry_at: Option<Timestamp>,
    },
}

/// How a peer says that it has a block. What is compared in time must be of one kind: they differ in
/// length, and a node sends one kind before it has checked the block and another after.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BlockAnnouncement {
    /// By its name, in an `inv`.
    Inv,
    /// By its header (BIP130).
    Headers,
    /// By a compact block that nobody asked for: high-bandwidth mode (BIP152).
    Compact,
}

/// The format of the bytes on a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// Plain.
    V1,
    /// Encrypted (BIP324).
    V2 {
        /// Names the session; both ends know it.
        session_id: [u8; 32],
    },
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V1 => f.write_str("v1"),
            Self::V2 { .. } => f.write_str("v2"),
        }
    }
}

/// What a peer says of itself in the handshake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerInfo {
    /// Its protocol version.
    pub version: i32,
    /// What it offers.
    pub services: Services,
    /// Its software, cleaned (see [`crate::util::text::clean`]).
    pub user_agent: String,
    /// The height of its best block when it connected.
    pub start_height: i32,
    /// Whether it takes part in the relay of transactions; if not, it is a blocks-only peer.
    pub relay: bool,
    /// Its clock minus ours, in s, by the time stamp in its `version`.
    pub clock_offset: i64,
    /// Whether it announces by wtxid (BIP339).
    pub wtxid_relay: bool,
}
