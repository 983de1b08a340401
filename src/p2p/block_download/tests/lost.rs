//! No new block is lost: however peers fail, it is reported once one of them serves it.

use super::scene::*;
use crate::event::{MissingBlocks, PeerId};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::util::time::Timestamp;
use crate::wire::{Block, CompactBlock, Inventory, Message};
use std::time::Duration;

fn announcement(block: &Block) -> Input {
    headers(std::slice::from_ref(block))
}

fn not_found(block: &Block) -> Input {
    Input::NotFound(vec![Inventory::WitnessBlock(block.hash)])
}

/// A compact block of which only the coinbase is known.
fn compact(block: &Block) -> Input {
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    Input::CompactBlock(Box::new(compact), Ok(block.hash))
}

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The next `count` requests for blocks, with the seconds since the start of the scene.
fn requests(scene: &mut Scene, count: usize) -> Vec<(u64, PeerId)> {
    let mut requests = Vec::new();
    while requests.len() < count {
        let asked = scene.timer().into_iter().filter_map(|action| match action {
            Action::Send(peer, Message::GetData(_)) => Some((scene.now.since(START).as_secs(), peer)),
            _ => None,
        });
        requests.extend(asked);
        if requests.len() < count {
            scene.now = scene.part.deadline(scene.now).expect("the block is given up");
        }
    }
    requests
}

#[test]
fn a_block_that_the_only_peer_sends_after_25_s_is_reported() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A], &[]);
    scene.says(A, &announcement(&chain[0]));
    scene.timer();
    for _ in 0..25 {
        scene.wait(secs(1));
        scene.timer();
    }
    scene.says(A, &whole(&chain[0]));
    assert_eq!(scene.timer(), [new_block(A, 1, &chain[0])]);
    assert_eq!(scene.says(A, &whole(&chain[0])), [], "it was asked twice");
}

#[test]
fn a_block_stays_wanted_however_often_the_only_peer_is_silent() {
    let chain = chain(2);
    let mut scene = Scene::synced(&[A], &[]);
    scene.says(A, &announcement(&chain[0]));
    requests(&mut scene, 20);
    scene.says(A, &headers(&chain));
    scene.timer();
    scene.says(A, &whole(&chain[1]));
    assert_eq!(scene.timer(), [], "the one before is missing");
    scene.says(A, &whole(&chain[0]));
    assert_eq!(scene.timer(), [new_block(A, 1, &chain[0]), new_block(A, 2, &chain[1])]);
}

#[test]
fn a_peer_that_does_not_have_a_block_is_asked_again_after_a_growing_pause() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A], &[]);
    scene.says(A, &announcement(&chain[0]));
    let mut at = Vec::new();
    for _ in 0..9 {
        at.extend(requests(&mut scene, 1));
        scene.says(A, &not_found(&chain[0]));
    }
    let pauses: Vec<_> = at.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
}

#[test]
fn a_peer_that_announces_again_is_asked_again_at_once() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A], &[]);
    scene.says(A, &announcement(&chain[0]));
    assert_eq!(scene.timer(), [get_block(A, &chain[0])]);
    scene.says(A, &not_found(&chain[0]));
    assert_eq!(scene.timer(), []);
    scene.says(A, &inv(&chain[0]));
    assert!(scene.timer().contains(&get_block(A, &chain[0])));
    scene.says(A, &whole(&chain[0]));
    assert_eq!(scene.timer(), [new_block(A, 1, &chain[0])]);
}

#[test]
fn a_second_peer_that_has_the_block_a_moment_later_is_asked_when_it_says_so() {
    let chain = chain(1);
    let fails: [fn(&mut Scene, &Block); 2] =
        [|scene, _| scene.disconnect(A), |scene, block| assert_eq!(scene.says(A, &not_found(block)), [])];
    for fail in fails {
        let mut scene = Scene::synced(&[A, B], &[]);
        scene.says(A, &announcement(&chain[0]));
        scene.timer();
        fail(&mut scene, &chain[0]);
        assert_eq!(scene.timer(), [get_block(B, &chain[0])], "it does not have it and says nothing");
        scene.wait(Duration::from_millis(300));
        scene.says(B, &announcement(&chain[0]));
        assert_eq!(scene.timer(), [get_block(B, &chain[0])]);
        scene.says(B, &whole(&chain[0]));
        assert_eq!(scene.timer(), [new_block(B, 1, &chain[0])]);
    }
}

#[test]
fn an_announcement_from_before_the_header_was_known_counts() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B, C], &[]);
    scene.says(C, &inv(&chain[0]));
    scene.says(A, &announcement(&chain[0]));
    assert!(scene.timer().contains(&get_block(C, &chain[0])), "C was first");
}

#[test]
fn a_silent_announcer_costs_2_s_if_another_peer_announced_the_block() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B, C], &[]);
    for peer in [A, C] {
        scene.says(peer, &announcement(&chain[0]));
    }
    assert_eq!(requests(&mut scene, 3), [(0, A), (2, C), (22, B)], "B did not announce it");
    scene.says(A, &whole(&chain[0]));
    assert_eq!(scene.timer(), [new_block(A, 1, &chain[0])], "a late answer counts");
}

#[test]
fn a_compact_block_whose_rest_does_not_come_costs_2_s_if_another_peer_has_the_block() {
    let block = mine(START, genesis(), 1, vec![transaction(1), transaction(2)]);
    for other_announcement in [announcement(&block), compact(&block)] {
        let mut scene = Scene::synced(&[A, B], &[]);
        for peer in [A, B] {
            scene.says(peer, &Input::SendCmpct);
        }
        scene.timer();
        let asked = scene.says(A, &compact(&block));
        assert!(matches!(asked.last(), Some(Action::Send(A, Message::GetBlockTxn(_)))));
        scene.says(B, &other_announcement);
        scene.wait(Duration::from_millis(1_999));
        assert_eq!(scene.timer(), []);
        scene.wait(Duration::from_millis(1));
        assert_eq!(scene.timer().len(), 1);
        scene.says(B, &whole(&block));
        assert_eq!(scene.timer(), [new_block(B, 1, &block)]);
    }
}

#[test]
fn a_block_that_no_peer_serves_is_dropped_when_it_leaves_the_chain() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A], &[]);
    scene.says(A, &announcement(&chain[0]));
    requests(&mut scene, 5);
    let first = mine(START + secs(1), genesis(), 1, vec![]);
    let second = mine(START, first.hash, 2, vec![]);
    scene.says(A, &headers(&[first.clone(), second.clone()]));
    assert_eq!(scene.timer(), [get_block(A, &first), get_block(A, &second)]);
    for block in [&second, &first] {
        scene.says(A, &whole(block));
    }
    assert_eq!(scene.timer(), [new_block(A, 1, &first), new_block(A, 2, &second)]);
    assert_eq!(scene.part.deadline(scene.now), None::<Timestamp>);
}

/// The parts of 32 KiB in a block of 1.5 MB.
const PARTS: usize = 45;

/// A sends this many parts of a block at 50 kB/s.
fn receive_slowly(parts: usize, scene: &mut Scene, asked: &mut Vec<Action>) {
    for _ in 0..parts {
        scene.wait(Duration::from_micros(655_360));
        scene.says(A, &Input::Receiving);
        asked.extend(scene.timer());
    }
}

#[test]
fn a_slow_transfer_is_awaited_even_if_another_peer_has_the_block() {
    let chain = chain(1);
    for peers in [&[A][..], &[A, B]] {
        let mut scene = Scene::synced(peers, &[]);
        for peer in peers {
            scene.says(*peer, &announcement(&chain[0]));
        }
        let mut actions = scene.timer();
        receive_slowly(PARTS, &mut scene, &mut actions);
        assert_eq!(actions, [get_block(A, &chain[0])], "no second request");
        scene.says(A, &whole(&chain[0]));
        assert_eq!(scene.timer(), [new_block(A, 1, &chain[0])]);
    }
}

#[test]
fn a_transfer_that_never_ends_does_not_keep_the_block_of_another_peer_away() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B], &[]);
    for peer in [A, B] {
        scene.says(peer, &announcement(&chain[0]));
    }
    let mut actions = scene.timer();
    receive_slowly(2 * PARTS, &mut scene, &mut actions);
    assert_eq!(actions, [get_block(A, &chain[0])]);
    receive_slowly(2, &mut scene, &mut actions);
    assert_eq!(actions, [get_block(A, &chain[0]), get_block(B, &chain[0])]);
}

#[test]
fn a_slow_past_block_is_awaited() {
    let chain = chain_at(Timestamp::from_secs(1_600_000_000), 1);
    let mut scene = Scene::with_backfill(1, &[]);
    scene.sync(&[A, B], &chain);
    let mut actions = vec![];
    receive_slowly(3 * PARTS, &mut scene, &mut actions);
    assert_eq!(actions, [], "no second request");
}

#[test]
fn blocks_that_are_missing_for_5_s_are_reported_until_they_come_or_leave_the_chain() {
    let chain = chain(2);
    let mut scene = Scene::synced(&[A], &[]);
    let missing = |height: u32, block: &Block, count| {
        Some(MissingBlocks { height, hash: block.hash, count, since: START })
    };
    scene.says(A, &headers(&chain));
    scene.timer();
    scene.wait(Duration::from_millis(4_999));
    assert!(scene.part.deadline(scene.now) <= Some(START + secs(5)));
    scene.timer();
    assert_eq!(scene.missing, []);
    scene.wait(Duration::from_millis(1));
    scene.timer();
    scene.timer();
    assert_eq!(scene.missing, [missing(1, &chain[0], 2)], "once");
    scene.says(A, &whole(&chain[0]));
    scene.timer();
    assert_eq!(scene.missing.pop(), Some(missing(2, &chain[1], 1)));
    let first = mine(START + secs(1), chain[0].hash, 2, vec![]);
    let second = mine(START, first.hash, 3, vec![]);
    scene.says(A, &headers(&[first, second]));
    scene.timer();
    assert_eq!(scene.missing.pop(), Some(None));
}

/// The announcements of a branch's first blocks are forgotten when many others follow.
#[test]
fn after_a_reorg_the_whole_branch_is_requested_from_the_peer_that_brought_it() {
    let old = chain(2);
    let mut scene = Scene::synced(&[A, B, C], &old);
    scene.timer();
    let mut previous = old[0].hash;
    let branch = [2, 3].map(|height| {
        let block = mine(START + secs(1), previous, height, vec![]);
        previous = block.hash;
        block
    });
    scene.says(C, &announcement(&branch[0]));
    for salt in 2..200 {
        scene.says(A, &announcement(&mine(START + secs(salt), old[0].hash, 2, vec![])));
    }
    scene.says(C, &announcement(&branch[1]));
    assert_eq!(scene.timer(), branch.each_ref().map(|block| get_block(C, block)));
}
