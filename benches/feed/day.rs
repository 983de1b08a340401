//! A day of mainnet: 600,000 transactions of its mean size, each announced by every peer, and a full block every ten
//! minutes.

use crate::feed::{START, info, mean_transaction};
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::event::{
    CommandTraffic, ConnectionKind, Direction, Event, EventKind, PeerEvent, PeerId, RecentMessage, Tip,
    Traffic, Transport,
};
use mempulse::wire::{Block, BlockHeader, Transaction, TxHash};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The seconds of a day, and the transactions of one.
const SECONDS: u64 = 86_400;
const TRANSACTIONS: u64 = 600_000;
/// How long a peer gathers announcements, in s.
const TRICKLE: u64 = 2;
const BLOCK_INTERVAL: u64 = 600;
/// How many transactions are in the mempool when the day begins.
const BEFORE: u64 = 50_000;

/// Makes the events of a day, second by second.
pub struct Day {
    peers: u64,
    next: u64,
    now: Timestamp,
    /// What no block contains yet.
    unconfirmed: VecDeque<Arc<Transaction>>,
    height: u32,
}

impl Day {
    pub fn new(peers: u64) -> Self {
        Self { peers, next: 0, now: START, unconfirmed: VecDeque::new(), height: 900_000 }
    }

    fn peer(&self, peer: u64, event: PeerEvent) -> Event {
        Event { time: self.now, kind: EventKind::Peer(PeerId(peer), event) }
    }

    fn beginning(&mut self, each: &mut impl FnMut(Event)) {
        for peer in 0..self.peers {
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
        for peer in 0..self.peers {
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
        PeerEvent::Traffic(Arc::new(Traffic { commands: commands.into(), recent: vec![recent; 5] }))
    }

    /// Calls `each` with every event of the first `seconds` of the day, in order.
    pub fn run(mut self, seconds: u64, mut each: impl FnMut(Event)) {
        self.beginning(&mut each);
        for second in 1..=seconds {
            self.now = START + Duration::from_secs(second);
            if second % TRICKLE == 0 {
                let due = BEFORE + TRANSACTIONS * second / SECONDS;
                self.arrive(due - self.next, &mut each);
                for peer in 0..self.peers {
                    each(self.peer(peer, self.traffic()));
                }
            }
            if second % 30 == 0 {
                for peer in 0..self.peers {
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

/// The time that all threads of the process have computed; zero unless the system is Linux.
pub fn cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks.filter_map(|task| computed(&task.path().join("schedstat"))).sum()
}

/// The time that the calling thread has computed; zero unless the system is Linux.
pub fn own_cpu() -> Duration {
    computed(Path::new("/proc/thread-self/schedstat")).unwrap_or_default()
}

fn computed(schedstat: &Path) -> Option<Duration> {
    let stat = std::fs::read_to_string(schedstat).ok()?;
    Some(Duration::from_nanos(stat.split_whitespace().next()?.parse().ok()?))
}

/// A mean time in words.
pub fn per_event(time: Duration, events: u64) -> String {
    format!("{:.2?} per event", time / u32::try_from(events).expect("some millions"))
}
