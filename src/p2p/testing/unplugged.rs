//! The network without sockets: messages and time in, messages and events out.

use crate::event::{DisconnectReason, Event, PeerEvent, PeerId, Request, Transport};
use crate::p2p::action::Dial;
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::input::PeerReport;
use crate::p2p::node::{Node, Output};
use crate::p2p::peer::{Instruction, Session, Timing, checked};
use crate::p2p::settings::Settings;
use crate::util::time::Timestamp;
use crate::wire::Message;
use std::collections::BTreeMap;
use std::time::Duration;

/// The node and its peers' sessions, joined as the driver and the peers' tasks join them.
#[derive(Debug)]
pub(crate) struct Unplugged {
    node: Node,
    timing: Timing,
    settings: Settings,
    sessions: BTreeMap<PeerId, Session>,
}

/// An action for the driver.
#[derive(Debug)]
pub(crate) enum Deed {
    Dial(Dial),
    Send(PeerId, Message),
    Close(PeerId),
    Report(Event),
}

impl Unplugged {
    pub(crate) fn new(settings: Settings, now: Timestamp) -> Self {
        Self::seeded(settings, now, [1; 32])
    }

    /// Like [`Unplugged::new`]; all random choices follow from `seed`.
    pub(crate) fn seeded(settings: Settings, now: Timestamp, seed: [u8; 32]) -> Self {
        let timing = Timing {
            handshake_timeout: settings.handshake_timeout,
            ping_interval: settings.ping_interval,
            ping_timeout: settings.ping_timeout,
        };
        let node = Node::new(settings.clone(), now, seed);
        Self { node, timing, settings, sessions: BTreeMap::new() }
    }

    /// A connection is open.
    pub(crate) fn opened(&mut self, peer: PeerId, now: Timestamp) -> Vec<Deed> {
        let (session, hello) = Session::open(now, now, self.timing, peer.0);
        self.sessions.insert(peer, session);
        let connected = PeerEvent::Connected { transport: Transport::V1 };
        self.node.reported(peer, PeerReport::Event(connected), now);
        self.follow(peer, vec![hello], now)
    }

    /// A message arrived.
    pub(crate) fn received(&mut self, peer: PeerId, message: Message, now: Timestamp) -> Vec<Deed> {
        let Some(session) = self.sessions.get_mut(&peer) else { return vec![] };
        let instructions = session.received(now, message);
        self.follow(peer, instructions, now)
    }

    /// Serves a request of the model.
    pub(crate) fn request(&mut self, request: Request, now: Timestamp) {
        self.node.request(request, now);
    }

    /// Does what is due.
    pub(crate) fn timer(&mut self, now: Timestamp) -> Vec<Deed> {
        let mut deeds = vec![];
        let due = self.sessions.iter_mut().filter(|(_, session)| session.deadline() <= now);
        let due: Vec<_> = due.map(|(&peer, session)| (peer, session.timer(now))).collect();
        for (peer, instructions) in due {
            deeds.extend(self.follow(peer, instructions, now));
        }
        self.node.timer(now);
        deeds.extend(self.outputs(now));
        deeds
    }

    /// When [`Unplugged::timer`] has something to do.
    pub(crate) fn deadline(&mut self, now: Timestamp) -> Option<Timestamp> {
        let sessions = self.sessions.values().map(Session::deadline).min();
        self.node.deadline(now).into_iter().chain(sessions).min()
    }

    /// The connection ended or could not be opened, but not because we closed it.
    pub(crate) fn ended(&mut self, peer: PeerId, reason: DisconnectReason, now: Timestamp) -> Vec<Deed> {
        let mut deeds = vec![self.close(peer, reason, now)];
        deeds.extend(self.outputs(now));
        deeds
    }

    /// The known addresses, where peers are discovered.
    pub(crate) fn addresses(&self) -> Option<&AddrTable> {
        self.node.addresses()
    }

    /// Notes that the process was asleep for `time`, until `now`: whatever arrived waited for it.
    pub(crate) fn overslept(&mut self, time: Duration, now: Timestamp) {
        self.sessions.values_mut().for_each(|session| session.overslept(time, now));
    }

    fn follow(&mut self, peer: PeerId, instructions: Vec<Instruction>, now: Timestamp) -> Vec<Deed> {
        let mut deeds = vec![];
        for instruction in instructions {
            match instruction {
                Instruction::Send(message) => deeds.push(Deed::Send(peer, message)),
                Instruction::Emit(event) => self.node.reported(peer, PeerReport::Event(event), now),
                Instruction::Deliver(message) => {
                    if let Some(input) = checked(self.settings.network, message) {
                        self.node.reported(peer, PeerReport::Input(input), now);
                    }
                }
                Instruction::Disconnect(reason) => deeds.push(self.close(peer, reason, now)),
            }
        }
        deeds.extend(self.outputs(now));
        deeds
    }

    /// Closes a connection, or stops a dial.
    fn close(&mut self, peer: PeerId, reason: DisconnectReason, now: Timestamp) -> Deed {
        self.sessions.remove(&peer);
        self.node.reported(peer, PeerReport::Ended(reason), now);
        Deed::Close(peer)
    }

    fn outputs(&mut self, now: Timestamp) -> Vec<Deed> {
        let mut deeds = vec![];
        while let Some(output) = self.node.next_output() {
            match output {
                Output::Dial(dial) => deeds.push(Deed::Dial(dial)),
                Output::Send(peer, message) => deeds.push(Deed::Send(peer, message)),
                Output::Disconnect(peer, reason) => deeds.push(self.close(peer, reason, now)),
                Output::Event(event) => deeds.push(Deed::Report(event)),
                Output::ResolveSeed(_) => {}
            }
        }
        deeds
    }
}
