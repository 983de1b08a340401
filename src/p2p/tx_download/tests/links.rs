//! How long a bootstrap takes over links of limited speed, in simulated time.

use super::scene::{START, TIMEOUT, tx};
use crate::event::{DisconnectReason, EventKind, PeerEvent, PeerId};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::BootstrapMode;
use crate::p2p::testing::info;
use crate::p2p::tx_download::TxDownload;
use crate::util::time::Timestamp;
use crate::wire::{Inventory, Message, Services, Transaction, Wtxid};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

const PEERS: u64 = 8;
const TRANSACTIONS: u32 = 50_000;

/// Bytes of a message with a transaction of 300 vB without witness.
const TX_SIZE: u64 = 24 + 300;

/// Bytes of an entry of `getdata`.
const ENTRY_SIZE: u64 = 36;

/// 20 Mbit/s, in bytes per second.
const SPEED: u64 = 2_500_000;

const ONE_WAY: Duration = Duration::from_millis(50);

fn transmission(bytes: u64) -> Duration {
    Duration::from_micros(bytes * 1_000_000 / SPEED)
}

/// One direction of a link.
#[derive(Clone, Copy)]
struct Line {
    free_at: Timestamp,
}

impl Line {
    /// Sends a message as soon as the line is free. Returns when it arrives.
    fn send(&mut self, bytes: u64, now: Timestamp) -> Timestamp {
        self.free_at = self.free_at.max(now) + transmission(bytes);
        self.free_at + ONE_WAY
    }
}

/// What arrives at one end of a link.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Arrival {
    Request(Vec<[u8; 32]>),
    Transaction([u8; 32]),
}

/// The download, and eight nodes with complete mempools, behind their links.
struct Network {
    download: TxDownload,
    mempool: HashMap<Wtxid, Arc<Transaction>>,
    to_peer: BTreeMap<PeerId, Line>,
    from_peer: BTreeMap<PeerId, Line>,
    /// Messages on their way, with a number that keeps their order.
    under_way: BinaryHeap<Reverse<(Timestamp, u64, PeerId, Arrival)>>,
    sent: u64,
    received: usize,
    now: Timestamp,
}

impl Network {
    fn follow(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(peer, Message::GetData(list)) => {
                    let line = self.to_peer.get_mut(&peer).unwrap();
                    let at = line.send(24 + ENTRY_SIZE * list.len() as u64, self.now);
                    let ids = list.into_iter().filter_map(|entry| match entry {
                        Inventory::Wtx(wtxid) => Some(wtxid.0),
                        _ => None,
                    });
                    self.post(at, peer, Arrival::Request(ids.collect()));
                }
                Action::Emit(EventKind::Peer(_, PeerEvent::Bootstrapped { .. })) => self.received += 1,
                _ => {}
            }
        }
    }

    fn post(&mut self, at: Timestamp, peer: PeerId, arrival: Arrival) {
        self.sent += 1;
        self.under_way.push(Reverse((at, self.sent, peer, arrival)));
    }

    fn say(&mut self, peer: PeerId, input: &Input) {
        let actions = self.download.received(peer, input, self.now);
        self.follow(actions);
        let actions = self.download.timer(self.now);
        self.follow(actions);
    }

    /// Lets the next thing arrive. Returns whether anything did.
    fn step(&mut self) -> bool {
        let Some(Reverse((at, _, peer, arrival))) = self.under_way.pop() else { return false };
        self.now = at;
        match arrival {
            Arrival::Request(ids) => {
                for id in ids {
                    let at = self.from_peer.get_mut(&peer).unwrap().send(TX_SIZE, self.now);
                    self.post(at, peer, Arrival::Transaction(id));
                }
            }
            Arrival::Transaction(id) => {
                let tx = Arc::clone(&self.mempool[&Wtxid(id)]);
                self.say(peer, &Input::Tx(tx, Ok(())));
            }
        }
        true
    }
}

fn network() -> (Network, Vec<Wtxid>) {
    let txs: Vec<_> = (0..TRANSACTIONS).map(tx).collect();
    let list: Vec<Wtxid> = txs.iter().map(|tx| tx.wtxid()).collect();
    let lines: BTreeMap<PeerId, Line> = (0..PEERS).map(|id| (PeerId(id), Line { free_at: START })).collect();
    let network = Network {
        download: TxDownload::new(TIMEOUT, BootstrapMode::Auto),
        mempool: txs.into_iter().map(|tx| (tx.wtxid(), tx)).collect(),
        to_peer: lines.clone(),
        from_peer: lines,
        under_way: BinaryHeap::new(),
        sent: 0,
        received: 0,
        now: START,
    };
    (network, list)
}

#[test]
fn eight_nodes_behind_slow_links_are_used_as_fully_as_the_links_allow() {
    let (mut network, list) = network();
    let lister = PeerId(PEERS);
    for id in 0..PEERS {
        network.download.connected(PeerId(id), &info(Services::NETWORK), START);
        network.download.received(PeerId(id), &super::scene::first_announcement(), START);
    }
    // The list comes over its own connection, and arrives immediately.
    let dial = super::scene::dial(lister, crate::p2p::action::ConnectionKind::MempoolFetch);
    network.download.dialling(&dial, START);
    network.download.connected(lister, &info(Services::BLOOM), START);
    let actions = network.download.timer(START);
    for action in actions {
        if let Action::Send(_, Message::Ping(nonce)) = action {
            network.say(lister, &Input::Pong(nonce));
        }
    }
    for part in list.chunks(50_000) {
        network.say(lister, &Input::Inv(part.iter().copied().map(Inventory::Wtx).collect()));
    }
    network.say(lister, &Input::Inv(Vec::new()));
    network.download.disconnected(lister, &DisconnectReason::MempoolListed, START);
    while network.step() {}
    assert_eq!(network.received, TRANSACTIONS as usize);
    let took = network.now.since(START);
    let allowed = transmission(u64::from(TRANSACTIONS) * TX_SIZE / PEERS) + 2 * ONE_WAY;
    println!("{took:?} where the links allow {allowed:?}");
    assert!(took < allowed * 13 / 10, "{took:?} where the links allow {allowed:?}");
}
