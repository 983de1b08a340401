//! Ten minutes of the network's life as events: the real transactions of mainnet block 702,861, made
//! to arrive through nine made-up peers.
//!
//! Everything is derived from the block and from one seed, so the same events come out every time, on every machine.

use bitcoin_test_data::blocks::mainnet_702861;
use bytes::Bytes;
use mempulse::address::PeerAddress;
use mempulse::event::{
    CommandTraffic, Direction, DisconnectReason, Event, EventKind, PeerEvent, PeerId, PeerInfo, Tip, Traffic,
    Transport,
};
use mempulse::util::time::Timestamp;
use mempulse::wire::{Block, Services, Transaction, TxHash};
use std::sync::Arc;
use std::time::Duration;

const HEIGHT: u32 = 702_861;
/// How long the watch has lasted.
const WATCHED: Duration = Duration::from_mins(10);
/// When in that time the block was found.
const MINED: Duration = Duration::from_secs(412);
/// Transactions that are in the block although no peer had announced them.
const UNSEEN: usize = 31;
/// The half-life of a node's random delay before it announces to us; its mean is 5 s.
const TRICKLE: Duration = Duration::from_millis(3_466);

/// Address, user agent, typical ping in ms, fee filter in sat/kvB.
const PEERS: [(&str, &str, u64, u64); 9] = [
    ("203.0.113.5:8333", "/Satoshi:30.0.0/", 38, 100),
    ("[2001:db8::7]:8333", "/Satoshi:29.1.0/", 61, 1_000),
    ("198.51.100.9:8333", "/Satoshi:28.1.0/", 112, 1_000),
    ("192.0.2.44:8333", "/Satoshi:29.0.0/Knots:20250508/", 87, 1_000),
    ("203.0.113.177:8333", "/Satoshi:30.0.0/", 23, 100),
    ("[2001:db8:4:2::1f]:8333", "/btcd:0.25.0/", 140, 1_000),
    ("198.51.100.61:8333", "/Satoshi:27.2.0/", 54, 1_000),
    ("192.0.2.190:8333", "/Satoshi:29.1.0/", 71, 500),
    ("203.0.113.90:8333", "/Satoshi:25.0.0/", 205, 1_000),
];
/// The peer that stops to answer shortly before the end, and the one that did so earlier.
const LATE: u64 = 3;
const LOST: u64 = 8;

/// The events, and the time span in which they happen.
pub struct Scene {
    pub events: Vec<Event>,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// Writes the scene.
pub fn scene() -> Scene {
    let block = Block::parse(&Bytes::from_static(mainnet_702861())).unwrap();
    let mined = Timestamp::from_secs(u64::from(block.header.time));
    let start = mined - MINED;
    let mut script = Script { events: Vec::new(), start, chance: Chance(702_861) };
    script.seeds();
    for (id, peer) in (0..).zip(PEERS) {
        script.peer(id, peer);
    }
    let found = script.transactions(&block);
    script.block(&block, &found);
    script.events.sort_by_key(|event| event.time);
    Scene { events: script.events, start, end: start + WATCHED }
}

struct Script {
    events: Vec<Event>,
    start: Timestamp,
    chance: Chance,
}

impl Script {
    fn at(&mut self, after: Duration, kind: EventKind) {
        if after <= WATCHED {
            self.events.push(Event { time: self.start + after, kind });
        }
    }

    fn tell(&mut self, after: Duration, peer: u64, event: PeerEvent) {
        // The lost peer says nothing once it is lost.
        if peer != LOST || after < seconds(530) {
            self.at(after, EventKind::Peer(PeerId(peer), event));
        }
    }

    fn seeds(&mut self) {
        for (name, answer) in [("seed.bitcoin.sprovoost.nl", Ok(38)), ("dnsseed.emzy.de", Ok(40))] {
            self.at(Duration::from_millis(80), EventKind::Seed { name: name.to_owned(), answer });
        }
    }

    fn peer(&mut self, id: u64, (address, agent, ping, fee_filter): (&str, &str, u64, u64)) {
        let address = PeerAddress::from_socket(address.parse().unwrap());
        let dialled = Duration::from_millis(300 + id * 120);
        let ready = dialled + Duration::from_millis(ping * 4);
        let info = PeerInfo {
            version: 70_016,
            services: Services::NETWORK.with(Services::WITNESS).with(Services::NETWORK_LIMITED),
            user_agent: agent.to_owned(),
            start_height: 702_860,
            relay: true,
            clock_offset: 0,
            wtxid_relay: true,
        };
        self.tell(dialled, id, PeerEvent::Dialling { address, attempt: 1 });
        self.tell(
            dialled + Duration::from_millis(ping),
            id,
            PeerEvent::Connected { transport: Transport::V1 },
        );
        self.tell(ready, id, PeerEvent::Ready(Box::new(info)));
        self.tell(ready, id, PeerEvent::FeeFilter { sat_per_kvb: fee_filter });
        for round in 0..20 {
            let asked = ready + seconds(round * 30);
            self.tell(asked, id, PeerEvent::Pinged);
            let rtt = Duration::from_millis(ping + self.chance.below(ping));
            if !(id == LATE && asked > seconds(570) || id == LOST && asked > seconds(490)) {
                self.tell(asked + rtt, id, PeerEvent::Pong { rtt });
            }
        }
        if id == LOST {
            let retry_at = Some(self.start + WATCHED + seconds(38));
            let ended = PeerEvent::Disconnected { reason: DisconnectReason::PingTimeout, retry_at };
            self.at(seconds(531), EventKind::Peer(PeerId(id), ended));
        }
    }

    /// Lets the transactions arrive, and tells which ones before the block.
    fn transactions(&mut self, block: &Block) -> Vec<Transaction> {
        let transactions = &block.transactions[1..];
        let count = u64::try_from(transactions.len()).unwrap();
        let mut found = Vec::new();
        for index in 0..count {
            // A stride that is prime to the count mixes them: a block is sorted by fee rate.
            let tx = &transactions[usize::try_from(index * 1_009 % count).unwrap()];
            // Some come earlier than their turn: the rate swings.
            let turn = 600_000 * index / count;
            let swing = (turn % 171_000).abs_diff(85_500) / 3 + self.chance.below(6_000);
            let first = Duration::from_millis(8_000 + turn + swing);
            self.announcements(first, tx);
            if first < MINED {
                found.push(tx.clone());
            }
        }
        found
    }

    fn announcements(&mut self, first: Duration, tx: &Transaction) {
        let peers = u64::try_from(PEERS.len()).unwrap();
        // Not the lost one: every transaction has a live announcer at the end.
        let opener = self.chance.below(LOST);
        for peer in 0..peers {
            let delay = if peer == opener { Duration::ZERO } else { self.chance.exponential(TRICKLE) };
            let missed = self.chance.below(40) == 0 && peer != opener;
            if !missed {
                let txs = vec![TxHash::Wtxid(tx.wtxid())];
                self.tell(first + delay, peer, PeerEvent::Announced { txs, count: 1 });
            }
            self.traffic(first, peer, Direction::Received, "inv", 61);
        }
        let answered_after = Duration::from_millis(40 + self.chance.below(160));
        let tx = Arc::new(tx.detached());
        let bytes = u64::try_from(tx.raw().len()).unwrap() + 24;
        self.at(
            first + answered_after,
            EventKind::Peer(PeerId(opener), PeerEvent::Transaction { tx, answered_after }),
        );
        self.traffic(first, opener, Direction::Sent, "getdata", 61);
        self.traffic(first + answered_after, opener, Direction::Received, "tx", bytes);
    }

    fn traffic(&mut self, after: Duration, peer: u64, direction: Direction, command: &str, bytes: u64) {
        let commands = vec![CommandTraffic { direction, command: command.to_owned(), messages: 1, bytes }];
        let traffic = Traffic { commands, recent: Vec::new() };
        self.tell(after, peer, PeerEvent::Traffic(Box::new(traffic)));
    }

    /// The block that was found holds what had arrived by then, but for the newest, and some more.
    fn block(&mut self, block: &Block, found: &[Transaction]) {
        let mut transactions = vec![block.transactions[0].clone()];
        let seen = found.len() * 9 / 10;
        transactions.extend_from_slice(&found[..seen]);
        transactions.extend_from_slice(&block.transactions[block.transactions.len() - UNSEEN..]);
        let tip = Tip { hash: block.hash, height: HEIGHT, time: block.header.time };
        self.at(MINED, EventKind::Tip(tip));
        let block = Arc::new(Block { transactions, ..block.clone() });
        self.at(MINED, EventKind::Block { peer: PeerId(0), height: HEIGHT, block });
    }
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Numbers that look random and are the same every time (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Nearly exponential, with integers alone: it halves again and again with even odds.
    fn exponential(&mut self, half_life: Duration) -> Duration {
        let halvings = self.next().leading_zeros();
        let half_life_ms = u64::try_from(half_life.as_millis()).unwrap();
        half_life * halvings + Duration::from_millis(self.below(half_life_ms))
    }
}
