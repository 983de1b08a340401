//! What the network and the model cost under load, on loopback sockets: 1,000 peers at mainnet's rate, 2,000
//! transactions per second, and as many as there can be.
//!
//! `MEMPULSE_LOAD_SECONDS` is how long the 2,000 per second last: 600, by default. `MEMPULSE_BENCH` may name
//! one of `peers`, `steady` and `flood`, to measure that alone. `MEMPULSE_FLOOD` is how many transactions the flood must
//! bring in at least, however long that takes: on a busy machine, a minute does not fill the mempool.

mod feed;
mod memory;
#[path = "load/nodes.rs"]
mod nodes;

use mempulse::Clock;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{Event, EventKind, PeerEvent, PeerId, Warning};
use mempulse::model::{Model, ModelSettings};
use mempulse::p2p::{Driver, PeerChoice, Settings, TransportChoice};
use mempulse::snapshot::{Snapshot, View};
use nodes::{Load, Shared, lock};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::{BTreeMap, HashSet};
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// The time between two snapshots, as on the screen.
const FRAME: Duration = Duration::from_millis(250);

/// The name of the threads that are measured.
const MONITOR: &str = "monitor";

/// How long to wait for what is still on its way.
const REST: Duration = Duration::from_secs(10);

/// Everything that is measured.
#[derive(Default)]
struct Seen {
    live: HashSet<PeerId>,
    /// When all were live for the first time, since the start.
    all_live: Option<Duration>,
    by_peer: BTreeMap<PeerId, u64>,
    latencies: Vec<Duration>,
    is_behind: bool,
    second_half: Half,
    /// In MB.
    memory: f64,
    lasted: Duration,
}

/// What was measured in the second half of the time, when all connections are open.
#[derive(Default)]
struct Half {
    /// The CPU time.
    computed: Duration,
    lasted: Duration,
    transactions: u64,
}

impl Seen {
    fn event(&mut self, event: &Event, shared: Option<&Shared>, wanted: usize, start: Instant) {
        match &event.kind {
            EventKind::Peer(peer, PeerEvent::Ready(_)) => {
                self.live.insert(*peer);
                if self.live.len() == wanted {
                    self.all_live.get_or_insert(start.elapsed());
                }
            }
            EventKind::Peer(peer, PeerEvent::Disconnected { .. }) => _ = self.live.remove(peer),
            EventKind::Peer(peer, PeerEvent::Transaction { tx, .. }) => {
                *self.by_peer.entry(*peer).or_default() += 1;
                let sent = shared.and_then(|shared| lock(&shared.sent).remove(&tx.wtxid()));
                self.latencies.extend(sent.map(|sent| sent.elapsed()));
            }
            EventKind::Warning(Warning::Behind) => self.is_behind = true,
            _ => {}
        }
    }

    fn transactions(&self) -> u64 {
        self.by_peer.values().sum()
    }

    /// The latency that this share of the transactions does not exceed.
    fn latency(&mut self, share: f64) -> Duration {
        self.latencies.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a length"
        )]
        let index = (self.latencies.len().saturating_sub(1) as f64 * share) as usize;
        self.latencies.get(index).copied().unwrap_or_default()
    }

    /// The share of one core that the second half took, in %.
    fn busy(&self) -> f64 {
        self.second_half.computed.as_secs_f64() / self.second_half.lasted.as_secs_f64() * 100.0
    }

    /// The CPU time of a transaction in the second half.
    fn each(&self) -> Duration {
        let transactions = u32::try_from(self.second_half.transactions.max(1)).unwrap_or(u32::MAX);
        self.second_half.computed / transactions
    }
}

/// Watches these nodes as the program does, at least for this time and until this many transactions.
async fn watch(
    addresses: Vec<SocketAddr>,
    shared: Option<Arc<Shared>>,
    lasts: Duration,
    at_least: u64,
) -> Seen {
    let clock = Clock::start();
    let peers: Vec<_> = addresses.into_iter().map(PeerAddress::from_socket).collect();
    let wanted = peers.len();
    let settings = Settings {
        network: Network::Regtest,
        choice: PeerChoice::Only(peers),
        transport: TransportChoice::V1,
        ..Settings::default()
    };
    let mut model = Model::new(ModelSettings::new(Network::Regtest, clock.now()));
    let mut network = Driver::start(settings, clock);
    let (mut seen, start) = (Seen::default(), Instant::now());
    let mut frame = tokio::time::interval(FRAME);
    frame.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut half = None;
    while start.elapsed() < lasts || seen.transactions() < at_least {
        if half.is_none() && start.elapsed() > lasts / 2 {
            half = Some((cpu(), Instant::now(), seen.transactions()));
        }
        let mut next = tokio::select! {
            biased;
            _ = frame.tick() => {
                black_box(Snapshot::take(&model, &View::default(), clock.now()));
                None
            }
            event = network.next() => Some(event),
        };
        while let Some(event) = next {
            for request in model.apply(&event).requests {
                network.request(request);
            }
            seen.event(&event, shared.as_deref(), wanted, start);
            next = network.ready();
        }
    }
    if let Some((computed, since, transactions)) = half {
        seen.second_half = Half {
            computed: cpu().saturating_sub(computed),
            lasted: since.elapsed(),
            transactions: seen.transactions() - transactions,
        };
    }
    (seen.memory, seen.lasted) = (resident(), start.elapsed());
    network.shutdown().await;
    seen
}

/// Watches in named threads, so that their CPU time can be told apart.
fn monitor(addresses: Vec<SocketAddr>, shared: Option<Arc<Shared>>, lasts: Duration, at_least: u64) -> Seen {
    let runtime = runtime(MONITOR);
    let watching = runtime.spawn(watch(addresses, shared, lasts, at_least));
    runtime.block_on(watching).expect("it does not panic")
}

/// The CPU time of the monitor's threads.
fn cpu() -> Duration {
    let mut ticks = 0;
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        if read("comm").trim() == MONITOR {
            let stat = read("stat");
            let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            ticks += fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
        }
    }
    // The kernel counts hundredths of seconds for every program (`USER_HZ`).
    Duration::from_millis(ticks * 10)
}

/// The memory of this process in MB.
fn resident() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    memory::bytes("VmRSS").map_or(f64::NAN, |bytes| bytes as f64 / 1e6)
}

fn runtime(name: &str) -> Runtime {
    let threads = Builder::new_multi_thread().worker_threads(2).thread_name(name).enable_all().build();
    threads.expect("threads can be started")
}

/// The nodes in a separate process, so that their memory and time are not ours.
struct Apart(Child);

impl Apart {
    fn start(load: Load) -> (Self, Vec<SocketAddr>) {
        let Load { nodes, rate, announcers, lasts } = load;
        let described = format!("{nodes} {rate} {announcers} {}", lasts.as_secs());
        let this = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(this);
        command.env("MEMPULSE_LOAD_NODES", described).stdout(Stdio::piped()).stdin(Stdio::piped());
        let mut child = command.spawn().expect("it can be started again");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let addresses = lines.take(nodes).map(|line| line.expect("lines").parse().expect("addresses"));
        let addresses = addresses.collect();
        (Self(child), addresses)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The process of the nodes: until its standard input ends.
fn be_nodes(described: &str) {
    let numbers: Vec<u64> = described.split(' ').filter_map(|number| number.parse().ok()).collect();
    let [nodes, rate, announcers, lasts] = numbers[..] else { panic!("{described}") };
    let size = |number: u64| usize::try_from(number).expect("small");
    let load =
        Load { nodes: size(nodes), rate, announcers: size(announcers), lasts: Duration::from_secs(lasts) };
    let runtime = runtime("nodes");
    let (addresses, _shared) = runtime.block_on(nodes::start(load)).expect("ports are free");
    for address in addresses {
        println!("{address}");
    }
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// This many peers at mainnet's rate, each of which announces every transaction. Returns the memory in MB.
fn peers(count: usize) -> f64 {
    let lasts = Duration::from_mins(2);
    let load = Load { nodes: count, rate: 7, announcers: count, lasts };
    let (_nodes, addresses) = Apart::start(load);
    let seen = monitor(addresses, None, lasts, 0);
    let all_live = seen.all_live.map_or("never".to_owned(), |time| format!("{time:.1?}"));
    println!(
        "| {count} | {all_live} | {} | {} | {:.1} % | {:.0} MB |",
        seen.live.len(),
        seen.transactions(),
        seen.busy(),
        seen.memory,
    );
    seen.memory
}

/// 2,000 transactions per second from 50 peers, each announced by eight.
fn steady(lasts: Duration) {
    let load = Load { nodes: 50, rate: 2_000, announcers: 8, lasts };
    let nodes = runtime("nodes");
    let (addresses, shared) = nodes.block_on(nodes::start(load)).expect("ports are free");
    let mut seen = monitor(addresses, Some(Arc::clone(&shared)), lasts + REST, 0);
    let (announced, taken) = (*lock(&shared.announced), seen.transactions());
    println!(
        "| {} s | {announced} | {} | {:.1?} | {:.1?} | {:.1?} | {} µs |",
        lasts.as_secs(),
        announced - taken,
        seen.latency(0.5),
        seen.latency(0.99),
        seen.latency(1.0),
        seen.each().as_micros(),
    );
}

/// More than can be handled, from 50 peers.
fn flood() {
    let lasts = Duration::from_mins(1);
    let at_least = std::env::var("MEMPULSE_FLOOD").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    // The nodes announce for as long as that takes.
    let load = Load { nodes: 50, rate: 200_000, announcers: 1, lasts: Duration::from_hours(1) };
    let (_nodes, addresses) = Apart::start(load);
    let seen = monitor(addresses, None, lasts, at_least);
    let (least, most) = (seen.by_peer.values().min(), seen.by_peer.values().max());
    println!(
        "| {} | {} tx/s | {} to {} | {} | {:.0} MB |",
        seen.transactions(),
        seen.transactions() / seen.lasted.as_secs().max(1),
        least.copied().unwrap_or_default(),
        most.copied().unwrap_or_default(),
        if seen.is_behind { "yes" } else { "no" },
        seen.memory,
    );
}

fn main() {
    if let Ok(described) = std::env::var("MEMPULSE_LOAD_NODES") {
        return be_nodes(&described);
    }
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
        .expect("the soft limit may be raised");

    let alone = std::env::var("MEMPULSE_BENCH").ok();
    let is_wanted = |what| alone.as_deref().is_none_or(|alone| alone == what);
    if is_wanted("peers") {
        println!("At 7 tx/s, each announced by all peers:\n");
        println!("| peers | all live after | live at the end | tx | of one core | memory |");
        println!("|---:|---:|---:|---:|---:|---:|");
        let [few, many] = [8, 1_000].map(peers);
        println!("\nThat is {:.0} KB for each further peer.\n", (many - few) * 1e3 / 992.0);
    }
    if is_wanted("steady") {
        println!(
            "2,000 tx/s from 50 peers, each announced by eight; the latency is from the socket of the node to the model:\n"
        );
        println!("| for | announced | lost | median | p99 | longest | CPU each |");
        println!("|---:|---:|---:|---:|---:|---:|---:|");
        let seconds = std::env::var("MEMPULSE_LOAD_SECONDS").ok().and_then(|text| text.parse().ok());
        steady(Duration::from_secs(seconds.unwrap_or(600)));
    }
    if is_wanted("flood") {
        println!("\nAs much as 50 peers can send, for a minute:\n");
        println!("| tx | taken in | by peer, least to most | said so | memory |");
        println!("|---:|---:|---:|---|---:|");
        flood();
    }
}
