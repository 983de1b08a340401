//! Transactions from announcement to arrival, over loopback sockets.

mod support;

use mempulse::event::{BootstrapProgress, EventKind, Misbehaviour, PeerEvent, PeerId};
use mempulse::p2p::{BootstrapMode, Settings};
use mempulse::wire::{Inventory, Message, Transaction, TxHash};
use std::time::{Duration, Instant};
use support::chain::transaction;
use support::{Conversation, Monitor, Node, settings, version};

const FIRST: PeerId = PeerId(0);
const SECOND: PeerId = PeerId(1);

async fn hear_request(peer: &mut Conversation) -> Vec<Inventory> {
    peer.hear_first(|message| match message {
        Message::GetData(list) => Some(list),
        _ => None,
    })
    .await
}

async fn received(monitor: &mut Monitor) -> (PeerId, Transaction) {
    monitor
        .first_of_peer(|id, event| match event {
            PeerEvent::Transaction { tx, .. } => Some((id, Transaction::clone(&tx))),
            _ => None,
        })
        .await
}

/// Runs the monitor until the peer has received a request.
async fn request(monitor: &mut Monitor, peer: &mut Conversation) -> Vec<Inventory> {
    tokio::select! {
        list = hear_request(peer) => list,
        () = async { loop { monitor.next().await; } } => unreachable!(),
    }
}

async fn meet(monitor: &mut Monitor, node: &Node) -> Conversation {
    let ready = monitor.first_of_peer(|_, event| matches!(event, PeerEvent::Ready(_)).then_some(()));
    tokio::join!(node.meet(), ready).0
}

#[tokio::test]
async fn an_announced_transaction_is_requested_by_wtxid_and_reported() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut peer = meet(&mut monitor, &node).await;
    let tx = transaction(1);
    let entry = Inventory::Wtx(tx.wtxid());
    peer.say(&Message::Inv(vec![entry])).await;
    let announced = monitor
        .first_of_peer(|id, event| match event {
            PeerEvent::Announced { txs, count } => Some((id, txs, count)),
            _ => None,
        })
        .await;
    assert_eq!(announced, (FIRST, vec![TxHash::Wtxid(tx.wtxid())], 1));
    assert_eq!(request(&mut monitor, &mut peer).await, [entry]);
    peer.say(&Message::Tx(tx.clone())).await;
    assert_eq!(received(&mut monitor).await, (FIRST, tx));
    monitor.shutdown().await;
    assert_eq!(peer.try_hear().await, None, "the connection is closed");
}

#[tokio::test]
async fn a_peer_from_before_bip339_is_asked_by_txid_with_the_witness() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let old = mempulse::wire::Version { version: 70_015, ..version() };
    let ready = monitor.first_of_peer(|_, event| matches!(event, PeerEvent::Ready(_)).then_some(()));
    let (mut peer, ()) = tokio::join!(node.meet_as(old), ready);
    let tx = transaction(1);
    peer.say(&Message::Inv(vec![Inventory::Tx(tx.txid())])).await;
    assert_eq!(request(&mut monitor, &mut peer).await, [Inventory::WitnessTx(tx.txid())]);
    peer.say(&Message::Tx(tx.clone())).await;
    assert_eq!(received(&mut monitor).await, (FIRST, tx));
}

#[tokio::test]
async fn the_second_announcer_is_asked_when_the_first_does_not_have_it_or_leaves() {
    let (first, second) = (Node::listen().await, Node::listen().await);
    let mut monitor = Monitor::start(settings(vec![first.address(), second.address()]));
    let mut one = meet(&mut monitor, &first).await;
    let mut two = meet(&mut monitor, &second).await;
    let txs = [transaction(1), transaction(2)];
    let entries = txs.each_ref().map(|tx| Inventory::Wtx(tx.wtxid()));
    one.say(&Message::Inv(entries.to_vec())).await;
    assert_eq!(request(&mut monitor, &mut one).await, entries);
    two.say(&Message::Inv(entries.to_vec())).await;
    monitor
        .first_of_peer(|id, event| {
            (id == SECOND && matches!(event, PeerEvent::Announced { .. })).then_some(())
        })
        .await;
    one.say(&Message::NotFound(vec![entries[0]])).await;
    assert_eq!(request(&mut monitor, &mut two).await, [entries[0]]);
    drop(one);
    assert_eq!(request(&mut monitor, &mut two).await, [entries[1]]);
    for tx in txs {
        two.say(&Message::Tx(tx.clone())).await;
        assert_eq!(received(&mut monitor).await, (SECOND, tx));
    }
}

#[tokio::test]
async fn a_request_to_a_silent_announcer_times_out() {
    let (first, second) = (Node::listen().await, Node::listen().await);
    let quick = Settings {
        request_timeout: Duration::from_millis(200),
        ..settings(vec![first.address(), second.address()])
    };
    let mut monitor = Monitor::start(quick);
    let mut one = meet(&mut monitor, &first).await;
    let mut two = meet(&mut monitor, &second).await;
    let entry = Inventory::Wtx(transaction(1).wtxid());
    one.say(&Message::Inv(vec![entry])).await;
    assert_eq!(request(&mut monitor, &mut one).await, [entry]);
    two.say(&Message::Inv(vec![entry])).await;
    let given_up = monitor
        .first_of_peer(|id, event| match event {
            PeerEvent::RequestTimedOut { count } => Some((id, count)),
            _ => None,
        })
        .await;
    assert_eq!(given_up, (FIRST, 1));
    assert_eq!(request(&mut monitor, &mut two).await, [entry]);
}

#[tokio::test]
async fn an_unrequested_transaction_is_dropped_and_tolerated() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut peer = meet(&mut monitor, &node).await;
    peer.say(&Message::Tx(transaction(1))).await;
    let what = monitor
        .first_of_peer(|_, event| match event {
            PeerEvent::Tolerated(what) => Some(what),
            PeerEvent::Transaction { .. } => panic!("it was accepted"),
            _ => None,
        })
        .await;
    assert_eq!(what, Misbehaviour::UnrequestedTransaction);
}

#[tokio::test]
async fn a_whole_mempool_is_listed_by_one_peer_and_sent_by_another() {
    const COUNT: u32 = 1_500;
    let (lister, server) = (Node::listen().await, Node::listen().await);
    let addresses = vec![lister.address(), server.address()];
    let mut monitor = Monitor::start(Settings { bootstrap: BootstrapMode::Auto, ..settings(addresses) });
    let services = mempulse::wire::Services::BLOOM.with(version().services);
    let offers = mempulse::wire::Version { services, ..version() };
    let ready = monitor.first_of_peer(|_, event| matches!(event, PeerEvent::Ready(_)).then_some(()));
    let (mut one, ()) = tokio::join!(lister.meet_as(offers), ready);
    let mut two = meet(&mut monitor, &server).await;
    let txs: Vec<Transaction> = (0..COUNT).map(transaction).collect();
    let list: Vec<Inventory> = txs.iter().map(|tx| Inventory::Wtx(tx.wtxid())).collect();
    // It serves unannounced transactions from its first announcement on.
    two.say(&Message::Inv(list[..1].to_vec())).await;
    tokio::spawn(serve(two, txs));
    tokio::spawn(async move {
        // In the order in which Core handles them: the ping, then `mempool`.
        let nonce = one.hear_ping().await;
        one.say(&Message::Inv(list[..10].to_vec())).await;
        one.say(&Message::Pong(nonce)).await;
        one.hear_first(|message| (message == Message::Mempool).then_some(())).await;
        one.say(&Message::Inv(list)).await;
        serve(one, Vec::new()).await;
    });
    let (mut names, mut relayed, mut bootstrapped) = (0, 0, 0);
    let progress = monitor
        .first(|event| {
            match event.kind {
                EventKind::Peer(FIRST, PeerEvent::Listed { txs, is_complete: true }) => names += txs.len(),
                EventKind::Peer(_, PeerEvent::Transaction { .. }) => relayed += 1,
                EventKind::Peer(SECOND, PeerEvent::Bootstrapped { .. }) => bootstrapped += 1,
                EventKind::Peer(id, PeerEvent::Disconnected { reason, .. }) => panic!("{id:?}: {reason}"),
                EventKind::Bootstrap(progress) if progress.done => return Some(progress),
                _ => {}
            }
            None
        })
        .await;
    let count = COUNT as usize;
    assert_eq!(progress, BootstrapProgress { listed: count, fetched: count, done: true });
    assert_eq!((names, relayed + bootstrapped), (count, count));
    assert!(relayed <= 10, "only what was announced before the list");
}

/// Serves these transactions, and answers pings.
async fn serve(mut peer: Conversation, txs: Vec<Transaction>) {
    let txs: std::collections::HashMap<_, _> =
        txs.into_iter().map(|tx| (Inventory::Wtx(tx.wtxid()), tx)).collect();
    while let Some(message) = peer.try_hear().await {
        let answers: Vec<Message> = match message {
            Message::GetData(list) => list
                .into_iter()
                .map(|entry| match txs.get(&entry) {
                    Some(tx) => Message::Tx(tx.clone()),
                    None => Message::NotFound(vec![entry]),
                })
                .collect(),
            Message::Ping(nonce) => vec![Message::Pong(nonce)],
            _ => vec![],
        };
        for answer in answers {
            peer.say(&answer).await;
        }
    }
}

#[tokio::test]
async fn many_announcements_in_small_pieces_are_all_followed() {
    const COUNT: u32 = 1_000;
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut peer = meet(&mut monitor, &node).await;
    let serving = tokio::spawn(async move {
        let txs: std::collections::HashMap<_, _> =
            (0..COUNT).map(transaction).map(|tx| (Inventory::Wtx(tx.wtxid()), tx)).collect();
        let mut pieces = Vec::new();
        for &entry in txs.keys() {
            pieces.extend(Message::Inv(vec![entry]).encode(support::NETWORK.magic()));
        }
        peer.write(&pieces).await;
        while let Some(message) = peer.try_hear().await {
            if let Message::GetData(list) = message {
                for entry in list {
                    peer.say(&Message::Tx(txs[&entry].clone())).await;
                }
            }
        }
    });
    for _ in 0..COUNT {
        monitor
            .first_of_peer(|_, event| match event {
                PeerEvent::Transaction { .. } => Some(()),
                PeerEvent::Disconnected { reason, .. } => panic!("{reason}"),
                _ => None,
            })
            .await;
    }
    monitor.shutdown().await;
    serving.await.unwrap();
}

#[tokio::test]
async fn a_peer_is_not_blamed_for_a_missing_unannounced_parent() {
    let node = Node::listen().await;
    let request_timeout = Duration::from_millis(200);
    let mut monitor = Monitor::start(Settings { request_timeout, ..settings(vec![node.address()]) });
    let mut peer = meet(&mut monitor, &node).await;
    let [parent, announced] = [1, 2].map(transaction);
    monitor.request_parents(FIRST, transaction(3).txid(), &[parent.txid()]);
    let wanted = [Inventory::WitnessTx(parent.txid())];
    assert_eq!(request(&mut monitor, &mut peer).await, wanted);
    // The answer to an announcement is due later.
    tokio::time::sleep(request_timeout / 2).await;
    let before = Instant::now();
    peer.say(&Message::Inv(vec![Inventory::Wtx(announced.wtxid())])).await;
    let given_up = monitor.first_of_peer(|_, event| match event {
        PeerEvent::RequestTimedOut { count } => Some(count),
        _ => None,
    });
    assert_eq!(given_up.await, 1);
    assert!(before.elapsed() >= request_timeout, "it was the parent");
}

#[tokio::test]
async fn an_unannounced_parent_is_requested_by_txid_unless_it_arrives_unasked() {
    let node = Node::listen().await;
    let mut monitor = Monitor::start(settings(vec![node.address()]));
    let mut peer = meet(&mut monitor, &node).await;
    let [announced, hidden, old] = [1, 2, 3].map(transaction);
    let parents = [announced.txid(), hidden.txid(), old.txid()];
    monitor.request_parents(FIRST, transaction(4).txid(), &parents);
    let entry = Inventory::Wtx(announced.wtxid());
    peer.say(&Message::Inv(vec![entry])).await;
    assert_eq!(request(&mut monitor, &mut peer).await, [entry]);
    peer.say(&Message::Tx(announced.clone())).await;
    assert_eq!(received(&mut monitor).await, (FIRST, announced));

    let entries = [hidden.txid(), old.txid()].map(Inventory::WitnessTx);
    assert_eq!(request(&mut monitor, &mut peer).await, entries);
    peer.say(&Message::NotFound(vec![entries[1]])).await;
    peer.say(&Message::Tx(hidden.clone())).await;
    let reported = monitor.first_of_peer(|_, event| match event {
        PeerEvent::Parent { tx } => Some(tx),
        PeerEvent::NotFound { .. } => panic!("that it is not there is no fault of the peer"),
        _ => None,
    });
    assert_eq!(*reported.await, hidden);
}
