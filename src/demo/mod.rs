//! A small Bitcoin network of real nodes on loopback sockets, to try everything without the internet.
//!
//! ```text
//! coins ─▶ mempool ─▶ chain ─┐
//!                            world ══ broadcast ══▶ session ◀─▶ node ◀─▶ door (socket)
//!                                                   profile        ▲
//!                                                              scenario
//! ```
//!
//! | module | what it contains |
//! |---|---|
//! | `coins` | recipes for transactions: which coins they spend, of what kind and age, for which fee |
//! | `script` | scripts that lock and unlock coins |
//! | `mempool` | unconfirmed transactions, and the orders in which nodes list them and blocks take them |
//! | `chain` | blocks and headers, mined here |
//! | `ledger` | what all nodes share |
//! | `world` | the demo's implementation of that, with the times of events |
//! | `profile` | kinds of nodes |
//! | `scenario` | troubles of nodes |
//! | `session` | the node's side of a connection, as a state machine |
//! | `node`, `door` | sessions on sockets |
//! | `place` | a simulated place far from the nodes |
//!
//! The same seed gives the same transactions, blocks and scenario. Whatever depends on thread scheduling
//! still differs: ports, and which node announces first.

mod chain;
mod coins;
mod door;
mod ledger;
mod mempool;
#[cfg(test)]
mod newcomer;
mod node;
mod place;
mod profile;
mod random;
#[cfg(test)]
mod rehearsal;
mod scenario;
mod script;
mod session;
#[cfg(test)]
mod simulation;
mod world;

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::p2p::{BootstrapMode, PeerChoice, Settings, TransportChoice};
use crate::util::clock::Clock;
use door::Door;
use node::{Node, Shared};
use profile::Profile;
use scenario::Scenario;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use world::World;

/// The most nodes of a demo.
pub const MAX_PEERS: usize = 1_000;

/// The most simulated places.
pub const MAX_PLACES: u8 = 8;

/// The most transactions per second.
pub const MAX_RATE: f64 = 1_000.0;

/// The fewest transactions per second.
pub const MIN_RATE: f64 = 0.01;

/// The number of transactions in the mempool at the start, which stays roughly constant.
const UNCONFIRMED: usize = 10_000;

/// How many of the latest blocks are fetched. There is one a minute, so that, as on other networks, this is
/// an hour's worth.
const BACKFILL: u32 = 60;

/// How many announcements a connection may lag behind before it misses some.
const NEWS: usize = 4_096;

/// Time limit for a shutdown.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// The settings of the demo.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DemoSettings {
    /// The number of nodes, 1 to [`MAX_PEERS`]. Each needs about three open files.
    pub peers: usize,
    /// Transactions per second, [`MIN_RATE`] to [`MAX_RATE`].
    pub rate: f64,
    /// The seed to repeat a demo; `None`: a random one.
    pub seed: Option<u64>,
}

impl Default for DemoSettings {
    fn default() -> Self {
        Self { peers: 8, rate: 7.0, seed: None }
    }
}

/// Why the demo cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The number of nodes is out of bounds.
    #[error("invalid number of peers {0}: must be 1 to {MAX_PEERS}")]
    Peers(usize),
    /// The rate of transactions is out of bounds or not a number.
    #[error("invalid rate of {0} transactions per second: must be {MIN_RATE} to {MAX_RATE}")]
    Rate(f64),
    /// A node cannot listen.
    #[error("node {number} of {peers} cannot listen (each needs about three open files): {error}")]
    Listen {
        /// The number of the node, from 1.
        number: usize,
        /// The number of nodes.
        peers: usize,
        /// The error of the system.
        error: io::Error,
    },
    /// The program ended before the demo had started.
    #[error("interrupted: {0}")]
    Interrupted(#[from] JoinError),
}

/// A running demo, which stops when dropped.
#[derive(Debug)]
pub struct Demo {
    seed: u64,
    addresses: Arc<[PeerAddress]>,
    sockets: Vec<SocketAddr>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Demo {
    /// Starts the nodes. All of them are listening when this returns.
    ///
    /// # Errors
    /// [`DemoError`] if a setting is out of bounds or the system allows no more sockets.
    pub async fn start(settings: DemoSettings) -> Result<Self, DemoError> {
        let DemoSettings { peers, rate, seed } = settings;
        if !(1..=MAX_PEERS).contains(&peers) {
            return Err(DemoError::Peers(peers));
        }
        if !(MIN_RATE..=MAX_RATE).contains(&rate) {
            return Err(DemoError::Rate(rate));
        }
        let seed = seed.unwrap_or_else(rand::random);
        let mut doors = Vec::with_capacity(peers);
        for number in 0..peers {
            let door = Door::of(seed, number);
            let door = door.and_then(|door| Ok((door.address()?, door)));
            doors.push(door.map_err(|error| DemoError::Listen { number: number + 1, peers, error })?);
        }
        let addresses: Arc<[_]> =
            doors.iter().map(|(address, _)| PeerAddress::from_socket(*address)).collect();
        let sockets = doors.iter().map(|(address, _)| *address).collect();
        let clock = Clock::start();
        let started = clock.now();
        let unix_time = u32::try_from(started.as_secs()).unwrap_or(u32::MAX);
        // Making the history takes some computing.
        let world =
            tokio::task::spawn_blocking(move || World::new(seed, rate, UNCONFIRMED, unix_time)).await?;
        let shared = Arc::new(Shared {
            world: RwLock::new(world),
            news: broadcast::channel(NEWS).0,
            clock,
            started,
            seed,
            scenario: Scenario::new(seed, peers),
            addresses: Arc::clone(&addresses),
        });
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for (number, (address, door)) in doors.into_iter().enumerate() {
            let profile = Arc::new(Profile::of(seed, number));
            let node = Arc::new(Node { number, address, profile, shared: Arc::clone(&shared) });
            let stop = stop.clone();
            let life = node.run(door, tasks.clone(), stop.clone());
            tasks.spawn(async move { stop.run_until_cancelled(life).await });
        }
        let ends = stop.clone();
        tasks.spawn(async move { ends.run_until_cancelled(shared.live()).await });
        Ok(Self { seed, addresses, sockets, tasks, stop })
    }

    /// Returns the addresses of the nodes.
    pub fn addresses(&self) -> Vec<PeerAddress> {
        self.addresses.to_vec()
    }

    /// Returns the seed that repeats this demo.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the network settings for this demo: these peers and no others. Pings are more frequent than
    /// usual, so that late and frozen nodes are noticed soon.
    pub fn settings(&self) -> Settings {
        settings(self.addresses())
    }

    /// Returns the network settings for place `number`, with a one-way latency of `way` to each node.
    ///
    /// # Errors
    /// The system allows no more sockets: a port for each node, and both ends of two connections.
    pub fn settings_at(&self, number: usize, way: Duration) -> io::Result<Settings> {
        Ok(settings(place::open(
            &self.sockets,
            way,
            (self.seed, (number + 1) * MAX_PEERS),
            &self.tasks,
            &self.stop,
        )?))
    }

    /// Stops the nodes and waits for them to close their sockets, at most 2 s.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(SHUTDOWN, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "the demo did not end in time");
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// See [`Demo::settings`].
pub(crate) fn settings(addresses: Vec<PeerAddress>) -> Settings {
    Settings {
        network: Network::Regtest,
        choice: PeerChoice::Only(addresses),
        // The nodes support no other transport.
        transport: TransportChoice::V1,
        handshake_timeout: Duration::from_secs(20),
        ping_interval: Duration::from_secs(10),
        ping_timeout: Duration::from_secs(15),
        request_timeout: Duration::from_secs(10),
        bootstrap: BootstrapMode::Auto,
        backfill: BACKFILL,
        ..Settings::default()
    }
}
