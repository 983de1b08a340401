use super::super::mempool::Order;
use super::*;
use crate::chain::Network;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use std::collections::{HashMap, HashSet};

const STARTED: u32 = 1_800_000_000;

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

/// News in comparable form: the wtxid of a transaction, or a block without its header.
fn name(news: &News) -> Vec<Wtxid> {
    match news {
        News::Transaction(tx) => vec![tx.tx.wtxid()],
        News::Block(block) => block.transactions.iter().map(Transaction::wtxid).collect(),
    }
}

#[test]
fn a_seed_repeats_transactions_and_blocks_whenever_it_starts_and_however_it_is_woken() {
    let mut once = World::new(7, 5.0, 300, STARTED);
    let mut often = World::new(7, 5.0, 300, STARTED + 1_000);
    let at_once: Vec<_> = once.advance(minutes(4)).iter().map(name).collect();
    let mut by_steps = vec![];
    for step in 1..=2_400 {
        by_steps.extend(often.advance(Duration::from_millis(step * 100)).iter().map(name));
    }
    assert_eq!(at_once, by_steps);

    let mut other = World::small(8, 5.0);
    let others: HashSet<_> = other.advance(minutes(4)).iter().flat_map(name).collect();
    assert!(at_once.iter().flatten().all(|wtxid| !others.contains(wtxid)));
}

#[test]
fn transactions_come_at_the_rate_and_blocks_about_every_minute() {
    let mut world = World::small(1, 7.0);
    let news = world.advance(minutes(10));
    let blocks = news.iter().filter(|news| matches!(news, News::Block(_))).count();
    assert!((8..=13).contains(&blocks), "{blocks}");
    let txs = news.len() - blocks;
    assert!((3_900..4_400).contains(&txs), "{txs} in 600 s, a few of 4,200 are secret");
}

#[test]
fn blocks_are_valid_and_take_most_of_the_mempool_and_some_unannounced_transactions() {
    let mut world = World::small(6, 7.0);
    let mut announced: HashMap<Txid, Arc<MempoolTx>> = HashMap::new();
    for tx in world.mempool.all_announced(Order::ChunkFeeRate) {
        announced.insert(tx.tx.txid(), tx);
    }
    let (mut known, mut unknown, mut pool_left) = (0, 0, 0);
    let mut tip = world.chain.headers_after(&[], crate::wire::BlockHash::default()).pop().unwrap();
    for news in world.advance(minutes(15)) {
        match news {
            News::Transaction(tx) => {
                announced.insert(tx.tx.txid(), tx);
            }
            News::Block(block) => {
                assert_eq!(block.check(Network::Regtest), Ok(()));
                assert_eq!(block.header.previous, tip.hash());
                assert!(block.header.time > tip.time);
                tip = block.header;
                for tx in &block.transactions[1..] {
                    if announced.remove(&tx.txid()).is_some() { known += 1 } else { unknown += 1 }
                }
                let spent: HashSet<_> =
                    block.transactions.iter().flat_map(Transaction::inputs).map(|i| i.prevout).collect();
                announced.retain(|_, tx| tx.tx.inputs().all(|input| !spent.contains(&input.prevout)));
                pool_left = announced.len();
            }
        }
    }
    assert!(known > 5_000, "{known}");
    assert!(unknown > 20 && unknown * 20 < known, "{unknown} beside {known}");
    assert!((100..800).contains(&pool_left), "{pool_left}");
}

#[test]
fn the_mempool_of_the_start_is_large_and_its_coins_are_as_old_as_on_mainnet() {
    let world = World::new(2, 7.0, 10_000, STARTED);
    let tip = world.chain.height();
    let mut heights = HashMap::new();
    for height in 1..=tip {
        let header = world.chain.headers_after(&[], crate::wire::BlockHash::default())[height as usize - 1];
        let Some(block) = world.chain.block(header.hash()) else { continue };
        heights.extend(block.transactions.iter().map(|tx| (tx.txid(), height)));
    }
    let all = world.mempool.all_announced(Order::Ancestors);
    let unconfirmed: HashSet<_> = all.iter().map(|tx| tx.tx.txid()).collect();
    // The number of past blocks that a newcomer needs to know all spent coins.
    let needed = |tx: &Arc<MempoolTx>| {
        let ages = tx.tx.inputs().map(|input| input.prevout.txid).map(|txid| match heights.get(&txid) {
            Some(height) => tip + 1 - height,
            None if unconfirmed.contains(&txid) => 0,
            None => u32::MAX,
        });
        ages.max().unwrap_or(0)
    };
    let size: u32 = all.iter().map(|tx| tx.tx.vsize()).sum();
    assert!((9_800..=10_000).contains(&all.len()), "{}", all.len());
    assert!((2_700_000..3_300_000).contains(&size), "{size}");
    let mut shares: Vec<(u32, u64, u64)> = vec![];
    for (blocks, expected) in [(0, 25), (6, 47), (60, 60), (144, 64), (288, 80)] {
        let known: u32 = all.iter().filter(|tx| needed(tx) <= blocks).map(|tx| tx.tx.vsize()).sum();
        let percent = u64::from(known) * 100 / u64::from(size);
        shares.push((blocks, percent, expected));
    }
    assert!(shares.iter().all(|(_, percent, expected)| percent.abs_diff(*expected) <= 4), "{shares:?}");
}

#[test]
fn the_mempool_stays_as_large_as_it_was() {
    let mut world = World::new(2, 7.0, 3_000, STARTED);
    let size = |world: &World| [world.mempool.weight(), world.mempool.len() as u64];
    let before = size(&world);
    // As many transactions as the demo has in two hours.
    for minute in 1..=36 {
        world.advance(minutes(minute));
        let now = size(&world);
        for (before, now) in before.into_iter().zip(now) {
            let is_like = (before * 8 / 10..before * 125 / 100).contains(&now);
            assert!(is_like, "weight and number {now:?} after {minute} min, not {before:?}");
        }
    }
}

#[test]
fn parents_and_replacements_are_consistent_in_the_pool() {
    let mut world = World::small(3, 10.0);
    let mut replaced = 0;
    let mut before: Vec<Arc<MempoolTx>> = vec![];
    for step in 1..=300 {
        let news = world.advance(Duration::from_secs(step));
        let mempool = world.mempool.all_announced(Order::ChunkFeeRate);
        let mut spent = HashSet::new();
        assert!(mempool.iter().flat_map(|tx| tx.tx.inputs()).all(|input| spent.insert(input.prevout)));
        let confirmed: HashSet<Txid> = news
            .iter()
            .filter_map(|news| if let News::Block(block) = news { Some(block) } else { None })
            .flat_map(|block| block.transactions.iter().map(Transaction::txid))
            .collect();
        let gone = before.iter().filter(|tx| {
            world.mempool.announced(TxHash::Txid(tx.tx.txid())).is_none()
                && !confirmed.contains(&tx.tx.txid())
        });
        replaced += gone.count();
        before = mempool;
    }
    assert!(replaced > 40, "{replaced}");
}

#[test]
fn very_many_transactions_are_mined_in_more_blocks() {
    let mut world = World::small(4, 150.0);
    let before = world.chain.height();
    world.advance(Duration::from_secs(45));
    let waiting = world.mempool.all_announced(Order::ChunkFeeRate).len();
    assert!(waiting < 6_000, "{waiting}");
    assert!(world.chain.height() > before + 1, "{}", world.chain.height());
}

#[test]
fn rare_transactions_are_possible_too() {
    let mut world = World::small(5, 0.01);
    let news = world.advance(minutes(60));
    let txs = news.iter().filter(|news| matches!(news, News::Transaction(_))).count();
    assert!((20..60).contains(&txs), "{txs}");
}
