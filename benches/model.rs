//! What events and snapshots cost: those of the scene that the screen tests use, and those of mempools
//! with 3,000, 30,000 and 300,000 made-up transactions. And how much memory a transaction takes, by the
//! model's own account and in the process.
//!
//! The snapshot must not cost more with a larger mempool; the last lines show the ratios.

mod feed;
mod memory;
#[path = "../tests/scene/mod.rs"]
mod scene;

use criterion::{Criterion, Throughput};
use feed::day::own_cpu;
use feed::{
    ANNOUNCERS, Feed, Times, criterion, mean_transaction, measure, print_table, spend, timed, transaction,
};
use mempulse::event::{Event, EventKind, PeerEvent, PeerId};
use mempulse::model::ModelSettings;
use mempulse::snapshot::{
    Anchor, MempoolView, Open, OverviewView, PeerListView, Screen, Snapshot, TransactionsView, TxKey, View,
};
use mempulse::wire::{Block, BlockHeader, Transaction};
use std::hint::black_box;
use std::iter::once;
use std::sync::Arc;
use std::time::Duration;

const SIZES: [u64; 3] = [3_000, 30_000, 300_000];

/// How many transactions pass through a full mempool.
const CHURNED: u64 = 3_000_000;

/// The histogram, the projected blocks and the history.
fn mempool_screen() -> View {
    View {
        screen: Screen::Mempool,
        mempool: MempoolView { columns: 100, minutes: None, density: true },
        ..screen(Anchor::Top)
    }
}

/// The details of a transaction.
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
fn measure_memory() {
    let count = SIZES[2];
    let before = memory::bytes("VmRSS");
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
    let after = memory::bytes("VmRSS");
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
    let before = own_cpu();
    let elapsed = timed(|| drop(feed.model.apply(&block)));
    let computed = own_cpu().saturating_sub(before);
    let left = feed.totals().mempool.count;
    println!("  block of 4,000 of them {elapsed:.2?}, of which {computed:.2?} were computed; {left} left");
}

/// Prints how much memory a full mempool takes after many times as many transactions have passed through it. They are
/// made in another thread, as those of peers are, so that the allocator gives them memory of another arena.
fn measure_churn() {
    let (sender, txs) = std::sync::mpsc::sync_channel(1_000);
    let maker = std::thread::spawn(move || {
        // Every other one has no parent in the mempool.
        (0..CHURNED).for_each(|number| sender.send(transaction(number * 2)).expect("it is received"));
    });
    let before = memory::bytes("VmRSS").unwrap_or_default();
    let mut feed = Feed::with_peers(u64::from(ModelSettings::DEFAULT_MAX_MEMPOOL) << 20, 50);
    println!("transactions through a mempool of {} MiB:", ModelSettings::DEFAULT_MAX_MEMPOOL);
    for (number, tx) in (1..).zip(txs) {
        feed.announce(number % 50, &tx);
        feed.deliver(number % 50, &tx);
        feed.now = feed.now + Duration::from_micros(25);
        if number % (CHURNED / 6) == 0 {
            let (totals, after) = (feed.totals(), memory::bytes("VmRSS").unwrap_or_default());
            let (account, process) = (totals.memory / 1_000_000, after.saturating_sub(before) / 1_000_000);
            let kept = totals.mempool.count;
            println!(
                "  after {number}: {kept} kept, {account} MB by the account, {process} MB in the process"
            );
        }
    }
    maker.join().expect("it does not panic");
}

fn main() {
    // What needs a process of its own is asked for by itself.
    let alone = std::env::var("MEMPULSE_BENCH").ok();
    if alone.as_deref() == Some("churn") {
        return measure_churn();
    }
    measure_memory();
    if alone.as_deref() == Some("memory") {
        return;
    }
    let each = account();
    let mut criterion = criterion();
    bench_scene(&mut criterion);
    let times = Times::default();
    for size in SIZES {
        bench(&mut criterion, &times, size, each);
    }
    criterion.final_summary();
    print_table(&times);
}
