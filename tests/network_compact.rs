//! Compact blocks over loopback sockets, in both modes.

mod support;

use mempulse::event::{BlockAnnouncement, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId};
use mempulse::p2p::Settings;
use mempulse::wire::compact_block::ReconstructionError;
use mempulse::wire::{
    Block, BlockHash, BlockTransactions, BlockTransactionsRequest, CompactBlock, Inventory, Message,
    Transaction,
};
use std::sync::Arc;
use std::time::Duration;
use support::chain::{genesis, mine, stripped, transaction};
use support::{Conversation, Monitor, Node, settings};

const A: PeerId = PeerId(0);
const B: PeerId = PeerId(1);

/// Runs the monitor while the peers follow `script`.
async fn meanwhile<T>(monitor: &mut Monitor, script: impl Future<Output = T>) -> T {
    tokio::select! {
        done = script => done,
        () = async { loop { monitor.next().await; } } => unreachable!(),
    }
}

/// The next reported block, and the peer that delivered it.
async fn next_block(monitor: &mut Monitor) -> (PeerId, Block) {
    monitor
        .first(|event| match event.kind {
            EventKind::Block { peer, block, .. } => Some((peer, Block::clone(&block))),
            EventKind::Peer(_, PeerEvent::Disconnected { reason, .. }) => panic!("{reason}"),
            _ => None,
        })
        .await
}

/// Meets a peer that has no more headers than we do, and that sends compact blocks.
async fn meet(node: &Node) -> Conversation {
    let mut peer = node.meet().await;
    peer.hear_first(|message| matches!(message, Message::GetHeaders { .. }).then_some(())).await;
    peer.say(&Message::Headers(vec![])).await;
    peer.say(&Message::SendCmpct { announce: false, version: 2 }).await;
    peer
}

async fn hear_mode(peer: &mut Conversation) -> bool {
    peer.hear_first(|message| match message {
        Message::SendCmpct { announce, version: 2 } => Some(announce),
        _ => None,
    })
    .await
}

async fn hear_getdata(peer: &mut Conversation) -> Vec<Inventory> {
    peer.hear_first(|message| match message {
        Message::GetData(list) => Some(list),
        _ => None,
    })
    .await
}

async fn hear_getblocktxn(peer: &mut Conversation) -> BlockTransactionsRequest {
    peer.hear_first(|message| match message {
        Message::GetBlockTxn(request) => Some(request),
        _ => None,
    })
    .await
}

/// A monitor with one peer, in high-bandwidth mode.
async fn primed(node: &Node) -> (Monitor, Conversation) {
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let script = async {
        let mut peer = meet(node).await;
        assert!(hear_mode(&mut peer).await);
        peer
    };
    let peer = meanwhile(&mut monitor, script).await;
    (monitor, peer)
}

/// Delivers a transaction, and returns it as the model would keep it.
async fn deliver(monitor: &mut Monitor, peer: &mut Conversation, tx: &Transaction) -> Arc<Transaction> {
    peer.say(&Message::Inv(vec![Inventory::Wtx(tx.wtxid())])).await;
    meanwhile(monitor, hear_getdata(peer)).await;
    peer.say(&Message::Tx(tx.clone())).await;
    monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Transaction { tx, .. } => Some(tx),
            _ => None,
        })
        .await
}

fn block() -> Block {
    mine(genesis(), 1, (1..=4).map(transaction).collect())
}

fn compact(block: &Block) -> Message {
    Message::CmpctBlock(CompactBlock::of(block.header, 99, &block.transactions))
}

fn some_of(block: &Block, indexes: &[usize]) -> Message {
    let transactions = indexes.iter().map(|&index| block.transactions[index].clone()).collect();
    Message::BlockTxn(BlockTransactions { hash: block.hash, transactions })
}

#[tokio::test]
async fn a_compact_block_of_known_transactions_needs_no_other_message() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    let mut held = Vec::new();
    for tx in &block.transactions[1..] {
        held.push(deliver(&mut monitor, &mut peer, tx).await);
    }
    peer.say(&compact(&block)).await;
    let by = monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::BlockAnnounced { hash, by } => Some((hash, by)),
            _ => None,
        })
        .await;
    assert_eq!(by, (block.hash, BlockAnnouncement::Compact));
    assert_eq!(next_block(&mut monitor).await, (A, block.clone()));
    peer.say(&Message::Ping(1)).await;
    let last = meanwhile(&mut monitor, peer.hear()).await;
    assert_eq!(last, Message::Pong(1), "neither headers nor the block nor parts of it are asked for");
}

#[tokio::test]
async fn transactions_that_are_unknown_or_evicted_are_requested() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    let _held = deliver(&mut monitor, &mut peer, &block.transactions[2]).await;
    drop(deliver(&mut monitor, &mut peer, &block.transactions[3]).await);
    peer.say(&compact(&block)).await;
    let request = meanwhile(&mut monitor, hear_getblocktxn(&mut peer)).await;
    assert_eq!(request, BlockTransactionsRequest { hash: block.hash, indexes: vec![1, 3, 4] });
    peer.say(&some_of(&block, &[1, 3, 4])).await;
    assert_eq!(next_block(&mut monitor).await, (A, block));
}

#[tokio::test]
async fn a_block_that_is_announced_by_header_is_requested_in_compact_form() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    peer.say(&Message::Headers(vec![block.header])).await;
    let asked = meanwhile(&mut monitor, hear_getdata(&mut peer)).await;
    assert_eq!(asked, [Inventory::CompactBlock(block.hash)]);
    peer.say(&compact(&block)).await;
    meanwhile(&mut monitor, hear_getblocktxn(&mut peer)).await;
    peer.say(&some_of(&block, &[1, 2, 3, 4])).await;
    assert_eq!(next_block(&mut monitor).await, (A, block));
}

#[tokio::test]
async fn a_whole_block_is_accepted_in_place_of_its_compact_form() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    peer.say(&Message::Headers(vec![block.header])).await;
    meanwhile(&mut monitor, hear_getdata(&mut peer)).await;
    peer.say(&Message::Block(block.clone())).await;
    assert_eq!(next_block(&mut monitor).await, (A, block));
}

#[tokio::test]
async fn a_block_that_cannot_be_reconstructed_is_requested_whole_from_another_peer() {
    let (first, second) = (Node::listen().await, Node::listen().await);
    let mut monitor = Monitor::start(settings(vec![first.address(), second.address()]));
    let met = async { tokio::join!(meet(&first), meet(&second)) };
    let (mut liar, mut honest) = meanwhile(&mut monitor, met).await;
    let block = block();
    liar.say(&compact(&block)).await;
    meanwhile(&mut monitor, hear_getblocktxn(&mut liar)).await;
    liar.say(&some_of(&block, &[1, 2, 4, 3])).await;
    let asked = meanwhile(&mut monitor, hear_getdata(&mut honest)).await;
    assert_eq!(asked, [Inventory::WitnessBlock(block.hash)]);
    honest.say(&Message::Block(block.clone())).await;
    assert_eq!(next_block(&mut monitor).await, (B, block));
}

#[tokio::test]
async fn a_compact_block_that_is_filled_without_a_witness_is_requested_whole() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    peer.say(&compact(&block)).await;
    meanwhile(&mut monitor, hear_getblocktxn(&mut peer)).await;
    let mut changed = block.clone();
    changed.transactions[3] = stripped(&block.transactions[3]);
    peer.say(&some_of(&changed, &[1, 2, 3, 4])).await;
    let asked = meanwhile(&mut monitor, hear_getdata(&mut peer)).await;
    assert_eq!(asked, [Inventory::WitnessBlock(block.hash)]);
    peer.say(&Message::Block(block.clone())).await;
    assert_eq!(next_block(&mut monitor).await, (A, block));
}

#[tokio::test]
async fn without_another_peer_the_same_one_sends_the_whole_block() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    let mut colliding = CompactBlock::of(block.header, 99, &block.transactions);
    colliding.short_ids[1] = colliding.short_ids[0];
    peer.say(&Message::CmpctBlock(colliding)).await;
    let asked = meanwhile(&mut monitor, hear_getdata(&mut peer)).await;
    assert_eq!(asked, [Inventory::WitnessBlock(block.hash)]);
    peer.say(&Message::Block(block.clone())).await;
    assert_eq!(next_block(&mut monitor).await, (A, block));
}

#[tokio::test]
async fn a_peer_that_does_not_send_the_rest_is_followed_by_another() {
    let (first, second) = (Node::listen().await, Node::listen().await);
    let quick = Settings {
        request_timeout: Duration::from_millis(300),
        ..settings(vec![first.address(), second.address()])
    };
    let mut monitor = Monitor::start(quick);
    let met = async { tokio::join!(meet(&first), meet(&second)) };
    let (mut silent, mut other) = meanwhile(&mut monitor, met).await;
    let block = block();
    silent.say(&compact(&block)).await;
    meanwhile(&mut monitor, hear_getblocktxn(&mut silent)).await;
    let asked = meanwhile(&mut monitor, hear_getdata(&mut other)).await;
    assert_eq!(asked, [Inventory::CompactBlock(block.hash)]);
}

#[tokio::test]
async fn invalid_compact_blocks_end_the_connection() {
    let unworked = {
        let mut block = block();
        while block.header.check(support::NETWORK).is_ok() {
            block.header.nonce += 1;
        }
        (compact(&block), "insufficient proof of work")
    };
    let too_hard = {
        let mut block = block();
        block.header.bits = 0x201f_ffff;
        while block.header.check(support::NETWORK).is_err() {
            block.header.nonce += 1;
        }
        (compact(&block), "wrong nBits 201fffff at height 1")
    };
    let nothing = CompactBlock { header: block().header, nonce: 0, short_ids: vec![], prefilled: vec![] };
    for (message, why) in [unworked, too_hard, (Message::CmpctBlock(nothing), "a block without transactions")]
    {
        let node = Node::listen().await;
        let (mut monitor, mut peer) = primed(&node).await;
        peer.say(&message).await;
        let DisconnectReason::Misbehaved(what) = monitor.end_of(A).await else { panic!("not blamed") };
        assert!(what.to_string().ends_with(why), "{what}");
    }
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let block = block();
    peer.say(&compact(&block)).await;
    meanwhile(&mut monitor, hear_getblocktxn(&mut peer)).await;
    peer.say(&some_of(&block, &[1, 2])).await;
    let what = Misbehaviour::InvalidBlock(ReconstructionError::WrongCount { requested: 4, got: 2 }.into());
    assert_eq!(monitor.end_of(A).await, DisconnectReason::Misbehaved(what));
}

#[tokio::test]
async fn an_unlinked_or_unrequested_block_is_not_reported() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = primed(&node).await;
    let unlinked = mine(BlockHash([7; 32]), 1, vec![]);
    peer.say(&compact(&unlinked)).await;
    let asked = peer.hear_first(|message| matches!(message, Message::GetHeaders { .. }).then_some(()));
    meanwhile(&mut monitor, asked).await;
    peer.say(&some_of(&unlinked, &[0])).await;
    let tolerated = monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Tolerated(what) => Some(what),
            PeerEvent::Disconnected { reason, .. } => panic!("{reason}"),
            _ => None,
        })
        .await;
    assert_eq!(tolerated, Misbehaviour::UnrequestedBlock);
}

#[tokio::test]
async fn three_peers_send_unrequested_and_a_fourth_when_one_of_them_leaves() {
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(Node::listen().await);
    }
    let mut monitor = Monitor::start(settings(nodes.iter().map(Node::address).collect()));
    let script = async {
        let mut peers = Vec::new();
        for node in &nodes {
            peers.push(meet(node).await);
        }
        for peer in &mut peers[..3] {
            assert!(hear_mode(peer).await);
        }
        drop(peers.remove(1));
        assert!(hear_mode(&mut peers[2]).await);
    };
    meanwhile(&mut monitor, script).await;
}
