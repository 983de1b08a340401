//! The peers of a session: they do what a script says, and judge what we send.

use super::script::Script;
use super::{BLOCKS, TXS};
use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{CatchUpFrom, DisconnectReason, EventKind, PeerEvent, PeerId, Request};
use crate::p2p::settings::{BootstrapMode, Discovery, PeerChoice, Settings};
use crate::p2p::testing::{Deed, Judge, Unplugged};
use crate::p2p::tx_download::tests::scene::{START, tx};
use crate::util::footprint::footprint;
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{BlockHash, BlockTransactions, CompactBlock, Inventory, Message, Services, Version};
use std::time::Duration;

/// A connected peer.
struct Peer {
    judge: Judge,
    /// Unanswered requests, oldest first.
    asked: Vec<Inventory>,
    /// The compact blocks whose missing transactions were requested.
    missing: Vec<(BlockHash, Vec<u16>)>,
}

/// The network, and the peers around it.
pub(super) struct World {
    net: Unplugged,
    now: Timestamp,
    last_event: Timestamp,
    dials: Vec<PeerId>,
    peers: Vec<(PeerId, Peer)>,
    force: bool,
}

impl World {
    pub(super) fn new(script: &mut Script) -> Self {
        let odd = script.byte();
        let address = |n: u8| PeerAddress::parse(&format!("20.{n}.0.1"), 8_333).expect("it is an address");
        let peers: Vec<_> = (1..=1 + odd % 8).map(address).collect();
        let choice = if odd & 8 == 0 {
            PeerChoice::Only(peers)
        } else {
            let discovery = Discovery { peers: 4, also: peers, dns: false, addresses: None };
            PeerChoice::Discover(discovery)
        };
        let bootstrap = BootstrapMode::ALL[usize::from(odd >> 4) % 3];
        let settings = Settings {
            network: Network::Regtest,
            choice,
            bootstrap,
            backfill: u32::from(odd >> 6),
            ..Settings::default()
        };
        let net = Unplugged::new(settings, START);
        let force = bootstrap == BootstrapMode::Force;
        let mut world = Self { net, now: START, last_event: START, dials: vec![], peers: vec![], force };
        world.timer();
        world
    }

    fn timer(&mut self) {
        let deeds = self.net.timer(self.now);
        self.saw(deeds);
    }

    fn peer(&mut self, peer: PeerId) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|(id, _)| *id == peer).map(|(_, state)| state)
    }

    pub(super) fn step(&mut self, script: &mut Script) {
        let kind = script.byte() % 24;
        let index = usize::from(script.byte());
        match kind {
            0 | 1 => self.open(index, (kind == 1).then(|| script.version())),
            2 => {
                const SECONDS: [u64; 8] = [1, 2, 5, 31, 61, 130, 1_300, 7_300];
                self.wait(Duration::from_secs(SECONDS[index % SECONDS.len()]));
            }
            3 => self.wait(Duration::from_millis(index as u64 * 10)),
            4 => {
                let request = self.request(index, script);
                self.net.request(request, self.now);
                self.seen_again();
            }
            _ if self.peers.is_empty() => {}
            5 => {
                let (peer, _) = self.peers[index % self.peers.len()];
                let deeds = self.net.ended(peer, DisconnectReason::ClosedByPeer, self.now);
                self.saw(deeds);
            }
            6 | 7 => self.serve(index % self.peers.len(), script),
            8 => {
                let (peer, _) = self.peers[index % self.peers.len()];
                self.says(peer, Message::Verack);
            }
            _ => {
                let (peer, _) = self.peers[index % self.peers.len()];
                if let Some(message) = script.message(kind - 9) {
                    self.says(peer, message);
                }
            }
        }
        self.timer();
    }

    /// Notes that the model's requests may repeat requests for transactions.
    fn seen_again(&mut self) {
        self.peers.iter_mut().for_each(|(_, peer)| peer.judge.forget_requests());
    }

    fn request(&self, index: usize, script: &mut Script) -> Request {
        let ids = |script: &mut Script| {
            let tx = script.tx();
            (tx.txid(), tx.wtxid())
        };
        match script.byte() % 8 {
            0 if !self.peers.is_empty() => {
                let txids = (0..script.byte() % 4).map(|_| script.tx().txid()).collect();
                let peer = self.peers[index % self.peers.len()].0;
                Request::Parents { peer, child: script.tx().txid(), txids }
            }
            1 => Request::CatchUp(CatchUpFrom::Time(1_700_000_000)),
            2 => Request::MempoolFull,
            3 => Request::Known(vec![tx(u32::from(script.byte() % 64))]),
            4 => Request::Relist,
            5 => Request::Resend(vec![ids(script)]),
            6 => Request::WallClock(WallOffset::from_micros(
                i64::from(script.byte() % 7) * 86_400_000_000 - 259_200_000_000,
            )),
            _ => Request::Forget(vec![ids(script)]),
        }
    }

    /// A connection opens: the handshake is complete, or begins with this version.
    fn open(&mut self, index: usize, version: Option<Version>) {
        if self.dials.is_empty() {
            return;
        }
        let peer = self.dials.swap_remove(index % self.dials.len());
        let judge = Judge::new(self.force);
        self.peers.push((peer, Peer { judge, asked: vec![], missing: vec![] }));
        let deeds = self.net.opened(peer, self.now);
        self.saw(deeds);
        let usual = Version {
            version: 70_016,
            services: Services(if index & 1 == 0 { 0b1001 } else { 0b1101 }),
            time: 1_700_000_000,
            nonce: 1,
            user_agent: vec![],
            start_height: 6,
            relay: true,
        };
        let is_usual = version.is_none();
        self.says(peer, Message::Version(version.unwrap_or(usual)));
        if is_usual {
            self.says(peer, Message::WtxidRelay);
            self.says(peer, Message::Verack);
        }
    }

    /// Answers the peer's oldest request like an honest peer.
    fn serve(&mut self, index: usize, script: &mut Script) {
        let (peer, state) = &mut self.peers[index];
        let peer = *peer;
        if let Some((hash, indexes)) = state.missing.pop() {
            let Some(block) = BLOCKS.iter().find(|block| block.hash == hash) else { return };
            let transactions = indexes.iter().map(|&i| block.transactions[usize::from(i)].clone()).collect();
            self.says(peer, Message::BlockTxn(BlockTransactions { hash, transactions }));
            return;
        }
        let count = usize::from(script.byte() % 8).min(state.asked.len());
        let asked: Vec<_> = state.asked.drain(..count).collect();
        for entry in asked {
            let block = |hash| BLOCKS.iter().find(|block| block.hash == hash);
            let message = match entry {
                Inventory::Tx(id) | Inventory::WitnessTx(id) => {
                    TXS.iter().find(|tx| tx.txid() == id).cloned().map(Message::Tx)
                }
                Inventory::Wtx(id) => TXS.iter().find(|tx| tx.wtxid() == id).cloned().map(Message::Tx),
                Inventory::Block(hash) | Inventory::WitnessBlock(hash) => {
                    block(hash).cloned().map(Message::Block)
                }
                Inventory::CompactBlock(hash) => block(hash)
                    .map(|block| Message::CmpctBlock(CompactBlock::of(block.header, 7, &block.transactions))),
                Inventory::Unknown { .. } => None,
            };
            self.says(peer, message.unwrap_or_else(|| Message::NotFound(vec![entry])));
        }
    }

    fn says(&mut self, peer: PeerId, message: Message) {
        let Some(state) = self.peer(peer) else { return };
        state.judge.sends(&message);
        let deeds = self.net.received(peer, message, self.now);
        self.saw(deeds);
    }

    fn closed(&mut self, peer: PeerId) {
        self.peers.retain(|(id, _)| *id != peer);
    }

    /// Asserts that the memory in use is at most `most`.
    pub(super) fn assert_bounded(&self, most: usize) {
        let kept = footprint(&self.net);
        assert!(kept <= most, "{kept} is kept");
    }

    /// Lets time pass, from one deadline to the next.
    pub(super) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        let mut stuck = 0;
        while let Some(deadline) = self.net.deadline(self.now).filter(|deadline| *deadline <= end) {
            stuck = if deadline <= self.now { stuck + 1 } else { 0 };
            assert!(stuck < 10, "the deadline does not move on");
            self.now = self.now.max(deadline);
            self.timer();
        }
        self.now = end;
    }

    fn saw(&mut self, deeds: Vec<Deed>) {
        for deed in deeds {
            match deed {
                Deed::Dial(dial) => self.dials.push(dial.peer),
                Deed::Close(peer) => {
                    self.dials.retain(|id| *id != peer);
                    self.closed(peer);
                }
                Deed::Report(event) => {
                    assert!(event.time >= self.last_event, "events go back in time");
                    self.last_event = event.time;
                    if let EventKind::Peer(peer, PeerEvent::Ready(_)) = event.kind {
                        assert!(self.peer(peer).is_none_or(|state| state.judge.is_ready()));
                    }
                }
                Deed::Send(peer, message) => {
                    // What was queued before the connection closed does not matter.
                    let Some(state) = self.peer(peer) else { continue };
                    state.judge.hears(&message);
                    match message {
                        Message::GetData(list) => state.asked.extend(list),
                        Message::GetBlockTxn(request) => state.missing.push((request.hash, request.indexes)),
                        _ => {}
                    }
                }
            }
        }
    }
}
