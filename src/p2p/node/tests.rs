//! The node with scripted peers: reports in, outputs out, without a socket.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::{
    ConnectionKind, DisconnectReason, Event, EventKind, PeerEvent, PeerId, PeerInfo, Request, Transport,
    Uselessness,
};
use crate::p2p::addrman::seeds::SeedAnswer;
use crate::p2p::input::{Input, PeerReport};
use crate::p2p::node::{Node, Output};
use crate::p2p::settings::{Discovery, PeerChoice, Settings};
use crate::p2p::testing;
use crate::util::clock::RECHECK;
use crate::util::time::Timestamp;
use crate::wire::message::KnownAddress;
use crate::wire::{Inventory, Message, Services, Txid, Wtxid};
use std::time::Duration;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const ALICE: PeerId = PeerId(0);
const BOB: PeerId = PeerId(1);
const FULL: Services = Services::NETWORK.with(Services::WITNESS);

/// A node and its outputs.
struct Run {
    node: Node,
    now: Timestamp,
}

fn address(number: u8) -> PeerAddress {
    PeerAddress::parse(&format!("20.{number}.0.1"), 8_333).unwrap()
}

fn info() -> PeerInfo {
    PeerInfo { user_agent: "/Scripted:1.0/".to_owned(), ..testing::info(FULL) }
}

impl Run {
    fn of(choice: PeerChoice) -> Self {
        let settings = Settings { network: Network::Mainnet, choice, ..Settings::default() };
        Self { node: Node::new(settings, START, [7; 32]), now: START }
    }

    /// A node whose user named Alice and Bob.
    fn with_alice_and_bob() -> Self {
        Self::of(PeerChoice::Only(vec![address(1), address(2)]))
    }

    /// The same, with both connected and announcing the same transaction, Alice first.
    fn with_two_announcers() -> Self {
        let mut run = Self::with_alice_and_bob();
        run.outputs();
        run.connect(ALICE, info());
        run.connect(BOB, info());
        run.send(ALICE, inv(1));
        run.send(BOB, inv(1));
        run
    }

    /// Lets the node do what is due.
    fn outputs(&mut self) -> Vec<Output> {
        self.node.timer(self.now);
        std::iter::from_fn(|| self.node.next_output()).collect()
    }

    /// Passes the time as the driver does: it looks every few seconds.
    fn wait(&mut self, time: Duration) -> Vec<Output> {
        let until = self.now + time;
        let mut outputs = Vec::new();
        while self.now < until {
            self.now = until.min(self.now + RECHECK);
            outputs.extend(self.outputs());
        }
        outputs
    }

    /// The machine sleeps.
    fn sleep(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    fn report(&mut self, peer: PeerId, report: PeerReport) -> Vec<Output> {
        self.node.reported(peer, report, self.now);
        self.outputs()
    }

    fn send(&mut self, peer: PeerId, input: Input) -> Vec<Output> {
        self.report(peer, PeerReport::Input(input))
    }

    /// The connection opens, and the handshake completes.
    fn connect(&mut self, peer: PeerId, info: PeerInfo) -> Vec<Output> {
        let opened = PeerEvent::Connected { transport: Transport::V1 };
        self.report(peer, PeerReport::Event(opened));
        self.report(peer, PeerReport::Event(PeerEvent::Ready(Box::new(info))))
    }

    fn end(&mut self, peer: PeerId, reason: DisconnectReason) -> Vec<Output> {
        self.report(peer, PeerReport::Ended(reason))
    }
}

fn dials(outputs: &[Output]) -> Vec<(PeerId, PeerAddress)> {
    let dial = |output: &Output| match output {
        Output::Dial(dial) => Some((dial.peer, dial.address.clone())),
        _ => None,
    };
    outputs.iter().filter_map(dial).collect()
}

fn sent(outputs: &[Output]) -> Vec<(PeerId, &'static str)> {
    let message = |output: &Output| match output {
        Output::Send(peer, Message::GetData(_)) => Some((*peer, "getdata")),
        Output::Send(peer, Message::GetHeaders { .. }) => Some((*peer, "getheaders")),
        Output::Send(peer, Message::GetAddr) => Some((*peer, "getaddr")),
        Output::Send(_, other) => panic!("{other:?}"),
        _ => None,
    };
    outputs.iter().filter_map(message).collect()
}

fn events(outputs: &[Output]) -> Vec<&Event> {
    outputs.iter().filter_map(event).collect()
}

fn event(output: &Output) -> Option<&Event> {
    match output {
        Output::Event(event) => Some(event),
        _ => None,
    }
}

fn disconnects(outputs: &[Output]) -> Vec<(PeerId, DisconnectReason)> {
    let disconnect = |output: &Output| match output {
        Output::Disconnect(peer, reason) => Some((*peer, reason.clone())),
        _ => None,
    };
    outputs.iter().filter_map(disconnect).collect()
}

fn inv(number: u8) -> Input {
    Input::Inv(vec![Inventory::Wtx(Wtxid([number; 32]))])
}

#[test]
fn the_named_peers_are_dialled_and_asked_for_headers() {
    let mut run = Run::with_alice_and_bob();
    let outputs = run.outputs();
    assert_eq!(dials(&outputs), [(ALICE, address(1)), (BOB, address(2))]);
    let dialling = PeerEvent::Dialling { address: address(1), kind: ConnectionKind::Manual, attempt: 1 };
    assert_eq!(events(&outputs)[0].kind, EventKind::Peer(ALICE, dialling));
    // Alice answers first and is asked for headers; Bob's turn comes after her answer.
    assert_eq!(sent(&run.connect(ALICE, info())), [(ALICE, "getheaders")]);
    assert_eq!(sent(&run.connect(BOB, info())), []);
}

#[test]
fn every_report_reaches_every_part() {
    let mut run = Run::with_alice_and_bob();
    run.outputs();
    run.connect(ALICE, info());
    // An inv with a transaction and a block concerns two parts.
    let hash = crate::wire::BlockHash([9; 32]);
    let outputs = run.send(ALICE, Input::Inv(vec![Inventory::Wtx(Wtxid([1; 32])), Inventory::Block(hash)]));
    assert_eq!(sent(&outputs), [(ALICE, "getdata")]);
    let kinds: Vec<_> = events(&outputs).iter().map(|event| &event.kind).collect();
    assert!(kinds.iter().any(|kind| matches!(kind, EventKind::Peer(ALICE, PeerEvent::Announced { .. }))));
    assert!(
        kinds.iter().any(|kind| matches!(kind, EventKind::Peer(ALICE, PeerEvent::BlockAnnounced { .. })))
    );
}

#[test]
fn a_lost_peer_is_reported_with_the_time_of_the_next_dial_and_its_request_moves_on() {
    let mut run = Run::with_two_announcers();
    let outputs = run.end(ALICE, DisconnectReason::PingTimeout);
    let ended = events(&outputs).into_iter().find_map(|event| match &event.kind {
        EventKind::Peer(ALICE, PeerEvent::Disconnected { reason, retry_at }) => Some((reason, *retry_at)),
        _ => None,
    });
    let Some((DisconnectReason::PingTimeout, Some(retry_at))) = ended else { panic!("{ended:?}") };
    // Bob is asked for the headers and for the transaction.
    assert_eq!(sent(&outputs), [(BOB, "getdata"), (BOB, "getheaders")]);
    let deadline = run.node.deadline(run.now).unwrap();
    assert!(deadline <= retry_at, "the node asks to be called in time");
    assert_eq!(dials(&run.wait(retry_at.since(START))), [(ALICE, address(1))]);
}

#[test]
fn a_closing_peer_is_heard_no_more_and_sent_nothing() {
    let discovery = Discovery { peers: 1, also: vec![], ..Discovery::default() };
    let mut run = Run::of(PeerChoice::Discover(discovery));
    run.outputs();
    let answer = SeedAnswer { name: "seed.example", addresses: Ok(vec![address(1)]) };
    run.node.seed_answered(answer, run.now);
    let [(peer, _)] = dials(&run.outputs()).try_into().unwrap();
    // It relays no transactions, so it is disconnected immediately, and not asked for anything.
    let outputs = run.connect(peer, PeerInfo { relay: false, ..info() });
    let not_useful = DisconnectReason::NotUseful(Uselessness::BlocksOnly);
    assert_eq!(disconnects(&outputs), [(peer, not_useful.clone())]);
    assert_eq!(sent(&outputs), []);
    // What it still announces is ignored, and the first reason stands.
    let outputs = run.send(peer, inv(1));
    assert_eq!((sent(&outputs), events(&outputs)), (vec![], vec![]));
    run.node.congested(peer, run.now);
    assert_eq!(disconnects(&run.outputs()), []);
    // Its events are reported until the end.
    assert_eq!(events(&run.report(peer, PeerReport::Event(PeerEvent::Pinged))).len(), 1);
    assert_eq!(events(&run.end(peer, not_useful)).len(), 1);
    assert_eq!(run.end(peer, DisconnectReason::ClosedByPeer), [], "nothing follows the end");
}

#[test]
fn a_peer_that_does_not_read_is_disconnected() {
    let mut run = Run::with_alice_and_bob();
    run.outputs();
    run.connect(ALICE, info());
    run.node.congested(ALICE, run.now);
    assert_eq!(disconnects(&run.outputs()), [(ALICE, DisconnectReason::NotReading)]);
}

#[test]
fn without_addresses_seeds_are_resolved_and_their_answers_dialled() {
    let mut run = Run::of(PeerChoice::Discover(Discovery { peers: 2, ..Discovery::default() }));
    let outputs = run.outputs();
    let is_lookup = |output: &&Output| matches!(output, Output::ResolveSeed(_));
    assert_eq!(outputs.iter().filter(is_lookup).count(), 3);
    assert_eq!(run.wait(Duration::from_secs(1)), [], "the answers are awaited");
    let answer = SeedAnswer { name: "seed.example", addresses: Ok(vec![address(1), address(2)]) };
    run.node.seed_answered(answer, run.now);
    let outputs = run.outputs();
    let kinds = events(&outputs).into_iter().map(|event| &event.kind).collect::<Vec<_>>();
    assert!(matches!(kinds[0], EventKind::Seed { answer: Ok(2), .. }), "{kinds:?}");
    let found: Vec<_> = dials(&outputs);
    assert_eq!(found.len(), 2);
    assert_eq!(run.node.addresses().unwrap().len(), 2, "to be saved");
    // A discovered peer gets more requests.
    assert_eq!(sent(&run.connect(found[0].0, info())), [(found[0].0, "getaddr"), (found[0].0, "getheaders")]);
    let list = vec![KnownAddress { time: 1_700_000_000, services: FULL, address: address(3) }];
    run.send(found[0].0, Input::Addresses(list));
    assert_eq!(run.node.addresses().unwrap().len(), 3);
}

#[test]
fn behind_a_proxy_a_seed_is_dialled_and_asked_for_addresses() {
    let mut settings = Settings { network: Network::Mainnet, ..Settings::default() };
    settings.routes.proxy = Some(PeerAddress::parse("127.0.0.1", 9_050).unwrap());
    let mut run = Run { node: Node::new(settings, START, [7; 32]), now: START };
    run.outputs();
    let outputs = run.outputs();
    let fetches: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Dial(dial) if dial.kind == ConnectionKind::AddrFetch => Some(dial.peer),
            _ => None,
        })
        .collect();
    assert!(fetches.len() >= 3, "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, Output::ResolveSeed(_))));
    // One answers and has served its purpose; later, the others time out.
    run.connect(fetches[0], info());
    let known = |number| KnownAddress { time: 1_700_000_000, services: FULL, address: address(number) };
    let outputs = run.send(fetches[0], Input::Addresses(vec![known(1), known(2)]));
    assert_eq!(disconnects(&outputs), [(fetches[0], DisconnectReason::AddressesReceived)]);
    let outputs = run.end(fetches[0], DisconnectReason::AddressesReceived);
    let is_answer = |event: &&&Event| matches!(&event.kind, EventKind::Seed { answer: Ok(2), .. });
    assert_eq!(events(&outputs).iter().filter(is_answer).count(), 1);
    let outputs = run.wait(Duration::from_secs(30));
    assert!(disconnects(&outputs).contains(&(fetches[1], DisconnectReason::NoAddresses)));
}

#[test]
fn a_request_of_the_model_leads_to_a_request_to_the_peer() {
    let mut run = Run::with_alice_and_bob();
    run.outputs();
    run.connect(ALICE, info());
    let (child, parent) = (Txid([1; 32]), Txid([2; 32]));
    run.node.request(Request::Parents { peer: ALICE, child, txids: vec![parent] }, run.now);
    let outputs = run.wait(Duration::from_secs(1));
    let get_data = Message::GetData(vec![Inventory::WitnessTx(parent)]);
    assert!(outputs.contains(&Output::Send(ALICE, get_data)), "{outputs:?}");
}

#[test]
fn events_never_go_back_in_time() {
    let mut run = Run::with_alice_and_bob();
    run.outputs();
    run.wait(Duration::from_secs(5));
    run.report(ALICE, PeerReport::Event(PeerEvent::Connected { transport: Transport::V1 }));
    // A report made earlier is handled later.
    run.node.reported(BOB, PeerReport::Event(PeerEvent::Pinged), START);
    let outputs = run.outputs();
    assert_eq!(events(&outputs)[0].time, START + Duration::from_secs(5));
}

/// What the peers are blamed for.
fn blame(outputs: &[Output]) -> Vec<&PeerEvent> {
    let blame = |output| match &event(output)?.kind {
        EventKind::Peer(_, event @ (PeerEvent::RequestTimedOut { .. } | PeerEvent::Tolerated(_))) => {
            Some(event)
        }
        _ => None,
    };
    outputs.iter().filter_map(blame).collect()
}

#[test]
fn after_a_sleep_no_peer_is_blamed_for_open_requests_and_none_is_repeated_elsewhere() {
    const NIGHT: Duration = Duration::from_hours(8);
    for read_first in [false, true] {
        let mut run = Run::with_two_announcers();
        run.wait(Duration::from_secs(1));
        run.sleep(NIGHT);
        let outputs = if read_first { run.send(ALICE, inv(2)) } else { run.outputs() };
        assert_eq!(blame(&outputs), Vec::<&PeerEvent>::new());
        let others: Vec<_> = sent(&outputs).into_iter().filter(|(peer, _)| *peer == BOB).collect();
        assert_eq!(others, []);
        let outputs = run.wait(Duration::from_mins(1));
        assert_eq!(blame(&outputs).len(), 1, "a peer that is still silent is blamed: {outputs:?}");
    }
}
