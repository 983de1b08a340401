//! What mempulse knows, seen from within: its network and its model in the test's own process.

use super::mirror::{Mirror, Step};
use crate::PATIENCE;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::Event;
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::{Driver, PeerChoice, Settings};
use mempulse::snapshot::{Snapshot, View};
use mempulse::stream;
use mempulse::util::clock::Clock;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// When nothing was heard for so long, what was said is taken in, for the time being.
const QUIET: Duration = Duration::from_millis(40);

/// How often each peer is pinged: the model must hear something to know that time passes.
const PINGS: Duration = Duration::from_millis(500);

/// Network and model, and what the stream would have told so far.
pub struct Watcher {
    runtime: Runtime,
    network: Driver,
    model: Model,
    clock: Clock,
    records: Vec<Value>,
    mirror: Mirror,
    /// How much later it is for the model than for everybody else.
    ahead: Duration,
}

impl Watcher {
    /// Connects to these nodes, and waits until it is.
    pub fn of(peers: &[String]) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let choice =
            PeerChoice::Only(peers.iter().map(|peer| PeerAddress::parse(peer, 0).unwrap()).collect());
        let settings =
            Settings { network: Network::Regtest, choice, ping_interval: PINGS, ..Settings::default() };
        let (clock, network) = {
            let _guard = runtime.enter();
            let clock = Clock::start();
            (clock, Driver::start(settings, clock))
        };
        let model = Model::new(ModelSettings {
            network: Network::Regtest,
            demo: false,
            listed_peers: true,
            max_mempool: 1 << 30,
            started: clock.now(),
        });
        let mut watcher = Self {
            runtime,
            network,
            model,
            clock,
            records: Vec::new(),
            mirror: Mirror::default(),
            ahead: Duration::ZERO,
        };
        watcher.run_until("the connections", |watcher| {
            (watcher.told("peer_connected").count() < peers.len()).then(|| "too few".to_owned())
        });
        watcher
    }

    /// Lets it run until nothing is missing any more, as `missing` has it.
    pub fn run_until(&mut self, what: &str, mut missing: impl FnMut(&Self) -> Option<String>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            while let Some(event) = self.hear() {
                self.apply(event);
            }
            let Some(missing) = missing(self) else { return };
            assert!(Instant::now() < deadline, "waited in vain for {what}: {missing}");
        }
    }

    /// The next event; `None` when it is quiet.
    fn hear(&mut self) -> Option<Event> {
        let network = &mut self.network;
        self.runtime.block_on(async { timeout(QUIET, network.next()).await.ok() })
    }

    fn apply(&mut self, mut event: Event) {
        event.time = event.time + self.ahead;
        let outcome = self.model.apply(&event);
        for record in stream::records(&event, &self.model, &outcome) {
            let record = serde_json::to_value(record).unwrap();
            self.mirror.hear(&record);
            self.records.push(record);
        }
    }

    /// Lets so much time pass for the model, at once.
    pub fn let_pass(&mut self, time: Duration) {
        self.ahead += time;
    }

    /// What the stream told since this was last called.
    pub fn end_step(&mut self) -> Step {
        self.mirror.end_step()
    }

    /// What the stream's reader believes to be in the mempool, by txid.
    pub fn mirror(&self) -> &BTreeSet<String> {
        self.mirror.held()
    }

    /// What is known.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The height and the hash of the best block.
    pub fn tip(&self) -> Option<(u64, String)> {
        let tip = Snapshot::take(&self.model, &View::default(), self.clock.now() + self.ahead).totals.tip?;
        Some((u64::from(tip.height), tip.hash.to_string()))
    }

    /// The records of one name.
    pub fn told<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.records.iter().filter(move |record| record["event"] == name)
    }
}
