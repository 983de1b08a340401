//! The vocabulary between the floors: events from the network, requests to it, and user commands.
//!
//! Every source of events uses it: live peers, the demo and recordings.

mod addresses;
mod bootstrap;
mod command;
mod os_error;
mod peer;
mod request;
mod restored;
mod seed;
mod sensor;
mod store_problem;
mod warning;
mod watch_target;

pub use addresses::{AddressCounts, AddressNetwork};
pub use bootstrap::{BootstrapProgress, TxSource};
pub use command::{AlertCommand, AlertId, Command, ReplayCommand};
pub use os_error::OsError;
pub use peer::disconnect::{
    DisconnectReason, KeyExchangeFailure, NoRoute, ProxyFailure, ProxyReply, Uselessness,
};
pub use peer::misbehaviour::{BlockFault, Misbehaviour};
pub use peer::traffic::{CommandTraffic, Direction, RecentMessage, Traffic};
pub use peer::{BlockAnnouncement, ConnectionKind, InvalidData, PeerEvent, PeerId, PeerInfo, Transport};
pub use request::Request;
pub use restored::{CatchUp, CatchUpFailure, CatchUpFrom, Knowledge, Restored, RestoredTx, Saved};
pub use seed::SeedFailure;
pub use sensor::{ClockOffset, SensorEvent, SensorId, SensorReport};
pub use store_problem::{Damage, Store, StoreFailure, StoreProblem};
pub use warning::{CommandFailure, Warning};
pub use watch_target::{MAX_TARGETS, TargetError, WatchKey, WatchTarget};

use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{Block, BlockHash, OutPoint};
use std::sync::Arc;

/// Something that happened, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// Something happened on the connection to one peer.
    Peer(PeerId, PeerEvent),
    /// A DNS seed answered, or did not.
    Seed {
        /// The seed's host name, or `built-in list`.
        name: String,
        /// The number of addresses.
        answer: Result<usize, SeedFailure>,
    },
    /// The number of known addresses changed; by network, at most every 10 s.
    Addresses(Vec<AddressCounts>),
    /// Something is wrong outside any connection.
    Warning(Warning),
    /// The system's wall clock was corrected, and is now ahead of event times by this offset.
    WallClock(WallOffset),
    /// The best known header chain has a new tip.
    Tip(Tip),
    /// A new block of the best chain was downloaded and checked.
    Block {
        /// The peer that delivered the block.
        peer: PeerId,
        /// Height of the block.
        height: u32,
        /// The block.
        block: Arc<Block>,
    },
    /// New blocks of the best chain have been missing for a few seconds; `None` once they arrive or leave the
    /// chain.
    MissingBlocks(Option<MissingBlocks>),
    /// A reorg disconnected these blocks from the best chain.
    BlocksDisconnected {
        /// Heights and hashes, newest first.
        blocks: Vec<(u32, BlockHash)>,
        /// The new tip of the best chain.
        tip: Tip,
    },
    /// A block from before startup was downloaded and checked; only its outputs are used.
    PastBlock {
        /// The peer that delivered the block.
        peer: PeerId,
        /// Height of the block.
        height: u32,
        /// The block.
        block: Arc<Block>,
    },
    /// The download of past blocks made progress. It has ended when `fetched + given_up == requested`.
    Backfill {
        /// Number of blocks downloaded so far.
        fetched: u32,
        /// Number of blocks in total.
        requested: u32,
        /// Number of blocks that no peer serves.
        given_up: u32,
    },
    /// The download of a whole mempool made progress; reported at most twice a second.
    Bootstrap(BootstrapProgress),
    /// A part of an earlier run's mempool was loaded.
    Restored(Restored),
    /// The download of the blocks since an earlier run made progress. The blocks arrive as
    /// [`EventKind::PastBlock`] in any order, or as [`EventKind::Block`].
    CatchUp(CatchUp),
    /// Block outputs that the next event's transaction spends or created (in which case it is in a block).
    /// The sender of the event knew these blocks; its receiver need not. They apply to the next event only.
    KnownOutputs(Vec<KnownOutput>),
    /// Something happened to a sensor that events come from.
    Sensor(SensorId, SensorEvent),
}

/// An output of a block, and its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownOutput {
    /// Which output.
    pub outpoint: OutPoint,
    /// Its value, in sat.
    pub value: u64,
}

/// The tip of the best chain.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tip {
    /// Hash of the block.
    pub hash: BlockHash,
    /// Height of the block.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
}

/// New blocks of the best chain whose headers are known but which have not arrived. Until they do,
/// transactions confirmed in them look unconfirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MissingBlocks {
    /// Height of the lowest missing block.
    pub height: u32,
    /// Hash of the lowest missing block.
    pub hash: BlockHash,
    /// The number of blocks from that one to the tip; later ones may be here and wait for it.
    pub count: u32,
    /// Since when the lowest missing block has been needed.
    pub since: Timestamp,
}
