//! mempulse inside the test process: its network, model and stream.

use super::mirror::{Mirror, Step};
use crate::PATIENCE;
use mempulse::Clock;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::Event;
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::{BootstrapMode, DEFAULT_BACKFILL, Driver, PeerChoice, Settings};
use mempulse::snapshot::{Snapshot, View};
use mempulse::stream::Stream;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// Without an event for this long, the watcher is up to date for now.
const QUIET: Duration = Duration::from_millis(40);

/// How often each peer is pinged, since the model notices the passing of time only through events.
const PINGS: Duration = Duration::from_millis(500);

/// Network and model, and the records of the stream so far.
pub struct Watcher {
    runtime: Runtime,
    network: Driver,
    model: Model,
    clock: Clock,
    stream: Stream,
    records: Vec<Value>,
    mirror: Mirror,
    /// How far the model's clock is ahead.
    ahead: Duration,
}

impl Watcher {
    /// Connects to these nodes, and waits for the handshakes. Earlier transactions and blocks remain unknown.
    pub fn of(peers: &[String]) -> Self {
        Self::with(peers, Settings::default())
    }

    /// Like [`of`](Self::of), but fetches past blocks and the mempool, as the program does.
    pub fn of_all(peers: &[String]) -> Self {
        let (bootstrap, backfill) = (BootstrapMode::Auto, DEFAULT_BACKFILL);
        Self::with(peers, Settings { bootstrap, backfill, ..Settings::default() })
    }

    fn with(peers: &[String], settings: Settings) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let choice =
            PeerChoice::Only(peers.iter().map(|peer| PeerAddress::parse(peer, 0).unwrap()).collect());
        let settings = Settings { network: Network::Regtest, choice, ping_interval: PINGS, ..settings };
        let (clock, network) = {
            let _guard = runtime.enter();
            let clock = Clock::start();
            (clock, Driver::start(settings, clock))
        };
        let model = Model::new(ModelSettings {
            network: Network::Regtest,
            demo: false,
            chosen_peers: true,
            max_mempool: 1 << 30,
            started: clock.now(),
        });
        let mut watcher = Self {
            runtime,
            network,
            model,
            clock,
            records: Vec::new(),
            stream: Stream::default(),
            mirror: Mirror::default(),
            ahead: Duration::ZERO,
        };
        // A node announces only what it accepts after the handshake is complete on its side too.
        watcher.run_until("the first pongs", |watcher| {
            let relaying: BTreeSet<_> =
                watcher.records("pong").map(|pong| pong["peer"].to_string()).collect();
            (relaying.len() < peers.len()).then(|| format!("{relaying:?}"))
        });
        watcher
    }

    /// Runs until `missing` returns `None`.
    pub fn run_until(&mut self, what: &str, mut missing: impl FnMut(&Self) -> Option<String>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(event) = self.next() {
                self.apply(event);
            }
            let Some(missing) = missing(self) else { return };
            assert!(Instant::now() < deadline, "timed out waiting for {what}: {missing}");
        }
    }

    /// The next event; `None` if none comes soon.
    fn next(&mut self) -> Option<Event> {
        let network = &mut self.network;
        self.runtime.block_on(async { timeout(QUIET, network.next()).await.ok() })
    }

    fn apply(&mut self, mut event: Event) {
        event.time = event.time + self.ahead;
        let outcome = self.model.apply(&event);
        for record in self.stream.records(&event, &self.model, &outcome) {
            let record = serde_json::to_value(record).unwrap();
            self.mirror.follow(&record);
            self.records.push(record);
        }
    }

    /// Moves the model's clock forward.
    pub fn let_pass(&mut self, time: Duration) {
        self.ahead += time;
    }

    /// Ends the step, and returns its changes.
    pub fn end_step(&mut self) -> Step {
        self.mirror.end_step()
    }

    /// The mempool as a reader of the stream knows it, by txid.
    pub fn mirror(&self) -> &BTreeSet<String> {
        self.mirror.mempool()
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The snapshot for `view`.
    pub fn snapshot(&self, view: &View) -> Snapshot {
        Snapshot::take(&self.model, view, self.clock.now() + self.ahead)
    }

    /// The height and the hash of the best block.
    pub fn tip(&self) -> Option<(u64, String)> {
        let tip = self.snapshot(&View::default()).totals.tip?;
        Some((u64::from(tip.height), tip.hash.to_string()))
    }

    /// The records called `name`.
    pub fn records<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.records.iter().filter(move |record| record["event"] == name)
    }
}
