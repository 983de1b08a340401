//! A model with made-up peers and transactions, and clocks for what is done with it.
#![allow(dead_code, reason = "each bench needs another part of it")]

pub mod day;
pub mod desk;

use criterion::{BenchmarkId, Criterion};
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{ConnectionKind, Event, EventKind, PeerEvent, PeerId, PeerInfo, Transport};
use mempulse::model::{Model, ModelSettings};
use mempulse::snapshot::{Snapshot, Totals, View};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{Block, BlockHeader, OutPoint, Services, Transaction, TxHash, Txid};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const PEERS: u64 = 1_000;
/// How many peers announce each transaction, as with the default number of peers.
pub const ANNOUNCERS: u64 = 8;
/// How many of the newest transactions every peer announces: more than are on screen.
pub const ANNOUNCED_BY_ALL: u64 = 60;
pub const START: Timestamp = Timestamp::from_secs(1_700_000_000);

/// A model that is fed.
pub struct Feed {
    pub model: Model,
    pub now: Timestamp,
    pub next: u64,
    peers: u64,
}

impl Feed {
    pub fn new(max_mempool: u64) -> Self {
        Self::with_peers(max_mempool, PEERS)
    }

    pub fn with_peers(max_mempool: u64, peers: u64) -> Self {
        let settings = ModelSettings {
            network: Network::Mainnet,
            demo: false,
            chosen_peers: false,
            max_mempool,
            started: START,
        };
        let mut feed = Self { model: Model::new(settings), now: START, next: 0, peers };
        for peer in 0..peers {
            let octets = u32::try_from(0x0a00_0000 + peer).expect("a thousand is little");
            let socket = SocketAddr::new(IpAddr::V4(Ipv4Addr::from(octets)), 8_333);
            let address = PeerAddress::from_socket(socket);
            feed.peer(peer, PeerEvent::Dialling { address, kind: ConnectionKind::Outbound, attempt: 1 });
            feed.peer(peer, PeerEvent::Connected { transport: Transport::V1 });
            feed.peer(peer, PeerEvent::Ready(Box::new(info())));
            // Many floors, so that the histogram has as many steps.
            feed.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: 150 * (1 + peer) });
            feed.peer(peer, PeerEvent::Pong { rtt: Duration::from_millis(20 + peer % 300) });
        }
        feed
    }

    /// With about `count` transactions, of which each takes `each` bytes. From then on each new one
    /// drives another one out.
    pub fn filled(count: u64, each: u64) -> Self {
        let for_those_of_all = ANNOUNCED_BY_ALL * PEERS * 12;
        let mut feed = Self::new(count * each + for_those_of_all);
        feed.fill(count);
        feed
    }

    pub fn fill(&mut self, count: u64) {
        for number in 0..count {
            let tx = transaction(number);
            let announcers = if number + ANNOUNCED_BY_ALL < count { ANNOUNCERS } else { self.peers };
            (0..announcers).for_each(|peer| self.announce((number + peer) % self.peers, &tx));
            self.deliver(number % self.peers, &tx);
            self.now = self.now + Duration::from_millis(1);
        }
        self.next = count;
    }

    pub fn peer(&mut self, peer: u64, event: PeerEvent) {
        self.model.apply(&Event { time: self.now, kind: EventKind::Peer(PeerId(peer), event) });
    }

    pub fn announce(&mut self, peer: u64, tx: &Transaction) {
        self.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 });
    }

    pub fn deliver(&mut self, peer: u64, tx: &Arc<Transaction>) {
        let answered_after = Duration::from_millis(40);
        self.peer(peer, PeerEvent::Transaction { tx: Arc::clone(tx), answered_after });
    }

    /// A transaction, and the block that will contain it.
    pub fn block(&mut self, tx: &Arc<Transaction>) -> Event {
        self.deliver(1, tx);
        let header = BlockHeader::decode(&[0; BlockHeader::SIZE]);
        let coinbase = Transaction::clone(&transaction(u64::MAX - 1));
        let transactions = vec![coinbase, Transaction::clone(tx)];
        let block = Arc::new(Block { header, hash: header.hash(), size: 0, transactions });
        Event { time: self.now, kind: EventKind::Block { peer: PeerId(1), height: 900_000, block } }
    }

    /// A line of transactions that spend each other; its last output.
    pub fn line(&mut self, length: u64) -> OutPoint {
        let first = self.take(1).remove(0);
        self.deliver(1, &first);
        (1..length).fold(OutPoint { txid: first.txid(), vout: 0 }, |end, number| {
            let tx = spend(end, 70_000 - number * number);
            self.deliver(1, &tx);
            OutPoint { txid: tx.txid(), vout: 0 }
        })
    }

    pub fn totals(&self) -> Totals {
        Snapshot::take(&self.model, &View::default(), self.now).totals
    }

    pub fn take(&mut self, count: u64) -> Vec<Arc<Transaction>> {
        let first = self.next;
        self.next += count;
        (first..self.next).map(transaction).collect()
    }
}

pub fn info() -> PeerInfo {
    PeerInfo {
        version: 70_016,
        services: Services::NETWORK.with(Services::WITNESS),
        user_agent: "/Satoshi:30.0.0/".to_owned(),
        start_height: 900_000,
        relay: true,
        clock_offset: 0,
        wtxid_relay: true,
    }
}

/// An output that transaction `number` may spend; its filler and salt tell it from others.
pub fn coin(filler: u8, number: u64, salt: u64) -> OutPoint {
    let mut txid = [filler; 32];
    txid[..8].copy_from_slice(&number.to_le_bytes());
    txid[8..16].copy_from_slice(&salt.to_le_bytes());
    OutPoint { txid: Txid(txid), vout: 1 }
}

/// Two inputs and two outputs, 208 vB; every other one spends its predecessor.
pub fn transaction(number: u64) -> Arc<Transaction> {
    let coin = |salt| coin(0x5a, number, salt);
    let parent = match number % 2 {
        0 => coin(1),
        _ => OutPoint { txid: transaction(number - 1).txid(), vout: 0 },
    };
    let input = |prevout| InputParts {
        prevout,
        script_sig: Vec::new(),
        sequence: 0xffff_fffd,
        witness: vec![vec![0x30; 72], vec![2; 33]],
    };
    let output = |value| OutputParts { value, script_pubkey: [&[0, 20][..], &[9; 20]].concat() };
    let parts = TxParts {
        version: 2,
        inputs: vec![input(parent), input(coin(2))],
        outputs: vec![output(70_000), output(number)],
        lock_time: 0,
    };
    // As the decoder makes it: with bytes of its own and none to spare.
    Arc::new(parts.build().expect("it has inputs"))
}

/// As large as mainnet's mean and with as many inputs: 626 bytes and 2.5 inputs, averaged over six. Every
/// other one spends its predecessor.
pub fn mean_transaction(number: u64) -> Arc<Transaction> {
    const INPUTS: [u64; 6] = [1, 1, 2, 2, 3, 6];
    let coin = |salt| coin(0xa5, number, salt);
    let parent = match number % 2 {
        0 => coin(0),
        _ => OutPoint { txid: mean_transaction(number - 1).txid(), vout: 0 },
    };
    let count = INPUTS[usize::try_from(number % 6).expect("below 6")];
    let input = |salt| InputParts {
        prevout: if salt == 0 { parent } else { coin(salt) },
        script_sig: Vec::new(),
        sequence: 0xffff_fffd,
        witness: match salt {
            0 => vec![vec![0x30; 72], vec![2; 33], vec![3; 178]],
            _ => vec![vec![0x30; 72], vec![2; 33]],
        },
    };
    let output = |value| OutputParts { value, script_pubkey: [&[0, 20][..], &[9; 20]].concat() };
    let parts = TxParts {
        version: 2,
        inputs: (0..count).map(input).collect(),
        outputs: vec![output(70_000), output(number)],
        lock_time: 0,
    };
    Arc::new(parts.build().expect("it has inputs"))
}

/// One input and one output.
pub fn spend(prevout: OutPoint, value: u64) -> Arc<Transaction> {
    let witness = vec![vec![0x30; 72], vec![2; 33]];
    let inputs = vec![InputParts { prevout, script_sig: Vec::new(), sequence: 0xffff_fffd, witness }];
    let outputs = vec![OutputParts { value, script_pubkey: [&[0, 20][..], &[9; 20]].concat() }];
    let parts = TxParts { version: 2, inputs, outputs, lock_time: 0 };
    Arc::new(parts.build().expect("it has inputs"))
}

/// The shortest time of one round, by what was done and with how many transactions.
pub type Times = RefCell<BTreeMap<(&'static str, u64), Duration>>;

/// Measures `rounds`, which does something that many times and returns how long that took.
pub fn measure(
    criterion: &mut Criterion,
    times: &Times,
    what: &'static str,
    size: u64,
    mut rounds: impl FnMut(u64) -> Duration,
) {
    let mut group = criterion.benchmark_group(what);
    group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
        bencher.iter_custom(|count| {
            let elapsed = rounds(count);
            let each = elapsed / u32::try_from(count).unwrap_or(u32::MAX);
            let mut times = times.borrow_mut();
            let shortest = times.entry((what, size)).or_insert(each);
            *shortest = each.min(*shortest);
            elapsed
        });
    });
    group.finish();
}

pub fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Prints a table of the shortest times by the number of transactions, and how many times as long the most take as the
/// fewest.
pub fn print_table(times: &Times) {
    let times = times.borrow();
    let sizes: BTreeSet<u64> = times.keys().map(|(_, size)| *size).collect();
    let heads: Vec<String> = sizes.iter().map(|size| format!("with {size} tx")).collect();
    println!("\n| | {} | ratio |", heads.join(" | "));
    println!("|---|{}", "---:|".repeat(sizes.len() + 1));
    let whats: BTreeSet<&str> = times.keys().map(|(what, _)| *what).collect();
    for what in whats {
        let row: Vec<Duration> = sizes.iter().filter_map(|size| times.get(&(what, *size)).copied()).collect();
        let cells: Vec<String> = row.iter().map(|time| format!("{time:.2?}")).collect();
        let ratio =
            row.last().zip(row.first()).map_or(1.0, |(last, first)| last.as_secs_f64() / first.as_secs_f64());
        println!("| {what} | {} | {ratio:.1} |", cells.join(" | "));
    }
}

/// Builds the list of `view`; returns the longest slice.
pub fn index(feed: &mut Feed, view: &View) -> Duration {
    view.prepare(&mut feed.model, feed.now);
    let mut longest = Duration::ZERO;
    while feed.model.is_indexing() {
        longest = longest.max(timed(|| feed.model.index_more(feed.now)));
    }
    longest
}

/// Few and short rounds: most of what is measured takes long.
pub fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args()
}
