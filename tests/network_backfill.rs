//! Past blocks, downloaded from several peers over loopback sockets.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use mempulse::event::{DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId};
use mempulse::p2p::Settings;
use mempulse::wire::block::BlockError;
use mempulse::wire::{Block, BlockHash, Inventory, Message, Services, Version};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use support::chain::{blocks, mine, transaction};
use support::{Conversation, Monitor, NETWORK, Node, settings, version};

/// How a peer serves blocks.
#[derive(Clone, Copy)]
enum Manner {
    Well,
    /// Disconnects when asked for one more block.
    Dies {
        after: usize,
    },
    /// Never sends any block.
    Silent,
    /// Answers `notfound`.
    HasNone,
    /// Sends blocks that were not requested.
    Other,
    /// Changes a transaction.
    Mutated,
    /// Sends half of the first block, and nothing more.
    Half,
}

/// Serves `chain` in the given manner until the test ends.
fn serve(node: Node, services: Services, chain: Arc<[Block]>, manner: Manner) {
    tokio::spawn(async move {
        let start_height = i32::try_from(chain.len()).unwrap();
        let mut peer = node.meet_as(Version { services, start_height, ..version() }).await;
        let mut asked = 0;
        while let Some(message) = peer.try_hear().await {
            match message {
                Message::Ping(nonce) => peer.say(&Message::Pong(nonce)).await,
                Message::GetHeaders { locator, .. } => {
                    let known = chain.iter().position(|block| locator.contains(&block.hash));
                    let news = &chain[known.map_or(0, |known| known + 1)..];
                    peer.say(&Message::Headers(news.iter().map(|block| block.header).collect())).await;
                }
                Message::GetData(list) => {
                    for entry in list {
                        let Inventory::WitnessBlock(hash) = entry else { continue };
                        asked += 1;
                        let block = chain.iter().find(|block| block.hash == hash).unwrap();
                        if !answer(&mut peer, block, manner, asked).await {
                            return;
                        }
                    }
                }
                _ => {}
            }
        }
    });
}

/// Returns whether the peer stays connected.
async fn answer(peer: &mut Conversation, block: &Block, manner: Manner, count: usize) -> bool {
    let whole = Message::Block(block.clone());
    match manner {
        Manner::Dies { after } if count > after => return false,
        Manner::Well | Manner::Dies { .. } => peer.say(&whole).await,
        Manner::Silent => {}
        Manner::HasNone => {
            peer.say(&Message::NotFound(vec![Inventory::WitnessBlock(block.hash)])).await;
        }
        Manner::Other => peer.say(&Message::Block(mine(block.hash, 500, vec![]))).await,
        Manner::Mutated => {
            let mut mutated = block.clone();
            mutated.transactions.push(transaction(77));
            peer.say(&Message::Block(mutated)).await;
        }
        Manner::Half => {
            let bytes = whole.encode(NETWORK.magic());
            if count == 1 {
                peer.write(&bytes[..bytes.len() / 2]).await;
            }
        }
    }
    true
}

const FULL: Services = Services(0b1001);

/// The outcome of a backfill.
#[derive(Default)]
struct Came {
    blocks: BTreeMap<u32, BlockHash>,
    from: HashSet<PeerId>,
    ends: Vec<DisconnectReason>,
    tolerated: Vec<Misbehaviour>,
}

/// Runs until the backfill is complete. No block may be delivered twice, and no new one at all.
async fn until_over(monitor: &mut Monitor) -> (Came, u32) {
    let mut came = Came::default();
    loop {
        match monitor.next().await.kind {
            EventKind::PastBlock { peer, height, block } => {
                assert_eq!(came.blocks.insert(height, block.hash), None);
                came.from.insert(peer);
            }
            EventKind::Backfill { fetched, requested, given_up } if fetched + given_up == requested => {
                assert_eq!(usize::try_from(fetched).unwrap(), came.blocks.len());
                return (came, given_up);
            }
            EventKind::Block { height, .. } => panic!("{height} is no news"),
            EventKind::Peer(_, PeerEvent::Disconnected { reason, .. }) => came.ends.push(reason),
            EventKind::Peer(_, PeerEvent::Tolerated(what)) => came.tolerated.push(what),
            _ => {}
        }
    }
}

/// Downloads the last `depth` blocks of a chain of `length` from peers with these manners.
async fn fetch(length: u16, depth: u32, peers: &[(Services, Manner)]) -> (Came, u32) {
    let chain: Arc<[Block]> = blocks(length).into();
    let mut addresses = Vec::new();
    for &(services, manner) in peers {
        let node = Node::listen().await;
        addresses.push(node.address());
        serve(node, services, Arc::clone(&chain), manner);
    }
    let request_timeout = Duration::from_millis(500);
    let mut monitor = Monitor::start(Settings { backfill: depth, request_timeout, ..settings(addresses) });
    let (came, given_up) = until_over(&mut monitor).await;
    monitor.shutdown().await;
    for (height, hash) in &came.blocks {
        assert_eq!(*hash, chain[usize::try_from(*height).unwrap() - 1].hash);
    }
    (came, given_up)
}

fn heights(came: &Came) -> Vec<u32> {
    came.blocks.keys().copied().collect()
}

#[tokio::test]
async fn the_last_blocks_are_downloaded_from_several_peers() {
    let (came, given_up) = fetch(60, 40, &[(FULL, Manner::Well); 3]).await;
    assert_eq!((heights(&came), given_up), ((21..=60).collect(), 0));
}

#[tokio::test]
async fn a_chain_shorter_than_the_depth_is_downloaded_except_for_its_first_block() {
    let (came, given_up) = fetch(5, 100, &[(FULL, Manner::Well)]).await;
    assert_eq!((heights(&came), given_up), ((1..=5).collect(), 0));
}

#[tokio::test]
async fn blocks_requested_from_a_lost_peer_come_from_another() {
    let (came, given_up) = fetch(100, 100, &[(FULL, Manner::Dies { after: 10 }), (FULL, Manner::Well)]).await;
    assert_eq!((came.blocks.len(), given_up), (100, 0));
    assert!(came.from.contains(&PeerId(1)));
}

#[tokio::test]
async fn peers_that_are_silent_or_have_nothing_cost_time_and_no_block() {
    let peers = [(FULL, Manner::Silent), (FULL, Manner::HasNone), (FULL, Manner::Well)];
    let (came, given_up) = fetch(30, 30, &peers).await;
    assert_eq!((came.blocks.len(), given_up), (30, 0));
    assert_eq!(came.from, HashSet::from([PeerId(2)]));
}

#[tokio::test]
async fn a_pruned_peer_is_not_asked_for_deeper_blocks() {
    let pruned = Services::NETWORK_LIMITED.with(Services::WITNESS);
    let (came, given_up) = fetch(320, 310, &[(pruned, Manner::Well), (FULL, Manner::Well)]).await;
    assert_eq!((came.blocks.len(), given_up), (310, 0));
    let (came, _) = fetch(30, 30, &[(Services::NETWORK, Manner::Well), (FULL, Manner::Well)]).await;
    assert_eq!(came.from, HashSet::from([PeerId(1)]), "without witnesses a block is of no use");
}

#[tokio::test]
async fn wrong_blocks_are_rejected_and_come_from_others() {
    let peers = [(FULL, Manner::Other), (FULL, Manner::Mutated), (FULL, Manner::Half), (FULL, Manner::Well)];
    let (came, given_up) = fetch(40, 40, &peers).await;
    assert_eq!((came.blocks.len(), given_up), (40, 0));
    assert_eq!(came.from, HashSet::from([PeerId(3)]));
    let what = Misbehaviour::InvalidBlock(BlockError::MerkleRoot.into());
    assert!(came.ends.contains(&DisconnectReason::Misbehaved(what)), "{:?}", came.ends);
    assert!(came.tolerated.contains(&Misbehaviour::UnrequestedBlock), "{:?}", came.tolerated);
}

#[tokio::test]
async fn known_blocks_are_not_requested() {
    let chain: Arc<[Block]> = blocks(10).into();
    let node = Node::listen().await;
    let address = node.address();
    serve(node, FULL, Arc::clone(&chain), Manner::Well);
    let known_blocks = chain[2..].iter().map(|block| block.hash).collect();
    let mut monitor = Monitor::start(Settings { backfill: 9, known_blocks, ..settings(vec![address]) });
    let (came, given_up) = until_over(&mut monitor).await;
    assert_eq!((heights(&came), given_up), (vec![2], 0));
}

/// Runs the monitor while the peer follows `script`.
async fn meanwhile<T>(monitor: &mut Monitor, script: impl Future<Output = T>) -> T {
    tokio::select! {
        done = script => done,
        () = async { loop { monitor.next().await; } } => unreachable!(),
    }
}

async fn hear_request(peer: &mut Conversation) -> Vec<Inventory> {
    peer.hear_first(|message| match message {
        Message::GetData(list) => Some(list),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_new_block_is_downloaded_before_past_ones() {
    let chain = blocks(20);
    let named = |height: usize| vec![Inventory::WitnessBlock(chain[height - 1].hash)];
    let node = Node::listen().await;
    let mut monitor = Monitor::start(Settings { backfill: 10, ..settings(vec![node.address()]) });
    meanwhile(&mut monitor, async {
        let mut peer = node.meet_as(Version { start_height: 19, ..version() }).await;
        peer.hear_first(|message| matches!(message, Message::GetHeaders { .. }).then_some(())).await;
        peer.say(&Message::Headers(chain.iter().map(|block| block.header).collect())).await;
        assert_eq!(hear_request(&mut peer).await, named(20));
        peer.say(&Message::Ping(7)).await;
        assert_eq!(peer.hear().await, Message::Pong(7), "nothing else is asked for");
        peer.say(&Message::Block(chain[19].clone())).await;
        assert_eq!(hear_request(&mut peer).await, named(19));
        assert_eq!(hear_request(&mut peer).await, named(18));
        // Past blocks in flight don't delay a new one.
        let next = mine(chain[19].hash, 21, vec![transaction(1)]);
        peer.say(&Message::Headers(vec![next.header])).await;
        assert_eq!(hear_request(&mut peer).await, [Inventory::WitnessBlock(next.hash)]);
    })
    .await;
}
