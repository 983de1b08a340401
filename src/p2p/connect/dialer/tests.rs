//! Redials of chosen peers; the search for others.

use crate::address::Host;
use crate::address::netgroup::NetGroup;
use crate::event::Uselessness;
use crate::p2p::addrman::table::AddrKey;
use crate::p2p::connect::dialer::*;
use crate::p2p::settings::Discovery;
use crate::wire::Services;
use std::collections::HashSet;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const REFUSED: DisconnectReason = DisconnectReason::Refused;

fn after(secs: f64) -> Timestamp {
    START + Duration::from_secs_f64(secs)
}

fn ip(text: &str) -> PeerAddress {
    PeerAddress { host: Host::from_ip(text.parse().unwrap()), port: 8_333 }
}

fn name(text: &str) -> PeerAddress {
    PeerAddress { host: Host::Name(text.to_owned()), port: 8_333 }
}

fn info(services: Services) -> PeerInfo {
    PeerInfo {
        version: 70_016,
        services,
        user_agent: String::new(),
        start_height: 0,
        relay: true,
        clock_offset: 0,
        wtxid_relay: true,
    }
}

fn known(address: PeerAddress) -> KnownAddress {
    KnownAddress { time: 1_700_000_000, services: Services::NONE, address }
}

fn book() -> AddrTable {
    AddrTable::new(AddrKey(1, 2), false)
}

fn fixed(addresses: &[PeerAddress]) -> Dialer {
    let choice = PeerChoice::Only(addresses.to_vec());
    Dialer::new(&Settings { choice, ..Settings::default() }, book(), START, 1)
}

fn search(discovery: Discovery, addresses: impl IntoIterator<Item = String>) -> Dialer {
    let settings = Settings { choice: PeerChoice::Discover(discovery), ..Settings::default() };
    let mut dialer = Dialer::new(&settings, book(), START, 1);
    learn(&mut dialer, addresses);
    dialer
}

fn discovery(wanted: usize, addresses: impl IntoIterator<Item = String>) -> Dialer {
    search(Discovery { peers: wanted, ..Discovery::default() }, addresses)
}

fn learn(dialer: &mut Dialer, addresses: impl IntoIterator<Item = String>) {
    for text in addresses {
        // Each from another source, so that none is refused for want of a place.
        assert_eq!(dialer.learn([&known(ip(&text))], &AddrSource::Dns(text), START), 1);
    }
}

fn make_ready(dialer: &mut Dialer, dials: &[Dial], now: Timestamp) {
    for dial in dials {
        dialer.opened(dial.peer);
        dialer.ready(dial.peer, &info(Services::WITNESS), now);
    }
}

/// All the dials that begin until `end` if each fails at once.
fn all_fail(dialer: &mut Dialer, end: Timestamp) -> Vec<(Timestamp, Dial)> {
    let (mut now, mut begun) = (START, Vec::new());
    while now <= end {
        dialer.take_fixed_seeds(now);
        let dials = dialer.due(now);
        if dials.is_empty() {
            now = dialer.deadline(now).unwrap().max(now + Duration::from_millis(1));
        }
        for dial in dials {
            dialer.ended(dial.peer, &REFUSED, now);
            begun.push((now, dial));
        }
    }
    begun
}

#[test]
fn chosen_peers_are_dialled_at_once_and_each_once() {
    let mut dialer = fixed(&[ip("1.1.1.1"), name("node.example"), ip("1.1.1.1"), ip("1.1.1.2")]);
    let dials = dialer.due(START);
    let addresses: Vec<_> = dials.iter().map(|dial| dial.address.clone()).collect();
    assert_eq!(addresses, [ip("1.1.1.1"), name("node.example"), ip("1.1.1.2")], "the group does not matter");
    assert!(dials.iter().all(|dial| dial.attempt == 1));
    assert_eq!(dialer.due(after(100.0)), []);
    assert_eq!(dialer.deadline(START), None);
}

#[test]
fn of_many_chosen_peers_a_few_are_dialled_at_a_time() {
    let addresses: Vec<_> = (1..30).map(|d| ip(&format!("1.1.1.{d}"))).collect();
    let mut dialer = fixed(&addresses);
    let first = dialer.due(START);
    assert_eq!(first.len(), MAX_DIALS);
    assert_eq!((dialer.due(START), dialer.deadline(START)), (vec![], None));
    dialer.opened(first[0].peer);
    dialer.ended(first[1].peer, &REFUSED, START);
    assert_eq!(dialer.due(START).len(), 2);
}

#[test]
fn a_lost_peer_is_redialled_under_its_id_with_growing_delays() {
    let mut dialer = fixed(&[ip("1.1.1.1")]);
    let mut now = START;
    for (attempt, full) in (1..).zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]) {
        let dials = dialer.due(now);
        assert_eq!(dials, [Dial { peer: PeerId(0), address: ip("1.1.1.1"), attempt, v1_only: false }]);
        let retry_at = dialer.ended(PeerId(0), &REFUSED, now).unwrap();
        assert_eq!(dialer.deadline(now), Some(retry_at));
        assert!((full * 0.79..=full).contains(&retry_at.since(now).as_secs_f64()), "{attempt}");
        assert_eq!(dialer.due(retry_at - Duration::from_millis(1)), []);
        now = retry_at;
    }
}

#[test]
fn a_steady_peer_is_redialled_quickly_and_one_that_comes_and_goes_is_not() {
    let mut dialer = fixed(&[ip("1.1.1.1")]);
    let mut now = START;
    let mut live_for = |dialer: &mut Dialer, secs| {
        let dials = dialer.due(now);
        assert_eq!(dials.len(), 1);
        make_ready(dialer, &dials, now);
        let lost = now + Duration::from_secs(secs);
        now = dialer.ended(PeerId(0), &DisconnectReason::ClosedByPeer, lost).unwrap();
        now.since(lost)
    };
    (0..6).for_each(|_| _ = live_for(&mut dialer, 1));
    assert!(live_for(&mut dialer, 1) > Duration::from_secs(40), "it came and went seven times");
    assert!(live_for(&mut dialer, 60) <= Duration::from_secs(1), "it was steady");
}

#[test]
fn as_many_peers_as_wanted_are_sought_each_in_another_group() {
    let same_group = (1..50).map(|d| format!("20.1.0.{d}"));
    let others = (1..50).map(|b| format!("30.{b}.0.1"));
    let mut dialer = discovery(12, same_group.chain(others));
    let first = dialer.due(START);
    assert_eq!(first.len(), MAX_DIALS, "not all at once");
    assert_eq!(dialer.due(after(9.0)), []);
    make_ready(&mut dialer, &first, after(9.0));
    let second = dialer.due(after(9.0));
    assert_eq!(second.len(), 4);
    let groups: HashSet<_> =
        first.iter().chain(&second).map(|dial| NetGroup::of(&dial.address.host)).collect();
    assert_eq!(groups.len(), 12);
}

#[test]
fn a_thousand_peers_are_reached_as_fast_as_they_answer() {
    let addresses = (0..1_100_u32).map(|number| format!("{}.{}.0.1", 20 + number / 200, number % 200));
    let mut dialer = discovery(1_000, []);
    // A source may tell two addresses that want the same place.
    for text in addresses {
        dialer.learn([&known(ip(&text))], &AddrSource::Dns(text), START);
    }
    let mut live = 0;
    loop {
        let dials = dialer.due(START);
        assert!(dials.len() <= MAX_DIALS);
        if dials.is_empty() {
            break;
        }
        live += dials.len();
        make_ready(&mut dialer, &dials, START);
    }
    assert_eq!(live, 1_000);
}

#[test]
fn a_lost_peer_is_replaced_at_once_and_rests_under_its_id() {
    let mut dialer = discovery(1, ["20.1.0.1".to_owned(), "20.2.0.1".to_owned()]);
    let first = dialer.due(START).remove(0);
    make_ready(&mut dialer, std::slice::from_ref(&first), START);
    assert_eq!(dialer.ended(first.peer, &DisconnectReason::PingTimeout, after(90.0)), None);
    let second = dialer.due(after(90.0)).remove(0);
    assert_ne!(first.address, second.address);
    dialer.ended(second.peer, &REFUSED, after(95.0));
    assert_eq!(dialer.due(after(110.0)), []);
    let rested = dialer.deadline(after(110.0)).unwrap();
    assert!((114..=120).contains(&rested.since(START).as_secs()), "{rested:?}");
    let again = dialer.due(rested);
    assert_eq!(again, [Dial { attempt: 2, v1_only: true, ..first }], "it said what it does not speak");
}

#[test]
fn rests_grow_from_failure_to_failure_and_there_is_no_storm() {
    let mut dialer = discovery(8, (1..=100).map(|b| format!("30.{b}.0.1")));
    let hour = after(3_600.0);
    let begun = all_fail(&mut dialer, hour);
    let per_second = |second: f64| {
        let within = |at: &Timestamp| *at >= after(second) && *at < after(second + 1.0);
        begun.iter().filter(|(at, _)| within(at)).count()
    };
    assert_eq!(per_second(0.0), 11, "a burst of 8, then 4 per second");
    assert!((1..3_600).all(|second| per_second(f64::from(second)) <= 12));
    let one: Vec<Timestamp> =
        begun.iter().filter(|(_, dial)| dial.address == ip("30.7.0.1")).map(|(at, _)| *at).collect();
    let rests: Vec<u64> = one.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect();
    assert!((6..=8).contains(&rests.len()), "{rests:?}");
    assert!(rests.windows(2).all(|pair| pair[1] > pair[0] * 3 / 2), "{rests:?}");
}

#[test]
fn without_a_network_nobody_is_blamed_and_nothing_is_dialled_all_the_time() {
    let mut dialer = discovery(8, (1..=100).map(|b| format!("30.{b}.0.1")));
    let unreachable =
        DisconnectReason::Unreachable(std::io::Error::from(std::io::ErrorKind::NetworkUnreachable).into());
    let first = dialer.due(START);
    for dial in &first {
        dialer.ended(dial.peer, &unreachable, START);
    }
    for until in [10.0, 30.0, 70.0, 130.0, 190.0] {
        let before = after(until - 0.1);
        assert_eq!(dialer.due(before), [], "pauses of 10, 20, 40, 60, 60 s");
        assert!(dialer.deadline(before).unwrap() <= after(until));
        let dials = dialer.due(after(until));
        assert_eq!(dials.len(), MAX_DIALS);
        for dial in dials {
            dialer.ended(dial.peer, &unreachable, after(until));
        }
    }
    let sizes = dialer.book().unwrap().sizes();
    assert!(sizes[0].failing > MAX_DIALS, "not reached, but they keep their places");
}

#[test]
fn of_no_use_means_not_again_for_an_hour() {
    let mut dialer = discovery(1, ["20.1.0.1".to_owned()]);
    let dials = dialer.due(START);
    make_ready(&mut dialer, &dials, START);
    dialer.ended(dials[0].peer, &DisconnectReason::NotUseful(Uselessness::BlocksOnly), START);
    assert_eq!(dialer.due(after(3_500.0)), []);
    assert_eq!(dialer.due(after(3_601.0)).len(), 1);
}

#[test]
fn who_is_known_to_serve_no_witnesses_is_not_dialled() {
    let mut dialer = discovery(2, []);
    let with = |services, text| KnownAddress { services, ..known(ip(text)) };
    dialer.learn([&with(Services::NETWORK, "20.1.0.1")], &AddrSource::Fixed, START);
    assert_eq!(dialer.due(START), []);
    dialer.learn([&with(Services::WITNESS, "20.2.0.1")], &AddrSource::Fixed, START);
    assert_eq!(dialer.due(START)[0].address, ip("20.2.0.1"));
}

#[test]
fn added_peers_come_besides_the_others_and_are_known_the_next_time() {
    let also = vec![ip("20.1.0.1"), name("node.example")];
    let wanted = Discovery { peers: 2, also, ..Discovery::default() };
    let mut dialer = search(wanted, ["20.1.0.1", "20.2.0.1", "20.3.0.1"].map(str::to_owned));
    let dials = dialer.due(START);
    let mut addresses: Vec<_> = dials.iter().map(|dial| dial.address.clone()).collect();
    addresses.sort();
    assert_eq!(addresses, [ip("20.1.0.1"), ip("20.2.0.1"), ip("20.3.0.1"), name("node.example")]);
    let ids: HashSet<PeerId> = dials.iter().map(|dial| dial.peer).collect();
    assert_eq!(ids.len(), 4);
    assert!(dialer.is_chosen(PeerId(0)) && dialer.is_chosen(PeerId(1)) && !dialer.is_chosen(PeerId(2)));
    make_ready(&mut dialer, &dials, START);
    assert_eq!(dialer.book().unwrap().sizes()[0].good, 3);
    assert!(dialer.ended(PeerId(0), &DisconnectReason::ClosedByPeer, START).is_some());
}

#[test]
fn seeds_are_asked_when_the_book_is_empty_or_leads_to_nobody_in_time() {
    let mut dialer = discovery(3, []);
    dialer.due(START);
    assert!(dialer.wants_addresses(START));
    learn(&mut dialer, (1..=20).map(|b| format!("20.{b}.0.1")));
    let dials = dialer.due(START);
    assert!(!dialer.wants_addresses(after(10.9)), "the book has its time");
    assert_eq!(dialer.deadline(after(1.0)), Some(after(11.0)));
    make_ready(&mut dialer, &dials[..1], START);
    assert!(dialer.wants_addresses(after(11.0)), "one is not enough");
    make_ready(&mut dialer, &dials[1..2], after(12.0));
    assert!(!dialer.wants_addresses(after(12.0)), "two will tell us more");
    assert!(!fixed(&[]).wants_addresses(START));
    assert_eq!(fixed(&[]).learn([&known(ip("20.1.0.1"))], &AddrSource::Fixed, START), 0);
}

#[test]
fn the_fixed_seeds_are_for_when_nobody_was_reached_in_a_minute() {
    let mut dialer = discovery(2, ["20.1.0.1".to_owned()]);
    assert!(!dialer.take_fixed_seeds(after(59.0)));
    assert!(dialer.take_fixed_seeds(after(60.0)));
    assert!(!dialer.take_fixed_seeds(after(61.0)), "once");
    let mut reached = discovery(2, ["20.1.0.1".to_owned()]);
    let dials = reached.due(START);
    make_ready(&mut reached, &dials, START);
    assert!(!reached.take_fixed_seeds(after(60.0)));
    let mut alone = search(Discovery { dns: false, ..Discovery::default() }, []);
    assert!(alone.take_fixed_seeds(START), "there is nothing to wait for");
    assert!(!fixed(&[]).take_fixed_seeds(after(99.0)));
}

#[test]
fn a_seed_is_dialled_by_name_beside_the_peers_and_has_half_a_minute() {
    let mut dialer = discovery(1, ["20.1.0.1".to_owned()]);
    let peers = dialer.due(START);
    make_ready(&mut dialer, &peers, START);
    dialer.fetch(name("seed.example"));
    assert!(dialer.deadline(START).unwrap() <= START);
    let seed = dialer.due(START).remove(0);
    assert_eq!(seed.address, name("seed.example"));
    assert!(dialer.is_fetch(seed.peer) && !dialer.is_fetch(peers[0].peer));
    assert_eq!(dialer.leaving(after(29.0)), []);
    assert_eq!(dialer.leaving(after(30.0)), [(seed.peer, DisconnectReason::NoAddresses)]);
    assert!(dialer.deadline(after(30.0)).unwrap() > after(30.0));
    dialer.ended(seed.peer, &DisconnectReason::NoAddresses, after(30.0));
    assert_eq!(dialer.due(after(31.0)), []);
}
