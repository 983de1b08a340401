//! With a proxy, nothing is resolved and no peer is dialled on this side.

use crate::crowd::{Node, Script, address_of, known, listen};
use crate::socks::Proxy;
use crate::support::{Monitor, settings};
use crate::watch::{Watch, search};
use mempulse::Clock;
use mempulse::address::{Host, PeerAddress};
use mempulse::chain::Network;
use mempulse::event::DisconnectReason;
use mempulse::p2p::{Driver, Resolve, Resolving, Routes, Settings};
use std::sync::{Arc, Mutex};

/// A resolver that records the names but resolves none.
#[derive(Clone, Default, Debug)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Resolve for Recorder {
    fn resolve<'a>(&'a self, host: &'a str, _: u16) -> Resolving<'a> {
        self.0.lock().unwrap().push(host.to_owned());
        Box::pin(async { Err(std::io::Error::other("not known")) })
    }
}

impl Recorder {
    fn watch(&self, settings: Settings) -> Watch {
        let manager = Driver::start_with(settings, Clock::start(), Arc::new(self.clone()));
        Watch::of(Monitor::of(manager))
    }

    fn assert_not_asked(&self) {
        assert_eq!(*self.0.lock().unwrap(), [""; 0], "was resolved on this side");
    }
}

fn at(text: &str) -> PeerAddress {
    PeerAddress::parse(text, 8_333).unwrap()
}

fn onion(byte: u8) -> PeerAddress {
    PeerAddress { host: Host::TorV3([byte; 32]), port: 8_333 }
}

fn through(proxy: &Proxy) -> Routes {
    Routes { proxy: Some(proxy.address.clone()), ..Routes::default() }
}

#[tokio::test]
async fn seeds_and_peers_are_dialled_by_name_through_the_proxy_and_nothing_is_resolved() {
    let answered =
        ["20.1.0.1", "20.2.0.1", "[2a01:4f8::1]"].map(at).into_iter().chain([onion(0x10), onion(0x20)]);
    let answer = vec![answered.map(known).collect()];
    let proxy = Proxy::start(move |host| {
        let is_seed = Network::Mainnet.dns_seeds().contains(&host);
        let answer = if is_seed { answer.clone() } else { vec![] };
        Some(Script { network: Network::Mainnet, answer, ..Script::default() })
    })
    .await;
    let resolver = Recorder::default();
    let settings = Settings { network: Network::Mainnet, routes: through(&proxy), ..search(vec![], 5) };
    let mut watch = resolver.watch(settings);
    let peers =
        |watch: &Watch| watch.live().iter().filter(|peer| !matches!(peer.host, Host::Name(_))).count();
    watch.until(|watch| peers(watch) == 5 && watch.seeds.len() >= 3).await;
    resolver.assert_not_asked();
    proxy.assert_isolated();
    let hosts: Vec<String> = proxy.requests().into_iter().map(|request| request.host).collect();
    for (name, answer) in &watch.seeds {
        assert_eq!(*answer, Ok(5));
        assert!(hosts.contains(name), "{name}");
    }
    let onions = [0x10, 0x20].map(|byte| onion(byte).to_string().replace(":8333", ""));
    for host in ["20.1.0.1", "20.2.0.1", "2a01:4f8::1"].map(str::to_owned).iter().chain(&onions) {
        assert!(hosts.contains(host), "{host} is not in {hosts:?}");
    }
    assert!(watch.endings.iter().all(|(_, reason)| *reason == DisconnectReason::AddressesReceived));
    watch.shutdown().await;
}

#[tokio::test]
async fn no_peer_is_dialled_past_the_proxy() {
    // A direct dial of one of these would be noticed.
    let bystanders = [listen(1).await, listen(2).await, listen(3).await];
    let answer = vec![bystanders.iter().map(|listener| known(address_of(listener))).collect()];
    let proxy = Proxy::start(move |_| Some(Script { answer: answer.clone(), ..Script::default() })).await;
    let resolver = Recorder::default();
    let named = at("node.example:18444");
    let settings = Settings { routes: through(&proxy), ..search(vec![named.clone()], 3) };
    let mut watch = resolver.watch(settings);
    watch.until(|watch| watch.live().len() == 4).await;
    assert!(watch.live().contains(&named));
    resolver.assert_not_asked();
    proxy.assert_isolated();
    assert_eq!(proxy.requests().len(), 4);
    for listener in &bystanders {
        let accepted = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
        assert!(accepted.is_err(), "{:?} was dialled", listener.local_addr());
    }
    watch.shutdown().await;
}

#[tokio::test]
async fn an_onion_proxy_is_for_onion_addresses_and_the_others_are_dialled_directly() {
    let proxy = Proxy::start(|_| Some(Script::default())).await;
    let node = Node::start(listen(1).await, Script::default());
    let routes = Routes { onion_proxy: Some(proxy.address.clone()), ..Routes::default() };
    let peers = vec![node.address.clone(), onion(0x10)];
    let mut watch = Watch::start(Settings { routes, ..settings(peers) });
    watch.until(|watch| watch.live().len() == 2).await;
    let requests = proxy.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(format!("{}:{}", request.host, request.port), onion(0x10).to_string());
    watch.shutdown().await;
}

/// The reasons why two attempts in a row to reach `peer` end.
async fn endings(routes: Routes, peer: PeerAddress) -> Vec<String> {
    let mut watch = Watch::start(Settings { routes, ..settings(vec![peer]) });
    watch.until(|watch| watch.endings.len() == 2).await;
    watch.endings.iter().map(|(_, reason)| reason.to_string()).collect()
}

#[tokio::test]
async fn each_fault_has_its_reason_and_is_tried_again() {
    let proxy = Proxy::start(|_| None).await;
    let unreachable = endings(through(&proxy), at("20.1.0.1")).await;
    assert_eq!(unreachable, ["unreachable by the proxy: host unreachable"; 2]);
    let (routes, address) = (through(&proxy), proxy.address.clone());
    drop(proxy);
    let down = format!("proxy {address}: connection refused");
    assert_eq!(endings(routes, at("20.1.0.1")).await, [down.clone(), down]);
    let no_way = endings(Routes::default(), onion(0x10)).await;
    assert_eq!(no_way, ["onion addresses need a proxy"; 2]);
}
