//! Whole sessions as a fuzz target: any script of what peers do, with a clock of its own.
//!
//! Each step of a script is a byte that says what happens, and one that says to whom; numbers of transactions and
//! blocks follow. Transactions and blocks come from a small world, so that scripts reach what honest peers reach.

use super::{Deed, Unplugged};
use crate::address::PeerAddress;
use crate::event::{EventKind, PeerEvent, PeerId, Request};
use crate::p2p::block_download::tests::scene::{genesis, mine};
use crate::p2p::settings::{BootstrapMode, Discovery, PeerChoice, Settings};
use crate::p2p::tx_download::tests::scene::{START, made_up, tx};
use crate::util::fuzz;
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use crate::wire::{
    Block, BlockHash, BlockTransactions, Command, CompactBlock, Inventory, Message, Services, Transaction,
    TxHash, Version,
};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use std::time::Duration;

/// The most entries of an `inv`, `getdata` or `notfound` (Core: `MAX_INV_SZ`).
const MAX_INV: usize = 50_000;

/// The most hashes of a locator (Core: `MAX_LOCATOR_SZ`).
const MAX_LOCATOR: usize = 101;

/// The length of the chain before its fork, and of each of its branches.
const TRUNK: u16 = 6;

/// The steps of a script: more add nothing but time.
const MAX_STEPS: usize = 400;

/// The transactions of the world.
static TXS: LazyLock<Vec<Transaction>> = LazyLock::new(|| (0..64).map(|n| (*tx(n)).clone()).collect());

/// The blocks of the world: a trunk and two branches, the second one longer, with transactions from [`TXS`].
static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| {
    let mut blocks: Vec<Block> = Vec::new();
    let mut grow = |mut previous: BlockHash, from: u16, count: u16, salt: u64| {
        for height in from..from + count {
            let first = usize::from(height) * 4 % TXS.len();
            let time = START + Duration::from_secs(salt);
            let block = mine(time, previous, height, TXS[first..first + 4].to_vec());
            previous = block.hash;
            blocks.push(block);
        }
        previous
    };
    let fork = grow(genesis(), 1, TRUNK, 0);
    grow(fork, TRUNK + 1, 2, 1);
    grow(fork, TRUNK + 1, 4, 2);
    blocks
});

/// What a peer may say about us, since it saw it.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each of them is a message that was sent or not")]
struct Seen {
    services: Services,
    has_our_version: bool,
    has_our_verack: bool,
    sent_verack: bool,
    was_asked_for_addresses: bool,
    /// What it was asked for and did not answer, in the order of the requests.
    asked: Vec<Inventory>,
    /// The numbers of transactions of the compact blocks that it sent.
    compact: HashMap<BlockHash, usize>,
    /// The compact blocks of which it was asked for transactions.
    missing: Vec<(BlockHash, Vec<u16>)>,
    /// Every transaction that it was asked for and has neither sent nor said that it lacks.
    txs: HashSet<TxHash>,
}

struct World {
    net: Unplugged,
    now: Timestamp,
    last_event: Timestamp,
    dials: Vec<PeerId>,
    peers: Vec<(PeerId, Seen)>,
    force: bool,
}

/// What is left of a script. Behind its end are zeros.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn int(&mut self) -> i32 {
        i32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn bytes(&mut self, length: usize) -> &[u8] {
        let (first, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        first
    }

    fn tx(&mut self) -> &'static Transaction {
        &TXS[usize::from(self.byte()) % TXS.len()]
    }

    fn block(&mut self) -> &'static Block {
        &BLOCKS[usize::from(self.byte()) % BLOCKS.len()]
    }

    fn entry(&mut self) -> Inventory {
        match self.byte() % 8 {
            0 => Inventory::Tx(self.tx().txid()),
            1 | 2 => Inventory::Wtx(self.tx().wtxid()),
            3 => Inventory::Wtx(made_up(self.byte().into())),
            4 => Inventory::WitnessTx(self.tx().txid()),
            5 => Inventory::Block(self.block().hash),
            6 => Inventory::Block(BlockHash([self.byte(); 32])),
            _ => Inventory::Unknown { kind: self.byte().into(), hash: [self.byte(); 32] },
        }
    }

    fn entries(&mut self) -> Vec<Inventory> {
        (0..self.byte() % 16).map(|_| self.entry()).collect()
    }

    fn version(&mut self) -> Version {
        let odd = self.byte();
        Version {
            version: if odd & 1 == 0 { 70_016 } else { self.int() },
            services: Services(if odd & 2 == 0 { 0b1101 } else { self.number() }),
            time: if odd & 4 == 0 { 1_700_000_000 } else { self.number().cast_signed() & i64::MAX },
            nonce: self.number(),
            user_agent: if odd & 8 == 0 { vec![] } else { self.bytes(20).to_vec() },
            start_height: if odd & 16 == 0 { 6 } else { self.int() },
            relay: odd & 32 == 0,
        }
    }

    fn message(&mut self, kind: u8) -> Option<Message> {
        Some(match kind {
            0 | 1 => Message::Inv(self.entries()),
            2 => Message::Tx(self.tx().clone()),
            3 => Message::NotFound(self.entries()),
            4 => {
                let from = usize::from(self.byte()) % BLOCKS.len();
                let count = usize::from(self.byte()) % 12;
                Message::Headers(BLOCKS.iter().skip(from).take(count).map(|block| block.header).collect())
            }
            5 => Message::Block(self.block().clone()),
            6 => {
                let block = self.block();
                Message::CmpctBlock(CompactBlock::of(block.header, self.byte().into(), &block.transactions))
            }
            7 => {
                let block = self.block();
                let kept = self.byte();
                let kept = block.transactions.iter().enumerate().filter(|(index, _)| kept >> index & 1 == 1);
                let transactions = kept.map(|(_, tx)| tx.clone()).collect();
                Message::BlockTxn(BlockTransactions { hash: block.hash, transactions })
            }
            8 => {
                let number = |n: u8| KnownAddress {
                    time: 1_700_000_000,
                    services: Services(0b1001),
                    address: PeerAddress::parse(&format!("{}.{n}.7.1", n.max(1)), 8_333)
                        .expect("it is an address"),
                };
                let first = self.byte();
                Message::AddrV2((0..self.byte()).map(|n| number(first.wrapping_add(n))).collect())
            }
            9 => Message::FeeFilter(self.number()),
            10 => Message::Pong(self.number()),
            11 => Message::SendCmpct { announce: self.byte() & 1 == 1, version: (self.byte() % 4).into() },
            12 => Message::Ping(self.number()),
            13 => {
                // A flood: the same ids from everyone who uses the same number.
                let first = u32::from(self.byte()) * 4_096;
                let count = usize::from(self.byte()) * 16;
                Message::Inv((first..).take(count).map(|n| Inventory::Wtx(made_up(n))).collect())
            }
            _ => {
                let command = Command::ALL[usize::from(self.byte()) % Command::ALL.len()];
                let length = self.byte();
                Message::decode(command, self.bytes(length.into())).ok()?
            }
        })
    }
}

/// The transaction that an entry is about. One that is requested by txid may be requested by wtxid as well.
fn tx_hash(entry: &Inventory) -> Option<TxHash> {
    match *entry {
        Inventory::Tx(txid) | Inventory::WitnessTx(txid) => Some(TxHash::Txid(txid)),
        Inventory::Wtx(wtxid) => Some(TxHash::Wtxid(wtxid)),
        _ => None,
    }
}

impl World {
    fn new(script: &mut Script) -> Self {
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
            network: crate::chain::Network::Regtest,
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

    fn seen(&mut self, peer: PeerId) -> Option<&mut Seen> {
        self.peers.iter_mut().find(|(id, _)| *id == peer).map(|(_, seen)| seen)
    }

    fn step(&mut self, script: &mut Script) {
        let kind = script.byte() % 24;
        let whom = usize::from(script.byte());
        match kind {
            0 | 1 => self.open(whom, (kind == 1).then(|| script.version())),
            2 => {
                const SECONDS: [u64; 8] = [1, 2, 5, 31, 61, 130, 1_300, 7_300];
                self.wait(Duration::from_secs(SECONDS[whom % SECONDS.len()]));
            }
            3 => self.wait(Duration::from_millis(whom as u64 * 10)),
            4 => {
                let request = self.request(whom, script);
                self.net.request(request, self.now);
                self.seen_again();
            }
            _ if self.peers.is_empty() => {}
            5 => {
                let (peer, _) = self.peers[whom % self.peers.len()];
                self.closed(peer);
                let deeds = self.net.closed_by_peer(peer, self.now);
                self.saw(deeds);
            }
            6 | 7 => self.serve(whom % self.peers.len(), script),
            8 => {
                let (peer, _) = self.peers[whom % self.peers.len()];
                self.says(peer, Message::Verack);
            }
            _ => {
                let (peer, _) = self.peers[whom % self.peers.len()];
                if let Some(message) = script.message(kind - 9) {
                    self.says(peer, message);
                }
            }
        }
        self.timer();
    }

    /// Requests of the model may have transactions requested again.
    fn seen_again(&mut self) {
        self.peers.iter_mut().for_each(|(_, seen)| seen.txs.clear());
    }

    fn request(&self, whom: usize, script: &mut Script) -> Request {
        let ids = |script: &mut Script| {
            let tx = script.tx();
            (tx.txid(), tx.wtxid())
        };
        match script.byte() % 7 {
            0 if !self.peers.is_empty() => {
                let txids = (0..script.byte() % 4).map(|_| script.tx().txid()).collect();
                let peer = self.peers[whom % self.peers.len()].0;
                Request::Parents { peer, child: script.tx().txid(), txids }
            }
            1 => Request::CatchUp(crate::event::CatchUpFrom::Time(1_700_000_000)),
            2 => Request::MempoolFull,
            3 => Request::Known(vec![tx(u32::from(script.byte() % 64))]),
            4 => Request::Relist,
            5 => Request::Resend(vec![ids(script)]),
            _ => Request::Forget(vec![ids(script)]),
        }
    }

    /// A connection opens: the handshake is complete, or begins with this version.
    fn open(&mut self, whom: usize, version: Option<Version>) {
        if self.dials.is_empty() {
            return;
        }
        let peer = self.dials.swap_remove(whom % self.dials.len());
        self.peers.push((peer, Seen::default()));
        let deeds = self.net.opened(peer, self.now);
        self.saw(deeds);
        let usual = Version {
            version: 70_016,
            services: Services(if whom & 1 == 0 { 0b1001 } else { 0b1101 }),
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

    /// The peer answers what it was asked for first, as an honest one would.
    fn serve(&mut self, index: usize, script: &mut Script) {
        let (peer, seen) = &mut self.peers[index];
        let peer = *peer;
        if let Some((hash, indexes)) = seen.missing.pop() {
            let Some(block) = BLOCKS.iter().find(|block| block.hash == hash) else { return };
            let transactions = indexes.iter().map(|&i| block.transactions[usize::from(i)].clone()).collect();
            self.says(peer, Message::BlockTxn(BlockTransactions { hash, transactions }));
            return;
        }
        let count = usize::from(script.byte() % 8).min(seen.asked.len());
        let asked: Vec<_> = seen.asked.drain(..count).collect();
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
        let Some(seen) = self.seen(peer) else { return };
        match &message {
            Message::Version(version) if !seen.has_our_verack => seen.services = version.services,
            Message::Verack => seen.sent_verack |= seen.has_our_verack,
            Message::CmpctBlock(compact) => {
                seen.compact.insert(compact.header.hash(), compact.transaction_count());
            }
            Message::NotFound(list) => {
                for entry in list {
                    tx_hash(entry).map(|hash| seen.txs.remove(&hash));
                }
            }
            Message::Tx(tx) => {
                seen.txs.remove(&TxHash::Txid(tx.txid()));
                seen.txs.remove(&TxHash::Wtxid(tx.wtxid()));
            }
            _ => {}
        }
        let deeds = self.net.received(peer, message, self.now);
        self.saw(deeds);
    }

    fn closed(&mut self, peer: PeerId) {
        self.peers.retain(|(id, _)| *id != peer);
    }

    /// Lets time pass, from one deadline to the next.
    fn wait(&mut self, time: Duration) {
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
                        assert!(self.seen(peer).is_none_or(|seen| seen.sent_verack));
                    }
                }
                Deed::Send(peer, message) => {
                    let force = self.force;
                    // What was queued before the connection closed is of no consequence.
                    let Some(seen) = self.seen(peer) else { continue };
                    seen.judge(message, force);
                }
            }
        }
    }
}

impl Seen {
    /// Judges what we send as Core would, and as a peer would that is asked for something twice.
    fn judge(&mut self, message: Message, force: bool) {
        match &message {
            Message::Version(_) => {
                assert!(!self.has_our_version, "a second version");
                self.has_our_version = true;
                return;
            }
            Message::Verack => {
                assert!(self.has_our_version && !self.has_our_verack, "verack out of turn");
                self.has_our_verack = true;
                return;
            }
            Message::WtxidRelay | Message::SendAddrV2 => {
                assert!(self.has_our_version && !self.has_our_verack, "{} out of turn", message.command());
                return;
            }
            _ => assert!(self.sent_verack, "{} before the handshake is complete", message.command()),
        }
        match message {
            Message::GetData(list) => {
                assert!(!list.is_empty() && list.len() <= MAX_INV, "getdata of {}", list.len());
                for entry in list {
                    if let Some(hash) = tx_hash(&entry) {
                        assert!(self.txs.insert(hash), "{entry:?} is requested twice");
                    }
                    assert!(!matches!(entry, Inventory::Unknown { .. }));
                    self.asked.push(entry);
                }
            }
            Message::GetHeaders { locator, .. } => {
                assert!(!locator.is_empty() && locator.len() <= MAX_LOCATOR, "locator of {}", locator.len());
            }
            Message::GetBlockTxn(request) => {
                let count = self.compact.get(&request.hash).copied();
                let count =
                    count.expect("transactions of a block that the peer did not send in compact form");
                let indexes = &request.indexes;
                assert!(!indexes.is_empty() && indexes.is_sorted_by(|one, next| one < next));
                assert!(indexes.iter().all(|&index| usize::from(index) < count));
                self.missing.push((request.hash, request.indexes));
            }
            Message::GetAddr => {
                assert!(!self.was_asked_for_addresses, "a second getaddr");
                self.was_asked_for_addresses = true;
            }
            Message::Mempool => {
                assert!(
                    force || self.services.has(Services::BLOOM),
                    "mempool to a peer that does not offer it"
                );
            }
            Message::SendHeaders | Message::SendCmpct { .. } | Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{} is sent", other.command()),
        }
    }
}

#[test]
fn fuzz_session() {
    fuzz::target("session", |input| {
        let mut script = Script(input);
        let mut world = World::new(&mut script);
        for _ in 0..MAX_STEPS {
            if script.0.is_empty() {
                break;
            }
            world.step(&mut script);
        }
        // Whatever happened, time goes on.
        world.wait(Duration::from_mins(10));
    });
}
