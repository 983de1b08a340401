//! The best chain and its new blocks, over loopback sockets.

mod support;

use mempulse::event::{BlockFault, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId};
use mempulse::p2p::Settings;
use mempulse::wire::block::{BlockError, WitnessError};
use mempulse::wire::{Block, BlockHash, CompactBlock, Inventory, Message, Version};
use std::time::Duration;
use support::chain::{blocks, genesis, mine, mine_at, stripped, transaction};
use support::{Conversation, Monitor, Node, START, settings, version};

/// The events that the tests check, in order.
#[derive(Debug, PartialEq)]
enum Seen {
    Tip(u32, BlockHash),
    Block(PeerId, u32, BlockHash),
    Announced(BlockHash),
    Disconnected(Vec<(u32, BlockHash)>),
    Ended(DisconnectReason),
}

async fn next(monitor: &mut Monitor) -> Seen {
    monitor
        .first(|event| match event.kind {
            EventKind::Tip(tip) => Some(Seen::Tip(tip.height, tip.hash)),
            EventKind::BlocksDisconnected { blocks, .. } => Some(Seen::Disconnected(blocks)),
            EventKind::Block { peer, height, block } => Some(Seen::Block(peer, height, block.hash)),
            EventKind::Peer(_, PeerEvent::BlockAnnounced { hash, .. }) => Some(Seen::Announced(hash)),
            EventKind::Peer(_, PeerEvent::Disconnected { reason, .. }) => Some(Seen::Ended(reason)),
            _ => None,
        })
        .await
}

/// Runs the monitor while the peer follows `script`.
async fn meanwhile<T>(monitor: &mut Monitor, script: impl Future<Output = T>) -> T {
    tokio::select! {
        done = script => done,
        () = async { loop { monitor.next().await; } } => unreachable!(),
    }
}

fn headers(blocks: &[Block]) -> Message {
    Message::Headers(blocks.iter().map(|block| block.header).collect())
}

async fn hear_locator(peer: &mut Conversation) -> Vec<BlockHash> {
    peer.hear_first(|message| match message {
        Message::GetHeaders { locator, .. } => Some(locator),
        _ => None,
    })
    .await
}

async fn hear_request(peer: &mut Conversation) -> Vec<Inventory> {
    peer.hear_first(|message| match message {
        Message::GetData(list) => Some(list),
        _ => None,
    })
    .await
}

/// A monitor that is synced with a peer, and the peer.
async fn synced(node: &Node, chain: &[Block]) -> (Monitor, Conversation) {
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let peer = meanwhile(&mut monitor, async {
        let start_height = i32::try_from(chain.len()).expect("a short chain");
        let mut peer = node.meet_as(Version { start_height, ..version() }).await;
        assert_eq!(hear_locator(&mut peer).await, [genesis()]);
        peer
    });
    let mut peer = peer.await;
    peer.say(&headers(chain)).await;
    let tip = chain.last().map_or(Seen::Tip(0, genesis()), |last| {
        Seen::Tip(u32::try_from(chain.len()).expect("a short chain"), last.hash)
    });
    assert_eq!(next(&mut monitor).await, tip);
    (monitor, peer)
}

#[tokio::test]
async fn at_first_the_tip_is_reported_and_no_history_is_downloaded() {
    let node = Node::listen().await;
    let chain = blocks(5);
    let (mut monitor, mut peer) = synced(&node, &chain).await;
    peer.say(&Message::Ping(1)).await;
    let heard = meanwhile(&mut monitor, async {
        let mut heard = Vec::new();
        loop {
            match peer.hear().await {
                Message::Pong(1) => return heard,
                message => heard.push(message),
            }
        }
    });
    assert_eq!(heard.await, [], "neither blocks nor headers are asked for");
}

#[tokio::test]
async fn a_block_that_is_mined_during_the_first_sync_is_new() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let chain = blocks(2);
    let mut peer = meanwhile(&mut monitor, async {
        let mut peer = node.meet_as(Version { start_height: 1, ..version() }).await;
        hear_locator(&mut peer).await;
        peer
    })
    .await;
    peer.say(&headers(&chain)).await;
    assert_eq!(next(&mut monitor).await, Seen::Tip(2, chain[1].hash));
    let request = meanwhile(&mut monitor, hear_request(&mut peer)).await;
    assert_eq!(request, [Inventory::WitnessBlock(chain[1].hash)]);
}

#[tokio::test]
async fn a_new_block_is_downloaded_by_inv_and_reported_with_the_tip() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = synced(&node, &[]).await;
    let block = mine(genesis(), 1, vec![transaction(1)]);
    peer.say(&Message::Inv(vec![Inventory::Block(block.hash)])).await;
    assert_eq!(next(&mut monitor).await, Seen::Announced(block.hash));
    assert_eq!(meanwhile(&mut monitor, hear_locator(&mut peer)).await, [genesis()]);
    peer.say(&headers(std::slice::from_ref(&block))).await;
    assert_eq!(next(&mut monitor).await, Seen::Tip(1, block.hash));
    let request = meanwhile(&mut monitor, hear_request(&mut peer)).await;
    assert_eq!(request, [Inventory::WitnessBlock(block.hash)]);
    peer.say(&Message::Block(block.clone())).await;
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(0), 1, block.hash));
}

#[tokio::test]
async fn a_new_block_is_downloaded_by_its_header() {
    let node = Node::listen().await;
    let chain = blocks(2);
    let (mut monitor, mut peer) = synced(&node, &chain[..1]).await;
    peer.say(&headers(&chain[1..])).await;
    assert_eq!(next(&mut monitor).await, Seen::Tip(2, chain[1].hash));
    assert_eq!(next(&mut monitor).await, Seen::Announced(chain[1].hash));
    meanwhile(&mut monitor, hear_request(&mut peer)).await;
    peer.say(&Message::Block(chain[1].clone())).await;
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(0), 2, chain[1].hash));
}

#[tokio::test]
async fn blocks_that_a_lagging_peer_did_not_know_are_not_new() {
    let (behind, ahead) = (Node::listen().await, Node::listen().await);
    let mut monitor = Monitor::start(settings(vec![behind.address(), ahead.address()]));
    let (_first, mut peer) = meanwhile(&mut monitor, async {
        let mut first = behind.meet().await;
        hear_locator(&mut first).await;
        first.say(&headers(&[])).await;
        let mut second = ahead.meet().await;
        hear_locator(&mut second).await;
        (first, second)
    })
    .await;
    let old = mine_at(START - Duration::from_hours(3), genesis(), 1, vec![]);
    let new = mine(old.hash, 2, vec![]);
    peer.say(&headers(&[old, new.clone()])).await;
    assert_eq!(next(&mut monitor).await, Seen::Tip(2, new.hash));
    let request = meanwhile(&mut monitor, hear_request(&mut peer)).await;
    assert_eq!(request, [Inventory::WitnessBlock(new.hash)]);
    peer.say(&Message::Block(new.clone())).await;
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(1), 2, new.hash));
}

#[tokio::test]
async fn headers_without_work_end_the_connection() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = synced(&node, &[]).await;
    let mut block = blocks(1).remove(0);
    while block.header.check(support::NETWORK).is_ok() {
        block.header.nonce += 1;
    }
    peer.say(&headers(&[block])).await;
    let what = Misbehaviour::InvalidBlock(BlockError::NoWork.into());
    assert_eq!(next(&mut monitor).await, Seen::Ended(DisconnectReason::Misbehaved(what)));
}

#[tokio::test]
async fn headers_of_a_wrong_difficulty_end_the_connection() {
    let node = Node::listen().await;
    let chain = blocks(2);
    let (mut monitor, mut peer) = synced(&node, &chain[..1]).await;
    let mut block = chain[1].clone();
    block.header.bits = 0x201f_ffff;
    while block.header.check(support::NETWORK).is_err() {
        block.header.nonce += 1;
    }
    peer.say(&headers(&[block])).await;
    let what = Misbehaviour::InvalidBlock(BlockFault::WrongDifficulty { bits: 0x201f_ffff, height: 2 });
    assert_eq!(next(&mut monitor).await, Seen::Ended(DisconnectReason::Misbehaved(what)));
}

#[tokio::test]
async fn a_block_without_its_witnesses_ends_the_connection() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = synced(&node, &[]).await;
    let block = mine(genesis(), 1, vec![transaction(1)]);
    let mut changed = block.clone();
    changed.transactions[1] = stripped(&block.transactions[1]);
    peer.say(&headers(std::slice::from_ref(&block))).await;
    meanwhile(&mut monitor, hear_request(&mut peer)).await;
    peer.say(&Message::Block(changed)).await;
    let what = Misbehaviour::InvalidBlock(BlockError::from(WitnessError::Commitment).into());
    let end = Seen::Ended(DisconnectReason::Misbehaved(what));
    while next(&mut monitor).await != end {}
}

#[tokio::test]
async fn a_mutated_block_ends_the_connection_and_another_peer_is_asked() {
    let (bad, good) = (Node::listen().await, Node::listen().await);
    let quick = Settings {
        request_timeout: Duration::from_millis(300),
        ..settings(vec![bad.address(), good.address()])
    };
    let mut monitor = Monitor::start(quick);
    let (mut liar, mut honest) = meanwhile(&mut monitor, async {
        let mut liar = bad.meet().await;
        hear_locator(&mut liar).await;
        liar.say(&headers(&[])).await;
        let mut honest = good.meet().await;
        hear_locator(&mut honest).await;
        honest.say(&headers(&[])).await;
        (liar, honest)
    })
    .await;
    let block = mine(genesis(), 1, vec![transaction(1)]);
    let mut mutated = mine(genesis(), 1, vec![transaction(2)]);
    mutated.header = block.header;
    liar.say(&headers(std::slice::from_ref(&block))).await;
    meanwhile(&mut monitor, hear_request(&mut liar)).await;
    liar.say(&Message::Block(mutated)).await;
    let what = Misbehaviour::InvalidBlock(BlockError::MerkleRoot.into());
    assert_eq!(next(&mut monitor).await, Seen::Ended(DisconnectReason::Misbehaved(what)));
    let request = meanwhile(&mut monitor, hear_request(&mut honest)).await;
    assert_eq!(request, [Inventory::WitnessBlock(block.hash)]);
    honest.say(&Message::Block(block.clone())).await;
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(1), 1, block.hash));
}

#[tokio::test]
async fn a_reorg_reports_the_new_tip_and_its_blocks_in_order() {
    let node = Node::listen().await;
    let chain = blocks(2);
    let (mut monitor, mut peer) = synced(&node, &chain).await;
    let mut branch: Vec<Block> = Vec::new();
    for height in 2..=3 {
        let previous = branch.last().map_or(chain[0].hash, |block| block.hash);
        branch.push(mine(previous, height, vec![transaction(height.into())]));
    }
    peer.say(&headers(&branch)).await;
    assert_eq!(next(&mut monitor).await, Seen::Disconnected(vec![(2, chain[1].hash)]));
    assert_eq!(next(&mut monitor).await, Seen::Tip(3, branch[1].hash));
    assert_eq!(next(&mut monitor).await, Seen::Announced(branch[1].hash));
    meanwhile(&mut monitor, async {
        hear_request(&mut peer).await;
        hear_request(&mut peer).await;
    })
    .await;
    for block in branch.iter().rev() {
        peer.say(&Message::Block(block.clone())).await;
    }
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(0), 2, branch[0].hash));
    assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(0), 3, branch[1].hash));
}

#[tokio::test]
async fn a_branch_that_claims_to_be_old_is_downloaded_where_it_replaces_new_blocks() {
    let node = Node::listen().await;
    let (mut monitor, mut peer) = synced(&node, &[]).await;
    let chain = blocks(2);
    peer.say(&headers(&chain)).await;
    meanwhile(&mut monitor, async {
        hear_request(&mut peer).await;
        hear_request(&mut peer).await;
    })
    .await;
    // The first one is delivered; the second one is in flight when both are disconnected.
    peer.say(&Message::Block(chain[0].clone())).await;
    let handed_on = Seen::Block(PeerId(0), 1, chain[0].hash);
    while next(&mut monitor).await != handed_on {}
    let mut branch: Vec<Block> = Vec::new();
    for height in 1..=3 {
        let previous = branch.last().map_or(genesis(), |block| block.hash);
        let old = START - Duration::from_hours(4);
        branch.push(mine_at(old, previous, height, vec![transaction(height.into())]));
    }
    peer.say(&headers(&branch)).await;
    let left = vec![(2, chain[1].hash), (1, chain[0].hash)];
    assert_eq!(next(&mut monitor).await, Seen::Disconnected(left));
    assert_eq!(next(&mut monitor).await, Seen::Tip(3, branch[2].hash));
    assert_eq!(next(&mut monitor).await, Seen::Announced(branch[2].hash));
    meanwhile(&mut monitor, async {
        for _ in 0..3 {
            hear_request(&mut peer).await;
        }
    })
    .await;
    peer.say(&Message::Block(chain[1].clone())).await;
    for block in &branch {
        peer.say(&Message::Block(block.clone())).await;
    }
    for (height, block) in (1..).zip(&branch) {
        assert_eq!(next(&mut monitor).await, Seen::Block(PeerId(0), height, block.hash));
    }
}

#[tokio::test]
async fn blocks_that_are_disconnected_before_the_first_sync_is_complete_are_not_reported() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let chain = blocks(2);
    let mut peer = meanwhile(&mut monitor, async {
        let mut peer = node.meet_as(Version { start_height: 3, ..version() }).await;
        hear_locator(&mut peer).await;
        peer
    })
    .await;
    // Unrequested headers, by a compact block of one branch and then of the other.
    for block in &chain {
        let compact = CompactBlock::of(block.header, 1, &block.transactions);
        peer.say(&Message::CmpctBlock(compact)).await;
    }
    let mut branch: Vec<Block> = Vec::new();
    for height in 1..=3 {
        let previous = branch.last().map_or(genesis(), |block| block.hash);
        branch.push(mine(previous, height, vec![transaction(height.into())]));
    }
    peer.say(&headers(&branch)).await;
    loop {
        match next(&mut monitor).await {
            Seen::Tip(3, hash) => break assert_eq!(hash, branch[2].hash),
            other => assert!(matches!(other, Seen::Announced(_)), "{other:?}"),
        }
    }
}
