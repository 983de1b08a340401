//! Tips and blocks of several sensors, some of which lie.

use super::*;
use crate::sensor::collect::testing::{mined_at, mined_on};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const FRA: SensorId = SensorId(1);
const NYC: SensorId = SensorId(2);

fn tip(height: u32, block: &Block) -> Tip {
    Tip { hash: block.hash, height, time: block.header.time }
}

fn names(events: &[EventKind]) -> Vec<String> {
    let name = |event: &EventKind| match event {
        EventKind::Tip(tip) => format!("tip {}", tip.height),
        EventKind::Block { height, .. } => format!("block {height}"),
        EventKind::BlocksDisconnected { blocks, tip } => {
            format!(
                "disconnected {:?} tip {}",
                blocks.iter().map(|(height, _)| *height).collect::<Vec<_>>(),
                tip.height
            )
        }
        EventKind::PastBlock { height, .. } => format!("past block {height}"),
        EventKind::MissingBlocks(None) => "nothing is missing".to_owned(),
        EventKind::MissingBlocks(Some(missing)) => {
            format!("missing {} × {}", missing.height, missing.count)
        }
        other => format!("{other:?}"),
    };
    events.iter().map(name).collect()
}

fn start() -> (Chain, Block) {
    let first = mined_on(BlockHash([0; 32]), 1);
    let mut chain = Chain::new(Network::Regtest);
    chain.tip(FRA, tip(100, &first));
    assert_eq!(names(&chain.advance(NOW)), ["tip 100"]);
    (chain, first)
}

#[test]
fn a_block_of_two_sensors_is_connected_once() {
    let (mut chain, first) = start();
    let second = mined_on(first.hash, 2);
    for sensor in [FRA, NYC] {
        chain.tip(sensor, tip(101, &second));
        chain.block(PeerId(1), Arc::new(second.clone()));
    }
    assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
    chain.tip(NYC, tip(100, &first));
    chain.block(PeerId(1), Arc::new(second));
    assert!(chain.advance(NOW).is_empty(), "a sensor that is behind changes nothing");
}

#[test]
fn known_blocks_above_a_gap_are_connected() {
    let (mut chain, _) = start();
    let second = mined_on(BlockHash([9; 32]), 5);
    chain.tip(FRA, tip(102, &second));
    chain.block(PeerId(1), Arc::new(second));
    assert!(chain.advance(NOW).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 102", "missing 101 × 1", "block 102"]);
}

#[test]
fn a_longer_branch_of_another_sensor_is_a_reorg() {
    let (mut chain, first) = start();
    let common = mined_on(first.hash, 2);
    let ours = mined_on(common.hash, 3);
    let theirs = mined_on(common.hash, 4);
    let top = mined_on(theirs.hash, 5);
    for (height, block) in [(101, &common), (102, &ours)] {
        chain.tip(FRA, tip(height, block));
        chain.block(PeerId(1), Arc::new(block.clone()));
        assert_eq!(names(&chain.advance(NOW)), [format!("tip {height}"), format!("block {height}")]);
    }
    chain.tip(NYC, tip(102, &theirs));
    chain.block(PeerId(2), Arc::new(theirs));
    assert!(chain.advance(NOW).is_empty(), "the first of two at a height stays");
    chain.tip(NYC, tip(103, &top));
    assert!(chain.advance(NOW).is_empty(), "its block is not here");
    chain.block(PeerId(2), Arc::new(top));
    assert_eq!(names(&chain.advance(NOW)), ["disconnected [102] tip 103", "block 102", "block 103"]);
    chain.lost(NYC);
    assert!(chain.advance(NOW).is_empty(), "a lower tip of another sensor alone is no reorg");
}

#[test]
fn one_sensor_that_lies_about_its_tip_does_not_lead_the_others_astray() {
    let (mut chain, first) = start();
    let bogus = mined_on(BlockHash([9; 32]), 9);
    let third = SensorId(3);
    chain.tip(NYC, tip(100, &first));
    chain.tip(third, tip(u32::MAX, &bogus));
    assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
    let second = mined_on(first.hash, 2);
    chain.tip(FRA, tip(101, &second));
    chain.block(PeerId(1), Arc::new(second));
    assert_eq!(names(&chain.advance(NOW + PATIENCE * 3)), ["tip 101", "block 101"]);

    let mut chain = Chain::new(Network::Regtest);
    chain.tip(third, tip(u32::MAX, &bogus));
    assert_eq!(names(&chain.advance(NOW)), [format!("tip {}", u32::MAX)], "there is no other sensor");
    chain.tip(FRA, tip(100, &first));
    chain.tip(NYC, tip(100, &first));
    assert!(chain.advance(NOW).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 100"], "the others are right");
}

/// A block with these `nBits` and no proof of work.
fn with_bits(previous: BlockHash, number: u8, bits: u32) -> Block {
    let mut block = mined_on(previous, number);
    block.header.bits = bits;
    block.hash = block.header.hash();
    block
}

#[test]
fn blocks_of_one_sensor_must_be_as_hard_as_the_rule_demands() {
    const HARD: u32 = 0x1702_3456;
    let mut chain = Chain::new(Network::Mainnet);
    let sensors = [FRA, NYC, SensorId(3)];
    let first = with_bits(BlockHash([0; 32]), 1, HARD);
    for sensor in sensors {
        chain.tip(sensor, tip(100, &first));
    }
    assert_eq!(names(&chain.advance(NOW)), ["tip 100"]);

    let second = with_bits(first.hash, 2, HARD);
    chain.block(PeerId(1), Arc::new(second.clone()));
    chain.tip(FRA, tip(101, &second));
    assert!(chain.advance(NOW).is_empty(), "how hard its parent was is not known");
    chain.tip(NYC, tip(101, &second));
    assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"], "more than half have it");

    let easy = with_bits(second.hash, 3, Network::Mainnet.limit_bits());
    chain.block(PeerId(1), Arc::new(easy.clone()));
    chain.tip(FRA, tip(102, &easy));
    assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
    let third = with_bits(second.hash, 4, HARD);
    chain.block(PeerId(2), Arc::new(third.clone()));
    chain.tip(NYC, tip(102, &third));
    assert_eq!(names(&chain.advance(NOW)), ["tip 102", "block 102"]);
}

#[test]
fn a_tip_at_another_height_than_its_blocks_lead_to_is_not_followed() {
    let (mut chain, first) = start();
    let second = mined_at(101, first.hash, 2);
    chain.tip(NYC, tip(100, &first));
    chain.block(PeerId(1), Arc::new(second.clone()));
    chain.tip(NYC, tip(900_000, &second));
    assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
    chain.tip(FRA, tip(101, &second));
    assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
}

#[test]
fn blocks_that_do_not_arrive_are_reported_missing() {
    let (mut chain, _) = start();
    let far = mined_on(BlockHash([9; 32]), 5);
    chain.tip(FRA, tip(104, &far));
    assert!(chain.advance(NOW).is_empty());
    assert!(chain.advance(NOW + PATIENCE - Duration::from_millis(1)).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 104", "missing 101 × 4"]);
    let next = mined_on(far.hash, 6);
    chain.tip(FRA, tip(105, &next));
    chain.block(PeerId(1), Arc::new(next));
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 105", "block 105"]);
}

#[test]
fn blocks_from_before_the_start_are_taken_down_from_the_first_tip_in_any_order() {
    let blocks: Vec<Block> = (1..=4).fold(vec![mined_on(BlockHash([0; 32]), 0)], |mut blocks, number| {
        blocks.push(mined_on(blocks.last().unwrap().hash, number));
        blocks
    });
    let mut chain = Chain::new(Network::Regtest);
    chain.tip(FRA, tip(104, &blocks[4]));
    assert_eq!(names(&chain.advance(NOW)), ["tip 104"]);
    chain.block(PeerId(1), Arc::new(blocks[2].clone()));
    assert!(chain.advance(NOW).is_empty());
    chain.block(PeerId(1), Arc::new(blocks[4].clone()));
    assert_eq!(names(&chain.advance(NOW)), ["past block 104"]);
    chain.block(PeerId(1), Arc::new(blocks[3].clone()));
    assert_eq!(names(&chain.advance(NOW)), ["past block 103", "past block 102"]);
    chain.block(PeerId(1), Arc::new(mined_on(BlockHash([7; 32]), 9)));
    assert!(chain.advance(NOW).is_empty(), "a block that no other leads to");
}

#[test]
fn blocks_that_were_missing_are_taken_when_they_come_late() {
    let (mut chain, first) = start();
    let second = mined_on(first.hash, 2);
    let third = mined_on(second.hash, 3);
    chain.tip(FRA, tip(102, &third));
    assert!(chain.advance(NOW).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 102", "missing 101 × 2"]);
    chain.block(PeerId(1), Arc::new(third));
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["past block 102"]);
    chain.block(PeerId(1), Arc::new(second));
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["past block 101", "nothing is missing"]);
}

#[test]
fn a_sensor_that_is_behind_does_not_lead_the_others_back() {
    let (mut chain, first) = start();
    let second = mined_on(first.hash, 2);
    let third = mined_on(second.hash, 3);
    chain.tip(FRA, tip(101, &second));
    chain.block(PeerId(1), Arc::new(second));
    assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
    chain.tip(NYC, tip(100, &first));
    assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
    chain.tip(FRA, tip(102, &third));
    chain.block(PeerId(1), Arc::new(third));
    assert_eq!(names(&chain.advance(NOW + PATIENCE * 2)), ["tip 102", "block 102"]);
}

#[test]
fn sensors_that_lie_low_do_not_freeze_the_chain() {
    for others in [vec![NYC], vec![NYC, SensorId(3)]] {
        let (mut chain, first) = start();
        let low = mined_on(BlockHash([9; 32]), 9);
        let mut high = vec![FRA];
        high.extend((others.len() > 1).then_some(SensorId(4)));
        let second = mined_on(first.hash, 2);
        chain.block(PeerId(1), Arc::new(second.clone()));
        for &sensor in &high {
            chain.tip(sensor, tip(101, &second));
        }
        assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
        for &sensor in &others {
            chain.tip(sensor, tip(0, &low));
        }
        // That one block of another chain is here is not enough either: no more than half are there.
        chain.block(PeerId(2), Arc::new(low));
        assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
        let third = mined_on(second.hash, 3);
        chain.tip(FRA, tip(102, &third));
        chain.block(PeerId(1), Arc::new(third));
        assert_eq!(names(&chain.advance(NOW + PATIENCE * 3)), ["tip 102", "block 102"]);
    }
}

#[test]
fn at_the_start_half_of_the_sensors_are_believed_if_they_show_their_block() {
    let first = mined_at(100, BlockHash([0; 32]), 1);
    let low = mined_on(BlockHash([9; 32]), 9);
    // It is here from the start,
    let mut chain = Chain::new(Network::Regtest);
    chain.tip(NYC, tip(0, &low));
    chain.tip(FRA, tip(100, &first));
    chain.block(PeerId(1), Arc::new(first.clone()));
    assert_eq!(names(&chain.advance(NOW)), ["tip 100", "past block 100"]);
    assert!(chain.advance(NOW + PATIENCE).is_empty());
    // or comes later.
    let mut chain = Chain::new(Network::Regtest);
    chain.tip(NYC, tip(0, &low));
    assert_eq!(names(&chain.advance(NOW)), ["tip 0"]);
    let second = mined_at(101, first.hash, 2);
    chain.tip(FRA, tip(101, &second));
    chain.block(PeerId(1), Arc::new(second));
    assert!(chain.advance(NOW).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 101", "missing 1 × 100", "block 101"]);
    assert!(chain.advance(NOW + PATIENCE).is_empty() && chain.advance(NOW + PATIENCE * 3).is_empty());
}

#[test]
fn a_true_block_at_a_false_height_leads_nobody_astray() {
    let first = mined_at(100, BlockHash([0; 32]), 1);
    let mut chain = Chain::new(Network::Regtest);
    chain.block(PeerId(1), Arc::new(first.clone()));
    chain.tip(NYC, tip(900_000, &first));
    assert_eq!(
        names(&chain.advance(NOW)),
        ["tip 900000"],
        "there is no other sensor, and it is no past block"
    );
    chain.tip(FRA, tip(100, &first));
    assert!(chain.advance(NOW).is_empty());
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 100"]);
    let second = mined_at(101, first.hash, 2);
    chain.tip(FRA, tip(101, &second));
    chain.block(PeerId(1), Arc::new(second));
    assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 101", "block 101"]);
}

#[test]
fn back_from_a_chain_that_more_than_half_leave_its_blocks_are_disconnected() {
    let (mut chain, first) = start();
    let mut last = first;
    for number in 1..4 {
        last = mined_on(last.hash, number);
        chain.tip(FRA, tip(100 + u32::from(number), &last));
        chain.block(PeerId(1), Arc::new(last.clone()));
        assert_eq!(chain.advance(NOW).len(), 2);
    }
    let other = mined_on(BlockHash([9; 32]), 9);
    for sensor in [NYC, SensorId(3)] {
        chain.tip(sensor, tip(102, &other));
    }
    assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE).is_empty(), "no block shows it");
    chain.block(PeerId(2), Arc::new(other));
    assert!(chain.advance(NOW + PATIENCE).is_empty());
    let events = names(&chain.advance(NOW + PATIENCE * 2));
    assert_eq!(events, ["disconnected [103, 102, 101] tip 102", "missing 101 × 1", "block 102"]);
}
