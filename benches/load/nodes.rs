//! Nodes on loopback sockets that announce made-up transactions at a rate and serve them.

use super::feed::transaction;
use mempulse::chain::Network;
use mempulse::wire::{Decoder, Inventory, Message, Services, Version, Wtxid};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// How many of the newest transactions are served.
const SERVED: usize = 500_000;

/// How many announcements may wait for a connection; more are left out.
const WAITING: usize = 10_000;

/// The time between two announcements of a node.
const TICK: Duration = Duration::from_millis(20);

/// What the nodes do.
#[derive(Clone, Copy)]
pub struct Load {
    pub nodes: usize,
    /// Transactions per second.
    pub rate: u64,
    /// How many nodes announce each.
    pub announcers: usize,
    /// For how long transactions are announced.
    pub lasts: Duration,
}

/// The messages that are served, and their ids, oldest first.
#[derive(Default)]
struct Served {
    messages: HashMap<Wtxid, Arc<[u8]>>,
    oldest: VecDeque<Wtxid>,
}

/// What the nodes share.
#[derive(Default)]
pub struct Shared {
    served: Mutex<Served>,
    /// When each transaction was sent, until somebody takes it.
    pub sent: Mutex<HashMap<Wtxid, Instant>>,
    announce: Mutex<Vec<mpsc::Sender<Wtxid>>>,
    /// How many transactions were announced.
    pub announced: Mutex<u64>,
}

/// Never poisoned for long: a panic ends the bench.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the ports of the nodes, and serves them in tasks.
pub async fn start(load: Load) -> std::io::Result<(Vec<SocketAddr>, Arc<Shared>)> {
    let shared = Arc::new(Shared::default());
    let mut addresses = vec![];
    for number in 0..load.nodes {
        let [_, _, high, low] = u32::try_from(number + 1).unwrap_or(1).to_be_bytes();
        // Each on an address of its own, so that they are as different as they can be.
        let listener = TcpListener::bind((std::net::Ipv4Addr::new(127, high + 1, low, 1), 0)).await?;
        addresses.push(listener.local_addr()?);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
    }
    tokio::spawn(announce(load, Arc::clone(&shared)));
    Ok((addresses, shared))
}

/// Makes transactions at the rate as soon as all nodes have a connection.
async fn announce(load: Load, shared: Arc<Shared>) {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while lock(&shared.announce).len() < load.nodes {
        tick.tick().await;
    }
    let start = Instant::now();
    let mut number = 0;
    while start.elapsed() < load.lasts {
        tick.tick().await;
        let due = u64::try_from(start.elapsed().as_millis()).unwrap_or(0) * load.rate / 1_000;
        for number in number..due {
            let tx = transaction(number * 2);
            let wtxid = tx.wtxid();
            {
                let mut served = lock(&shared.served);
                let bytes = Message::Tx((*tx).clone()).encode(Network::Regtest.magic());
                served.messages.insert(wtxid, bytes.into());
                served.oldest.push_back(wtxid);
                if served.oldest.len() > SERVED
                    && let Some(oldest) = served.oldest.pop_front()
                {
                    served.messages.remove(&oldest);
                }
            }
            let queues = lock(&shared.announce);
            let first = usize::try_from(number).unwrap_or(0);
            let told = (first..first + load.announcers)
                .filter(|node| queues[node % queues.len()].try_send(wtxid).is_ok())
                .count();
            *lock(&shared.announced) += u64::from(told > 0);
        }
        number = number.max(due);
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let magic = Network::Regtest.magic();
    let mut decoder = Decoder::new(magic);
    let (sender, mut queue) = mpsc::channel(WAITING);
    let mut sender = Some(sender);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let mut out = vec![];
        tokio::select! {
            read = stream.read_buf(decoder.buffer()) => if read.ok()? == 0 { return None },
            _ = tick.tick() => {
                let mut entries = vec![];
                while let Ok(wtxid) = queue.try_recv() && entries.len() < 1_000 {
                    entries.push(Inventory::Wtx(wtxid));
                }
                if !entries.is_empty() {
                    out.extend(Message::Inv(entries).encode(magic));
                }
            }
        }
        while let Some(decoded) = decoder.next().ok()? {
            match decoded.content.ok()? {
                Message::Version(_) => {
                    for message in [Message::Version(version()), Message::WtxidRelay, Message::Verack] {
                        out.extend(message.encode(magic));
                    }
                }
                Message::Verack => lock(&shared.announce).extend(sender.take()),
                Message::Ping(nonce) => out.extend(Message::Pong(nonce).encode(magic)),
                Message::GetHeaders { .. } => out.extend(Message::Headers(vec![]).encode(magic)),
                Message::GetData(list) => {
                    let served = lock(&shared.served);
                    let mut sent = lock(&shared.sent);
                    for entry in list {
                        let found = match entry {
                            Inventory::Wtx(wtxid) => served.messages.get(&wtxid).map(|bytes| (wtxid, bytes)),
                            _ => None,
                        };
                        match found {
                            Some((wtxid, bytes)) => {
                                out.extend_from_slice(bytes);
                                sent.insert(wtxid, Instant::now());
                            }
                            None => out.extend(Message::NotFound(vec![entry]).encode(magic)),
                        }
                    }
                }
                _ => {}
            }
        }
        stream.write_all(&out).await.ok()?;
    }
}

fn version() -> Version {
    Version {
        version: 70_016,
        services: Services::NETWORK.with(Services::WITNESS),
        time: 1_700_000_000,
        nonce: 1,
        user_agent: b"/Load:1.0/".to_vec(),
        start_height: 0,
        relay: true,
    }
}
