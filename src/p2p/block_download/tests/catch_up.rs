//! The blocks since an earlier run.

use super::scene::*;
use crate::event::{CatchUp, CatchUpFailure, CatchUpFrom, EventKind, PeerId};
use crate::p2p::action::Action;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, Inventory, Message};
use std::sync::Arc;
use std::time::Duration;

const LONG_AGO: Timestamp = Timestamp::from_secs(1_600_000_000);

fn saved(chain: &[Block], height: usize) -> CatchUpFrom {
    CatchUpFrom::Blocks(vec![(u32::try_from(height).unwrap(), chain[height - 1].hash)])
}

fn progress(actions: &[Action]) -> Vec<CatchUp> {
    let progress = |action: &Action| match action {
        Action::Emit(EventKind::CatchUp(progress)) => Some(*progress),
        _ => None,
    };
    actions.iter().filter_map(progress).collect()
}

/// The blocks that `peer` is asked for.
fn asked(actions: &[Action], peer: PeerId, chain: &[Block]) -> Vec<usize> {
    (1..)
        .zip(chain)
        .filter(|(_, block)| actions.contains(&get_block(peer, block)))
        .map(|(at, _)| at)
        .collect()
}

/// Has all requests for blocks answered. Returns what follows.
fn serve(scene: &mut Scene, blocks: &[Block]) -> Vec<Action> {
    let mut all = Vec::new();
    loop {
        let actions = scene.timer();
        let mut answers = Vec::new();
        for action in &actions {
            if let Action::Send(peer, Message::GetData(list)) = action {
                let asked = blocks.iter().filter(|block| list.contains(&Inventory::WitnessBlock(block.hash)));
                answers.extend(asked.flat_map(|block| scene.says(*peer, &whole(block))));
            }
        }
        let is_over = answers.is_empty();
        all.extend(actions);
        all.extend(answers);
        if is_over {
            return all;
        }
    }
}

fn past_block(peer: PeerId, height: u32, block: &Block) -> Action {
    Action::Emit(EventKind::PastBlock { peer, height, block: Arc::new(block.clone()) })
}

#[test]
fn the_blocks_since_an_earlier_run_are_fetched_beyond_the_backfill_even_if_known() {
    let chain = chain_at(LONG_AGO, 6);
    let mut scene = Scene::with_backfill(1, &[chain[4].hash]);
    scene.part.catch_up(saved(&chain, 3));
    scene.connect(A, 6);
    assert_eq!(progress(&scene.timer()), [], "the best chain is not known");
    scene.says(A, &headers(&chain));
    let actions = serve(&mut scene, &chain);
    let all = [CatchUp::Missing(3), CatchUp::Missing(1), CatchUp::Complete];
    assert_eq!(progress(&actions), all, "two are requested at a time");
    for height in 4..=6 {
        let block = past_block(A, height, &chain[height as usize - 1]);
        assert_eq!(actions.iter().filter(|action| **action == block).count(), 1);
    }
    assert_eq!(asked(&actions, A, &chain), [4, 5, 6]);
}

#[test]
fn past_blocks_that_came_before_the_request_come_again() {
    let chain = chain_at(LONG_AGO, 2);
    let mut scene = Scene::with_backfill(1, &[]);
    scene.sync(&[A], &chain);
    scene.says(A, &whole(&chain[1]));
    scene.timer();
    scene.part.catch_up(saved(&chain, 1));
    let actions = scene.timer();
    assert_eq!((asked(&actions, A, &chain), progress(&actions)), (vec![2], vec![CatchUp::Missing(1)]));
    assert_eq!(scene.says(A, &whole(&chain[1])), [past_block(A, 2, &chain[1])]);
    assert_eq!(progress(&scene.timer()), [CatchUp::Complete]);
}

#[test]
fn a_new_block_that_is_on_its_way_completes_it_and_is_requested_once() {
    let chain = chain_at(LONG_AGO, 1);
    let mut scene = Scene::synced(&[A], &chain);
    let new = mine(START, chain[0].hash, 2, vec![]);
    scene.says(A, &headers(std::slice::from_ref(&new)));
    scene.part.catch_up(saved(&chain, 1));
    let actions = scene.timer();
    let requests = actions.iter().filter(|action| matches!(action, Action::Send(_, Message::GetData(_))));
    assert_eq!((requests.count(), progress(&actions)), (1, vec![CatchUp::Missing(1)]));
    scene.says(A, &whole(&new));
    let actions = scene.timer();
    assert_eq!(actions[0], new_block(A, 2, &new));
    assert_eq!(progress(&actions), [CatchUp::Complete]);
}

#[test]
fn with_nothing_to_catch_up_it_is_complete_at_once() {
    let chain = chain_at(LONG_AGO, 2);
    let mut scene = Scene::synced(&[A], &chain);
    scene.part.catch_up(saved(&chain, 2));
    assert_eq!(progress(&scene.timer()), [CatchUp::Complete]);
}

#[test]
fn blocks_that_a_later_peer_adds_are_fetched_too() {
    let chain = chain_at(LONG_AGO, 4);
    let mut scene = Scene::new();
    scene.part.catch_up(saved(&chain, 1));
    scene.sync(&[A], &chain[..2]);
    scene.says(A, &whole(&chain[1]));
    assert_eq!(progress(&scene.timer()), [CatchUp::Complete], "as far as it is known");
    scene.connect(B, 4);
    scene.timer();
    scene.says(B, &headers(&chain[2..]));
    let actions = serve(&mut scene, &chain);
    assert_eq!(progress(&actions), [CatchUp::Missing(2), CatchUp::Complete]);
}

#[test]
fn blocks_that_leave_the_chain_are_replaced() {
    let chain = chain_at(LONG_AGO, 3);
    let mut scene = Scene::synced(&[A], &chain);
    scene.part.catch_up(saved(&chain, 1));
    assert_eq!(progress(&scene.timer()), [CatchUp::Missing(2)]);
    let mut previous = chain[1].hash;
    let branch = [3, 4].map(|height| {
        let block = mine(LONG_AGO + Duration::from_secs(1), previous, height, vec![]);
        previous = block.hash;
        block
    });
    scene.says(A, &headers(&branch));
    scene.says(A, &whole(&chain[1]));
    let actions = serve(&mut scene, &branch);
    assert_eq!(progress(&actions), [CatchUp::Complete], "after two others");
    assert_eq!(asked(&actions, A, &branch), [1, 2]);
    assert_eq!(scene.says(A, &whole(&chain[2])), [], "it was requested");
}

#[test]
fn blocks_of_another_chain_and_blocks_that_no_peer_serves_end_it() {
    let chain = chain_at(LONG_AGO, 2);
    let mut scene = Scene::synced(&[A], &chain);
    scene.part.catch_up(CatchUpFrom::Blocks(vec![(1, BlockHash([9; 32]))]));
    assert_eq!(progress(&scene.timer()), [CatchUp::Failed(CatchUpFailure::OtherChain)]);
    scene.part.catch_up(saved(&chain, 1));
    assert_eq!(progress(&scene.timer()), [CatchUp::Missing(1)]);
    scene.wait(Duration::from_mins(1));
    scene.timer();
    scene.wait(Duration::from_mins(2));
    assert_eq!(progress(&scene.timer()), [CatchUp::Failed(CatchUpFailure::NotServed)]);
}
