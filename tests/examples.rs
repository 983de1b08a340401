//! The examples do what they promise, with the demo's nodes on loopback.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "../examples/handshake.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod handshake;
#[path = "../examples/watch.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod watch;

use mempulse::demo::{Demo, DemoSettings};
use mempulse::event::DisconnectReason;
use mempulse::p2p::{PeerChoice, Settings};
use std::time::Duration;
use tokio::time::timeout;

/// How long an example may take.
const PATIENCE: Duration = Duration::from_secs(30);

async fn demo() -> Demo {
    Demo::start(DemoSettings { peers: 3, rate: 50.0, seed: Some(1) }).await.unwrap()
}

#[tokio::test]
async fn handshake_prints_version_and_ping_of_one_node() {
    let demo = demo().await;
    let mut settings = demo.settings();
    let PeerChoice::Only(nodes) = &mut settings.choice else { panic!("the demo names its nodes") };
    nodes.truncate(1);
    let line = timeout(PATIENCE, handshake::handshake(settings)).await.unwrap().unwrap();
    assert!(line.starts_with('/') && line.contains("protocol version 70016, ping "), "{line}");
    demo.shutdown().await;
}

#[tokio::test]
async fn handshake_fails_with_the_reason() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let choice = PeerChoice::Only(vec![mempulse::address::PeerAddress::from_socket(nobody)]);
    let failed = handshake::handshake(Settings { choice, ..Settings::default() }).await;
    assert_eq!(failed, Err(DisconnectReason::Refused));
}

#[tokio::test]
async fn watch_prints_each_transaction_on_a_line() {
    let demo = demo().await;
    let mut lines = Vec::new();
    let watching = watch::watch(demo.settings(), 20, |line| lines.push(line));
    timeout(PATIENCE, watching).await.unwrap();
    assert!(lines.len() >= 20 && lines.iter().all(|line| line.contains(" vB  ")), "{lines:?}");
    demo.shutdown().await;
}
