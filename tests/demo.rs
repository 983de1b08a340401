//! The demo over sockets, as another program that speaks the protocol sees it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use mempulse::address::PeerAddress;
use mempulse::chain::Network;
use mempulse::demo::{Demo, DemoError, DemoSettings};
use mempulse::p2p::PeerChoice;
use mempulse::wire::version::PROTOCOL_VERSION;
use mempulse::wire::{BlockHash, Decoder, Inventory, Message, Services, Version};
use std::collections::HashSet;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A slow node with troubles of its own still answers within this time.
const PATIENCE: Duration = Duration::from_secs(20);

struct Client {
    stream: TcpStream,
    decoder: Decoder,
}

impl Client {
    async fn dial(address: &PeerAddress) -> Self {
        let stream = TcpStream::connect(address.socket().unwrap()).await.unwrap();
        Self { stream, decoder: Decoder::new(Network::Regtest.magic()) }
    }

    async fn say(&mut self, message: Message) {
        self.stream.write_all(&message.encode(Network::Regtest.magic())).await.unwrap();
    }

    /// Waits for the next message that `wanted` accepts, skipping others.
    async fn hear<T>(&mut self, wanted: impl Fn(Message) -> Option<T>) -> T {
        let found = async {
            loop {
                while let Some(decoded) = self.decoder.next().unwrap() {
                    if let Some(found) = wanted(decoded.content.unwrap()) {
                        return found;
                    }
                }
                let read = self.stream.read_buf(self.decoder.buffer()).await.unwrap();
                assert!(read > 0, "the node hung up");
            }
        };
        timeout(PATIENCE, found).await.expect("the node says it in time")
    }

    async fn shake_hands(&mut self) -> Version {
        self.say(Message::Version(Version {
            version: PROTOCOL_VERSION,
            services: Services::NONE,
            time: 0,
            nonce: 1,
            user_agent: b"/test/".to_vec(),
            start_height: 0,
            relay: true,
        }))
        .await;
        let theirs = self.hear(|m| if let Message::Version(v) = m { Some(v) } else { None }).await;
        self.hear(|m| (m == Message::Verack).then_some(())).await;
        self.say(Message::WtxidRelay).await;
        self.say(Message::SendAddrV2).await;
        self.say(Message::Verack).await;
        theirs
    }
}

fn settings(peers: usize, rate: f64) -> DemoSettings {
    DemoSettings { peers, rate, seed: Some(1) }
}

#[tokio::test]
async fn every_node_shakes_hands_announces_and_serves() {
    let demo = Demo::start(settings(8, 50.0)).await.unwrap();
    let addresses = demo.addresses();
    assert_eq!(addresses.iter().collect::<HashSet<_>>().len(), 8);
    let mut visits = tokio::task::JoinSet::new();
    for address in addresses {
        visits.spawn(async move {
            let mut client = Client::dial(&address).await;
            let version = client.shake_hands().await;
            assert!(version.services.has(Services::WITNESS.with(Services::NETWORK_LIMITED)));
            client.say(Message::GetHeaders { locator: vec![], stop: BlockHash::default() }).await;
            let headers = client.hear(|m| if let Message::Headers(h) = m { Some(h) } else { None }).await;
            assert!(headers.len() > 100);
            String::from_utf8(version.user_agent).unwrap()
        });
    }
    let mut agents = HashSet::new();
    while let Some(agent) = visits.join_next().await {
        agents.insert(agent.unwrap());
    }
    assert_eq!(agents.len(), 7, "two of the eight are of the same version");
    demo.shutdown().await;
}

#[tokio::test]
async fn a_transaction_is_announced_and_served_over_the_socket() {
    let demo = Demo::start(settings(8, 50.0)).await.unwrap();
    let mut visits = tokio::task::JoinSet::new();
    for address in demo.addresses() {
        visits.spawn(async move {
            let mut client = Client::dial(&address).await;
            client.shake_hands().await;
            let inv = client.hear(|m| if let Message::Inv(inv) = m { Some(inv) } else { None }).await;
            let entry = match inv[0] {
                Inventory::Tx(txid) => Inventory::WitnessTx(txid),
                entry => entry,
            };
            client.say(Message::GetData(vec![entry])).await;
            let tx = client.hear(|m| if let Message::Tx(tx) = m { Some(tx) } else { None }).await;
            assert!(entry == Inventory::Wtx(tx.wtxid()) || entry == Inventory::WitnessTx(tx.txid()));
        });
    }
    visits.join_next().await.unwrap().unwrap();
    demo.shutdown().await;
}

#[tokio::test]
async fn one_node_lists_its_whole_mempool_and_every_transaction_is_served_by_either_id() {
    let demo = Demo::start(settings(8, 7.0)).await.unwrap();
    let mut client = Client::dial(&demo.addresses()[0]).await;
    assert!(client.shake_hands().await.services.has(Services::BLOOM));
    client.say(Message::Mempool).await;
    let is_list =
        |m| if let Message::Inv(inv) = m { Some(inv).filter(|inv| inv.len() > 5_000) } else { None };
    let list = client.hear(is_list).await;
    assert!((9_000..11_000).contains(&list.len()), "{}", list.len());

    let requested: Vec<_> = list.iter().copied().step_by(10).collect();
    client.say(Message::GetData(requested.clone())).await;
    let mut txids = vec![];
    for _ in requested {
        // A few may have been replaced in the meantime.
        let served = client
            .hear(|m| match m {
                Message::Tx(tx) => Some(Some(tx)),
                Message::NotFound(_) => Some(None),
                _ => None,
            })
            .await;
        let Some(tx) = served else { break };
        txids.push(Inventory::WitnessTx(tx.txid()));
        assert!(list.contains(&Inventory::Wtx(tx.wtxid())));
    }
    assert!(txids.len() > 900, "{}", txids.len());
    client.say(Message::GetData(txids[..100].to_vec())).await;
    for _ in 0..90 {
        let txid = client.hear(|m| if let Message::Tx(tx) = m { Some(tx.txid()) } else { None }).await;
        assert!(txids.contains(&Inventory::WitnessTx(txid)));
    }
    demo.shutdown().await;
}

#[tokio::test]
async fn shutting_down_closes_ports_and_connections() {
    let demo = Demo::start(settings(2, 7.0)).await.unwrap();
    let addresses = demo.addresses();
    let mut client = Client::dial(&addresses[0]).await;
    demo.shutdown().await;
    let mut byte = [0];
    assert!(matches!(client.stream.read(&mut byte).await, Ok(0) | Err(_)));
    assert!(TcpStream::connect(addresses[1].socket().unwrap()).await.is_err());
}

#[tokio::test]
async fn dropping_it_stops_it_too() {
    let demo = Demo::start(settings(1, 7.0)).await.unwrap();
    let mut client = Client::dial(&demo.addresses()[0]).await;
    drop(demo);
    let mut byte = [0];
    let closed = timeout(PATIENCE, client.stream.read(&mut byte)).await.expect("soon");
    assert!(matches!(closed, Ok(0) | Err(_)));
}

#[tokio::test]
async fn settings_out_of_bounds_are_refused() {
    for peers in [0, 1_001] {
        assert!(matches!(Demo::start(settings(peers, 7.0)).await, Err(DemoError::Peers(_))));
    }
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1_000.1] {
        assert!(matches!(Demo::start(settings(1, rate)).await, Err(DemoError::Rate(_))));
    }
}

#[tokio::test]
async fn it_says_how_it_wants_to_be_watched() {
    let demo = Demo::start(DemoSettings { seed: None, ..settings(3, 7.0) }).await.unwrap();
    let watching = demo.settings();
    assert_eq!(watching.network, Network::Regtest);
    assert_eq!(watching.choice, PeerChoice::Only(demo.addresses()));
}
