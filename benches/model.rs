//! What events and snapshots cost: those of the scene that the screen tests use, and those of mempools
//! with 3,000, 30,000 and 300,000 made-up transactions. And how much memory a transaction takes, by the
//! model's own account and in the process.
//!
//! The snapshot must not cost more with a larger mempool; the last lines show the ratios.

#[path = "../tests/scene/mod.rs"]
mod scene;

use criterion::{BenchmarkId, Criterion, Throughput};
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{ConnectionKind, Event, EventKind, PeerEvent, PeerId, PeerInfo, Transport};
use mempulse::model::{Model, ModelSettings};
use mempulse::snapshot::{
    Anchor, MempoolView, Open, OverviewView, PeerListView, Screen, TransactionListView, TransactionsView,
    TxFilter, TxList, TxOrder, View,
};
use mempulse::snapshot::{Snapshot, Totals, TxKey};
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{Block, BlockHeader, OutPoint, Services, Transaction, TxHash, Txid};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::iter::once;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

const SIZES: [u64; 3] = [3_000, 30_000, 300_000];
const PEERS: u64 = 1_000;
/// How many peers announce each transaction, as with the default number of peers.
const ANNOUNCERS: u64 = 8;
/// How many of the newest transactions every peer announces: more than are on screen.
const ANNOUNCED_BY_ALL: u64 = 60;
const START: Timestamp = Timestamp::from_secs(1_700_000_000);

/// The shortest time of one round, by what was done and with how many transactions.
type Times = RefCell<BTreeMap<(&'static str, u64), Duration>>;

/// A model that is fed.
struct Feed {
    model: Model,
    now: Timestamp,
    next: u64,
}

impl Feed {
    fn new(max_mempool: u64) -> Self {
        let settings = ModelSettings {
            network: Network::Mainnet,
            demo: false,
            chosen_peers: false,
            max_mempool,
            started: START,
        };
        let mut feed = Self { model: Model::new(settings), now: START, next: 0 };
        for peer in 0..PEERS {
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
    fn filled(count: u64, each: u64) -> Self {
        let for_those_of_all = ANNOUNCED_BY_ALL * PEERS * 12;
        let mut feed = Self::new(count * each + for_those_of_all);
        feed.fill(count);
        feed
    }

    fn fill(&mut self, count: u64) {
        for number in 0..count {
            let tx = transaction(number);
            let announcers = if number + ANNOUNCED_BY_ALL < count { ANNOUNCERS } else { PEERS };
            (0..announcers).for_each(|peer| self.announce((number + peer) % PEERS, &tx));
            self.deliver(number % PEERS, &tx);
            self.now = self.now + Duration::from_millis(1);
        }
        self.next = count;
    }

    fn peer(&mut self, peer: u64, event: PeerEvent) {
        self.model.apply(&Event { time: self.now, kind: EventKind::Peer(PeerId(peer), event) });
    }

    fn announce(&mut self, peer: u64, tx: &Transaction) {
        self.peer(peer, PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 });
    }

    fn deliver(&mut self, peer: u64, tx: &Arc<Transaction>) {
        let answered_after = Duration::from_millis(40);
        self.peer(peer, PeerEvent::Transaction { tx: Arc::clone(tx), answered_after });
    }

    /// A transaction, and the block that will contain it.
    fn block(&mut self, tx: &Arc<Transaction>) -> Event {
        self.deliver(1, tx);
        let header = BlockHeader::decode(&[0; BlockHeader::SIZE]);
        let coinbase = Transaction::clone(&transaction(u64::MAX - 1));
        let transactions = vec![coinbase, Transaction::clone(tx)];
        let block = Arc::new(Block { header, hash: header.hash(), size: 0, transactions });
        Event { time: self.now, kind: EventKind::Block { peer: PeerId(1), height: 900_000, block } }
    }

    /// A line of transactions that spend each other; its last output.
    fn line(&mut self, length: u64) -> OutPoint {
        let first = self.take(1).remove(0);
        self.deliver(1, &first);
        (1..length).fold(OutPoint { txid: first.txid(), vout: 0 }, |end, number| {
            let tx = spend(end, 70_000 - number * number);
            self.deliver(1, &tx);
            OutPoint { txid: tx.txid(), vout: 0 }
        })
    }

    fn totals(&self) -> Totals {
        Snapshot::take(&self.model, &View::default(), self.now).totals
    }

    fn take(&mut self, count: u64) -> Vec<Arc<Transaction>> {
        let first = self.next;
        self.next += count;
        (first..self.next).map(transaction).collect()
    }
}

fn info() -> PeerInfo {
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
fn coin(filler: u8, number: u64, salt: u64) -> OutPoint {
    let mut txid = [filler; 32];
    txid[..8].copy_from_slice(&number.to_le_bytes());
    txid[8..16].copy_from_slice(&salt.to_le_bytes());
    OutPoint { txid: Txid(txid), vout: 1 }
}

/// Two inputs and two outputs, 208 vB; every other one spends its predecessor.
fn transaction(number: u64) -> Arc<Transaction> {
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
fn mean_transaction(number: u64) -> Arc<Transaction> {
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
fn spend(prevout: OutPoint, value: u64) -> Arc<Transaction> {
    let witness = vec![vec![0x30; 72], vec![2; 33]];
    let inputs = vec![InputParts { prevout, script_sig: Vec::new(), sequence: 0xffff_fffd, witness }];
    let outputs = vec![OutputParts { value, script_pubkey: [&[0, 20][..], &[9; 20]].concat() }];
    let parts = TxParts { version: 2, inputs, outputs, lock_time: 0 };
    Arc::new(parts.build().expect("it has inputs"))
}

/// The histogram, the projected blocks and the history.
fn mempool_screen() -> View {
    View {
        screen: Screen::Mempool,
        mempool: MempoolView { columns: 100, minutes: None, density: true },
        ..screen(Anchor::Top)
    }
}

/// The list of all transactions, by fee rate, around one of them.
fn list(key: TxKey) -> View {
    let transactions = TransactionListView {
        list: TxList { order: TxOrder::FeeRate, filter: None },
        descending: true,
        anchor: Anchor::Selected { key, above: 75 },
        height: 150,
        row: 10_000,
    };
    View { screen: Screen::Transactions, transactions, ..View::default() }
}

/// Builds the list of `view`; returns the longest slice.
fn index(feed: &mut Feed, view: &View) -> Duration {
    view.prepare(&mut feed.model, feed.now);
    let mut longest = Duration::ZERO;
    while feed.model.is_indexing() {
        longest = longest.max(timed(|| feed.model.index_more(feed.now)));
    }
    longest
}

/// The list of all transactions: its rows, how it is built, and what it adds to an event.
fn bench_list(criterion: &mut Criterion, times: &Times, size: u64, feed: &mut Feed, key: TxKey) {
    let view = list(key);
    let other = TxList { order: TxOrder::Vsize, filter: None };
    let mut longest = Duration::ZERO;
    measure(criterion, times, "list: built by fee rate", size, |count| {
        let round = || {
            feed.model.list_transactions(&other);
            timed(|| longest = longest.max(index(feed, &view)))
        };
        std::iter::repeat_with(round).take(usize::try_from(count).expect("few")).sum()
    });
    println!("longest slice of the list with {size}: {longest:.2?}");
    let mut filtered = view.clone();
    filtered.transactions.list.filter = Some(TxFilter::containing("bc1qzz"));
    println!("filtered by text with {size}: {:.2?}", timed(|| _ = index(feed, &filtered)));
    index(feed, &view);
    measure(criterion, times, "snapshot: 150 rows of the list", size, |count| {
        timed(|| (0..count).for_each(|_| drop(black_box(Snapshot::take(&feed.model, &view, feed.now)))))
    });
    measure(criterion, times, "apply: announcement and transaction, listed", size, |count| {
        let txs = feed.take(count);
        timed(|| {
            for tx in &txs {
                feed.announce(1, tx);
                feed.deliver(1, tx);
            }
        })
    });
}

/// All about a transaction.
fn details(key: TxKey) -> View {
    View { open: Some(Open::Transaction(key)), ..screen(Anchor::Top) }
}

fn screen(anchor: Anchor) -> View {
    let overview = OverviewView {
        peers: PeerListView { offset: 0, height: 30, selected: Some(PeerId(500)) },
        transactions: TransactionsView { anchor, height: 50 },
        notices: 20,
        arrival: 98,
    };
    View { overview, ..View::default() }
}

/// Measures `rounds`, which does something that many times and returns how long that took.
fn measure(
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

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn bench(criterion: &mut Criterion, times: &Times, size: u64, each: u64) {
    let mut feed = Feed::filled(size, each);
    feed.now = feed.now + Duration::from_secs(1);
    let number = size / 2;
    let middle_key = TxKey::new(number, u32::try_from(number).expect("few"));
    let middle = Anchor::Selected { key: middle_key, above: 25 };
    for (what, view) in [
        ("snapshot: the newest, 1,000 peers", screen(Anchor::Top)),
        ("snapshot: in the middle, 1,000 peers", screen(middle)),
        ("snapshot: the Mempool screen", mempool_screen()),
        ("snapshot: details of a transaction", details(middle_key)),
    ] {
        measure(criterion, times, what, size, |count| {
            timed(|| (0..count).for_each(|_| drop(black_box(Snapshot::take(&feed.model, &view, feed.now)))))
        });
    }
    measure(criterion, times, "apply: announcement and transaction", size, |count| {
        let txs = feed.take(count);
        timed(|| {
            for tx in &txs {
                feed.announce(1, tx);
                feed.deliver(1, tx);
            }
        })
    });
    measure(criterion, times, "apply: bootstrapped transaction", size, |count| {
        let txs = feed.take(count);
        timed(|| txs.iter().for_each(|tx| feed.peer(1, PeerEvent::Bootstrapped { tx: Arc::clone(tx) })))
    });
    measure(criterion, times, "apply: one more announcement", size, |count| {
        let middle = feed.next - size / 2;
        let txs: Vec<_> = (0..count).map(|number| transaction(middle + number % (size / 4))).collect();
        timed(|| (0..).zip(&txs).for_each(|(number, tx)| feed.announce(number % ANNOUNCERS, tx)))
    });
    // With one fee unknown, the chunks are found twice.
    measure(criterion, times, "apply: replacement at the end of a line of 50", size, |count| {
        let end = feed.line(50);
        let txs: Vec<_> = (0..count).map(|number| spend(end, 60_000 - number % 60_000)).collect();
        timed(|| txs.iter().for_each(|tx| feed.deliver(1, tx)))
    });
    measure(criterion, times, "apply: block of 1 transaction", size, |count| {
        let blocks: Vec<_> = feed.take(count).iter().map(|tx| feed.block(tx)).collect();
        timed(|| {
            for block in blocks {
                feed.model.apply(&block);
            }
        })
    });
    bench_list(criterion, times, size, &mut feed, middle_key);
}

/// The scene as a whole, and the snapshots of its end.
fn bench_scene(criterion: &mut Criterion) {
    let scene = scene::scene();
    let mut group = criterion.benchmark_group("scene");
    group.throughput(Throughput::Elements(scene.events.len() as u64));
    group.bench_function("apply: all events", |bencher| bencher.iter(|| scene::after(&scene)));
    group.throughput(Throughput::Elements(1));
    let model = scene::after(&scene);
    for shown in [Screen::Overview, Screen::Peers, Screen::Mempool, Screen::Blocks] {
        let view = View {
            screen: shown,
            mempool: MempoolView { columns: 100, minutes: None, density: true },
            ..screen(Anchor::Top)
        };
        let take = || black_box(Snapshot::take(&model, &view, scene::END));
        group.bench_function(format!("snapshot: {shown:?}"), |bencher| bencher.iter(take));
    }
    group.finish();
}

/// Bytes of memory that the process has; `None` unless the system is Linux.
fn resident() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4_096)
}

/// The memory of a transaction with [`ANNOUNCERS`] announcers by the model's account, in bytes.
fn account() -> u64 {
    let mut feed = Feed::new(u64::MAX);
    for number in 0..1_000 {
        let tx = transaction(number);
        (0..ANNOUNCERS).for_each(|peer| feed.announce(peer, &tx));
        feed.deliver(1, &tx);
    }
    feed.totals().memory / 1_000
}

/// Prints how much memory a transaction of mainnet's mean size takes, and how long a block of 4,000 of them
/// takes with 300,000 in the mempool. Must come first, while the process has no memory to spare.
fn memory() {
    let count = SIZES[2];
    let before = resident();
    let mut feed = Feed::new(u64::MAX);
    let mut raw = 0;
    for number in 0..count {
        let tx = mean_transaction(number);
        raw += tx.raw().len() as u64;
        (0..ANNOUNCERS).for_each(|peer| feed.announce(peer, &tx));
        feed.deliver(1, &tx);
        // Slowly enough that what was pending is forgotten meanwhile.
        feed.now = feed.now + Duration::from_millis(500);
    }
    let after = resident();
    let raw = raw / count;
    println!("{count} transactions of {raw} bytes, each announced by {ANNOUNCERS} peers, besides the bytes:");
    println!("  by the model's account {} bytes each", feed.totals().memory / count - raw);
    if let Some((before, after)) = before.zip(after) {
        let grown = after.saturating_sub(before);
        println!("  in the process         {} bytes each", grown / count - raw);
        println!("  in the process, all    {} MB", grown / 1_000_000);
    }
    let transactions = (0..4_000).map(|number| Transaction::clone(&mean_transaction(number * 70 + 1_000)));
    let transactions: Vec<_> =
        once(Transaction::clone(&transaction(u64::MAX - 1))).chain(transactions).collect();
    let header = BlockHeader::decode(&[0; BlockHeader::SIZE]);
    let block = Arc::new(Block { header, hash: header.hash(), size: 0, transactions });
    let block = Event { time: feed.now, kind: EventKind::Block { peer: PeerId(1), height: 900_000, block } };
    let elapsed = timed(|| drop(feed.model.apply(&block)));
    println!("  block of 4,000 of them {elapsed:.2?}, {} left", feed.totals().mempool.count);
}

fn main() {
    memory();
    let each = account();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .configure_from_args();
    bench_scene(&mut criterion);
    let times = Times::default();
    for size in SIZES {
        bench(&mut criterion, &times, size, each);
    }
    criterion.final_summary();
    let times = times.into_inner();
    println!("\nhow many times as long as with {} transactions:", SIZES[0]);
    for ((what, size), time) in &times {
        if let Some(first) = times.get(&(*what, SIZES[0])) {
            let ratio = time.as_secs_f64() / first.as_secs_f64();
            println!("  {what:<40} {size:>7}: {time:>10.2?} {ratio:>6.2} ×");
        }
    }
}
