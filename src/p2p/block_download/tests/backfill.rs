//! Past blocks, downloaded in the background.

use super::scene::*;
use crate::event::{EventKind, PeerId};
use crate::p2p::action::Action;
use crate::util::time::Timestamp;
use crate::wire::Block;
use std::sync::Arc;
use std::time::Duration;

const LONG_AGO: Timestamp = Timestamp::from_secs(1_600_000_000);

fn past_block(peer: PeerId, height: u32, block: &Block) -> Action {
    Action::Emit(EventKind::PastBlock { peer, height, block: Arc::new(block.clone()) })
}

fn progress(fetched: u32, requested: u32) -> Action {
    Action::Emit(EventKind::Backfill { fetched, requested, given_up: 0 })
}

#[test]
fn past_blocks_are_requested_newest_first_and_their_progress_is_reported() {
    let chain = chain_at(LONG_AGO, 5);
    let mut scene = Scene::with_backfill(2, &[]);
    scene.connect(A, 5);
    scene.timer();
    scene.says(A, &headers(&chain));
    assert_eq!(scene.timer(), [get_block(A, &chain[4]), get_block(A, &chain[3]), progress(0, 2)]);
    assert_eq!(scene.says(A, &whole(&chain[3])), [past_block(A, 4, &chain[3])]);
    assert_eq!(scene.says(A, &whole(&chain[4])), [past_block(A, 5, &chain[4])]);
    scene.wait(Duration::from_secs(1));
    assert_eq!(scene.timer(), [progress(2, 2)]);
}

#[test]
fn blocks_that_an_earlier_run_saved_are_not_requested() {
    let chain = chain_at(LONG_AGO, 5);
    let mut scene = Scene::with_backfill(3, &[chain[3].hash]);
    scene.connect(A, 5);
    scene.timer();
    scene.says(A, &headers(&chain));
    assert_eq!(scene.timer(), [get_block(A, &chain[4]), get_block(A, &chain[2]), progress(0, 2)]);
}

#[test]
fn nothing_is_requested_while_a_new_block_is_needed() {
    let chain = chain_at(LONG_AGO, 5);
    let mut scene = Scene::with_backfill(4, &[]);
    scene.connect(A, 5);
    scene.timer();
    scene.says(A, &headers(&chain));
    scene.timer();
    let new = mine(START, chain[4].hash, 6, vec![]);
    scene.says(A, &headers(std::slice::from_ref(&new)));
    assert_eq!(scene.says(A, &whole(&chain[4])), [past_block(A, 5, &chain[4])]);
    scene.wait(Duration::from_secs(1));
    assert_eq!(scene.timer(), [get_block(A, &new), progress(1, 4)]);
    scene.says(A, &whole(&new));
    assert_eq!(scene.timer(), [new_block(A, 6, &new), get_block(A, &chain[2])]);
}

#[test]
fn the_genesis_block_is_not_requested() {
    let chain = chain_at(LONG_AGO, 1);
    let mut scene = Scene::with_backfill(10, &[]);
    scene.sync(&[A], &chain);
    assert_eq!(scene.says(A, &whole(&chain[0])), [past_block(A, 1, &chain[0])]);
    assert_eq!(scene.timer(), [progress(1, 1)]);
}
