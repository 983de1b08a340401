//! The address manager without a socket: what it learns, which seeds and peers it asks, and what it reports.

use super::*;
use crate::p2p::settings::Discovery;
use crate::p2p::testing::info;
use rand::SeedableRng;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const A: PeerId = PeerId(1);
const FULL: Services = Services::NETWORK.with(Services::WITNESS);

fn after(secs: u64) -> Timestamp {
    START + Duration::from_secs(secs)
}

fn at(text: &str) -> PeerAddress {
    PeerAddress::parse(text, 8_333).unwrap()
}

fn known(text: &str) -> KnownAddress {
    KnownAddress { time: 1_700_000_000, services: FULL, address: at(text) }
}

/// An address manager of mainnet that knows no addresses.
fn discovering(proxy: Option<PeerAddress>) -> AddrMan {
    let settings = Settings { routes: Routes { proxy, ..Routes::default() }, ..Settings::default() };
    AddrMan::new(&settings, AddrKey(1, 2), START, SmallRng::seed_from_u64(1))
}

fn dial(addrman: &mut AddrMan, peer: PeerId, address: PeerAddress, kind: ConnectionKind, now: Timestamp) {
    let dial = Dial { peer, address, attempt: 1, v1_only: false, kind };
    assert_eq!(addrman.dialling(&dial, now), []);
}

/// Completes the handshake with a peer. Returns what follows.
fn connect(addrman: &mut AddrMan, peer: PeerId, address: PeerAddress, kind: ConnectionKind) -> Vec<Action> {
    dial(addrman, peer, address, kind, START);
    addrman.connected(peer, &info(FULL), START)
}

fn received(peer: PeerId, count: usize) -> Action {
    Action::Emit(EventKind::Peer(peer, PeerEvent::Addresses { count }))
}

fn seed(name: &str, answer: Result<usize, SeedFailure>) -> Action {
    Action::Emit(EventKind::Seed { name: name.to_owned(), answer })
}

/// Returns the seeds to resolve now.
fn lookups(addrman: &mut AddrMan, now: Timestamp) -> Vec<&'static str> {
    let lookup = |action| match action {
        Action::ResolveSeed(name) => Some(name),
        _ => None,
    };
    addrman.timer(now).into_iter().filter_map(lookup).collect()
}

#[test]
fn a_peer_is_asked_for_addresses_and_as_many_are_learned_as_one_answer_has() {
    let mut addrman = discovering(None);
    let actions = connect(&mut addrman, A, at("20.1.0.1"), ConnectionKind::Outbound);
    assert_eq!(actions, [Action::Send(A, Message::GetAddr)]);
    let list: Vec<_> = (0..60).map(|n| known(&format!("{}.1.0.1", 60 + n))).collect();
    let actions = addrman.received(A, &Input::Addresses(list.clone()), START);
    assert_eq!(actions, [received(A, 60), Action::AddressesLearned]);
    assert!(addrman.addresses().len() > 50, "few have no place");
    assert_eq!(addrman.received(A, &Input::Addresses(list), START), [received(A, 60)], "none is new");
}

#[test]
fn a_flood_of_addresses_is_reported_and_not_learned() {
    let mut addrman = discovering(None);
    connect(&mut addrman, A, at("20.1.0.1"), ConnectionKind::Outbound);
    addrman.received(A, &Input::Addresses(vec![known("20.1.0.1"); 1_001]), START);
    let more = Input::Addresses(vec![known("60.1.0.1")]);
    assert_eq!(addrman.received(A, &more, START), [received(A, 1)]);
    assert_eq!(addrman.received(A, &more, after(10)), [received(A, 1), Action::AddressesLearned]);
}

#[test]
fn without_discovery_nothing_is_asked_for_learned_or_saved() {
    let choice = PeerChoice::Only(vec![at("20.1.0.1")]);
    let settings = Settings { choice, ..Settings::default() };
    let mut addrman = AddrMan::new(&settings, AddrKey(1, 2), START, SmallRng::seed_from_u64(1));
    addrman.need_addresses(true);
    assert_eq!(connect(&mut addrman, A, at("20.1.0.1"), ConnectionKind::Manual), []);
    let list = Input::Addresses(vec![known("60.1.0.1")]);
    assert_eq!(addrman.received(A, &list, START), [received(A, 1)]);
    assert_eq!((addrman.timer(START), addrman.deadline(START)), (vec![], None));
    assert!(addrman.saved().is_none() && addrman.addresses().is_empty());
}

#[test]
fn a_manual_peer_is_known_the_next_time() {
    let mut addrman = discovering(None);
    connect(&mut addrman, A, at("20.1.0.1"), ConnectionKind::Manual);
    let saved = addrman.saved().unwrap().to_saved();
    let discovery = Discovery { addresses: Some(saved), ..Discovery::default() };
    let settings = Settings { choice: PeerChoice::Discover(discovery), ..Settings::default() };
    let again = AddrMan::new(&settings, AddrKey(3, 4), START, SmallRng::seed_from_u64(1));
    assert_eq!(again.addresses().len(), 1);
}

#[test]
fn seeds_are_resolved_while_addresses_are_needed_a_few_at_a_time() {
    let mut addrman = discovering(None);
    assert_eq!(lookups(&mut addrman, START), [""; 0], "no addresses are needed");
    addrman.need_addresses(true);
    let names = lookups(&mut addrman, START);
    assert_eq!(names.len(), 3);
    assert_eq!(lookups(&mut addrman, START), [""; 0], "lookups are in flight");
    let answer = |name, addresses| SeedAnswer { name, addresses };
    let found = addrman.seed_answered(answer(names[0], Ok(vec![at("20.1.0.1")])), START);
    assert_eq!(found, [seed(names[0], Ok(1)), Action::AddressesLearned]);
    assert_eq!(addrman.addresses().len(), 1);
    for &name in &names[1..] {
        let failed = addrman.seed_answered(answer(name, Err(SeedFailure::NoUsableAddress)), START);
        assert_eq!(failed, [seed(name, Err(SeedFailure::NoUsableAddress))]);
    }
    assert_eq!(lookups(&mut addrman, START).len(), 3, "others are asked");
}

#[test]
fn a_lookup_that_fails_without_an_answer_does_not_keep_other_seeds_from_being_asked() {
    let mut addrman = discovering(None);
    addrman.need_addresses(true);
    for _ in lookups(&mut addrman, START) {
        assert_eq!(lookups(&mut addrman, START), [""; 0], "a lookup is in flight");
        addrman.lookup_failed();
    }
    assert_eq!(lookups(&mut addrman, START).len(), 3, "others are asked");
}

#[test]
fn behind_a_proxy_seeds_are_dialled_by_name_and_asked_as_peers() {
    let mut addrman = discovering(Some(at("127.0.0.1:9050")));
    addrman.need_addresses(true);
    let actions = addrman.timer(START);
    let Action::DialSeed(address) = &actions[0] else { panic!("{actions:?}") };
    let Host::Name(name) = &address.host else { panic!("{address}") };
    connect(&mut addrman, A, address.clone(), ConnectionKind::AddrFetch);
    let own = Input::Addresses(vec![known("20.1.0.1")]);
    assert_eq!(addrman.received(A, &own, START), [received(A, 1), Action::AddressesLearned]);
    let list = Input::Addresses(vec![known("20.1.0.1"), known("30.1.0.1")]);
    let done = Action::Disconnect(A, DisconnectReason::AddressesReceived);
    assert_eq!(addrman.received(A, &list, START), [received(A, 2), Action::AddressesLearned, done]);
    let ended = addrman.disconnected(A, &DisconnectReason::AddressesReceived, START);
    assert_eq!(ended, [seed(name, Ok(3))]);
}

#[test]
fn a_node_that_is_only_asked_for_its_mempool_list_is_noted_and_not_asked_for_addresses() {
    let mut addrman = discovering(None);
    connect(&mut addrman, A, at("40.1.0.1"), ConnectionKind::Outbound);
    addrman.received(A, &Input::Addresses(vec![known("20.1.0.1"), known("20.2.0.1")]), START);
    let fetch = ConnectionKind::MempoolFetch;
    let counts = |addrman: &AddrMan| {
        let [counts] = addrman.addresses().counts().try_into().unwrap();
        (counts.untried, counts.good, counts.failing)
    };
    assert_eq!(connect(&mut addrman, PeerId(2), at("20.1.0.1"), fetch), []);
    assert_eq!(counts(&addrman), (1, 1, 0));
    let unasked = Input::Addresses(vec![known("30.1.0.1"), known("30.2.0.1")]);
    assert_eq!(addrman.received(PeerId(2), &unasked, START), [received(PeerId(2), 2)], "not learned");
    addrman.disconnected(PeerId(2), &DisconnectReason::NoMempoolList, START);
    assert_eq!(counts(&addrman), (1, 1, 0), "it works, whether it gives a list or not");
    dial(&mut addrman, PeerId(3), at("20.2.0.1"), fetch, START);
    addrman.disconnected(PeerId(3), &DisconnectReason::Refused, START);
    assert_eq!(counts(&addrman), (0, 1, 1));
}

#[test]
fn a_dialled_seed_that_sends_no_addresses_in_time_is_disconnected() {
    let mut addrman = discovering(Some(at("127.0.0.1:9050")));
    let address = PeerAddress { host: Host::Name("seed.example".to_owned()), port: 8_333 };
    connect(&mut addrman, A, address, ConnectionKind::AddrFetch);
    addrman.timer(START);
    assert_eq!(addrman.deadline(START), Some(after(30)));
    assert_eq!(addrman.timer(after(30)), [Action::Disconnect(A, DisconnectReason::NoAddresses)]);
    let failure = SeedFailure::Connection(DisconnectReason::NoAddresses);
    let ended = addrman.disconnected(A, &DisconnectReason::NoAddresses, after(30));
    assert_eq!(ended, [seed("seed.example", Err(failure))]);
}

#[test]
fn the_fixed_seeds_are_those_that_can_be_reached() {
    let mut addrman = discovering(None);
    let actions = addrman.use_fixed_seeds(START);
    let [Action::Emit(EventKind::Seed { name, answer: Ok(count) }), Action::AddressesLearned] = &actions[..]
    else {
        panic!("{actions:?}")
    };
    assert_eq!(name, "built-in list");
    assert_eq!(*count, 512 + 512, "only IPv4 and IPv6 without a proxy");
}

#[test]
fn an_address_is_to_blame_for_a_failure_unless_our_own_network_may_be() {
    let timeout = DisconnectReason::DialTimeout(Duration::from_secs(5));
    assert!(is_to_blame(&timeout, true));
    assert!(!is_to_blame(&timeout, false), "no peer is connected");
    assert!(is_to_blame(&DisconnectReason::Refused, false));
    assert!(!is_to_blame(&DisconnectReason::ShuttingDown, true));
}

#[test]
fn the_number_of_known_addresses_is_reported_when_it_changes() {
    let mut addrman = discovering(None);
    assert_eq!(addrman.timer(START), [Action::Emit(EventKind::Addresses(vec![]))]);
    assert_eq!((addrman.timer(START), addrman.deadline(START)), (vec![], None));
    addrman.use_fixed_seeds(START);
    assert_eq!(addrman.deadline(START), Some(after(10)));
    let actions = addrman.timer(after(10));
    assert!(matches!(&actions[..], [Action::Emit(EventKind::Addresses(counts))] if counts.len() == 2));
}
