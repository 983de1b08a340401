//! Blocks are measured, and can be undone.

use crate::event::{BlockAnnouncement, EventKind, PeerEvent, PeerId, Tip};
use crate::model::blocks::Blocks;
use crate::model::blocks::arrival::{BlockArrival, Mismatches, Unseen};
use crate::model::blocks::figures::BlockFigures;
use crate::model::testing::*;
use crate::model::{Amount, Change, Model, RemovalReason};
use crate::wire::{Block, BlockHash, Transaction};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// A block of these transactions with a unique hash and a coinbase that is paid `fees`.
fn paying(number: u8, fees: u64, transactions: &[&Arc<Transaction>]) -> Arc<Block> {
    let mut block = Block::clone(&block(transactions));
    let subsidy = settings().network.subsidy(u32::from(number));
    let mut coinbase = parts(&[crate::wire::OutPoint::NULL], &[subsidy + fees]);
    coinbase.inputs[0].script_sig = b"\x01\x07/pool of tests/".to_vec();
    block.transactions[0] = coinbase.build().unwrap();
    block.hash = BlockHash([number; 32]);
    block.size = 1_000;
    Arc::new(block)
}

fn arrive(scene: &mut Scene, block: &Arc<Block>) -> Vec<Change> {
    let height = u32::from(block.hash.0[0]);
    scene.changes(EventKind::Block { peer: PeerId(1), height, block: Arc::clone(block) })
}

fn figures(changes: &[Change]) -> Arc<BlockFigures> {
    let block = changes.iter().find_map(|change| match change {
        Change::Block(figures) => Some(Arc::clone(figures)),
        _ => None,
    });
    block.expect("a block was connected")
}

fn arrival(figures: &BlockFigures) -> &BlockArrival {
    figures.arrival.as_ref().unwrap()
}

#[test]
fn the_figures_are_those_of_the_block() {
    let (seen, never, pending) = (loose(1), loose(2), loose(3));
    let (held, winner) = (spend(&[coin(4)], &[10]), spend(&[coin(4)], &[9]));
    let block = paying(7, 4_321, &[&seen, &never, &pending, &winner]);
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver(1, &seen).deliver(1, &held).announce(1, &pending).pass(90);
    let by = BlockAnnouncement::Inv;
    scene.peer(2, PeerEvent::BlockAnnounced { hash: block.hash, by });
    scene.now = scene.now + Duration::from_millis(250);
    let measured = figures(&arrive(&mut scene, &block));
    let weights = [&seen, &never, &pending, &winner].map(|tx| u64::from(tx.weight()));
    assert_eq!(
        (measured.hash, measured.height, measured.transactions, measured.size),
        (block.hash, 7, 5, 1_000)
    );
    assert_eq!((measured.weight, measured.paying_weight), (block.weight(), weights.iter().sum()));
    assert_eq!((measured.fees, measured.tag.as_str()), (Some(4_321), "/pool of tests/"));
    let weight = f64::from(u32::try_from(measured.paying_weight).unwrap());
    let rate = measured.fee_rate().unwrap();
    let came = arrival(&measured);
    assert!((rate - 4_321.0 * 4.0 / weight).abs() < 1e-9);
    assert_eq!((came.seen, came.seen_weight, came.conflicted), (1, weights[0], 1));
    let unseen = [
        (never.txid(), Unseen::NeverAnnounced),
        (pending.txid(), Unseen::NotReceived),
        (winner.txid(), Unseen::Conflicting),
    ];
    assert_eq!(came.unseen, unseen);
    assert_eq!(came.median_wait, Some(Duration::from_millis(90_250)));
    assert_eq!(came.after, Some(Duration::from_millis(250)));
    let line = format!("block 7 · 5 tx · 25.0 % seen before · {rate:.1} sat/vB · 1 conflicting removed");
    assert_eq!(scene.events()[0], line);
}

#[test]
fn a_miner_that_claims_less_than_the_subsidy_makes_the_fees_unknown() {
    let measured = figures(&arrive(&mut Scene::new(), &block(&[])));
    assert_eq!((measured.fees, measured.fee_rate()), (None, None));
}

#[test]
fn a_transaction_that_pays_more_than_the_block_is_expected_after_a_minute() {
    let funds = spend(&[coin(1)], &[100_000; 4]);
    let took = spend(&[output(&funds, 0)], &[99_000]);
    let better = spend(&[output(&funds, 1)], &[90_000]);
    let worse = spend(&[output(&funds, 2)], &[99_900]);
    let late = spend(&[output(&funds, 3)], &[80_000]);
    let mut scene = Scene::new();
    scene.connect(1).deliver_all(1, [&took, &better, &worse]).pass(60).deliver(1, &late);
    arrive(&mut scene, &paying(1, 0, &[&funds]));
    let measured = figures(&arrive(&mut scene, &paying(2, 1_000, &[&took])));
    let missing: Vec<_> = arrival(&measured)
        .missing
        .listed
        .iter()
        .map(|missing| (missing.txid, missing.waited.as_secs()))
        .collect();
    assert_eq!((arrival(&measured).missing.count, missing), (1, vec![(better.txid(), 60)]));
}

#[test]
fn transactions_of_a_disconnected_block_return_unless_the_new_chain_has_them() {
    let (parent, other) = (spend(&[coin(1)], &[9_000]), loose(2));
    let child = spend(&[output(&parent, 0)], &[8_000]);
    let unseen = loose(3);
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver_all(1, [&parent, &child, &other]).announce(2, &parent).pass(30);
    let [first, second] = [paying(1, 0, &[&parent, &other]), paying(2, 0, &[&child, &unseen])];
    arrive(&mut scene, &first);
    arrive(&mut scene, &second);
    assert_eq!(scene.mempool(), []);
    let blocks = vec![(2, second.hash), (1, first.hash)];
    let returned = scene.changes(EventKind::BlocksDisconnected { blocks, tip: Tip::default() });
    let change = |tx: &Transaction, height, block| Change::Returned { txid: tx.txid(), height, block };
    let all = [
        change(&parent, 1, first.hash),
        change(&other, 1, first.hash),
        change(&child, 2, second.hash),
        change(&unseen, 2, second.hash),
    ];
    let (returned, rest) = returned.split_at(all.len());
    assert_eq!(returned, all);
    assert!(rest.contains(&Change::Fee(child.txid())), "their fee rates are reported again: {rest:?}");
    assert!(rest.iter().all(|change| matches!(change, Change::Fee(_))));
    assert_eq!(scene.fee(&child), Some(1_000));
    let entry = scene.model.transaction(&parent.wtxid()).unwrap();
    assert_eq!((entry.first_seen(), entry.announcements().count()), (START, 2));
    arrive(&mut scene, &paying(11, 0, &[&other]));
    assert_eq!(scene.mempool(), [unseen.txid(), child.txid(), parent.txid()]);
    assert!(scene.model.blocks.newest().skip(1).all(|figures| figures.stale));
    scene.deliver(1, &other);
    assert_eq!(scene.mempool().len(), 3, "it is in a block");
}

#[test]
fn a_returning_transaction_keeps_what_it_replaced() {
    let (old, new) = (spend(&[coin(1)], &[9_000]), spend(&[coin(1)], &[8_000]));
    let block = paying(1, 0, &[&new]);
    let mut scene = Scene::new();
    scene.connect(1).deliver_all(1, [&old, &new]);
    arrive(&mut scene, &block);
    scene.changes(EventKind::BlocksDisconnected { blocks: vec![(1, block.hash)], tip: Tip::default() });
    assert_eq!(scene.model.transaction(&new.wtxid()).unwrap().replaces(), [old.txid()]);
}

#[test]
fn a_returning_transaction_keeps_its_fee() {
    let fan_out = spend(&[coin(1)], &[9_000]);
    let tx = spend(&[output(&fan_out, 0)], &[8_000]);
    let block = paying(2, 0, &[&tx]);
    let mut scene = Scene::new();
    scene.connect(1);
    arrive(&mut scene, &paying(1, 0, &[&fan_out]));
    scene.deliver(1, &tx);
    arrive(&mut scene, &block);
    scene.changes(EventKind::BlocksDisconnected { blocks: vec![(2, block.hash)], tip: Tip::default() });
    assert_eq!(scene.fee(&tx), Some(1_000));
}

#[test]
fn a_replaced_transaction_that_was_mined_has_children_again_after_the_block_is_disconnected() {
    let (lost, winner) = (spend(&[coin(1)], &[9_000]), spend(&[coin(1)], &[8_000]));
    let child = spend(&[output(&lost, 0)], &[8_500]);
    let block = paying(1, 0, &[&lost]);
    let mut scene = Scene::new();
    scene.connect(1).deliver_all(1, [&lost, &winner]);
    assert_eq!(scene.mempool(), [winner.txid()]);
    arrive(&mut scene, &block);
    scene.changes(EventKind::BlocksDisconnected { blocks: vec![(1, block.hash)], tip: Tip::default() });
    scene.deliver(1, &child);
    assert_eq!(scene.mempool(), [child.txid(), lost.txid()]);
}

#[test]
fn a_transaction_in_conflict_with_a_disconnected_block_may_return() {
    let (mined, rival) = (spend(&[coin(1)], &[9_000]), spend(&[coin(1)], &[8_000]));
    let block = paying(1, 0, &[&mined]);
    let mut scene = Scene::new();
    scene.connect(1);
    arrive(&mut scene, &block);
    scene.changes(EventKind::BlocksDisconnected { blocks: vec![(1, block.hash)], tip: Tip::default() });
    assert_eq!(scene.mempool(), [mined.txid()]);
    scene.deliver(1, &rival);
    assert_eq!(scene.mempool(), [rival.txid()], "it replaces what is not confirmed any more");
}

#[test]
fn a_spend_of_a_disconnected_coinbase_leaves_with_its_descendants() {
    let block = paying(1, 0, &[]);
    let spends_coinbase = spend(&[output(&block.transactions[0], 0)], &[9_000]);
    let child = spend(&[output(&spends_coinbase, 0)], &[8_000]);
    let mut scene = Scene::new();
    scene.connect(1);
    arrive(&mut scene, &block);
    scene.deliver_all(1, [&spends_coinbase, &child]);
    let changes =
        scene.changes(EventKind::BlocksDisconnected { blocks: vec![(1, block.hash)], tip: Tip::default() });
    let removed = [&spends_coinbase, &child].map(|tx| Change::Removed(tx.txid(), RemovalReason::Reorg));
    assert_eq!(changes, removed);
    assert_eq!(scene.mempool(), []);
}

fn past(scene: &mut Scene, height: u32, block: &Arc<Block>) {
    scene.happen(EventKind::PastBlock { peer: PeerId(1), height, block: Arc::clone(block) });
}

#[test]
fn past_blocks_come_in_any_order_and_stand_by_height() {
    let mut scene = Scene::new();
    let blocks = [1, 2, 3, 4].map(|number| paying(number, 700, &[&loose(number.into())]));
    past(&mut scene, 2, &blocks[1]);
    arrive(&mut scene, &blocks[3]);
    for number in [3, 1, 3] {
        past(&mut scene, number, &blocks[number as usize - 1]);
    }
    let newest = || scene.model.blocks().newest();
    assert_eq!(newest().map(|figures| figures.height).collect::<Vec<_>>(), [4, 3, 2, 1]);
    let came: Vec<bool> = newest().map(|figures| figures.arrival.is_some()).collect();
    assert_eq!(came, [true, false, false, false]);
    let oldest = newest().last().unwrap();
    assert_eq!((oldest.fees, oldest.tag.as_str(), oldest.share_seen()), (Some(700), "/pool of tests/", None));
    assert_eq!(scene.model.seen_in_blocks().unwrap().blocks, 1, "past blocks say nothing about the mempool");
}

#[test]
fn an_empty_block_says_how_much_it_left_in_the_mempool() {
    let waiting = [loose(1), loose(2)];
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver_all(1, &waiting).announce(2, &waiting[0]).announce(2, &waiting[1]);
    let measured = figures(&arrive(&mut scene, &paying(1, 0, &[])));
    let vsize = waiting.iter().map(|tx| u64::from(tx.vsize())).sum();
    assert_eq!(arrival(&measured).left, Amount { count: 2, vsize });
    assert_eq!(measured.match_share(), None, "nothing was expected, for no fee is known");
}

#[test]
fn what_pays_less_than_the_full_projected_block_is_unexpected_in_a_block() {
    let big = |vout: u32, fee: u64, funds: &Arc<Transaction>| {
        let mut parts = parts(&[output(funds, vout)], &[1_000_000 - fee]);
        // Ten of these fill a block.
        parts.outputs[0].script_pubkey = vec![0x51; 99_900];
        Arc::new(parts.build().unwrap())
    };
    let funds = spend(&[coin(1)], &[1_000_000; 12]);
    let all: Vec<_> = (0..12).map(|vout| big(vout, 900_000 - 20_000 * u64::from(vout), &funds)).collect();
    let mut scene = Scene::new();
    scene.connect(1).connect(2);
    arrive(&mut scene, &paying(1, 0, &[&funds]));
    scene.deliver_all(1, &all).pass(60);
    let taken: Vec<_> = all.iter().skip(1).take(8).chain(all.last()).collect();
    let measured = figures(&arrive(&mut scene, &paying(2, 0, &taken)));
    let came = arrival(&measured);
    let txids = |found: &Mismatches| found.listed.iter().map(|one| one.txid).collect::<Vec<_>>();
    assert_eq!(txids(&came.unexpected), [all[11].txid()]);
    let left_out = [&all[0], &all[9], &all[10]].map(|tx| tx.txid());
    assert_eq!(txids(&came.missing), left_out, "all that pays more than the cheapest");
    let expected = 8.0 / 12.0;
    assert!((measured.match_share().unwrap() - expected).abs() < 0.001, "{:?}", measured.match_share());
}

#[test]
fn the_figures_of_blocks_survive_a_restart_without_what_the_mempool_was() {
    let mut scene = Scene::new();
    let blocks = [1, 2, 3, 4].map(|number| paying(number, 700, &[&loose(number.into())]));
    for block in &blocks[..3] {
        arrive(&mut scene, block);
    }
    scene.happen(EventKind::BlocksDisconnected { blocks: vec![(3, blocks[2].hash)], tip: Tip::default() });
    let bytes = scene.model.blocks().encode();
    assert!(bytes.len() <= Blocks::LONGEST);
    let loaded = Blocks::decode(&bytes).unwrap();
    let expected: Vec<_> = scene
        .model
        .blocks()
        .newest()
        .skip(1)
        .map(|figures| BlockFigures { arrival: None, ..(**figures).clone() })
        .collect();
    assert_eq!(loaded.newest().map(|figures| (**figures).clone()).collect::<Vec<_>>(), expected);
    assert_eq!(loaded.encode(), bytes);
    for end in 1..bytes.len() {
        let decoded = Blocks::decode(&bytes[..end]);
        assert!(decoded.is_none_or(|blocks| blocks.encode() == bytes[..end]), "{end}");
    }
    let mut scene = Scene { model: Model::new(settings()).with_blocks(loaded), ..Scene::new() };
    let mut other = Block::clone(&blocks[1]);
    other.hash = BlockHash([99; 32]);
    past(&mut scene, 2, &Arc::new(other));
    let hashes: Vec<_> = scene.model.blocks().newest().map(|figures| figures.hash).collect();
    assert_eq!(hashes, [BlockHash([99; 32]), blocks[0].hash], "the chain has another block there now");
}

proptest! {
    #[test]
    fn no_bytes_make_blocks_that_would_be_written_differently(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Some(blocks) = Blocks::decode(&bytes) {
            prop_assert!(blocks.encode().len() <= Blocks::LONGEST);
        }
    }
}
