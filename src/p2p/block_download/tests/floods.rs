//! Valid but useless headers: low-work branches, forks at each height, and storms of easy blocks.

use super::scene::*;
use crate::chain::Network;
use crate::event::{EventKind, Tip};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::settings::Settings;
use crate::p2p::starting_point::StartingPoint;
use crate::util::footprint::footprint;
use crate::util::time::Timestamp;
use crate::wire::message::MAX_HEADERS;
use crate::wire::{BlockHash, BlockHeader, Message};
use std::time::Duration;

const LONG_AGO: Timestamp = Timestamp::from_secs(1_600_000_000);

/// A branch of valid headers from `previous` on, different for each salt.
fn branch(mut previous: BlockHash, count: usize, salt: u64) -> Vec<(BlockHash, BlockHeader)> {
    let time = u32::try_from((START - Duration::from_secs(salt)).as_secs()).unwrap();
    let next = |_| {
        let mut header = BlockHeader {
            version: 4,
            previous,
            merkle_root: [0; 32],
            time,
            bits: NETWORK.limit_bits(),
            nonce: 0,
        };
        while header.check(NETWORK).is_err() {
            header.nonce += 1;
        }
        previous = header.hash();
        (previous, header)
    };
    (0..count).map(next).collect()
}

fn requested_blocks(actions: &[Action]) -> usize {
    let count = |action: &Action| match action {
        Action::Send(_, Message::GetData(list)) => list.len(),
        _ => 0,
    };
    actions.iter().map(count).sum()
}

fn tips(actions: &[Action]) -> Vec<Tip> {
    let tip = |action: &Action| match action {
        Action::Emit(EventKind::Tip(tip)) => Some(*tip),
        _ => None,
    };
    actions.iter().filter_map(tip).collect()
}

#[test]
fn after_a_flood_of_headers_old_blocks_of_the_honest_chain_are_not_new() {
    let honest = chain_at(LONG_AGO, 300);
    let mut scene = Scene::new();
    // The flooder comes first, and claims height 0.
    scene.connect(A, 0);
    scene.timer();
    scene.says(A, &Input::Headers(Ok(branch(genesis(), 200, 1))));
    assert!(requested_blocks(&scene.timer()) > 0, "they count like any others");
    scene.connect(B, 300);
    scene.timer();
    let actions = scene.says(B, &headers(&honest));
    assert_eq!(tips(&actions).last().map(|tip| tip.hash), Some(honest[299].hash));
    for _ in 0..10 {
        let actions = scene.timer();
        assert_eq!(requested_blocks(&actions), 0, "{actions:?}");
        scene.wait(Duration::from_secs(30));
    }
    assert_eq!(scene.missing.last().copied().flatten(), None);
    // The next one is.
    let next = mine(START, honest[299].hash, 301, vec![]);
    scene.says(B, &headers(std::slice::from_ref(&next)));
    assert!(scene.timer().contains(&get_block(B, &next)));
}

#[test]
fn floods_of_2_000_low_work_headers_change_nothing_and_take_bounded_memory() {
    let honest = chain_at(LONG_AGO, 2_100);
    let mut scene = Scene::synced(&[A, B], &honest[..2_000]);
    scene.says(A, &headers(&honest[2_000..]));
    scene.timer();
    let mut kept = Vec::new();
    for salt in 1..=14 {
        let flood = branch(genesis(), MAX_HEADERS, salt);
        let actions = scene.says(B, &Input::Headers(Ok(flood)));
        assert_eq!(tips(&actions), []);
        let actions = scene.timer();
        assert_eq!(
            (requested_blocks(&actions), asked_for_headers(&actions)),
            (0, vec![B]),
            "more may follow"
        );
        kept.push(footprint(&scene.part));
    }
    let (first, most) = (kept[0], *kept.iter().max().unwrap());
    assert!(most < first * 5, "{kept:?}");
    let next = mine(START, honest[2_099].hash, 2_101, vec![]);
    let actions = scene.says(A, &headers(std::slice::from_ref(&next)));
    assert_eq!(tips(&actions).len(), 1);
    assert!(scene.timer().contains(&get_block(A, &next)));
}

#[test]
fn a_fork_at_each_height_changes_nothing() {
    let honest = chain_at(LONG_AGO, 300);
    let mut scene = Scene::synced(&[A, B], &honest);
    scene.timer();
    let parents = std::iter::once(genesis()).chain(honest.iter().map(|block| block.hash)).take(300);
    for parent in parents {
        let actions = scene.says(B, &Input::Headers(Ok(branch(parent, 1, 1))));
        assert_eq!(tips(&actions), []);
        assert_eq!(scene.timer(), []);
    }
    let next = mine(START, honest[299].hash, 301, vec![]);
    scene.says(A, &headers(std::slice::from_ref(&next)));
    assert!(scene.timer().contains(&get_block(A, &next)));
}

/// The difficulty of testnet4 at height 119,000, many million times the minimum.
const REAL_BITS: u32 = 0x1923_1b00;

/// Headers of testnet4, each `gap` s younger than its parent; their proof of work was never done.
fn testnet(parent: (BlockHash, u32), count: usize, gap: u32, bits: u32) -> Vec<(BlockHash, BlockHeader)> {
    let (mut previous, mut time) = parent;
    let next = |_| {
        time += gap;
        let header = BlockHeader { version: 4, previous, merkle_root: [0; 32], time, bits, nonce: gap };
        previous = header.hash();
        (previous, header)
    };
    (0..count).map(next).collect()
}

/// On testnet a block that is 20 minutes late may have minimum difficulty, and a miner can claim that delay.
#[test]
fn a_storm_of_easy_blocks_on_testnet_lasts_until_a_hard_one_is_found() {
    let network = Network::Testnet4;
    let start = StartingPoint { height: 118_945, hash: BlockHash([7; 32]), time: None };
    let settings = Settings { network, start: Some(start), ..Settings::default() };
    let mut scene = Scene::of(&settings);
    // The storm goes on up to the present: what is further ahead is refused.
    let origin = u32::try_from(START.as_secs()).unwrap() - 2_300_000;
    let honest = testnet((start.hash, origin), 100, 600, REAL_BITS);
    scene.connect(A, 119_045);
    scene.connect(B, 119_045);
    scene.timer();
    scene.says(A, &Input::Headers(Ok(honest.clone())));
    scene.timer();
    let (tip, header) = *honest.last().unwrap();
    let mut end = (tip, header.time);
    for _ in 0..3 {
        let storm = testnet(end, 600, 1_201, network.limit_bits());
        end = storm.last().map(|(hash, header)| (*hash, header.time)).unwrap();
        scene.says(B, &Input::Headers(Ok(storm)));
        scene.timer();
    }
    // An easy block that is not late is refused, and its peer is disconnected.
    let early = testnet(end, 1, 600, network.limit_bits());
    let actions = scene.says(B, &Input::Headers(Ok(early)));
    assert!(matches!(actions[..], [Action::Disconnect(B, _)]), "{actions:?}");
    scene.disconnect(B);
    let found = testnet((tip, header.time), 1, 599, REAL_BITS);
    let actions = scene.says(A, &Input::Headers(Ok(found.clone())));
    let found = found[0].0;
    assert_eq!(tips(&actions).last().map(|tip| (tip.hash, tip.height)), Some((found, 119_046)));
    let requested: Vec<_> = scene
        .timer()
        .into_iter()
        .filter(|action| requested_blocks(std::slice::from_ref(action)) > 0)
        .collect();
    assert_eq!(requested, [], "it is from before the start, and the storm is over");
    assert_eq!(scene.missing.last().copied().flatten(), None);
}
