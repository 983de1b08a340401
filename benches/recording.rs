//! What a recording costs, and how fast it is replayed: a day of mainnet with 600,000 transactions of its mean size,
//! each announced by eight peers, and a full block every ten minutes.

mod feed;

use feed::{START, info, mean_transaction};
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{
    CommandTraffic, ConnectionKind, Direction, Event, EventKind, PeerEvent, PeerId, RecentMessage, Tip,
    Traffic, Transport,
};
use mempulse::model::{Model, ModelSettings};
use mempulse::recording::{Item, Player, Recorder, RecordingSettings, find};
use mempulse::wire::{Block, BlockHeader, Transaction, TxHash};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PEERS: u64 = 8;
const SECONDS: u64 = 86_400;
const TRANSACTIONS: u64 = 600_000;
/// How long a peer gathers announcements, in s.
const TRICKLE: u64 = 2;
const BLOCK_INTERVAL: u64 = 600;
/// How many transactions are in the mempool when the day begins.
const BEFORE: u64 = 50_000;

/// Makes the events of a day, second by second.
struct Day {
    next: u64,
    now: Timestamp,
    /// What no block contains yet.
    unconfirmed: VecDeque<Arc<Transaction>>,
    height: u32,
}

impl Day {
    fn new() -> Self {
        Self { next: 0, now: START, unconfirmed: VecDeque::new(), height: 900_000 }
    }

    fn peer(&self, peer: u64, event: PeerEvent) -> Event {
        Event { time: self.now, kind: EventKind::Peer(PeerId(peer), event) }
    }

    fn beginning(&mut self, each: &mut impl FnMut(Event)) {
        for peer in 0..PEERS {
            let address =
                PeerAddress::from_socket(([8, 1, u8::try_from(peer).unwrap_or(0), 1], 8_333).into());
            let dial = PeerEvent::Dialling { address, kind: ConnectionKind::Outbound, attempt: 1 };
            each(self.peer(peer, dial));
            each(self.peer(peer, PeerEvent::Connected { transport: Transport::V1 }));
            each(self.peer(peer, PeerEvent::Ready(Box::new(info()))));
            each(self.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: 100 }));
        }
        self.arrive(BEFORE, each);
    }

    fn arrive(&mut self, count: u64, each: &mut impl FnMut(Event)) {
        let txs: Vec<_> = (self.next..self.next + count).map(mean_transaction).collect();
        self.next += count;
        let ids: Vec<_> = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
        for peer in 0..PEERS {
            each(self.peer(peer, PeerEvent::Announced { txs: ids.clone(), count: ids.len() }));
            if peer == 0 {
                each(self.peer(peer, PeerEvent::Requested { count: ids.len() }));
                for tx in &txs {
                    let answered_after = Duration::from_millis(40);
                    each(self.peer(peer, PeerEvent::Transaction { tx: Arc::clone(tx), answered_after }));
                }
            }
        }
        self.unconfirmed.extend(txs);
    }

    fn block(&mut self, each: &mut impl FnMut(Event)) {
        let count = usize::try_from(TRANSACTIONS * BLOCK_INTERVAL / SECONDS).unwrap_or_default();
        let mut header = BlockHeader::decode(&[0; BlockHeader::SIZE]);
        header.nonce = self.height;
        let coinbase = Transaction::clone(&mean_transaction(u64::from(u32::MAX) + u64::from(self.height)));
        let confirmed = self.unconfirmed.drain(..count).map(|tx| Transaction::clone(&tx));
        let transactions: Vec<_> = std::iter::once(coinbase).chain(confirmed).collect();
        let size = transactions.iter().map(|tx| tx.raw().len()).sum::<usize>();
        let size = u32::try_from(size).unwrap_or(u32::MAX);
        let block = Arc::new(Block { header, hash: header.hash(), size, transactions });
        self.height += 1;
        let (hash, height) = (block.hash, self.height);
        let time = u32::try_from(self.now.as_secs()).unwrap_or_default();
        each(Event { time: self.now, kind: EventKind::Tip(Tip { hash, height, time }) });
        each(Event { time: self.now, kind: EventKind::Block { peer: PeerId(0), height, block } });
    }

    fn traffic(&self) -> PeerEvent {
        let commands = ["inv", "tx", "ping", "pong", "getdata"].map(|command| CommandTraffic {
            direction: Direction::Received,
            command: command.to_owned(),
            messages: 3,
            bytes: 1_000,
        });
        let recent = RecentMessage {
            time: self.now,
            direction: Direction::Received,
            command: "inv".to_owned(),
            bytes: 900,
            summary: "14 wtx".to_owned(),
        };
        PeerEvent::Traffic(Box::new(Traffic { commands: commands.into(), recent: vec![recent; 5] }))
    }

    /// Calls `each` with every event of the day, in order.
    fn run(mut self, mut each: impl FnMut(Event)) {
        self.beginning(&mut each);
        for second in 1..=SECONDS {
            self.now = START + Duration::from_secs(second);
            if second % TRICKLE == 0 {
                let due = BEFORE + TRANSACTIONS * second / SECONDS;
                self.arrive(due - self.next, &mut each);
                for peer in 0..PEERS {
                    each(self.peer(peer, self.traffic()));
                }
            }
            if second % 30 == 0 {
                for peer in 0..PEERS {
                    each(self.peer(peer, PeerEvent::Pinged));
                    each(self.peer(peer, PeerEvent::Pong { rtt: Duration::from_millis(40) }));
                }
            }
            if second % BLOCK_INTERVAL == 0 {
                self.block(&mut each);
            }
        }
    }
}

fn model() -> Model {
    Model::new(ModelSettings::new(Network::Mainnet, START))
}

/// The time that all threads of the process have computed; zero unless the system is Linux.
fn cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of = |path: std::path::PathBuf| -> Option<u64> {
        let stat = std::fs::read_to_string(path.join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(tasks.filter_map(|task| of(task.path())).sum())
}

fn per_event(time: Duration, events: u64) -> String {
    format!("{:.2?} per event", time / u32::try_from(events).expect("some millions"))
}

async fn record(folder: &Path) -> u64 {
    let mut events = 0;
    let mut noted = Duration::ZERO;
    let settings = RecordingSettings { folder: folder.to_owned(), keep: 1 << 50 };
    let mut recorder = Recorder::start(settings).expect("the folder can be written to");
    let mut model = model();
    let (before, mut applied) = (cpu(), Duration::ZERO);
    let mut made = Instant::now();
    let mut making = Duration::ZERO;
    Day::new().run(|event| {
        making += made.elapsed();
        // The day is recorded faster than it would pass: the disk is waited for, which is not counted.
        while recorder.queued() > 16 << 20 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let begun = Instant::now();
        recorder.note(&event, &model);
        noted += begun.elapsed();
        let begun = Instant::now();
        model.apply(&event);
        applied += begun.elapsed();
        events += 1;
        made = Instant::now();
    });
    let threads = cpu().saturating_sub(before);
    let failed = recorder.close().await;
    assert_eq!(failed, None);
    let writer = threads.saturating_sub(making + applied + noted);
    println!("{events} events");
    println!("  taken from the monitor's thread: {}", per_event(noted, events));
    println!("  in the thread that writes:       {}", per_event(writer, events));
    println!("  for comparison, the model:       {}", per_event(applied, events));
    let files = find(&[folder.to_owned()]).expect("there are files");
    let bytes: u64 = files.iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    println!(
        "  {} files of {} MB together, {} bytes per event",
        files.len(),
        bytes / 1_000_000,
        bytes / events
    );
    events
}

fn replay(folder: &Path) {
    let mut player =
        Player::open(&find(&[folder.to_owned()]).expect("there are files")).expect("they are sound");
    let begun = Instant::now();
    let (mut model, mut events) = (model(), 0_u64);
    while let Some(item) = player.next_item() {
        match item {
            Item::Event(event) => {
                model.apply(&event);
                events += 1;
            }
            Item::File { model: first, .. } => model = *first,
            Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
        }
    }
    println!(
        "replayed in {:.1?}: {events} events, {} in the mempool",
        begun.elapsed(),
        model.transactions().len()
    );
}

fn seek(folder: &Path) {
    let mut player =
        Player::open(&find(&[folder.to_owned()]).expect("there are files")).expect("they are sound");
    let starts: Vec<_> = player.files().iter().map(mempulse::recording::RecordingFile::start).collect();
    let mut times = Vec::new();
    // The end of an hour is as far from a keyframe as any moment can be.
    for start in starts.iter().skip(2).step_by(5) {
        let to = *start - Duration::from_secs(1);
        let begun = Instant::now();
        player.go_to_file(to);
        let mut model = model();
        while let Some(item) = player.next_item() {
            match item {
                Item::Event(event) if event.time > to => break,
                Item::Event(event) => _ = model.apply(&event),
                Item::File { model: first, .. } => model = *first,
                Item::Gap { .. } | Item::Damage(_) => panic!("{item:?}"),
            }
        }
        times.push(begun.elapsed());
    }
    println!("sought the end of an hour in {:.2?} at most", times.iter().max().expect("some"));
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(record(folder.path()));
    replay(folder.path());
    seek(folder.path());
}
