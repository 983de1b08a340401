//! Scripted nodes with mempools around a download, without sockets. Time passes only where a test says so.

use crate::address::PeerAddress;
use crate::event::{BootstrapProgress, DisconnectReason, EventKind, PeerEvent, PeerId};
use crate::p2p::action::{Action, ConnectionKind, Dial};
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::BootstrapMode;
use crate::p2p::testing::info;
use crate::p2p::tx_download::TxDownload;
use crate::util::time::Timestamp;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{Inventory, Message, OutPoint, Services, Transaction, Txid, Wtxid};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

pub const START: Timestamp = Timestamp::from_secs(1_700_000_000);
pub const TIMEOUT: Duration = Duration::from_mins(1);

/// The services of a node that answers BIP35 `mempool`, and of one that does not.
pub const BLOOM: Services = Services::BLOOM;
pub const PLAIN: Services = Services::NETWORK;

/// Transaction `number`, with a witness, so that txid and wtxid differ.
pub fn tx(number: u32) -> Arc<Transaction> {
    let mut txid = [0; 32];
    txid[..4].copy_from_slice(&number.to_le_bytes());
    let input = InputParts {
        prevout: OutPoint { txid: Txid(txid), vout: 0 },
        script_sig: vec![],
        sequence: 0,
        witness: vec![vec![1]],
    };
    let output = OutputParts { value: 1, script_pubkey: vec![0x51] };
    let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
    Arc::new(parts.build().unwrap())
}

/// The ids of these transactions.
pub fn ids(numbers: Range<u32>) -> Vec<Wtxid> {
    numbers.map(|number| tx(number).wtxid()).collect()
}

/// An id that belongs to no transaction.
pub fn made_up(number: u32) -> Wtxid {
    let mut bytes = [0xee; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Wtxid(bytes)
}

/// The announcement of an irrelevant transaction.
pub fn first_announcement() -> Input {
    Input::Inv(vec![Inventory::Tx(Txid([0xdd; 32]))])
}

/// A dial, each peer in its own netgroup.
pub fn dial(peer: PeerId, kind: ConnectionKind) -> Dial {
    let address = PeerAddress::parse(&format!("20.{}.0.1", peer.0 % 200), 8_333).unwrap();
    Dial { peer, address, attempt: 1, v1_only: false, kind }
}

/// How a node answers requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// Serves what it has.
    Honest,
    /// Answers nothing.
    Silent,
    /// Answers with other transactions.
    Deceitful,
}

/// A scripted node.
#[derive(Debug)]
pub struct Node {
    pub mempool: HashMap<Wtxid, Arc<Transaction>>,
    pub manner: Manner,
    pub requests: VecDeque<Inventory>,
    pub requested: Vec<Wtxid>,
    pub requested_by_txid: Vec<Txid>,
    pub most_at_once: usize,
    pub is_asked: bool,
}

impl Node {
    fn with(mempool: Range<u32>) -> Self {
        Self {
            mempool: mempool.map(tx).map(|tx| (tx.wtxid(), tx)).collect(),
            manner: Manner::Honest,
            requests: VecDeque::new(),
            requested: Vec::new(),
            requested_by_txid: Vec::new(),
            most_at_once: 0,
            is_asked: false,
        }
    }
}

/// The download, and its results.
#[derive(Debug)]
pub struct Scene {
    pub download: TxDownload,
    pub now: Timestamp,
    pub nodes: BTreeMap<PeerId, Node>,
    pub events: Vec<(PeerId, PeerEvent)>,
    pub progress: Vec<BootstrapProgress>,
    pub ended: Vec<(PeerId, DisconnectReason)>,
    pub needs_dial: Vec<bool>,
    /// Pongs on their way; `None` if pings are answered immediately.
    pub pongs: Option<Vec<(PeerId, u64)>>,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(BootstrapMode::Auto)
    }

    pub fn with(mode: BootstrapMode) -> Self {
        Self {
            download: TxDownload::new(TIMEOUT, mode),
            now: START,
            nodes: BTreeMap::new(),
            events: Vec::new(),
            progress: Vec::new(),
            ended: Vec::new(),
            needs_dial: Vec::new(),
            pongs: None,
        }
    }

    /// Connects a node with these transactions, in its own netgroup.
    pub fn connect(&mut self, id: u64, services: Services, mempool: Range<u32>) -> PeerId {
        self.connect_as(id, ConnectionKind::Outbound, services, mempool)
    }

    pub fn connect_as(
        &mut self,
        id: u64,
        kind: ConnectionKind,
        services: Services,
        mempool: Range<u32>,
    ) -> PeerId {
        let peer = self.shake_hands(id, kind, services, mempool);
        // It serves its mempool from its first announcement on.
        let _ = self.download.received(peer, &first_announcement(), self.now);
        self.timer();
        peer
    }

    /// Connects a peer that has not announced anything yet.
    pub fn connect_silently(&mut self, id: u64, mempool: Range<u32>) -> PeerId {
        let peer = self.shake_hands(id, ConnectionKind::Outbound, PLAIN, mempool);
        self.timer();
        peer
    }

    fn shake_hands(
        &mut self,
        id: u64,
        kind: ConnectionKind,
        services: Services,
        mempool: Range<u32>,
    ) -> PeerId {
        let peer = PeerId(id);
        let actions = self.download.dialling(&dial(peer, kind), self.now);
        assert_eq!(actions, []);
        self.nodes.insert(peer, Node::with(mempool));
        let actions = self.download.connected(peer, &info(services), self.now);
        self.follow(actions);
        peer
    }

    pub fn node(&mut self, peer: PeerId) -> &mut Node {
        self.nodes.get_mut(&peer).unwrap()
    }

    pub fn disconnect(&mut self, peer: PeerId) {
        self.nodes.remove(&peer);
        let actions = self.download.disconnected(peer, &DisconnectReason::ClosedByPeer, self.now);
        self.follow(actions);
        self.timer();
    }

    pub fn say(&mut self, peer: PeerId, input: &Input) {
        let actions = self.download.received(peer, input, self.now);
        self.follow(actions);
    }

    pub fn announce(&mut self, peer: PeerId, wtxids: impl IntoIterator<Item = Wtxid>) {
        self.say(peer, &Input::Inv(wtxids.into_iter().map(Inventory::Wtx).collect()));
    }

    /// Delivers the pongs that are on their way.
    pub fn deliver_pongs(&mut self) {
        for (peer, nonce) in self.pongs.take().unwrap_or_default() {
            self.say(peer, &Input::Pong(nonce));
        }
    }

    /// Answers `mempool` with this list, in messages of up to 50,000 entries.
    pub fn list(&mut self, peer: PeerId, wtxids: &[Wtxid]) {
        for part in wtxids.chunks(50_000) {
            self.announce(peer, part.iter().copied());
        }
        self.timer();
    }

    pub fn timer(&mut self) {
        let actions = self.download.timer(self.now);
        self.follow(actions);
    }

    /// Lets time pass, step by step.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.download.deadline(self.now).filter(|&next| next <= end) {
            self.now = self.now.max(next);
            self.timer();
            let again = self.download.deadline(self.now);
            assert!(again.is_none_or(|again| again > self.now), "a deadline that has passed stays");
        }
        self.now = end;
        self.timer();
    }

    /// Lets all nodes answer, one message each in turn, until nothing is requested. No time passes.
    pub fn settle(&mut self) {
        self.timer();
        while let Some((&peer, node)) =
            self.nodes.iter_mut().find(|(_, node)| !node.requests.is_empty() && node.manner != Manner::Silent)
        {
            let mut missing = Vec::new();
            let mut inputs = Vec::new();
            for entry in std::mem::take(&mut node.requests) {
                let held = match entry {
                    Inventory::Wtx(wtxid) => node.mempool.get(&wtxid),
                    Inventory::WitnessTx(txid) => node.mempool.values().find(|tx| tx.txid() == txid),
                    other => panic!("{other:?}"),
                };
                match held {
                    _ if node.manner == Manner::Deceitful => inputs.push(Input::Tx(tx(u32::MAX), Ok(()))),
                    Some(tx) => inputs.push(Input::Tx(Arc::clone(tx), Ok(()))),
                    None => missing.push(entry),
                }
            }
            inputs.extend((!missing.is_empty()).then_some(Input::NotFound(missing)));
            for input in inputs {
                self.say(peer, &input);
            }
            self.timer();
        }
    }

    /// The reports that a download is over.
    pub fn dones(&self) -> Vec<BootstrapProgress> {
        self.progress.iter().copied().filter(|progress| progress.done).collect()
    }

    /// The numbers of arrival events of each kind: relayed, bootstrapped.
    pub fn arrivals(&self) -> (usize, usize) {
        let count =
            |is_it: fn(&PeerEvent) -> bool| self.events.iter().filter(|(_, event)| is_it(event)).count();
        let relayed = count(|event| matches!(event, PeerEvent::Transaction { .. }));
        (relayed, count(|event| matches!(event, PeerEvent::Bootstrapped { .. })))
    }

    /// What the peers are blamed for.
    pub fn blame(&self) -> Vec<&(PeerId, PeerEvent)> {
        let is_blame = |event: &PeerEvent| {
            matches!(
                event,
                PeerEvent::Tolerated(_) | PeerEvent::NotFound { .. } | PeerEvent::RequestTimedOut { .. }
            )
        };
        self.events.iter().filter(|(_, event)| is_blame(event)).collect()
    }

    fn follow(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(peer, message) => self.heard(peer, message),
                Action::Emit(EventKind::Peer(peer, event)) => self.events.push((peer, event)),
                Action::Emit(EventKind::Bootstrap(progress)) => self.progress.push(progress),
                Action::Disconnect(peer, reason) => {
                    self.ended.push((peer, reason));
                    self.disconnect(peer);
                }
                Action::NeedMempoolList(needed) => self.needs_dial.push(needed),
                other => panic!("{other:?}"),
            }
        }
    }

    fn heard(&mut self, peer: PeerId, message: Message) {
        let Some(node) = self.nodes.get_mut(&peer) else { return };
        match message {
            Message::GetData(list) => {
                assert!(list.len() <= 1_000, "{} entries in one message", list.len());
                node.requested.extend(list.iter().filter_map(|entry| match entry {
                    Inventory::Wtx(wtxid) => Some(*wtxid),
                    _ => None,
                }));
                node.requested_by_txid.extend(list.iter().filter_map(|entry| match entry {
                    Inventory::WitnessTx(txid) => Some(*txid),
                    _ => None,
                }));
                node.requests.extend(list);
                node.most_at_once = node.most_at_once.max(node.requests.len());
            }
            Message::Ping(nonce) => match &mut self.pongs {
                Some(pongs) => pongs.push((peer, nonce)),
                None => self.say(peer, &Input::Pong(nonce)),
            },
            Message::Mempool => node.is_asked = true,
            other => panic!("{other:?}"),
        }
    }
}
