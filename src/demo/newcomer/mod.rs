//! What a newcomer to the demo sees, without sockets and in no time.

mod tests;

use super::mempool::Order;
use super::profile::Profile;
use super::session::Session;
use super::world::World;
use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::PeerId;
use crate::model::{Basis, Model, ModelSettings};
use crate::p2p::{Deed, Unplugged};
use crate::util::time::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

pub(super) const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// The demo and the program that watches it. Latency is what the profiles of the nodes say.
pub(super) struct Newcomer {
    pub(super) model: Model,
    pub(super) world: World,
    pub(super) now: Timestamp,
    network: Unplugged,
    seed: u64,
    addresses: Arc<[PeerAddress]>,
    sessions: BTreeMap<PeerId, Session>,
    deeds: VecDeque<Deed>,
}

impl Newcomer {
    /// Starts the demo with `nodes` nodes that never have trouble, and looks at it.
    pub(super) fn new(seed: u64, nodes: u8, world: World) -> Self {
        let address = |node| PeerAddress::from_socket((Ipv4Addr::new(127, 0, node, 1), 18_444).into());
        let addresses: Arc<[PeerAddress]> = (1..=nodes).map(address).collect();
        let mut settings = super::settings(addresses.to_vec());
        settings.network = Network::Regtest;
        let model =
            ModelSettings { demo: true, chosen_peers: true, ..ModelSettings::new(Network::Regtest, START) };
        Self {
            model: Model::new(model),
            world,
            now: START,
            network: Unplugged::new(settings, START),
            seed,
            addresses,
            sessions: BTreeMap::new(),
            deeds: VecDeque::new(),
        }
    }

    /// Lets time pass.
    pub(super) fn watch(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let deeds = self.network.timer(self.now);
            self.carry_out(deeds);
            let wakeups = self.sessions.values().filter_map(Session::next_wakeup);
            let deadline = self.network.deadline(self.now);
            let world = START + self.world.next_at() + Duration::from_micros(1);
            let next = wakeups.chain(deadline).chain([world]).min().unwrap_or(end);
            // At least a little passes, as on sockets.
            self.now = next.max(self.now + Duration::from_micros(100)).min(end);
            self.nodes_act();
        }
    }

    /// The nodes do what is due.
    fn nodes_act(&mut self) {
        let now = self.now;
        for news in self.world.advance(now.since(START)) {
            self.sessions.values_mut().for_each(|session| session.hear(now, news.clone()));
        }
        let mut messages = vec![];
        for (&peer, session) in &mut self.sessions {
            session.tick(now, &self.world);
            messages.extend(std::iter::from_fn(|| session.due(now)).map(|message| (peer, message)));
        }
        for (peer, message) in messages {
            let deeds = self.network.received(peer, message, now);
            self.carry_out(deeds);
        }
    }

    fn carry_out(&mut self, deeds: Vec<Deed>) {
        self.deeds.extend(deeds);
        while let Some(deed) = self.deeds.pop_front() {
            match deed {
                Deed::Dial(dial) => {
                    let Some(node) = self.addresses.iter().position(|known| *known == dial.address) else {
                        panic!("{dial:?}")
                    };
                    let profile = Arc::new(Profile::of(self.seed, node));
                    let addresses = Arc::clone(&self.addresses);
                    let session = Session::open(self.now, profile, self.seed, node as u64, addresses);
                    self.sessions.insert(dial.peer, session);
                    self.deeds.extend(self.network.opened(dial.peer, self.now));
                }
                Deed::Send(peer, message) => {
                    if let Some(session) = self.sessions.get_mut(&peer)
                        && session.receive(self.now, message, &self.world).is_break()
                    {
                        panic!("{peer:?} disconnected");
                    }
                }
                Deed::Close(peer) => panic!("{peer:?} was disconnected"),
                Deed::Report(event) => {
                    for request in self.model.apply(&event).requests {
                        self.network.request(request, self.now);
                    }
                }
            }
        }
    }
}
