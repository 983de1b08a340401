//! Which peers are connected, according to the network's events.

use crate::support::{Monitor, START};
use futures_util::FutureExt;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{
    DisconnectReason, Event, EventKind, PeerEvent, PeerId, SeedFailure, StoreProblem, Warning,
};
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::{Discovery, PeerChoice, Settings};
use mempulse::{StoreSettings, Stores};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Settings on regtest that start with the peers `also` and find `peers` others.
pub fn search(also: Vec<PeerAddress>, peers: usize) -> Settings {
    let discovery = Discovery { peers, also, ..Discovery::default() };
    let choice = PeerChoice::Discover(discovery);
    Settings { network: Network::Regtest, choice, ..crate::support::settings(vec![]) }
}

/// The network, and what follows from its events.
pub struct Watch {
    monitor: Monitor,
    stores: Option<Stores>,
    addresses: HashMap<PeerId, PeerAddress>,
    live: BTreeSet<PeerAddress>,
    pub endings: Vec<(PeerAddress, DisconnectReason)>,
    pub addresses_received: usize,
    pub book_size: usize,
    pub seeds: Vec<(String, Result<usize, SeedFailure>)>,
    pub warnings: Vec<Warning>,
    pub problems: Vec<StoreProblem>,
}

impl Watch {
    pub fn start(settings: Settings) -> Self {
        Self::of(Monitor::start(settings))
    }

    /// Starts as the program does, with the addresses that an earlier run saved in `dir`.
    pub fn start_in(dir: &Path, mut settings: Settings) -> Self {
        let state = StoreSettings {
            state_dir: Some(dir),
            network: settings.network,
            addresses: true,
            prevout_blocks: 1,
            mempool: true,
            figures: true,
            screen: false,
        };
        let (mut stores, loaded) = Stores::load(state, START);
        let mut problems = Vec::new();
        while let Some(kind) = stores.next().now_or_never() {
            if let EventKind::Warning(Warning::Store(problem)) = kind {
                problems.push(problem);
            }
        }
        if let PeerChoice::Discover(discovery) = &mut settings.choice {
            discovery.addresses = loaded.addresses;
        }
        let watch = Self::start(settings);
        Self { stores: Some(stores), problems, ..watch }
    }

    pub fn of(monitor: Monitor) -> Self {
        Self {
            monitor,
            stores: None,
            addresses: HashMap::new(),
            live: BTreeSet::new(),
            endings: Vec::new(),
            addresses_received: 0,
            book_size: 0,
            seeds: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Follows the events until `done`.
    pub async fn until(&mut self, mut done: impl FnMut(&Self) -> bool) {
        while !done(self) {
            let event = self.monitor.next().await;
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        match event.kind {
            EventKind::Peer(id, PeerEvent::Dialling { address, .. }) => {
                self.addresses.insert(id, address);
            }
            EventKind::Peer(id, PeerEvent::Ready(_)) => {
                self.live.insert(self.addresses[&id].clone());
            }
            EventKind::Peer(id, PeerEvent::Disconnected { reason, .. }) => {
                let address = &self.addresses[&id];
                self.live.remove(address);
                self.endings.push((address.clone(), reason));
            }
            EventKind::Peer(_, PeerEvent::Addresses { count }) => self.addresses_received += count,
            EventKind::Addresses(sizes) => {
                self.book_size = sizes.iter().map(|size| size.untried + size.good + size.failing).sum();
            }
            EventKind::Seed { name, answer } => self.seeds.push((name, answer)),
            EventKind::Warning(warning) => self.warnings.push(warning),
            _ => {}
        }
    }

    pub fn live(&self) -> &BTreeSet<PeerAddress> {
        &self.live
    }

    pub async fn shutdown(self) {
        if let Some(stores) = self.stores {
            let model = Model::new(ModelSettings::new(Network::Regtest, START));
            let problems = stores.close(self.monitor.addresses(), &model, START).await;
            assert_eq!(problems, []);
        }
        self.monitor.shutdown().await;
    }
}
