//! Peers that lie about their whole mempool (BIP35): each loses its connection, while the honest peer beside
//! it loses nothing.

use super::TURN;
use super::floods::HONEST;
use super::honest::behave_well;
use super::peers::{bytes, made_up};
use super::support::chain::{blocks, mine, transaction};
use super::support::{Monitor, Node, settings, version};
use mempulse::event::{DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId};
use mempulse::p2p::{BootstrapMode, Settings};
use mempulse::wire::{Inventory, Message, Services, Txid, Version};
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::timeout;

/// The time limit for each test.
const LIMIT: Duration = Duration::from_mins(2);

/// The most entries of an `inv`.
const FULL: u64 = 50_000;

/// Why the connection to a peer ends that answers `mempool` with these lists, beside an honest peer whose
/// transactions all arrive.
async fn ending(parts: impl Iterator<Item = Vec<Inventory>> + Send + 'static) -> DisconnectReason {
    const LIAR: PeerId = PeerId(0);
    let _turn = TURN.lock().await;
    let (liar, honest) = (Node::listen().await, Node::listen().await);
    let addresses = vec![liar.address(), honest.address()];
    tokio::spawn(async move {
        let services = Services::BLOOM.with(version().services);
        let mut peer = liar.meet_as(Version { services, ..version() }).await;
        while let Some(message) = peer.try_hear().await {
            match message {
                Message::Ping(nonce) => peer.say(&Message::Pong(nonce)).await,
                Message::Mempool => break,
                _ => {}
            }
        }
        for part in parts {
            if peer.try_write(&bytes(&Message::Inv(part))).await.is_err() {
                return;
            }
        }
        peer.serve(|entry| Some(Message::NotFound(vec![entry]))).await;
    });
    let chain = blocks(1);
    let new = mine(chain[0].hash, 2, vec![transaction(0)]);
    tokio::spawn(async move {
        let peer = honest.meet_as(Version { start_height: 1, ..version() }).await;
        behave_well(peer, &chain, 0..HONEST, new).await;
    });
    let mut monitor = Monitor::start(Settings { bootstrap: BootstrapMode::Auto, ..settings(addresses) });
    let mut awaited: HashSet<Txid> = (0..HONEST).map(|number| transaction(number).txid()).collect();
    let mut ended = None;
    let watched = timeout(LIMIT, async {
        while ended.is_none() || !awaited.is_empty() {
            match monitor.next().await.kind {
                EventKind::Peer(LIAR, PeerEvent::Disconnected { reason, .. }) => {
                    ended.get_or_insert(reason);
                }
                EventKind::Peer(id, PeerEvent::Disconnected { reason, .. }) => panic!("{id:?}: {reason}"),
                EventKind::Peer(_, PeerEvent::Transaction { tx, .. } | PeerEvent::Bootstrapped { tx }) => {
                    awaited.remove(&tx.txid());
                }
                _ => {}
            }
        }
    });
    let in_time = watched.await.is_ok();
    assert!(in_time, "ended: {ended:?}, {} transactions are missing", awaited.len());
    monitor.shutdown().await;
    ended.expect("it was awaited")
}

fn misbehaved(what: Misbehaviour) -> DisconnectReason {
    DisconnectReason::Misbehaved(what)
}

#[tokio::test]
async fn a_list_of_what_no_peer_has_is_made_up() {
    let list = (0..2_000).map(made_up).collect();
    assert_eq!(ending(std::iter::once(list)).await, misbehaved(Misbehaviour::MempoolListMadeUp));
}

#[tokio::test]
async fn a_list_that_never_ends_is_too_long() {
    let parts = (0..).map(|part| (part * FULL..(part + 1) * FULL).map(made_up).collect());
    assert_eq!(ending(parts).await, misbehaved(Misbehaviour::MempoolListTooLong));
}

#[tokio::test]
async fn a_list_that_repeats_itself_is_invalid() {
    let part: Vec<Inventory> = (0..FULL).map(made_up).collect();
    let twice = [part.clone(), part].into_iter();
    assert_eq!(ending(twice).await, misbehaved(Misbehaviour::MempoolListRepeats));
}
