//! The mempool of nodes that were there first, and the figures derived from it.

use super::liar;
use super::scenario::watcher::Watcher;
use crate::bitcoind::{Coin, Kind, NOBAN, Node, Purse, send_all, spend};
use bitcoin::{Amount, Transaction};
use mempulse::snapshot::{MempoolScreen, ProjectedBlock, Screen, View};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// Arguments of nodes that offer their mempool. Regtest nodes would check the whole mempool at each acceptance.
const OFFERS: [&str; 3] = ["-checkmempool=0", "-checkblockindex=0", "-peerbloomfilters=1"];

/// Coins in blocks too old for the default backfill, and in younger ones.
const OLD_COINS: [u64; 2] = [1_000, 950];
const NEW_COINS: [u64; 2] = [1_000, 650];

/// The largest relative difference of a figure from the one computed from the node's mempool. At the moment
/// of the comparison, some rates may still be open: in the last, small block they are a twentieth of the
/// fees.
const TOLERANCE: f64 = 0.06;

/// The largest share of the mempool, by vB, whose fee rates may remain unknown.
const MAX_OPEN: f64 = 0.01;

/// Two nodes in different netgroups that offer the same mempool of about 5,000 transactions, which are
/// returned too; the second node announces immediately.
fn nodes() -> ([Node; 2], Vec<Transaction>) {
    let first = Node::start_at(Ipv4Addr::new(127, 1, 0, 1), &OFFERS);
    first.mine(1);
    let second = Node::start_at(Ipv4Addr::new(127, 2, 0, 1), &[&OFFERS[..], &[NOBAN]].concat());
    let mut purse = Purse::new();
    let mut coins = |counts: [u64; 2]| counts.map(|count| purse.coins(&first, count, Kind::Segwit)).concat();
    let old = coins(OLD_COINS);
    first.mine(6);
    let new = coins(NEW_COINS);
    second.connect(&first);
    // Relay to an inbound peer would take minutes: both nodes get the transactions from here.
    second.disconnect(&first);
    let txs = transactions([old, new].concat());
    for node in [&first, &second] {
        for txs in txs.chunks(500) {
            send_all(node, txs);
        }
        assert_eq!(node.mempool().len(), txs.len());
    }
    ([first, second], txs)
}

/// Transactions that spend one coin each and pay 1 to 55 sat/vB, unsorted. Every fifth one is the parent of
/// one that pays for it, and every twentieth the first of a chain of five.
fn transactions(coins: Vec<Coin>) -> Vec<Transaction> {
    let mut txs = Vec::new();
    for (number, coin) in (0_u32..).zip(coins) {
        let length = match number % 20 {
            0 => 5,
            2 | 7 | 12 | 17 => 2,
            _ => 1,
        };
        let mut coin = coin;
        for place in 0..length {
            let random = (number * 7_919 + place * 1_237) % 1_009;
            let rate = (f64::from(random) / 1_009.0 * 4.0).exp();
            let rate = if length == 2 && place == 0 { 1.0 } else { rate };
            // What a child spends must be enough for its fee.
            let most = if place + 1 < length { 2 } else { 23 };
            let tx = paying(&coin, u64::from(1 + random % most), rate);
            coin = Coin::all_of(&tx).swap_remove(0);
            txs.push(tx);
        }
    }
    txs
}

/// Spends `coin` into `outputs` at `rate` sat/vB or slightly more.
fn paying(coin: &Coin, outputs: u64, rate: f64) -> Transaction {
    let spend_for = |fee| spend(std::slice::from_ref(coin), outputs, Kind::Segwit, fee);
    let vsize = u32::try_from(spend_for(0).vsize()).unwrap();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand sat")]
    let fee = (f64::from(vsize) * rate).ceil() as u64;
    spend_for(fee)
}

/// A chunk as computed from the node's mempool.
struct Chunk {
    /// In sat.
    fee: f64,
    /// In vB.
    vsize: f64,
}

impl Chunk {
    fn rate(&self) -> f64 {
        self.fee / self.vsize
    }
}

/// The chunks of the node's mempool, best first. All clusters are chains: a transaction joins the previous
/// chunk as long as it pays more.
fn chunks(node: &Node) -> Vec<Chunk> {
    let mempool = node.rpc("getrawmempool", &json!([true]));
    let entries = mempool.as_object().unwrap();
    let mut all = Vec::new();
    for first in entries.values().filter(|entry| entry["depends"] == json!([])) {
        let next = |entry: &&Value| entries.get(entry["spentby"][0].as_str()?);
        let mut chain: Vec<Chunk> = Vec::new();
        for entry in std::iter::successors(Some(first), next) {
            let fee = Amount::from_btc(entry["fees"]["base"].as_f64().unwrap()).unwrap().to_sat();
            let fee = f64::from(u32::try_from(fee).unwrap());
            let mut chunk = Chunk { fee, vsize: entry["vsize"].as_f64().unwrap() };
            while let Some(before) = chain.pop_if(|before| before.rate() < chunk.rate()) {
                chunk.fee += before.fee;
                chunk.vsize += before.vsize;
            }
            chain.push(chunk);
        }
        all.extend(chain);
    }
    all.sort_by(|a, b| b.rate().total_cmp(&a.rate()));
    all
}

/// The fees of the next blocks, in sat.
fn fees_of_blocks(chunks: &[Chunk]) -> Vec<f64> {
    let room = f64::from(u32::try_from(ProjectedBlock::ROOM).unwrap());
    let mut fees = vec![];
    let mut filled = room;
    for chunk in chunks {
        if filled + chunk.vsize > room {
            fees.push(0.0);
            filled = 0.0;
        }
        filled += chunk.vsize;
        *fees.last_mut().unwrap() += chunk.fee;
    }
    fees
}

fn txids(watcher: &Watcher) -> BTreeSet<String> {
    watcher.model().transactions().map(|entry| entry.tx().txid().to_string()).collect()
}

fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

fn close(ours: f64, theirs: f64, whole: f64) -> bool {
    (ours - theirs).abs() <= whole * TOLERANCE
}

/// Connects to the peers, and waits until the mempool contains these transactions, the backfill is done, and
/// nearly all fee rates are known.
fn watch(peers: &[String], expected: &[Transaction]) -> Watcher {
    let mut watcher = Watcher::of_all(peers);
    watcher.run_until("the whole mempool", |watcher| {
        let ours = txids(watcher);
        let missing = expected.iter().filter(|tx| !ours.contains(&tx.compute_txid().to_string())).count();
        (missing > 0).then(|| format!("{missing} of {}", expected.len()))
    });
    watcher.run_until("the backfill", |watcher| {
        let backfill = watcher.snapshot(&View::default()).backfill;
        backfill.map(|progress| format!("{progress:?}"))
    });
    watcher.run_until("bounds by the order of the lists", |watcher| {
        let view = View { screen: Screen::Mempool, ..View::default() };
        let basis = watcher.snapshot(&view).mempool.unwrap().basis;
        let open = float(basis.open.vsize) / float(basis.all().vsize);
        // Transactions that only one netgroup vouches for do not count yet.
        let all_count = basis.all().count >= expected.len() as u64;
        (open > MAX_OPEN || !all_count).then(|| format!("{basis:?}"))
    });
    watcher
}

/// Compares the histogram and the projected blocks with those computed from the node's mempool.
fn compare(watcher: &Watcher, node: &Node) {
    let chunks = chunks(node);
    let view = View { screen: Screen::Mempool, ..View::default() };
    let MempoolScreen { all, bars, projected, .. } = *watcher.snapshot(&view).mempool.unwrap();
    assert_eq!(all.count, node.mempool().len() as u64);
    for edge in bars.iter().map(|bar| bar.from) {
        let ours = float(bars.iter().filter(|bar| bar.from >= edge).map(|bar| bar.amount.vsize).sum());
        let theirs = chunks.iter().filter(|chunk| chunk.rate() >= edge).map(|chunk| chunk.vsize).sum();
        assert!(close(ours, theirs, float(all.vsize)), "from {edge} sat/vB: {ours} vB, the node {theirs} vB");
    }
    let fees = fees_of_blocks(&chunks);
    let ours: Vec<f64> = projected.iter().map(|block| float(block.fees)).collect();
    eprintln!("fees of the projected blocks: {ours:?}, from the node's mempool: {fees:?}");
    assert!(fees.len() >= 3 && ours.len() == fees.len(), "{} blocks, not {}", ours.len(), fees.len());
    assert!(ours.iter().zip(fees).all(|(ours, theirs)| close(*ours, theirs, theirs)));
}

#[test]
#[ignore = "needs bitcoind"]
fn a_mempool_of_five_thousand_transactions_is_whole_and_its_figures_are_those_of_the_node() {
    let (nodes, txs) = nodes();
    let watcher = watch(&nodes.each_ref().map(Node::address), &txs);
    assert_eq!(txids(&watcher), nodes[0].mempool().into_iter().collect());
    let vsize = |exact: bool| -> f64 {
        let entries = watcher.model().transactions();
        entries
            .filter(|entry| !exact || entry.fee().is_some())
            .map(|entry| f64::from(entry.tx().vsize()))
            .sum()
    };
    let exact = vsize(true) / vsize(false);
    eprintln!("{} transactions, fees exact for {:.1} % by vB", txs.len(), exact * 100.0);
    assert!((0.5..0.7).contains(&exact), "{exact}");
    compare(&watcher, &nodes[0]);
}

#[test]
#[ignore = "needs bitcoind"]
fn a_peer_that_lists_junk_and_lies_about_order_changes_no_figure_beside_two_honest_nodes() {
    let (nodes, txs) = nodes();
    // Each leaves nearly all of a real output to the miner.
    let rich = txs.iter().step_by(10).filter_map(|tx| Coin::all_of(tx).pop());
    let made_up: Vec<_> = rich
        .map(|coin| spend(std::slice::from_ref(&coin), 1, Kind::Segwit, coin.value().to_sat() - 1_000))
        .collect();
    let liar = liar::listen(&txs, &made_up);
    let [first, second] = nodes.each_ref().map(Node::address);
    let watcher = watch(&[liar, first, second], &txs);
    compare(&watcher, &nodes[0]);
}
