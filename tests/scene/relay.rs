//! How transactions reach us: each peer announces every few seconds what has accumulated, and the transaction
//! is requested from the first announcer.

use super::chance::Chance;
use super::peers::{FIRST, PEERS, Peer};
use super::recording::{Recording, ms};
use super::transactions::{Arrival, Spread, Transactions, funding};
use super::{LENGTH, START};
use mempulse::Timestamp;
use mempulse::event::{
    CommandTraffic, Direction, Event, EventKind, PeerEvent, PeerId, RecentMessage, Traffic,
};
use mempulse::wire::{Transaction, TxHash};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The half-life of the time until a transaction reaches a node.
const PROPAGATION: Duration = Duration::from_millis(1_100);
/// The half-life of the time between two announcements of a node.
const TRICKLE: Duration = Duration::from_millis(2_900);

/// The indices of the transactions in each announcement, by its time and its peer.
type Announcements = BTreeMap<(Duration, u64), Vec<usize>>;

/// Records announcements, requests and deliveries.
pub fn record(recording: &mut Recording, transactions: &Transactions, chance: &mut Chance) {
    let mut delivered = HashSet::new();
    for ((at, peer), mut announced) in announcements(transactions, chance) {
        transactions.sort_for_mining(&mut announced);
        let arrivals = announced.iter().map(|index| &transactions.arrivals[*index]);
        let txs: Vec<TxHash> = arrivals.map(|arrival| TxHash::Wtxid(arrival.tx.wtxid())).collect();
        let count = txs.len();
        recording.peer(at, peer, PeerEvent::Announced { txs, count });
        let mut messages = Messages::new(at);
        messages.inventory(Direction::Received, "inv", count);
        let requested: Vec<usize> =
            announced.into_iter().filter(|index| !delivered.contains(index)).collect();
        if !requested.is_empty() {
            recording.peer(at, peer, PeerEvent::Requested { count: requested.len() });
            messages.inventory(Direction::Sent, "getdata", requested.len());
        }
        let ping_ms = PEERS.iter().find(|known| known.id == peer).unwrap().ping_ms;
        let answered_after = ms(40 + ping_ms + chance.below(60));
        for index in requested {
            let Arrival { tx, spread, .. } = &transactions.arrivals[index];
            if *spread == Spread::Withheld {
                recording.peer(at + answered_after, peer, PeerEvent::NotFound { count: 1 });
                continue;
            }
            delivered.insert(index);
            messages.transaction(tx);
            let tx = Arc::clone(tx);
            recording.peer(at + answered_after, peer, PeerEvent::Transaction { tx, answered_after });
            if let Some(parent) = transactions.parents.get(&index) {
                let tx = Arc::clone(parent);
                recording.peer(at + 2 * answered_after, peer, PeerEvent::Parent { tx });
            }
        }
        recording.peer(at + answered_after, peer, PeerEvent::Traffic(Arc::new(messages.traffic)));
    }
}

/// One more transaction, announced and delivered by one peer. Each number gives a different transaction.
pub fn arrive(time: Timestamp, number: u64) -> [Event; 2] {
    let tx = Arc::new(funding(1_000_000 + number, &[50_000 + number]));
    let txs = vec![TxHash::Wtxid(tx.wtxid())];
    let announced = PeerEvent::Announced { txs, count: 1 };
    let delivered = PeerEvent::Transaction { tx, answered_after: ms(41) };
    [announced, delivered].map(|event| Event { time, kind: EventKind::Peer(PeerId(FIRST), event) })
}

/// A transaction that no peer announces. Each number gives a different transaction.
pub fn unannounced(number: u64) -> Transaction {
    funding(2_000_000 + number, &[50_000 + number])
}

fn announcements(transactions: &Transactions, chance: &mut Chance) -> Announcements {
    let mut announcements = Announcements::new();
    for peer in PEERS {
        let times = announcement_times(peer, chance);
        for (index, arrival) in transactions.arrivals.iter().enumerate() {
            let known = arrival.at + chance.delay(PROPAGATION);
            let reaches_peer = match arrival.spread {
                Spread::HalfOfThePeers => peer.id.is_multiple_of(2),
                Spread::OtherHalf => !peer.id.is_multiple_of(2),
                Spread::Everywhere | Spread::Withheld => true,
            };
            let passes_filter = peer.fee_filter.is_some_and(|filter| filter <= arrival.fee_rate);
            let is_missed = chance.below(40) == 0;
            let next = times.get(times.partition_point(|at| *at < known));
            if let (true, true, false, Some(at)) = (reaches_peer, passes_filter, is_missed, next) {
                announcements.entry((*at, peer.id)).or_default().push(index);
            }
        }
    }
    announcements
}

/// When a peer announces what has accumulated.
fn announcement_times(peer: Peer, chance: &mut Chance) -> Vec<Duration> {
    let mut at = peer.ready();
    let mut times = Vec::new();
    while at < LENGTH {
        at += ms(400) + chance.delay(TRICKLE);
        if peer.announces_at(at) {
            times.push(at);
        }
    }
    times
}

/// The messages that follow an announcement, 7 ms apart.
struct Messages {
    traffic: Traffic,
    at: Duration,
}

impl Messages {
    fn new(at: Duration) -> Self {
        Self { traffic: Traffic::default(), at }
    }

    fn inventory(&mut self, direction: Direction, command: &str, count: usize) {
        self.add(direction, command, 61 + 36 * count as u64, format!("{count} wtx"));
    }

    fn transaction(&mut self, tx: &Transaction) {
        self.add(
            Direction::Received,
            "tx",
            24 + tx.raw().len() as u64,
            tx.txid().to_string()[..8].to_owned(),
        );
    }

    fn add(&mut self, direction: Direction, command: &str, bytes: u64, summary: String) {
        self.at += ms(7);
        let Traffic { commands, recent } = &mut self.traffic;
        let known =
            commands.iter_mut().find(|known| known.direction == direction && known.command == command);
        if let Some(known) = known {
            known.messages += 1;
            known.bytes += bytes;
        } else {
            let command = command.to_owned();
            commands.push(CommandTraffic { direction, command, messages: 1, bytes });
        }
        if recent.len() < Traffic::MAX_RECENT {
            let (time, command) = (START + self.at, command.to_owned());
            let bytes = u32::try_from(bytes).unwrap();
            recent.push(RecentMessage { time, direction, command, bytes, summary });
        }
    }
}
