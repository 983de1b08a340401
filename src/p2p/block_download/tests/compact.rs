//! Compact blocks (BIP152), requested and unrequested.

use super::scene::*;
use crate::event::{BlockAnnouncement, DisconnectReason, Misbehaviour, PeerEvent, PeerId};
use crate::p2p::action::Action;
use crate::p2p::input::Input;
use crate::wire::block::BlockError;
use crate::wire::compact_block::ReconstructionError;
use crate::wire::{Block, BlockTransactions, BlockTransactionsRequest, CompactBlock, Message, Transaction};
use std::sync::Arc;
use std::time::Duration;

fn compact(block: &Block) -> Input {
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    Input::CompactBlock(Box::new(compact), Ok(block.hash))
}

fn block_txn(block: &Block, transactions: &[Transaction]) -> Input {
    Input::BlockTxn(BlockTransactions { hash: block.hash, transactions: transactions.to_vec() })
}

fn mode(peer: PeerId, announce: bool) -> Action {
    Action::Send(peer, Message::SendCmpct { announce, version: 2 })
}

/// A block with two transactions after its coinbase.
fn block() -> Block {
    mine(START, genesis(), 1, vec![transaction(1), transaction(2)])
}

/// Synced peers that send compact blocks.
fn scene(peers: &[PeerId]) -> Scene {
    let mut scene = Scene::synced(peers, &[]);
    for &peer in peers {
        assert_eq!(scene.says(peer, &Input::SendCmpct), []);
    }
    scene
}

#[test]
fn three_synced_peers_send_compact_blocks_unrequested_and_a_fourth_when_one_leaves() {
    let peers = [A, B, C, PeerId(4)];
    let mut scene = scene(&peers);
    assert_eq!(scene.timer(), [mode(A, true), mode(B, true), mode(C, true)]);
    scene.disconnect(B);
    assert_eq!(scene.timer(), [mode(PeerId(4), true)]);
}

#[test]
fn a_compact_block_of_known_transactions_needs_no_request() {
    let mut scene = scene(&[A]);
    scene.timer();
    let block = block();
    let txs: Vec<_> = block.transactions[1..].iter().cloned().map(Arc::new).collect();
    for tx in &txs {
        assert_eq!(scene.says(A, &Input::Tx(Arc::clone(tx), Ok(()))), []);
    }
    let actions = scene.says(A, &compact(&block));
    let by_compact = PeerEvent::BlockAnnounced { hash: block.hash, by: BlockAnnouncement::Compact };
    assert!(actions.contains(&reported(A, by_compact)));
    assert_eq!(scene.timer(), [new_block(A, 1, &block)]);
}

#[test]
fn missing_transactions_are_requested_from_the_sender() {
    let mut scene = scene(&[A]);
    scene.timer();
    let block = block();
    let known = Arc::new(block.transactions[1].clone());
    scene.says(A, &Input::Tx(Arc::clone(&known), Ok(())));
    scene.says(A, &Input::Tx(Arc::new(block.transactions[2].clone()), Ok(())));
    let actions = scene.says(A, &compact(&block));
    let request = BlockTransactionsRequest { hash: block.hash, indexes: vec![2] };
    assert_eq!(actions.last(), Some(&Action::Send(A, Message::GetBlockTxn(request))), "it was dropped");
    assert_eq!(scene.timer(), []);
    assert_eq!(scene.says(A, &block_txn(&block, &block.transactions[2..])), []);
    assert_eq!(scene.timer(), [new_block(A, 1, &block)]);
}

#[test]
fn the_newest_block_is_requested_in_compact_form() {
    let mut scene = scene(&[A]);
    scene.timer();
    let block = block();
    scene.says(A, &headers(std::slice::from_ref(&block)));
    assert_eq!(scene.timer(), [get_compact(A, &block)]);
    let actions = scene.says(A, &compact(&block));
    assert_eq!(actions.len(), 1, "a requested one is no announcement: {actions:?}");
    assert_eq!(scene.says(A, &block_txn(&block, &block.transactions[1..])), []);
    assert_eq!(scene.timer(), [new_block(A, 1, &block)]);
}

#[test]
fn wrong_transactions_lead_to_a_request_for_the_whole_block_from_another_peer() {
    let mut scene = scene(&[A, B]);
    scene.timer();
    let block = block();
    scene.says(A, &compact(&block));
    let others = [transaction(3), transaction(4)];
    assert_eq!(scene.says(A, &block_txn(&block, &others)), [], "short ids may collide");
    assert_eq!(scene.timer(), [get_block(B, &block)]);
}

#[test]
fn a_wrong_number_of_transactions_ends_the_connection() {
    let mut scene = scene(&[A]);
    scene.timer();
    let block = block();
    scene.says(A, &compact(&block));
    let actions = scene.says(A, &block_txn(&block, &block.transactions[2..]));
    let [Action::Disconnect(A, DisconnectReason::Misbehaved(Misbehaviour::InvalidBlock(fault)))] =
        &actions[..]
    else {
        panic!("{actions:?}")
    };
    assert_eq!(*fault, ReconstructionError::WrongCount { requested: 2, got: 1 }.into());
}

#[test]
fn a_peer_that_does_not_send_the_missing_transactions_is_followed_by_another() {
    let mut scene = scene(&[A, B]);
    scene.timer();
    let block = block();
    scene.says(A, &compact(&block));
    scene.wait(Duration::from_secs(20));
    assert_eq!(scene.timer(), [get_compact(B, &block)]);
    assert_eq!(scene.says(A, &block_txn(&block, &block.transactions[1..])), [], "it was asked for them");
}

#[test]
fn missing_transactions_of_two_blocks_in_flight_may_come_swapped_repeated_and_late() {
    let first = block();
    let second = mine(START, first.hash, 2, vec![transaction(3), transaction(4)]);
    let missing = |block: &Block| block_txn(block, &block.transactions[1..]);
    let unrequested = [reported(A, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock))];

    let mut scene = scene(&[A, B]);
    scene.timer();
    scene.says(A, &compact(&first));
    scene.says(A, &compact(&second));
    assert_eq!(scene.says(A, &missing(&second)), [], "it was asked for both");
    assert_eq!(scene.timer(), [], "a block waits for the one below it");
    assert_eq!(scene.says(A, &missing(&second)), unrequested, "repeated");
    assert_eq!(scene.says(A, &missing(&first)), []);
    assert_eq!(scene.timer(), [new_block(A, 1, &first), new_block(A, 2, &second)]);
    for block in [&first, &second] {
        assert_eq!(scene.says(A, &missing(block)), unrequested, "late");
    }
    assert_eq!(scene.timer(), []);
}

#[test]
fn missing_transactions_of_another_block_are_ignored() {
    let first = block();
    let second = mine(START, first.hash, 2, vec![transaction(3), transaction(4)]);
    let mut scene = scene(&[A, B]);
    scene.timer();
    scene.says(A, &compact(&first));
    scene.says(A, &compact(&second));
    // The right number of transactions, each with the other block's hash.
    scene.says(A, &block_txn(&first, &second.transactions[1..]));
    scene.says(A, &block_txn(&second, &first.transactions[1..]));
    assert_eq!(scene.timer(), [get_block(B, &first), get_block(B, &second)]);
    scene.says(B, &whole(&first));
    scene.says(B, &whole(&second));
    assert_eq!(scene.timer(), [new_block(B, 1, &first), new_block(B, 2, &second)]);
}

#[test]
fn a_compact_block_with_an_invalid_header_ends_the_connection() {
    let mut scene = scene(&[A]);
    let Input::CompactBlock(compact, _) = compact(&block()) else { unreachable!() };
    let actions = scene.says(A, &Input::CompactBlock(compact, Err(BlockError::NoWork)));
    assert!(matches!(actions[..], [Action::Disconnect(A, DisconnectReason::Misbehaved(_))]), "{actions:?}");
}

#[test]
fn unrequested_transactions_of_a_block_are_tolerated() {
    let mut scene = scene(&[A]);
    let actions = scene.says(A, &block_txn(&block(), &[]));
    assert_eq!(actions, [reported(A, PeerEvent::Tolerated(Misbehaviour::UnrequestedBlock))]);
}
