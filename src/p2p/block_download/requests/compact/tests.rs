//! Compact blocks: which peer is asked for missing transactions, and what follows a failure.

use crate::p2p::block_download::requests::compact::*;
use crate::p2p::block_download::requests::{BlockReceipt, BlockRequest};
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{BlockHeader, CompactBlock, OutPoint};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);
const START: Timestamp = Timestamp::from_secs(1_000);
const A: PeerId = PeerId(1);
const B: PeerId = PeerId(2);

/// A block with a coinbase and one transaction more.
fn block() -> Block {
    let tx = |sequence| {
        let input = InputParts { prevout: OutPoint::NULL, script_sig: vec![1, 2], sequence, witness: vec![] };
        let outputs = vec![OutputParts { value: 1, script_pubkey: vec![0x51] }];
        TxParts { version: 2, inputs: vec![input], outputs, lock_time: 0 }.build().unwrap()
    };
    let header = BlockHeader {
        version: 1,
        previous: BlockHash::default(),
        merkle_root: [0; 32],
        time: 7,
        bits: 0,
        nonce: 0,
    };
    Block { header, hash: header.hash(), size: 0, transactions: vec![tx(1), tx(2)] }
}

/// Its compact form when no transaction is known.
fn partial() -> PartialBlock {
    let Block { header, transactions, .. } = block();
    PartialBlock::new(&CompactBlock::of(header, 3, &transactions), [], |_| None).unwrap()
}

/// A block is needed, and A and B can send it in both forms.
fn requests() -> BlockRequests {
    let mut requests = BlockRequests::new(TIMEOUT);
    for peer in [A, B] {
        requests.connected(peer);
        requests.sends_compact(peer);
    }
    requests.need([(1, block().hash)], |_| true, START);
    requests
}

fn ask(peer: PeerId, compact: bool) -> [BlockRequest; 1] {
    [BlockRequest { peer, hash: block().hash, compact }]
}

#[test]
fn the_newest_block_is_requested_in_compact_form_and_older_ones_whole() {
    let mut requests = requests();
    requests.need([(2, BlockHash([2; 32]))], |_| true, START);
    let compact: Vec<_> = requests.requests(START).iter().map(|request| request.compact).collect();
    assert_eq!(compact, [false, true]);
}

#[test]
fn missing_transactions_are_requested_from_the_sender_and_complete_the_block() {
    let mut requests = requests();
    assert_eq!(requests.requests(START), ask(A, true));
    assert!(requests.was_requested(A, block().hash));
    assert!(requests.compact_arrived(A, block().hash));
    let later = START + Duration::from_secs(5);
    assert!(requests.request_missing(A, partial(), later));
    assert_eq!(requests.deadline(START + TIMEOUT), Some(later + TIMEOUT));
    assert_eq!(requests.take_partial(B, block().hash), None);
    assert_eq!(requests.take_partial(A, block().hash), Some(partial()));
    assert_eq!(requests.take_partial(A, block().hash), None, "once");
    requests.reconstructed(A, Arc::new(block()));
    assert_eq!(requests.take_next().unwrap().peer, A);
}

#[test]
fn an_unrequested_compact_block_is_used_once_and_only_before_the_block_arrives() {
    let mut requests = requests();
    assert!(!requests.compact_arrived(A, BlockHash([9; 32])), "not needed");
    assert!(requests.compact_arrived(A, block().hash));
    assert!(!requests.was_requested(A, block().hash));
    assert!(requests.request_missing(A, partial(), START));
    assert!(!requests.compact_arrived(A, block().hash), "again");
    assert!(requests.compact_arrived(B, block().hash));
    assert!(!requests.request_missing(B, partial(), START), "A is asked already");
    requests.reconstructed(B, Arc::new(block()));
    assert!(!requests.compact_arrived(PeerId(3), block().hash));
    assert_eq!(requests.take_partial(A, block().hash), None);
    requests.take_next();
    assert!(requests.was_requested(A, block().hash), "its answer may still come");
}

#[test]
fn after_a_failure_another_peer_sends_the_whole_block() {
    let mut requests = requests();
    requests.requests(START);
    requests.compact_arrived(A, block().hash);
    requests.reconstruction_failed(A, block().hash);
    assert_eq!(requests.requests(START), ask(B, false));
    assert_eq!(requests.received(B, Arc::new(block())), BlockReceipt::Accepted);
}

#[test]
fn after_a_failure_the_only_peer_sends_the_whole_block_itself() {
    let mut requests = requests();
    requests.disconnected(B);
    requests.requests(START);
    requests.compact_arrived(A, block().hash);
    requests.reconstruction_failed(A, block().hash);
    assert_eq!(requests.requests(START), ask(A, false));
    requests.reconstruction_failed(A, block().hash);
    assert!(requests.take_next().is_none());
}

#[test]
fn a_peer_whose_compact_block_was_not_used_is_asked_for_the_whole_one() {
    let mut requests = requests();
    requests.requests(START);
    assert!(requests.compact_arrived(B, block().hash));
    assert_eq!(requests.requests(START + TIMEOUT), ask(B, false), "it would not send it again");
}

#[test]
fn the_incomplete_block_of_a_disconnected_peer_is_dropped() {
    let mut requests = requests();
    requests.compact_arrived(A, block().hash);
    requests.request_missing(A, partial(), START);
    requests.disconnected(A);
    assert_eq!(requests.requests(START), ask(B, true));
    requests.connected(A);
    assert_eq!(requests.take_partial(A, block().hash), None);
}
