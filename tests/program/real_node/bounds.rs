//! The bounds of fee rates hold against Bitcoin Core's fees, in the order of every version.

use super::scenario::watcher::Watcher;
use crate::PATIENCE;
use crate::bitcoind::{Coin, Kind, Node, Purse, send_all, spend};
use bitcoin::consensus::encode::{deserialize_hex, serialize};
use bitcoin::consensus::{Decodable, Encodable};
use bitcoin::p2p::address::Address;
use bitcoin::p2p::message::{NetworkMessage, RawNetworkMessage};
use bitcoin::p2p::message_blockdata::Inventory;
use bitcoin::p2p::message_network::VersionMessage;
use bitcoin::p2p::{Magic, ServiceFlags};
use bitcoin::{Amount, Transaction};
use bytes::Bytes;
use mempulse::Timestamp;
use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::event::{ConnectionKind, Event, EventKind, PeerEvent, PeerId};
use mempulse::model::{Model, ModelSettings};
use mempulse::snapshot::FeeRate;
use mempulse::wire::{self, Block, TxHash, Wtxid};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// A node's report on its mempool, by txid, in sat/vB.
struct Rates {
    own: HashMap<String, f64>,
    /// Empty before the cluster mempool.
    chunk: HashMap<String, f64>,
}

impl Rates {
    fn of(node: &Node) -> Self {
        let entries = node.rpc("getrawmempool", &json!([true]));
        let rate = |fee: &Value, vsize: f64| {
            let fee = Amount::from_btc(fee.as_f64().unwrap()).unwrap().to_sat();
            f64::from(u32::try_from(fee).unwrap()) / vsize
        };
        let (mut own, mut chunk) = (HashMap::new(), HashMap::new());
        for (txid, entry) in entries.as_object().unwrap() {
            own.insert(txid.clone(), rate(&entry["fees"]["base"], entry["vsize"].as_f64().unwrap()));
            if let Some(weight) = entry["chunkweight"].as_u64() {
                let vsize = f64::from(u32::try_from(weight.div_ceil(4)).unwrap());
                chunk.insert(txid.clone(), rate(&entry["fees"]["chunk"], vsize));
            }
        }
        Self { own, chunk }
    }
}

/// How much is known, in terms of the node's sort rates.
#[derive(Debug)]
struct Known {
    /// As a share of the vB.
    exact: f64,
    /// As a share of the vB.
    within: f64,
    /// The widths of ranges with two bounds, relative to the middle.
    widths: Vec<f64>,
}

impl Known {
    fn median_width(&self) -> f64 {
        self.widths[self.widths.len() / 2]
    }
}

/// Panics if a bound does not contain the node's rate.
fn compare(model: &Model, rates: &Rates) -> Known {
    let mut known = Known { exact: 0.0, within: 0.0, widths: Vec::new() };
    let mut all = 0.0;
    for entry in model.transactions() {
        let txid = entry.tx().txid().to_string();
        contains(entry.fee_rate(), rates.own[&txid]);
        if let Some(&rate) = rates.chunk.get(&txid) {
            contains(entry.chunk_rate(), rate);
        }
        let sorted_by = if rates.chunk.is_empty() { entry.fee_rate() } else { entry.chunk_rate() };
        let vsize = f64::from(entry.tx().vsize());
        all += vsize;
        match sorted_by {
            FeeRate::Exact(_) => known.exact += vsize,
            FeeRate::Within(_) => known.within += vsize,
            FeeRate::Open(_) => {}
        }
        if let Some((low, high)) = sorted_by.bounds().and_then(|bounds| bounds.low.zip(bounds.high)) {
            known.widths.push((high - low) / f64::midpoint(high, low));
        }
    }
    known.exact /= all;
    known.within /= all;
    known.widths.sort_by(f64::total_cmp);
    known
}

fn contains(known: FeeRate, rate: f64) {
    // Bounds are rounded to 1/10,000 sat/vB.
    let tolerance = rate * 1e-6 + 1.1e-4;
    assert!(known.min().is_none_or(|min| min <= rate + tolerance), "{known:?} for {rate}");
    assert!(known.max().is_none_or(|max| max >= rate - tolerance), "{known:?} for {rate}");
}

/// Transactions of several sizes that pay between 1 and `most` sat/vB, unsorted. Some have a child, and some
/// of these another one; half of the children pay more than their parent.
fn spends(coins: &[Coin], salt: u64, most: u64) -> Vec<Transaction> {
    let paying = |coins: &[Coin], outputs: u64, random: u64| {
        let spend_for = |fee| spend(coins, outputs, Kind::Segwit, fee);
        let weight = spend_for(1_000).weight().to_wu();
        spend_for(weight * (1_000 + random % (1_000 * (most - 1))) / 4_000)
    };
    let mut txs = Vec::new();
    for (number, coin) in (0_u64..).zip(coins) {
        let random = (number * 7_919 + salt) * 1_000_003;
        txs.push(paying(std::slice::from_ref(coin), 1 + number % 4, random / 7));
        let descendants = [0, 0, 1, 0, 0, 2, 0, 0][(number % 8) as usize];
        for generation in 1..=descendants {
            let parent = Coin::all_of(txs.last().unwrap());
            txs.push(paying(&parent[..1], 1 + number % 3, random / (11 + generation)));
        }
    }
    txs
}

#[test]
#[ignore = "needs bitcoind"]
fn a_transaction_announced_between_two_known_fee_rates_pays_between_them() {
    let (node, mut purse) = (Node::synced(&[]), Purse::new());
    let unknown = purse.coins(&node, 250, Kind::Segwit);
    let mut watcher = Watcher::of(&[node.address()]);
    let known = purse.coins(&node, 350, Kind::Segwit);
    watcher.run_until("the coins", |watcher| {
        let height = watcher.records("block").filter_map(|block| block["height"].as_u64()).max();
        (height != Some(node.height())).then(|| format!("{height:?}"))
    });
    let txs = [spends(&unknown, 1, 2), spends(&known, 2, 2)].concat();
    send_all(&node, &txs);
    watcher.run_until("all of them", |watcher| {
        let count = watcher.model().transactions().len();
        (count < txs.len()).then(|| format!("{count} of {}", txs.len()))
    });
    // Announcements from before the peer was believed are judged again.
    for _ in 0..2 {
        watcher.let_pass(Duration::from_mins(1));
        let pongs = watcher.records("pong").count();
        watcher.run_until("the judgement", |watcher| {
            (watcher.records("pong").count() < pongs + 3).then(|| "pings".to_owned())
        });
    }
    let known = compare(watcher.model(), &Rates::of(&node));
    let (exact, within, width) = (known.exact, known.within, known.median_width());
    eprintln!(
        "announced by {}: exact {exact:.3}, within 10 % {within:.3}, median {width:.4}",
        node.version()
    );
    assert!(exact < 0.75 && exact + within > 0.85 && width < 0.04, "{known:?}");
}

#[test]
#[ignore = "needs bitcoind"]
fn the_list_of_a_mempool_bounds_nearly_all_fee_rates() {
    let node = Node::synced(&["-whitelist=mempool@127.0.0.1", "-checkmempool=0", "-checkblockindex=0"]);
    let mut purse = Purse::new();
    let unknown = [1_000, 1_000].map(|count| purse.coins(&node, count, Kind::Segwit)).concat();
    let unknown_height = node.height();
    let known = [1_000, 1_000].map(|count| purse.coins(&node, count, Kind::Segwit)).concat();
    let txs = [spends(&unknown, 1, 30), spends(&known, 2, 30)].concat();
    txs.chunks(500).for_each(|txs| send_all(&node, txs));

    let mut scene = Scene::new();
    (unknown_height + 1..=node.height()).for_each(|height| scene.hand_over_block(&node, height));
    let list = list_of(&node, txs.len());
    let listed: Vec<TxHash> = list.iter().map(|wtxid| TxHash::Wtxid(*wtxid)).collect();
    for part in listed.chunks(2_000) {
        scene.tell(PeerEvent::Listed { txs: part.to_vec(), is_complete: false });
    }
    scene.tell(PeerEvent::Listed { txs: Vec::new(), is_complete: true });
    let mut delivered: HashMap<Wtxid, &Transaction> = HashMap::new();
    delivered.extend(txs.iter().map(|tx| (Wtxid(*tx.compute_wtxid().as_ref()), tx)));
    for wtxid in &list {
        scene.hand_over(delivered[wtxid]);
    }
    scene.pass(Duration::from_secs(30));

    let known = compare(&scene.model, &Rates::of(&node));
    let (exact, within, width) = (known.exact, known.within, known.median_width());
    eprintln!(
        "listed by {}: {} tx, exact {exact:.3}, within 10 % {within:.3}, median {width:.5}, widest {:?}",
        node.version(),
        list.len(),
        known.widths.last()
    );
    assert!((0.5..0.7).contains(&exact) && exact + within > 0.95 && width < 0.02);
}

/// A model that is fed with a node's list.
struct Scene {
    model: Model,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let now = Timestamp::from_secs(1_700_000_000);
        let (network, max_mempool) = (Network::Regtest, 1 << 30);
        let settings = ModelSettings { network, demo: false, chosen_peers: true, max_mempool, started: now };
        let mut scene = Self { model: Model::new(settings), now };
        let address = PeerAddress::parse("127.0.0.1", 1).unwrap();
        scene.tell(PeerEvent::Dialling { address, kind: ConnectionKind::Manual, attempt: 1 });
        scene
    }

    fn apply(&mut self, kind: EventKind) {
        self.model.apply(&Event { time: self.now, kind });
    }

    fn tell(&mut self, event: PeerEvent) {
        self.apply(EventKind::Peer(PeerId(1), event));
    }

    /// Lets time pass with an event every tenth of a second.
    fn pass(&mut self, time: Duration) {
        for _ in 0..time.as_millis() / 100 {
            self.now = self.now + Duration::from_millis(100);
            self.tell(PeerEvent::Pinged);
        }
    }

    fn hand_over(&mut self, tx: &Transaction) {
        let tx = Arc::new(wire::Transaction::parse(Bytes::from(serialize(tx))).unwrap());
        self.tell(PeerEvent::Bootstrapped { tx });
    }

    fn hand_over_block(&mut self, node: &Node, height: u64) {
        let hash = node.rpc("getblockhash", &json!([height]));
        let raw = node.rpc("getblock", &json!([hash, 0]));
        let raw: bitcoin::Block = deserialize_hex(raw.as_str().unwrap()).unwrap();
        let block = Arc::new(Block::parse(&Bytes::from(serialize(&raw))).unwrap());
        let height = u32::try_from(height).unwrap();
        self.apply(EventKind::Block { peer: PeerId(1), height, block });
    }
}

/// The answer of the node to `mempool` (BIP35): `count` transactions.
fn list_of(node: &Node, count: usize) -> Vec<Wtxid> {
    let mut socket = TcpStream::connect(node.address()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let send = |socket: &mut TcpStream, message| {
        RawNetworkMessage::new(Magic::REGTEST, message).consensus_encode(socket).unwrap();
    };
    let nobody = Address::new(&socket.local_addr().unwrap(), ServiceFlags::NONE);
    let mut version = VersionMessage::new(
        ServiceFlags::NONE,
        1_700_000_000,
        nobody.clone(),
        nobody,
        1,
        "/test/".to_owned(),
        0,
    );
    (version.version, version.relay) = (70_016, true);
    send(&mut socket, NetworkMessage::Version(version));
    let mut reader = BufReader::new(socket.try_clone().unwrap());
    let mut list = Vec::new();
    while list.len() < count {
        match RawNetworkMessage::consensus_decode(&mut reader).unwrap().payload() {
            NetworkMessage::Version(_) => {
                send(&mut socket, NetworkMessage::WtxidRelay);
                send(&mut socket, NetworkMessage::Verack);
            }
            NetworkMessage::Verack => send(&mut socket, NetworkMessage::MemPool),
            NetworkMessage::Ping(nonce) => send(&mut socket, NetworkMessage::Pong(*nonce)),
            NetworkMessage::Inv(inventory) => list.extend(inventory.iter().filter_map(|item| match item {
                Inventory::WTx(wtxid) => Some(Wtxid(*wtxid.as_ref())),
                _ => None,
            })),
            _ => {}
        }
    }
    list
}
