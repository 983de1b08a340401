//! Who is live, by what the manager tells.

use crate::support::Monitor;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId, SeedFailure, Warning};
use mempulse::p2p::{Discovery, PeerChoice, Settings};
use std::collections::{BTreeSet, HashMap};

/// A search on regtest that starts with these peers and finds as many others.
pub fn search(also: Vec<PeerAddress>, peers: usize) -> Settings {
    let discovery = Discovery { peers, also, ..Discovery::default() };
    let choice = PeerChoice::Discover(discovery);
    Settings { network: Network::Regtest, choice, ..crate::support::settings(vec![]) }
}

/// A manager, and what follows from its events.
pub struct Watch {
    monitor: Monitor,
    addresses: HashMap<PeerId, PeerAddress>,
    live: BTreeSet<PeerAddress>,
    pub endings: Vec<(PeerAddress, DisconnectReason)>,
    pub told: usize,
    pub book_size: usize,
    pub seeds: Vec<(String, Result<usize, SeedFailure>)>,
    pub warnings: Vec<Warning>,
}

impl Watch {
    pub fn start(settings: Settings) -> Self {
        Self::of(Monitor::start(settings))
    }

    pub fn of(monitor: Monitor) -> Self {
        Self {
            monitor,
            addresses: HashMap::new(),
            live: BTreeSet::new(),
            endings: Vec::new(),
            told: 0,
            book_size: 0,
            seeds: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Follows events until `done`.
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
            EventKind::Peer(_, PeerEvent::Addresses { count }) => self.told += count,
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
        self.monitor.shutdown().await;
    }
}
