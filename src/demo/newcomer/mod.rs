//! What a newcomer to the demo, or to any other nodes, sees: without sockets, in simulated time.

mod tests;

use super::ledger::Ledger;
use super::profile::Profile;
use super::session::Session;
use super::world::World;
use crate::address::PeerAddress;
use crate::event::PeerId;
use crate::model::{Model, ModelSettings, Notice};
use crate::p2p::{Deed, Settings, Unplugged};
use crate::util::time::Timestamp;
use crate::wire::{Decoder, Message};
use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

/// When the demo starts.
const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// Longer than anything takes here.
const FOREVER: Duration = Duration::from_hours(24);

/// A network of nodes and the program that monitors it. Latencies come from the nodes' profiles.
pub(super) struct Newcomer<L> {
    pub(super) model: Model,
    pub(super) ledger: L,
    pub(super) now: Timestamp,
    /// Notices, and when they were made.
    pub(super) notices: Vec<(Timestamp, Notice)>,
    start: Timestamp,
    magic: [u8; 4],
    network: Unplugged,
    seed: u64,
    addresses: Arc<[PeerAddress]>,
    sessions: BTreeMap<PeerId, Session>,
    deeds: VecDeque<Deed>,
}

impl Newcomer<World> {
    /// Starts the demo with `nodes` nodes that never have trouble, and looks at it.
    pub(super) fn new(seed: u64, nodes: u8, world: World) -> Self {
        Self::to(seed, addresses(nodes), world, super::settings(addresses(nodes)), START)
    }
}

/// The addresses of this many nodes.
pub(super) fn addresses(nodes: u8) -> Vec<PeerAddress> {
    let address = |node| PeerAddress::from_socket((Ipv4Addr::new(127, 0, node, 1), 18_444).into());
    (1..=nodes).map(address).collect()
}

impl<L: Ledger> Newcomer<L> {
    /// Connects, at `start`, to nodes at these addresses that never have trouble.
    pub(super) fn to(
        seed: u64,
        addresses: Vec<PeerAddress>,
        ledger: L,
        settings: Settings,
        start: Timestamp,
    ) -> Self {
        let network = settings.network;
        let model = ModelSettings { demo: true, chosen_peers: true, ..ModelSettings::new(network, start) };
        Self {
            model: Model::new(model),
            ledger,
            now: start,
            notices: vec![],
            start,
            magic: network.magic(),
            network: Unplugged::new(settings, start),
            seed,
            addresses: addresses.into(),
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
            let ledger = self.start + self.ledger.next_at().min(FOREVER) + Duration::from_micros(1);
            let next = wakeups.chain(deadline).chain([ledger]).min().unwrap_or(end);
            // Time advances at least a little, as on sockets.
            self.now = next.max(self.now + Duration::from_micros(100)).min(end);
            self.nodes_act();
        }
    }

    /// Lets the nodes do what is due.
    fn nodes_act(&mut self) {
        let now = self.now;
        for news in self.ledger.advance(now.since(self.start)) {
            self.sessions.values_mut().for_each(|session| session.hear(now, news.clone()));
        }
        let mut messages = vec![];
        for (&peer, session) in &mut self.sessions {
            session.tick(now, &self.ledger);
            messages.extend(std::iter::from_fn(|| session.due(now)).map(|message| (peer, message)));
        }
        for (peer, message) in messages {
            let message = self.over_the_wire(&message);
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
                    let message = self.over_the_wire(&message);
                    if let Some(session) = self.sessions.get_mut(&peer)
                        && session.receive(self.now, message, &self.ledger).is_break()
                    {
                        panic!("{peer:?} disconnected");
                    }
                }
                Deed::Close(peer) => panic!("{peer:?} was disconnected"),
                Deed::Report(event) => {
                    let outcome = self.model.apply(&event);
                    self.notices.extend(outcome.notices.into_iter().map(|notice| (event.time, notice)));
                    for request in outcome.requests {
                        self.network.request(request, self.now);
                    }
                }
            }
        }
    }

    /// A message as the other side decodes it.
    fn over_the_wire(&self, message: &Message) -> Message {
        let mut decoder = Decoder::new(self.magic);
        decoder.buffer().extend_from_slice(&message.encode(self.magic));
        decoder.next().unwrap().unwrap().content.unwrap()
    }
}
