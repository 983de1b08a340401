//! The examples do what they promise, with nodes on loopback.

#[path = "../examples/handshake.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod handshake;
mod support;
#[path = "../examples/watch.rs"]
#[expect(dead_code, reason = "its main is not called")]
mod watch;

use mempulse::demo::{Demo, DemoSettings};
use mempulse::event::DisconnectReason;
use mempulse::p2p::{PeerChoice, Settings};
use std::time::Duration;
use support::Node;
use tokio::time::timeout;

/// How long an example may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn handshake_prints_version_and_ping_of_one_node() {
    let node = Node::listen().await;
    let settings = support::settings(vec![node.address()]);
    let both = async { tokio::join!(handshake::handshake(settings), node.meet()) };
    let (line, _peer) = timeout(PATIENCE, both).await.unwrap();
    let line = line.unwrap();
    assert!(line.starts_with("/Scripted:1.0/, protocol version 70016, ping "), "{line}");
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
    let nodes = DemoSettings { peers: 3, rate: 50.0, seed: Some(1) };
    let demo = Demo::start(nodes).await.unwrap();
    let mut lines = Vec::new();
    let watching = watch::watch(demo.settings(), 20, |line| lines.push(line));
    timeout(PATIENCE, watching).await.unwrap();
    assert!(lines.len() >= 20 && lines.iter().all(|line| line.contains(" vB  ")), "{lines:?}");
    demo.shutdown().await;
}
