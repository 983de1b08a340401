//! A made-up network that answers views as the model does, so that whole screens can be driven.

use crate::{blocks, pool};
use mempulse::chain::Network;
use mempulse::event::WatchTarget;
use mempulse::event::{CommandTraffic, Direction, PeerId, RecentMessage, Tip};
use mempulse::model::{WatchEvent, WatchNotice};
use mempulse::snapshot::view::{Anchor, Open, Tab, View};
use mempulse::snapshot::{
    Bounds, Coverage, Detail, EphemeralDust, EventLine, Family, FeeRate, Health, InputRow, Level, Liveness,
    LivenessSlot, OutputRow, Package, PeerDetail, PeerRow, Progress, RelativeRow, Relatives, RivalRow,
    Snapshot, Totals, TransactionDetail, TransactionRow, TxKey, ValueSource, WatchRow, Window,
};
use mempulse::util::time::Timestamp;
use mempulse::wire::{BlockHash, Txid, Wtxid};
use std::time::Duration;

use super::worth;

/// 2026-11-23 05:33:12 UTC.
pub const NOW: Timestamp = Timestamp::from_secs(1_795_411_992);

/// A network with some transactions; their keys are 1..=newest.
pub struct World {
    pub newest: u64,
    pub missing: Vec<u64>,
    pub health: Health,
    pub backfill: Option<Progress>,
}

impl World {
    pub fn new() -> Self {
        Self { newest: 14_211, missing: Vec::new(), health: Health::Live, backfill: None }
    }

    pub fn snapshot(&self, view: &View) -> Snapshot {
        let curve = |n: usize, scale: f32| -> Vec<f32> {
            (0..n).map(|i| scale * (1.0 + 0.6 * (i as f32 / 4.0).sin() + 0.1 * (i % 3) as f32)).collect()
        };
        let peers = peers();
        let live =
            peers.iter().filter(|peer| matches!(peer.liveness, Liveness::Live | Liveness::Late { .. }));
        Snapshot {
            time: NOW,
            network: Network::Mainnet,
            demo: false,
            health: self.health.clone(),
            backfill: self.backfill,
            totals: Totals {
                peers_live: live.count(),
                median_ping: Some(Duration::from_millis(41)),
                tip: Some(Tip { hash: BlockHash::default(), height: 923_114, time: 1_795_411_802 }),
                transactions: 14_211,
                vsize: 9_812_345,
                memory: 41_200_000,
                dropped: 0,
                received: 15_020,
                bytes_received: 8_400_000,
                bytes_sent: 212_000,
                fee_floor: Some((100, 1_000)),
                seen_before_block: Some(0.987),
                coin_blocks: 150,
                coins: 812_345,
                fee_coverage: Some(Coverage { by_count: 0.342, by_vsize: 0.407 }),
            },
            tx_rate: curve(60, 6.8),
            download_rate: curve(60, 38_000.0),
            upload_rate: curve(60, 1_200.0),
            mempool_size: curve(60, 14_000.0),
            peers: Self::peer_window(view, peers.clone()),
            transactions: self.transaction_window(view),
            arrival: curve(view.arrival, 40.0).iter().map(|value| *value as u32).collect(),
            events: events().into_iter().take(view.events).collect(),
            peers_screen: (view.tab == Tab::Peers).then(|| Box::new(worth::screen(&view.worth, &peers))),
            notices: 0,
            watched: if view.watched { watched() } else { Vec::new() },
            mempool_screen: (view.tab == Tab::Mempool).then(|| Box::new(pool::screen(view.mempool.columns))),
            blocks_screen: (view.tab == Tab::Blocks).then(|| Box::new(blocks::screen())),
            detail: view.open.map(|open| detail(open, &peers)),
        }
    }

    fn peer_window(view: &View, peers: Vec<PeerRow>) -> Window<PeerRow> {
        let total = peers.len();
        let offset = view.peers.offset.min(total.saturating_sub(view.peers.height));
        let rows: Vec<PeerRow> = peers.into_iter().skip(offset).take(view.peers.height).collect();
        let selected = view.peers.selected.and_then(|id| rows.iter().position(|row| row.id == id));
        let more_below = offset + rows.len() < total;
        Window { total, offset: Some(offset), more_above: offset > 0, more_below, rows, selected }
    }

    fn transaction_window(&self, view: &View) -> Window<TransactionRow> {
        let keys: Vec<u64> = (1..=self.newest).rev().filter(|key| !self.missing.contains(key)).collect();
        let height = view.transactions.height;
        let (from, chosen) = match view.transactions.anchor {
            Anchor::Newest => (0, None),
            Anchor::Oldest => (keys.len().saturating_sub(height), None),
            Anchor::Selected { key, above } => {
                let at = keys.iter().position(|held| *held <= key.0).unwrap_or(keys.len() - 1);
                (at.saturating_sub(above), Some(at))
            }
        };
        let rows: Vec<TransactionRow> =
            keys.iter().skip(from).take(height).map(|key| transaction(*key, self.newest)).collect();
        Window {
            total: keys.len(),
            offset: Some(from),
            more_above: from > 0,
            more_below: from + rows.len() < keys.len(),
            selected: chosen.map(|at| at - from),
            rows,
        }
    }
}

fn peers() -> Vec<PeerRow> {
    let ms = Duration::from_millis;
    let secs = Duration::from_secs;
    let gone = Liveness::Gone { reason: "ping timeout".to_owned(), retry_in: Some(secs(38)) };
    let states = [
        ("203.0.113.5:8333", "/Satoshi:30.0.0/", Liveness::Live),
        ("[2001:db8::7]:8333", "/Satoshi:29.1.0/", Liveness::Late { waiting: secs(12) }),
        ("198.51.100.9:8333", "/Satoshi:28.0.0/", gone),
        ("192.0.2.44:8333", "/Satoshi:29.0.0/Knots:20250508/", Liveness::Live),
        ("203.0.113.77:18333", "/日本語:1.0/", Liveness::Live),
        (
            "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:8333",
            "",
            Liveness::Dialling { elapsed: secs(3), attempt: 2 },
        ),
        ("198.51.100.200:8333", "", Liveness::Handshake { elapsed: secs(1) }),
        ("192.0.2.9:8333", "/Satoshi:27.1.0/", Liveness::Live),
    ];
    let row = |(index, (address, agent, liveness)): (usize, (&str, &str, Liveness))| {
        let step = u64::try_from(index).unwrap();
        let connected = matches!(liveness, Liveness::Live | Liveness::Late { .. });
        PeerRow {
            id: PeerId(step),
            address: address.to_owned(),
            liveness,
            user_agent: agent.to_owned(),
            blocks_only: index == 7,
            ping: connected.then(|| ms(41 + 13 * step)),
            ping_min: connected.then(|| ms(38 + 9 * step)),
            pings: if connected {
                (0..16).map(|i| ms(40 + (i * 7 + step * 3) % 40)).collect()
            } else {
                vec![]
            },
            announced: 212 * (step + 1) * 7,
            served: 198 + step,
        }
    };
    states.into_iter().enumerate().map(row).collect()
}

fn transaction(key: u64, newest: u64) -> TransactionRow {
    TransactionRow {
        key: TxKey(key),
        txid: txid(key),
        age: Duration::from_millis((newest - key) * 430 + 120),
        vsize: 110 + u32::try_from(key * 37 % 900).unwrap(),
        inputs: 1 + u32::try_from(key % 3).unwrap(),
        outputs: 1 + u32::try_from(key % 4).unwrap(),
        output_value: key * 7_919_003 % 400_000_000 * (1 + key % 5 * 100),
        fee_rate: fee_rate(key),
        announced_by: usize::try_from((newest - key).min(8)).unwrap(),
        announcers: 8,
    }
}

/// Exact ones, some that are known to be within bounds, and some of which nothing is known.
fn fee_rate(key: u64) -> FeeRate {
    let rate = 1.0 + (key % 40) as f64 / 3.0;
    let nothing = Bounds::default();
    match key % 9 {
        0 => FeeRate::Within(nothing),
        3 => FeeRate::Within(Bounds { floor: Some(0.1), ..nothing }),
        6 => FeeRate::Within(Bounds { floor: Some(0.1), low: Some(rate), high: Some(rate * 1.2) }),
        _ => FeeRate::Exact(rate),
    }
}

fn txid(key: u64) -> Txid {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::try_from((key + 3) * (u64::try_from(index).unwrap() * 57 + 91) % 251).unwrap();
    }
    Txid(bytes)
}

fn events() -> Vec<EventLine> {
    let texts = [
        (Level::Bad, "198.51.100.9:8333: ping timeout"),
        (Level::Good, "block 923,114 with 2,913 transactions, 98.7 % seen before"),
        (Level::Warning, "192.0.2.44:8333: pong without a ping"),
        (Level::Info, "seed.bitcoin.sprovoost.nl: 38 addresses"),
    ];
    (0..60)
        .map(|index: u64| {
            let (level, text) = texts[usize::try_from(index % 4).unwrap()];
            EventLine { time: NOW - Duration::from_secs(index * 11), level, text: text.to_owned() }
        })
        .collect()
}

fn rival(steps: usize, fee_rate: FeeRate, announced_only: usize) -> RivalRow {
    let txid = Txid([0x30 + u8::try_from(steps).unwrap(); 32]);
    let age = Duration::from_secs(31 * steps as u64);
    RivalRow { txid, steps, age, vsize: 224, fee_rate, announced_by: 6, announced_only }
}

fn detail(open: Open, peers: &[PeerRow]) -> Detail {
    match open {
        Open::Peer(id) => Detail::Peer(Box::new(peer_detail(peers.iter().find(|row| row.id == id).unwrap()))),
        Open::Block(_) => Detail::Block(Box::new(blocks::detail())),
        Open::Transaction(key) => Detail::Transaction(Box::new(transaction_detail(key.0))),
    }
}

/// What one minute of a peer may look like.
const LIVENESS: [LivenessSlot; 2] = [LivenessSlot::Live, LivenessSlot::Late];

fn peer_detail(row: &PeerRow) -> PeerDetail {
    let traffic = |direction, command: &str, messages| CommandTraffic {
        direction,
        command: command.to_owned(),
        messages,
        bytes: messages * 431,
    };
    let said = |index: u64| RecentMessage {
        time: NOW - Duration::from_millis((25 - index) * 730),
        direction: if index.is_multiple_of(2) { Direction::Received } else { Direction::Sent },
        command: ["inv", "getdata", "tx", "ping", "pong"][usize::try_from(index % 5).unwrap()].to_owned(),
        bytes: u32::try_from(61 + index * 97).unwrap(),
        gist: format!("{} wtx", index + 1),
    };
    PeerDetail {
        row: row.clone(),
        worth: worth::worth(row),
        liveness: (0..60)
            .map(|minute| LIVENESS[usize::from(minute == 20) + usize::from(minute == 21)])
            .collect(),
        answers: Vec::new(),
        transport: Some("v1".to_owned()),
        version: Some(70_016),
        services: ["NETWORK", "BLOOM", "WITNESS", "COMPACT_FILTERS", "NETWORK_LIMITED", "P2P_V2"]
            .map(str::to_owned)
            .to_vec(),
        start_height: Some(923_110),
        clock_offset: Some(-2),
        wtxid_relay: true,
        fee_filter: Some(1_000),
        connected_for: Some(Duration::from_secs(3_725)),
        dials: 3,
        pings: (0..120_u64)
            .map(|i| (NOW - Duration::from_secs((120 - i) * 30), Duration::from_millis(40 + i * 7 % 40)))
            .collect(),
        not_found: 2,
        timed_out: 1,
        tolerated: vec![("pong without a ping".to_owned(), 3), ("bad checksum on tx".to_owned(), 1)],
        past: vec![(NOW - Duration::from_secs(4_000), "closed by the peer".to_owned())],
        traffic: vec![
            traffic(Direction::Received, "inv", 2_120),
            traffic(Direction::Sent, "getdata", 1_204),
            traffic(Direction::Received, "tx", 18_998),
            traffic(Direction::Received, "ping", 31),
            traffic(Direction::Sent, "pong", 31),
            traffic(Direction::Sent, "ping", 124),
        ],
        conversation: (0..25).map(said).collect(),
    }
}

fn family(key: u64) -> Family {
    let relative = |number, fee_rate| RelativeRow { key: TxKey(number), txid: txid(number), fee_rate };
    let [parent, child] = [relative(key + 7, FeeRate::Exact(0.3)), relative(key + 9, FeeRate::Exact(21.4))];
    Family {
        ancestors: Relatives { rows: vec![parent, relative(key + 8, fee_rate(6))], vsize: 421, more: false },
        descendants: Relatives { rows: vec![child], vsize: 1_141, more: true },
        package: Package::Together { fee_rate: 8.4, fee: 14_140, vsize: 1_612, others: vec![child, parent] },
        ephemeral_dust: Some(EphemeralDust::Carries),
    }
}

fn transaction_detail(key: u64) -> TransactionDetail {
    let output = |index: u64, kind, text: &str| OutputRow {
        value: 1_234_567 * (index + 1),
        kind,
        text: text.to_owned(),
    };
    let row = transaction(key, 14_211);
    TransactionDetail {
        wtxid: Wtxid(txid(key + 1).0),
        weight: row.vsize * 4 - 3,
        counted_vsize: row.vsize,
        size: row.vsize + 81,
        version: 2,
        lock_time: 923_113,
        replaceable: true,
        kinds: vec!["batch payout", "time-locked"],
        raw: vec![0xab; 361].into(),
        rivals: vec![rival(1, FeeRate::Exact(9.4), 0), rival(2, fee_rate(3), 2)],
        fee: row.fee_rate.exact().map(|_| 2_820),
        family: family(key),
        first_seen: NOW - row.age,
        inputs: (0..u64::from(row.inputs))
            .map(|index| InputRow {
                prevout: format!("{}:{index}", txid(key * 5 + index)),
                value: (index < 2).then_some(4_520_000),
                source: [ValueSource::Mempool, ValueSource::Block, ValueSource::Unknown][index as usize],
                sequence: 0xffff_fffd,
                witness_items: 2,
            })
            .collect(),
        outputs: vec![
            output(0, "P2WPKH", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
            output(1, "P2TR", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
            output(2, "OP_RETURN", "charley loves heidi"),
        ],
        spread: [Some(Duration::from_millis(2_790)), None],
        announcements: (0..6_u64)
            .map(|i| {
                (peers()[usize::try_from(i).unwrap()].address.clone(), Duration::from_millis(i * i * 310))
            })
            .collect(),
        row,
    }
}

fn watched() -> Vec<WatchRow> {
    let target = |text: &str| WatchTarget::parse(text, Network::Mainnet).unwrap();
    let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    let notice = |event, received| WatchNotice {
        target: address.to_owned(),
        txid: Txid([5; 32]),
        received,
        spent: 0,
        event,
    };
    let arrived = notice(WatchEvent::Arrived, 4_510_000);
    let confirmed = notice(WatchEvent::Confirmed { height: 923_114, confirmations: 1 }, 120_000_000);
    vec![
        WatchRow {
            target: target(address),
            last: Some((Duration::from_secs(4), arrived)),
            held: Some(TxKey(14_200)),
        },
        WatchRow {
            target: target("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            last: Some((Duration::from_mins(3), confirmed)),
            held: None,
        },
        WatchRow { target: target(&"ab".repeat(32)), last: None, held: None },
    ]
}
