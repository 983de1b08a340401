//! The user's choices about the network.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::p2p::addrman::table::SavedAddresses;
use crate::p2p::peer::{Routes, TransportChoice};
use crate::p2p::starting_point::StartingPoint;
use crate::wire::BlockHash;
use std::collections::HashSet;
use std::time::Duration;

/// The default number of past blocks to download: about one hour, 6 to 12 MB on mainnet. Many of the outputs
/// that transactions spend are younger than that.
pub const DEFAULT_BACKFILL: u32 = 6;

/// The most dials to discovered addresses in progress.
pub(in crate::p2p) const MAX_DIALS: usize = 8;

/// The most past blocks that may be downloaded: about four weeks, 4 to 8 GB on mainnet.
pub const MAX_BACKFILL: u32 = 4_032;

/// What the driver needs to join a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The network to join.
    pub network: Network,
    /// Which peers to dial.
    pub choice: PeerChoice,
    /// The routes by which peers may be reached.
    pub routes: Routes,
    /// Which transport to speak.
    pub transport: TransportChoice,
    /// The longest time from the open connection to `verack`.
    pub handshake_timeout: Duration,
    /// The time between two pings of ours.
    pub ping_interval: Duration,
    /// The longest time from a ping to its pong.
    pub ping_timeout: Duration,
    /// How long a request may stay unanswered before another peer is asked.
    pub request_timeout: Duration,
    /// Which peers are asked for the list of their whole mempool.
    pub bootstrap: BootstrapMode,
    /// How many blocks from before startup are downloaded, at most [`MAX_BACKFILL`].
    pub backfill: u32,
    /// Past blocks that need not be downloaded.
    pub known_blocks: HashSet<BlockHash>,
    /// The block after which headers are requested; `None`: a recent one of the network.
    pub start: Option<StartingPoint>,
}

/// Which peers are asked for the list of their whole mempool (BIP35).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BootstrapMode {
    /// Peers that offer it, by the service bit `NODE_BLOOM`.
    Auto,
    /// None.
    Off,
    /// As with `Auto`, and also manual peers that don't offer it. Core disconnects a peer that asks without
    /// permission.
    Force,
}

impl BootstrapMode {
    /// All modes, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Off, Self::Force];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Off => "off",
            Self::Force => "force",
        }
    }
}

/// Which peers to dial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerChoice {
    /// These peers and no others.
    Only(Vec<PeerAddress>),
    /// Peers found through the address manager.
    Discover(Discovery),
}

impl PeerChoice {
    /// How many connections may be open at the same time.
    pub fn connections(&self) -> usize {
        match self {
            Self::Only(peers) => peers.len(),
            Self::Discover(discovery) => discovery.peers + discovery.also.len() + MAX_DIALS,
        }
    }
}

/// How peers are found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discovery {
    /// How many peers to find.
    pub peers: usize,
    /// Manual peers, in addition to those found.
    pub also: Vec<PeerAddress>,
    /// Whether DNS seeds may be asked.
    pub dns: bool,
    /// The addresses that an earlier run saved.
    pub addresses: Option<SavedAddresses>,
}

impl Default for Discovery {
    fn default() -> Self {
        Self { peers: 8, also: Vec::new(), dns: true, addresses: None }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            network: Network::Mainnet,
            choice: PeerChoice::Discover(Discovery::default()),
            routes: Routes::default(),
            transport: TransportChoice::Auto,
            handshake_timeout: Duration::from_mins(1),
            ping_interval: Duration::from_secs(30),
            ping_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_mins(1),
            bootstrap: BootstrapMode::Off,
            backfill: 0,
            known_blocks: HashSet::new(),
            start: None,
        }
    }
}
