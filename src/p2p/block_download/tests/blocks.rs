//! Headers, announcements, new blocks and reorgs.

use super::scene::*;
use crate::event::{
    BlockAnnouncement, BlockFault, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, Tip,
};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::util::time::Timestamp;
use crate::wire::block::BlockError;
use crate::wire::message::MAX_LOCATOR;
use crate::wire::{Block, CompactBlock, Inventory, Message};
use std::time::Duration;

const LONG_AGO: Timestamp = Timestamp::from_secs(1_600_000_000);

fn tip(height: u32, block: &Block) -> Action {
    Action::Emit(EventKind::Tip(Tip { hash: block.hash, height, time: block.header.time }))
}

fn announced(peer: PeerId, block: &Block, by: BlockAnnouncement) -> Action {
    reported(peer, PeerEvent::BlockAnnounced { hash: block.hash, by })
}

fn disconnected_for(peer: PeerId, fault: impl Into<BlockFault>) -> Action {
    let reason = DisconnectReason::Misbehaved(Misbehaviour::InvalidBlock(fault.into()));
    Action::Disconnect(peer, reason)
}

#[test]
fn one_peer_is_asked_for_headers_until_it_has_no_more_and_then_the_others_are() {
    let mut scene = Scene::new();
    scene.connect(A, 3);
    scene.connect(B, 3);
    assert_eq!(asked_for_headers(&scene.timer()), [A]);
    let chain = chain_at(LONG_AGO, 3);
    assert_eq!(scene.says(A, &headers(&chain)), [tip(3, &chain[2])]);
    assert_eq!(asked_for_headers(&scene.timer()), [B]);
    assert_eq!(scene.says(B, &headers(&[])), [], "the tip is the same");
    assert_eq!(scene.timer(), [], "blocks from before startup are not requested");
}

#[test]
fn a_block_that_is_announced_by_hash_is_requested_once_its_header_is_known() {
    let chain = chain(2);
    let mut scene = Scene::synced(&[A], &chain[..1]);
    assert_eq!(scene.says(A, &inv(&chain[1])), [announced(A, &chain[1], BlockAnnouncement::Inv)]);
    assert_eq!(asked_for_headers(&scene.timer()), [A]);
    assert_eq!(scene.says(A, &headers(&chain[1..])), [tip(2, &chain[1])]);
    assert_eq!(scene.timer(), [get_block(A, &chain[1])]);
    assert_eq!(scene.says(A, &whole(&chain[1])), []);
    assert_eq!(scene.timer(), [new_block(A, 2, &chain[1])]);
    assert_eq!(scene.part.deadline(scene.now), None);
}

#[test]
fn the_last_of_several_announced_hashes_counts() {
    let chain = chain(2);
    let mut scene = Scene::synced(&[A], &[]);
    let hashes = chain.iter().map(|block| Inventory::Block(block.hash)).collect();
    let last = announced(A, &chain[1], BlockAnnouncement::Inv);
    assert_eq!(scene.says(A, &Input::Inv(hashes)), [last]);
}

#[test]
fn a_block_that_is_announced_by_header_is_requested_from_the_first_announcer() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B], &[]);
    let by_headers = |peer| announced(peer, &chain[0], BlockAnnouncement::Headers);
    assert_eq!(scene.says(B, &headers(&chain)), [tip(1, &chain[0]), by_headers(B)]);
    assert_eq!(scene.says(A, &headers(&chain)), [by_headers(A)]);
    assert_eq!(scene.timer(), [get_block(B, &chain[0])]);
}

#[test]
fn a_silent_peer_is_followed_by_another_and_its_late_answer_is_tolerated() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B], &[]);
    scene.says(A, &headers(&chain));
    scene.timer();
    scene.wait(Duration::from_millis(19_999));
    assert_eq!(scene.timer(), [], "B did not announce it");
    scene.wait(Duration::from_millis(1));
    assert_eq!(scene.timer(), [get_block(B, &chain[0])]);
    assert_eq!(scene.says(B, &whole(&chain[0])), []);
    assert_eq!(scene.timer(), [new_block(B, 1, &chain[0])]);
    assert_eq!(scene.says(A, &whole(&chain[0])), [], "it was asked for it");
    let again = scene.says(A, &whole(&chain[0]));
    assert_eq!(again, [reported(A, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock))]);
}

#[test]
fn a_peer_that_does_not_have_a_block_or_disconnects_is_followed_by_another() {
    let chain = chain(1);
    let mut scene = Scene::synced(&[A, B, C], &[]);
    scene.says(A, &headers(&chain));
    assert_eq!(scene.timer(), [get_block(A, &chain[0])]);
    assert_eq!(scene.says(A, &Input::NotFound(vec![Inventory::WitnessBlock(chain[0].hash)])), []);
    assert_eq!(scene.timer(), [get_block(B, &chain[0])]);
    scene.disconnect(B);
    assert_eq!(scene.timer(), [get_block(C, &chain[0])]);
}

#[test]
fn invalid_headers_and_blocks_end_the_connection() {
    let chain = chain(3);
    let mut scene = Scene::synced(&[A], &chain[..1]);
    let no_work = Input::Headers(Err(BlockError::NoWork));
    assert_eq!(scene.says(A, &no_work), [disconnected_for(A, BlockError::NoWork)]);
    let gap = headers(&[chain[0].clone(), chain[2].clone()]);
    assert_eq!(scene.says(A, &gap), [disconnected_for(A, BlockFault::BrokenChain)]);
    let Input::Block(block, _) = whole(&chain[1]) else { unreachable!() };
    let mutated = Input::Block(block, Err(BlockError::MerkleRoot));
    assert_eq!(scene.says(A, &mutated), [disconnected_for(A, BlockError::MerkleRoot)]);
}

#[test]
fn unconnecting_headers_lead_to_a_request_for_those_before_them() {
    let chain = chain(3);
    let mut scene = Scene::synced(&[A], &chain[..1]);
    let by_headers = announced(A, &chain[2], BlockAnnouncement::Headers);
    assert_eq!(scene.says(A, &headers(&chain[2..])), [by_headers]);
    assert_eq!(asked_for_headers(&scene.timer()), [A]);
}

#[test]
fn a_reorg_reports_the_disconnected_blocks_and_requests_the_new_ones() {
    let old = chain(2);
    let mut scene = Scene::synced(&[A], &old);
    let mut previous = old[0].hash;
    let branch = [2, 3].map(|height| {
        let block = mine(START + Duration::from_secs(1), previous, height, vec![]);
        previous = block.hash;
        block
    });
    let blocks = vec![(2, old[1].hash)];
    let new_tip = Tip { hash: branch[1].hash, height: 3, time: branch[1].header.time };
    let expected = [
        Action::Emit(EventKind::BlocksDisconnected { blocks, tip: new_tip }),
        tip(3, &branch[1]),
        announced(A, &branch[1], BlockAnnouncement::Headers),
    ];
    assert_eq!(scene.says(A, &headers(&branch)), expected);
    assert_eq!(scene.timer(), branch.each_ref().map(|block| get_block(A, block)));
    assert_eq!(scene.says(A, &whole(&branch[1])), []);
    assert_eq!(scene.timer(), [], "the one before is missing");
    assert_eq!(scene.says(A, &whole(&branch[0])), []);
    assert_eq!(scene.timer(), [new_block(A, 2, &branch[0]), new_block(A, 3, &branch[1])]);
}

/// Otherwise a branch of 2,000 easy blocks would hide the longer chain, and its peers would be asked for the
/// same headers over and over.
#[test]
fn a_longer_chain_is_followed_past_a_branch_that_is_as_long_as_one_message() {
    let branch = chain_at(START - Duration::from_secs(1), 2_000);
    let honest = chain(2_001);
    let mut scene = Scene::new();
    scene.connect(A, 2_000);
    scene.connect(B, 2_001);
    scene.timer();
    scene.says(A, &headers(&branch));
    scene.timer();
    scene.says(A, &headers(&[]));
    scene.timer();
    scene.says(B, &headers(&honest[..2_000]));
    let locators: Vec<_> = (scene.timer().into_iter())
        .filter_map(|action| match action {
            Action::Send(B, Message::GetHeaders { locator, .. }) => Some(locator),
            _ => None,
        })
        .collect();
    assert_eq!(locators.len(), 1);
    assert_eq!(locators[0][0], honest[1_999].hash, "the next message continues where this one ends");
    assert!(locators[0].len() <= MAX_LOCATOR);
    assert!(scene.says(B, &headers(&honest[2_000..])).contains(&tip(2_001, &honest[2_000])));
}

#[test]
fn blocks_that_the_first_peer_did_not_know_are_not_new_if_they_are_old() {
    let chain = chain_at(LONG_AGO, 3);
    let mut scene = Scene::new();
    scene.connect(A, 1);
    scene.connect(B, 3);
    scene.timer();
    scene.says(A, &headers(&chain[..1]));
    assert_eq!(asked_for_headers(&scene.timer()), [B]);
    assert_eq!(scene.says(B, &headers(&chain[1..])), [tip(3, &chain[2])]);
    assert_eq!(scene.timer(), [], "no block is requested");
}

#[test]
fn a_block_that_is_mined_during_the_first_sync_is_new() {
    let chain = chain(3);
    let mut scene = Scene::new();
    scene.connect(A, 2);
    scene.timer();
    assert_eq!(scene.says(A, &headers(&chain)), [tip(3, &chain[2])]);
    assert_eq!(scene.timer(), [get_block(A, &chain[2])]);
}

#[test]
fn a_header_more_than_two_hours_ahead_is_accepted_when_it_comes_again_later_and_is_no_fault() {
    let ahead = |minutes| START + Duration::from_mins(minutes);
    let first = mine(ahead(119), genesis(), 1, vec![]);
    let second = mine(ahead(150), first.hash, 2, vec![]);
    let third = mine(ahead(150), second.hash, 3, vec![]);
    let chain = [first, second, third];
    let mut scene = Scene::synced(&[A], &[]);
    let accepted = [tip(1, &chain[0]), announced(A, &chain[0], BlockAnnouncement::Headers)];
    assert_eq!(scene.says(A, &headers(&chain)), accepted, "those before it are accepted");
    assert_eq!(scene.timer(), [get_block(A, &chain[0])], "what follows is not asked for");
    let compact = Box::new(CompactBlock::of(chain[1].header, 7, &chain[1].transactions));
    assert_eq!(scene.says(A, &Input::CompactBlock(compact, Ok(chain[1].hash))), []);
    scene.says(A, &whole(&chain[0]));
    assert_eq!(scene.timer(), [new_block(A, 1, &chain[0])]);
    scene.wait(Duration::from_mins(30));
    assert_eq!(scene.says(A, &headers(&chain[2..])), [announced(A, &chain[2], BlockAnnouncement::Headers)]);
    assert_eq!(asked_for_headers(&scene.timer()), [A], "its parent is missing");
    assert_eq!(scene.says(A, &headers(&chain[1..])), [tip(3, &chain[2])]);
}
