//! Dials one node, and prints its version and how long a ping takes.
//!
//! ```sh
//! cargo run --example handshake -- 203.0.113.5:8333
//! ```

use mempulse::Clock;
use mempulse::address::PeerAddress;
use mempulse::event::{DisconnectReason, EventKind, PeerEvent};
use mempulse::p2p::{Driver, PeerChoice, Settings};
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let text = std::env::args().nth(1).ok_or("usage: handshake HOST[:PORT]")?;
    let mut settings = Settings::default();
    let node = PeerAddress::parse(&text, settings.network.default_port())?;
    settings.choice = PeerChoice::Only(vec![node]);
    println!("{}", handshake(settings).await?);
    Ok(())
}

/// Dials the node that `settings` name, and describes it in one line.
///
/// # Errors
/// The reason why the connection ended before the first pong.
pub async fn handshake(settings: Settings) -> Result<String, DisconnectReason> {
    let mut network = Driver::start(settings, Clock::start());
    let mut version = String::new();
    let result = loop {
        match network.next().await.kind {
            EventKind::Peer(_, PeerEvent::Ready(info)) => {
                version = format!("{}, protocol version {}", info.user_agent, info.version);
            }
            EventKind::Peer(_, PeerEvent::Pong { rtt }) => break Ok(format!("{version}, ping {rtt:.1?}")),
            EventKind::Peer(_, PeerEvent::Disconnected { reason, .. }) => break Err(reason),
            _ => {}
        }
    };
    network.shutdown().await;
    result
}
