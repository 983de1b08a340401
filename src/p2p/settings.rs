//! What the user may choose about the network.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::p2p::addrman::table::SavedAddresses;
use crate::p2p::peer::{Routes, TransportChoice};
use crate::wire::BlockHash;
use std::collections::HashSet;
use std::time::Duration;

/// How many past blocks are fetched unless the user says otherwise: those of about an hour, which
/// together are 6 to 12 MB on mainnet. Much of what is spent is younger than that.
pub const DEFAULT_BACKFILL: u32 = 6;

/// The most past blocks that may be wanted: those of four weeks, 4 to 8 GB on mainnet.
pub const MAX_BACKFILL: u32 = 4_032;

/// How peers are found and treated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Which network to join.
    pub network: Network,
    /// Whom to dial.
    pub choice: PeerChoice,
    /// By which ways they may be reached.
    pub routes: Routes,
    /// Which transport to speak.
    pub transport: TransportChoice,
    /// How long a handshake may take, from the open connection to `verack`.
    pub handshake_timeout: Duration,
    /// The time between two pings of ours.
    pub ping_interval: Duration,
    /// How long a pong may take.
    pub ping_timeout: Duration,
    /// How long a requested transaction may take before another announcer is asked.
    pub request_timeout: Duration,
    /// Whether peers that offer BIP35 are asked for their whole mempool once.
    pub bootstrap: bool,
    /// How many of the last blocks from before the watch are fetched, at most [`MAX_BACKFILL`].
    pub backfill: u32,
    /// Those of them that need not be fetched.
    pub known_blocks: HashSet<BlockHash>,
}

/// Whom to dial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerChoice {
    /// These and no others.
    Only(Vec<PeerAddress>),
    /// Whoever can be found.
    Discover(Discovery),
}

/// How peers are found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discovery {
    /// How many are wanted.
    pub peers: usize,
    /// These are kept besides.
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
            bootstrap: false,
            backfill: 0,
            known_blocks: HashSet::new(),
        }
    }
}
