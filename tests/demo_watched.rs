//! The demo, watched over the same code path as any network.

use mempulse::Clock;
use mempulse::demo::{Demo, DemoSettings};
use mempulse::event::{DisconnectReason, EventKind, PeerEvent};
use mempulse::p2p::Driver;
use std::collections::HashSet;
use std::time::Duration;

#[tokio::test]
async fn very_many_transactions_come_through_and_no_peer_is_lost_to_them() {
    let settings = DemoSettings { peers: 8, rate: 300.0, seed: Some(1) };
    let demo = Demo::start(settings).await.expect("a demo");
    let mut network = Driver::start(demo.settings(), Clock::start());
    let mut received = HashSet::new();
    let watch = async {
        while received.len() < 1_500 {
            match network.next().await.kind {
                EventKind::Peer(_, PeerEvent::Transaction { tx, .. }) => {
                    assert!(received.insert(tx.wtxid()), "each is fetched once");
                }
                EventKind::Peer(peer, PeerEvent::Disconnected { reason, .. }) => {
                    // The scenario contains other troubles; this one would be our own.
                    assert_ne!(reason, DisconnectReason::NotReading, "{peer:?}");
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), watch).await.expect("in time");
    network.shutdown().await;
    demo.shutdown().await;
}
