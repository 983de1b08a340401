//! The protocol side of the network as one pure value: joins the parts, and routes what they ask of each
//! other.
//!
//! ```text
//!  PeerReport ──▶ ┌ Connections ⇄ AddrMan ┐
//!  timer      ──▶ │ TxDownload            │ ──▶ Output
//!  Request    ──▶ └ BlockDownload         ┘
//! ```
//!
//! Every part sees every event. [`Node::parts`] lists them; a new part is added there. Neither the node nor
//! its parts know a socket, a task or a clock: `now` is a parameter.

use crate::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId, Request};
use crate::p2p::action::{Action, Dial};
use crate::p2p::addrman::AddrMan;
use crate::p2p::addrman::seeds::SeedAnswer;
use crate::p2p::addrman::table::{AddrKey, AddrTable};
use crate::p2p::block_download::BlockDownload;
use crate::p2p::connect::Connections;
use crate::p2p::input::PeerReport;
use crate::p2p::part::Part;
use crate::p2p::settings::Settings;
use crate::p2p::tx_download::TxDownload;
use crate::util::clock::ASLEEP;
use crate::util::time::Timestamp;
use crate::wire::Message;
use rand::rngs::{SmallRng, StdRng};
use rand::{RngExt, SeedableRng};
use std::collections::{HashMap, VecDeque};

/// The parts of the protocol, joined.
#[derive(Debug)]
pub struct Node {
    connections: Connections,
    addrman: AddrMan,
    tx_download: TxDownload,
    block_download: BlockDownload,
    peers: HashMap<PeerId, PeerState>,
    outputs: VecDeque<Output>,
    /// The time of the last event; event times never decrease.
    last_event: Timestamp,
    /// When the node was last called.
    looked_at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PeerState {
    Active,
    /// The connection is being closed: nothing more is sent, and what arrives is ignored.
    Closing,
}

/// What the driver has to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// Send a message to a peer.
    Send(PeerId, Message),
    /// Close the connection to a peer.
    Disconnect(PeerId, DisconnectReason),
    /// Open a connection.
    Dial(Dial),
    /// Resolve the name of a DNS seed, and pass the answer to [`Node::seed_answered`].
    ResolveSeed(&'static str),
    /// Hand an event to the consumer.
    Event(Event),
}

impl Node {
    /// Starts at `now`. All random choices follow from `seed`, which must be hard to guess.
    pub fn new(mut settings: Settings, now: Timestamp, seed: [u8; 32]) -> Self {
        let mut rng = StdRng::from_seed(seed);
        let key = AddrKey(rng.random(), rng.random());
        let addrman = AddrMan::new(&settings, key, now, SmallRng::from_rng(&mut rng));
        let has_addresses = !addrman.addresses().is_empty();
        let known_blocks = std::mem::take(&mut settings.known_blocks);
        Self {
            connections: Connections::new(&settings, has_addresses, now, SmallRng::from_rng(&mut rng)),
            addrman,
            tx_download: TxDownload::new(settings.request_timeout, settings.bootstrap),
            block_download: BlockDownload::new(&settings, known_blocks, now),
            peers: HashMap::new(),
            outputs: VecDeque::new(),
            last_event: now,
            looked_at: now,
        }
    }

    /// All parts, in calling order. The first one to disconnect a peer keeps the later ones from sending to
    /// it.
    fn parts(&mut self) -> [&mut dyn Part; 4] {
        [&mut self.connections, &mut self.addrman, &mut self.tx_download, &mut self.block_download]
    }

    /// Handles a report from the task of `peer`.
    pub fn reported(&mut self, peer: PeerId, report: PeerReport, now: Timestamp) {
        self.note_sleep(now);
        let Some(&state) = self.peers.get(&peer) else { return };
        match report {
            PeerReport::Event(event) => self.happened(peer, event, now),
            PeerReport::Input(_) if state == PeerState::Closing => {}
            PeerReport::Input(input) => self.each(now, |part| part.received(peer, &input, now)),
            PeerReport::Ended(reason) => self.disconnected(peer, &reason, now),
        }
    }

    /// Disconnects `peer`, which does not read, so that messages to it can no longer be queued.
    pub fn congested(&mut self, peer: PeerId, now: Timestamp) {
        self.carry_out(vec![Action::Disconnect(peer, DisconnectReason::NotReading)], now);
    }

    /// Handles the answer of a DNS seed, or the failure to resolve it.
    pub fn seed_answered(&mut self, answer: SeedAnswer, now: Timestamp) {
        let actions = self.addrman.seed_answered(answer, now);
        self.carry_out(actions, now);
    }

    /// Handles the end of a seed lookup without an answer, because of a defect.
    pub fn lookup_failed(&mut self) {
        self.addrman.lookup_failed();
    }

    /// Serves a request of the model.
    pub fn request(&mut self, request: Request, now: Timestamp) {
        self.note_sleep(now);
        match request {
            Request::Parents { peer, child, txids } => {
                self.tx_download.request_parents(peer, child, &txids, now);
            }
            Request::CatchUp(from) => self.block_download.catch_up(from),
            Request::Forget(txs) => {
                for (txid, wtxid) in txs {
                    self.tx_download.forget(txid, wtxid);
                }
            }
            Request::Resend(txs) => self.tx_download.resend(&txs, now),
            Request::Relist => self.tx_download.relist(now),
            Request::WallClock(offset) => self.block_download.clock_corrected(offset),
            Request::MempoolFull => self.tx_download.mempool_full(),
            Request::Known(txs) => {
                for tx in &txs {
                    self.tx_download.known(tx, now);
                    self.block_download.known(tx);
                }
            }
        }
    }

    /// Does what is due. To be called after each batch of reports, and when the deadline has passed.
    pub fn timer(&mut self, now: Timestamp) {
        self.note_sleep(now);
        let dials = self.connections.dial(self.addrman.addresses(), now);
        self.carry_out(dials, now);
        self.each(now, |part| part.timer(now));
    }

    /// When [`Node::timer`] may have something to do even if nothing else happens.
    pub fn deadline(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.parts().into_iter().filter_map(|part| part.deadline(now)).min()
    }

    /// The next thing for the driver to do.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The known addresses, if peers are discovered: what a later run can start from.
    pub fn addresses(&self) -> Option<&AddrTable> {
        self.addrman.saved()
    }

    /// Notifies the parts if the node was not called for a long time. This precedes everything else that
    /// happens after a sleep, so whatever a part awaits was requested before.
    fn note_sleep(&mut self, now: Timestamp) {
        let time = now.since(self.looked_at);
        self.looked_at = self.looked_at.max(now);
        if time >= ASLEEP {
            self.parts().into_iter().for_each(|part| part.slept(time, now));
        }
    }

    fn happened(&mut self, peer: PeerId, event: PeerEvent, now: Timestamp) {
        match event {
            PeerEvent::Connected { .. } => {
                self.emit(EventKind::Peer(peer, event), now);
                self.each(now, |part| part.opened(peer, now));
            }
            PeerEvent::Ready(info) => {
                self.emit(EventKind::Peer(peer, PeerEvent::Ready(info.clone())), now);
                self.each(now, |part| part.connected(peer, &info, now));
            }
            _ => self.emit(EventKind::Peer(peer, event), now),
        }
    }

    fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) {
        self.peers.remove(&peer);
        self.each(now, |part| part.disconnected(peer, reason, now));
    }

    fn each(&mut self, now: Timestamp, call: impl FnMut(&mut dyn Part) -> Vec<Action>) {
        let actions = self.parts().into_iter().flat_map(call).collect();
        self.carry_out(actions, now);
    }

    fn carry_out(&mut self, actions: Vec<Action>, now: Timestamp) {
        for action in actions {
            match action {
                Action::Send(peer, message) => {
                    if self.peers.get(&peer) == Some(&PeerState::Active) {
                        self.outputs.push_back(Output::Send(peer, message));
                    }
                }
                Action::Disconnect(peer, reason) => self.disconnect(peer, reason),
                Action::Dial(dial) => {
                    self.peers.insert(dial.peer, PeerState::Active);
                    self.each(now, |part| part.dialling(&dial, now));
                    self.outputs.push_back(Output::Dial(dial));
                }
                Action::Emit(kind) => self.emit(kind, now),
                Action::ResolveSeed(name) => self.outputs.push_back(Output::ResolveSeed(name)),
                Action::NeedAddresses(needed) => self.addrman.need_addresses(needed),
                Action::UseFixedSeeds => {
                    let actions = self.addrman.use_fixed_seeds(now);
                    self.carry_out(actions, now);
                }
                Action::DialSeed(seed) => self.connections.dial_seed(seed, now),
                Action::NeedMempoolList(needed) => self.connections.need_mempool_list(needed, now),
                Action::AddressesLearned => self.connections.addresses_learned(now),
            }
        }
    }

    fn disconnect(&mut self, peer: PeerId, reason: DisconnectReason) {
        if let Some(state) = self.peers.get_mut(&peer)
            && *state == PeerState::Active
        {
            *state = PeerState::Closing;
            self.outputs.push_back(Output::Disconnect(peer, reason));
        }
    }

    fn emit(&mut self, kind: EventKind, now: Timestamp) {
        self.last_event = self.last_event.max(now);
        self.outputs.push_back(Output::Event(Event { time: self.last_event, kind }));
    }
}

#[cfg(test)]
mod tests;
