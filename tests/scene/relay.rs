//! How transactions reach us: each peer announces what has gathered every few seconds, and the first one that
//! announces a transaction is asked for it.

use super::chance::Chance;
use super::peers::{FIRST, PEERS, Peer};
use super::recording::{Recording, ms};
use super::transactions::{Spread, Transactions, funding};
use super::{LENGTH, START};
use mempulse::event::{
    CommandTraffic, Direction, Event, EventKind, PeerEvent, PeerId, RecentMessage, Traffic,
};
use mempulse::util::time::Timestamp;
use mempulse::wire::TxHash;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The half-life of a transaction's way to a node.
const WAY: Duration = Duration::from_millis(1_100);
/// The half-life of the time between two announcements of a node.
const TRICKLE: Duration = Duration::from_millis(2_900);

/// Who announced what when, by the time, the peer, and the index of the transaction.
type Batches = BTreeMap<(Duration, u64), Vec<usize>>;

/// Records announcements, requests and deliveries.
pub fn record(recording: &mut Recording, transactions: &Transactions, chance: &mut Chance) {
    let mut batches = batches(transactions, chance);
    let mut delivered = vec![false; transactions.arrivals.len()];
    let parents: BTreeMap<_, _> = transactions.parents.iter().map(|(child, tx)| (*child, tx)).collect();
    for ((at, peer), batch) in &mut batches {
        let (at, peer) = (*at, *peer);
        transactions.sort_for_mining(batch);
        let txs = batch.iter().map(|index| TxHash::Wtxid(transactions.arrivals[*index].tx.wtxid()));
        recording.peer(at, peer, PeerEvent::Announced { txs: txs.collect(), count: batch.len() });
        let mut talk = Talk::new(at);
        talk.say(Direction::Received, "inv", 61 + 36 * batch.len() as u64, &format!("{} wtx", batch.len()));
        let news: Vec<usize> = batch.iter().copied().filter(|index| !delivered[*index]).collect();
        if !news.is_empty() {
            recording.peer(at, peer, PeerEvent::Requested { count: news.len() });
            let gist = format!("{} wtx", news.len());
            talk.say(Direction::Sent, "getdata", 61 + 36 * news.len() as u64, &gist);
        }
        let answered_after =
            ms(40 + PEERS.iter().find(|known| known.id == peer).unwrap().ping_ms + chance.below(60));
        for index in news {
            let arrival = &transactions.arrivals[index];
            if arrival.spread == Spread::Withheld {
                recording.peer(at + answered_after, peer, PeerEvent::NotFound { count: 1 });
                continue;
            }
            delivered[index] = true;
            let tx = Arc::clone(&arrival.tx);
            talk.say(Direction::Received, "tx", 24 + tx.raw().len() as u64, &tx.txid().to_string()[..8]);
            recording.peer(at + answered_after, peer, PeerEvent::Transaction { tx, answered_after });
            if let Some(&parent) = parents.get(&index) {
                let tx = Arc::clone(parent);
                recording.peer(at + 2 * answered_after, peer, PeerEvent::Parent { tx });
            }
        }
        recording.peer(at + answered_after, peer, PeerEvent::Traffic(Box::new(talk.0)));
    }
}

/// One more transaction, announced and delivered by one peer. Each `number` makes another one.
pub fn arrive(time: Timestamp, number: u64) -> [Event; 2] {
    let tx = Arc::new(funding(1_000_000 + number, &[50_000 + number]));
    let txs = vec![TxHash::Wtxid(tx.wtxid())];
    let announced = PeerEvent::Announced { txs, count: 1 };
    let delivered = PeerEvent::Transaction { tx, answered_after: ms(41) };
    [announced, delivered].map(|event| Event { time, kind: EventKind::Peer(PeerId(FIRST), event) })
}

fn batches(transactions: &Transactions, chance: &mut Chance) -> Batches {
    let mut batches = Batches::new();
    for peer in PEERS {
        let trickles = trickles(peer, chance);
        for (index, arrival) in transactions.arrivals.iter().enumerate() {
            let known = arrival.at + chance.delay(WAY);
            let is_on_its_side = match arrival.spread {
                Spread::HalfOfThePeers => peer.id % 2 == 0,
                Spread::OtherHalf => peer.id % 2 == 1,
                Spread::Everywhere | Spread::Withheld => true,
            };
            let is_wanted = peer.fee_filter.is_some_and(|filter| filter <= arrival.fee_rate);
            let is_missed = chance.below(40) == 0;
            let next = trickles.get(trickles.partition_point(|at| *at < known));
            if let (true, true, false, Some(at)) = (is_on_its_side, is_wanted, is_missed, next) {
                batches.entry((*at, peer.id)).or_default().push(index);
            }
        }
    }
    batches
}

/// When a peer announces.
fn trickles(peer: Peer, chance: &mut Chance) -> Vec<Duration> {
    let mut at = peer.ready();
    let mut trickles = Vec::new();
    while at < LENGTH {
        at += ms(400) + chance.delay(TRICKLE);
        if peer.announces(at) {
            trickles.push(at);
        }
    }
    trickles
}

/// What goes over the wire around an announcement.
struct Talk(Traffic, Duration);

impl Talk {
    fn new(at: Duration) -> Self {
        Self(Traffic::default(), at)
    }

    fn say(&mut self, direction: Direction, command: &str, bytes: u64, gist: &str) {
        let Self(Traffic { commands, recent }, at) = self;
        *at += ms(7);
        let same =
            |traffic: &&mut CommandTraffic| traffic.direction == direction && traffic.command == command;
        if let Some(traffic) = commands.iter_mut().find(same) {
            traffic.messages += 1;
            traffic.bytes += bytes;
        } else {
            let command = command.to_owned();
            commands.push(CommandTraffic { direction, command, messages: 1, bytes });
        }
        if recent.len() < Traffic::MAX_RECENT {
            let (command, gist) = (command.to_owned(), gist.to_owned());
            let bytes = u32::try_from(bytes).unwrap();
            recent.push(RecentMessage { time: START + *at, direction, command, bytes, gist });
        }
    }
}
