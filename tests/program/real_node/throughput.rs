//! How fast a whole mempool arrives from one node, compared with a bare socket that requests the same and
//! discards it. In release: `cargo test --release --test program -- --ignored real_node::throughput
//! --nocapture`.

use crate::bitcoind::{Kind, Node, Purse, send_all, spend};
use crate::mempulse;
use mempulse::chain::Network;
use mempulse::wire::{Inventory, Message, Services, Version, Wtxid};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The number of coins that one coinbase is divided into.
const PER_COINBASE: usize = 1_000;

/// The number of transactions, unless `MEMPULSE_TEST_TRANSACTIONS` sets fewer.
const TRANSACTIONS: usize = 50_000;

const MAGIC: [u8; 4] = Network::Regtest.magic();

#[test]
#[ignore = "needs bitcoind, and takes minutes"]
fn a_whole_mempool_arrives_nearly_as_fast_as_a_bare_socket_takes_it() {
    let node = Node::synced(&[
        "-whitelist=noban,mempool@127.0.0.1",
        "-peerbloomfilters=1",
        "-checkmempool=0",
        "-checkblockindex=0",
    ]);
    let count =
        std::env::var("MEMPULSE_TEST_TRANSACTIONS").map_or(TRANSACTIONS, |text| text.parse().unwrap());
    let mut purse = Purse::new();
    let mut sent = 0;
    let coins: Vec<_> =
        (0..count / PER_COINBASE).map(|_| purse.coins(&node, PER_COINBASE as u64, Kind::Segwit)).collect();
    for coins in coins {
        // Fees differ, so that the list has an order.
        let txs: Vec<_> =
            (500..).zip(coins.chunks(1)).map(|(fee, coin)| spend(coin, 1, Kind::Segwit, fee)).collect();
        send_all(&node, &txs);
        sent += txs.len();
    }
    assert_eq!(node.mempool().len(), sent);

    for round in 1..=3 {
        let bare = pump(&node.address(), sent);
        let (whole, cpu) = monitor(&node.address(), sent);
        let ratio = whole.as_secs_f64() / bare.as_secs_f64();
        let each = cpu.as_nanos() / sent as u128;
        println!("{round}: {sent} transactions: socket {bare:?}, mempulse {whole:?} ({ratio:.2} ×)");
        println!("{round}: {each} ns of CPU each");
    }
}

/// Runs `mempulse stream` until it has the whole mempool. Returns the time since it connected, and its CPU time.
fn monitor(address: &str, count: usize) -> (Duration, Duration) {
    let mut process = mempulse()
        .args(["stream", "--network", "regtest", "--peer", address, "--transport", "v1", "--backfill", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut connected = None;
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains("\"peer_connected\"") {
            connected = Some(Instant::now());
        }
        // A second peer's list would come next, but does not count here.
        if line.contains("\"bootstrap\"") && line.contains(&format!("\"fetched\":{count},")) {
            break;
        }
    }
    let took = connected.unwrap().elapsed();
    let cpu = cpu_time(process.id());
    process.kill().unwrap();
    process.wait().unwrap();
    (took, cpu)
}

/// The CPU time of a process: fields 14 and 15 of its `stat` (proc(5)), in hundredths of a second.
fn cpu_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let behind_name = stat.rsplit_once(") ").unwrap().1;
    let ticks: u64 = behind_name.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// Downloads the whole mempool through a bare socket. Returns the time since it connected.
fn pump(address: &str, count: usize) -> Duration {
    let mut socket = Socket::open(address);
    let start = Instant::now();
    socket.say(&Message::Mempool);
    let mut listed: Vec<Wtxid> = Vec::new();
    while listed.len() < count {
        let (command, payload) = socket.hear();
        if command == "inv" {
            // A compact size of 3 B (here always), then 36 B each.
            let entries = payload[3..].chunks_exact(36);
            listed.extend(entries.map(|entry| Wtxid(entry[4..].try_into().unwrap())));
        }
    }
    let mut requests = listed.chunks(1_000);
    let mut ask = |socket: &mut Socket| {
        if let Some(part) = requests.next() {
            socket.say(&Message::GetData(part.iter().copied().map(Inventory::Wtx).collect()));
        }
    };
    (0..5).for_each(|_| ask(&mut socket));
    let mut received = 0;
    while received < listed.len() {
        if socket.hear().0 == "tx" {
            received += 1;
            if received % 1_000 == 0 {
                ask(&mut socket);
            }
        }
    }
    start.elapsed()
}

struct Socket {
    stream: BufReader<TcpStream>,
}

impl Socket {
    /// Connects and completes the handshake.
    fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut socket = Self { stream: BufReader::with_capacity(256 * 1024, stream) };
        socket.say(&Message::Version(Version {
            version: 70_016,
            services: Services::NONE,
            time: 0,
            nonce: 1,
            user_agent: b"/pump:1.0/".to_vec(),
            start_height: 0,
            relay: true,
        }));
        while socket.hear().0 != "version" {}
        socket.say(&Message::WtxidRelay);
        socket.say(&Message::Verack);
        while socket.hear().0 != "verack" {}
        socket
    }

    fn say(&mut self, message: &Message) {
        self.stream.get_mut().write_all(&message.encode(MAGIC)).unwrap();
    }

    /// The command and the payload of the next message.
    fn hear(&mut self) -> (String, Vec<u8>) {
        let mut header = [0; 24];
        self.stream.read_exact(&mut header).unwrap();
        let command = String::from_utf8_lossy(&header[4..16]).trim_end_matches('\0').to_owned();
        let mut payload = vec![0; u32::from_le_bytes(header[16..20].try_into().unwrap()) as usize];
        self.stream.read_exact(&mut payload).unwrap();
        (command, payload)
    }
}
