//! Learning, replacing, selecting and saving addresses.

use crate::event::{AddressCounts, AddressNetwork};
use crate::p2p::addrman::table::place::{NEW_BUCKETS_PER_SOURCE, TRIED_BUCKETS_PER_GROUP};
use crate::p2p::addrman::table::*;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::collections::HashSet;
use std::net::Ipv4Addr;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const HOUR: Duration = Duration::from_hours(1);
const FULL: Services = Services::NETWORK.with(Services::WITNESS);

fn table() -> AddrTable {
    AddrTable::new(AddrKey(1, 2), false)
}

fn at(text: &str) -> PeerAddress {
    PeerAddress::parse(text, 8_333).unwrap()
}

fn known(address: PeerAddress) -> KnownAddress {
    KnownAddress { time: u32::try_from(NOW.as_secs()).unwrap(), services: FULL, address }
}

fn seen(address: &str, seen: Timestamp) -> KnownAddress {
    KnownAddress { time: u32::try_from(seen.as_secs()).unwrap(), ..known(at(address)) }
}

fn from(text: &str) -> AddrSource {
    AddrSource::Peer(at(text))
}

/// The `number`th public address of IPv4, spread over all of its netgroups.
fn spread(number: u32) -> PeerAddress {
    let [a, b, c, d] = number.wrapping_mul(2_654_435_769).to_be_bytes();
    let ip = Ipv4Addr::new(11 + a % 80, b, c, d);
    PeerAddress { host: Host::from_ip(ip.into()), port: 8_333 }
}

fn rng() -> SmallRng {
    SmallRng::seed_from_u64(7)
}

fn any(_: &PeerAddress, _: Services) -> bool {
    true
}

/// Asserts that every address has exactly one place.
fn assert_consistent(table: &AddrTable) {
    let placed: Vec<&PeerAddress> = table.new.values().chain(table.tried.values()).collect();
    assert_eq!(placed.len(), table.len());
    for (address, entry) in &table.entries {
        let place = if entry.tried {
            table.tried.get(&table.key.tried_place(address))
        } else {
            table.new.get(&table.key.new_place(address, &entry.source))
        };
        assert_eq!(place, Some(address));
    }
}

#[test]
fn only_addresses_that_could_be_nodes_are_learned() {
    let mut table = table();
    let onion = format!("{}.onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd");
    let i2p = format!("{}.b32.i2p", "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq");
    for text in ["20.1.2.3", "[2a01:4f8::1]", &onion, &i2p] {
        assert!(table.learn(&known(at(text)), &from("30.0.0.1"), NOW), "{text}");
    }
    for text in ["127.0.0.1", "10.0.0.1", "[fe80::1]", "node.example", "20.1.2.3:25", "20.1.2.3:443"] {
        assert!(!table.learn(&known(at(text)), &from("30.0.0.1"), NOW), "{text}");
    }
    let no_port = PeerAddress { port: 0, ..at("20.1.2.4") };
    assert!(!table.learn(&known(no_port), &from("30.0.0.1"), NOW));
    assert_eq!(table.len(), 4);
    let mut private = AddrTable::new(AddrKey(1, 2), true);
    assert!(private.learn(&known(at("127.0.0.1")), &AddrSource::Fixed, NOW));
    for text in ["0.0.0.0", "255.255.255.255", "[::]", "224.0.0.1", "[ff02::1]"] {
        assert!(!private.learn(&known(at(text)), &AddrSource::Fixed, NOW), "{text}");
    }
    let no_key = PeerAddress { host: Host::TorV3([0; 32]), port: 8_333 };
    assert!(!private.learn(&known(no_key), &AddrSource::Fixed, NOW));
}

#[test]
fn an_address_that_is_learned_again_adds_services_and_time() {
    let mut table = table();
    let first = KnownAddress { services: Services::NETWORK, ..seen("20.1.2.3", NOW - HOUR * 50) };
    assert!(table.learn(&first, &from("30.0.0.1"), NOW));
    let again = KnownAddress { services: Services::WITNESS, ..seen("20.1.2.3", NOW) };
    assert!(!table.learn(&again, &from("40.0.0.1"), NOW));
    assert_eq!(table.entries[&at("20.1.2.3")].services, FULL);
    assert_eq!(table.entries[&at("20.1.2.3")].seen, NOW - HOUR * 2);
    assert_eq!(table.entries[&at("20.1.2.3")].source, from("30.0.0.1"));
    table.connected(&at("20.1.2.3"), Services::NETWORK, NOW);
    table.learn(&again, &from("40.0.0.1"), NOW);
    assert_eq!(table.entries[&at("20.1.2.3")].services, Services::NETWORK, "its own word counts more");
}

#[test]
fn timestamps_are_believed_within_limits() {
    let seen_at = |known: &KnownAddress, source| credible_time(known, source, NOW);
    let peer = from("30.0.0.1");
    assert_eq!(seen_at(&seen("20.1.2.3", NOW - HOUR), &peer), NOW - HOUR * 3);
    assert_eq!(seen_at(&seen("30.0.0.1", NOW), &peer), NOW, "its own address");
    assert_eq!(seen_at(&seen("20.1.2.3", NOW), &AddrSource::Fixed), NOW);
    let days_ago = NOW - HOUR * (5 * 24);
    assert_eq!(seen_at(&seen("20.1.2.3", NOW + HOUR), &AddrSource::Fixed), days_ago);
    assert_eq!(seen_at(&seen("20.1.2.3", Timestamp::from_secs(0)), &AddrSource::Fixed), days_ago);
}

#[test]
fn fifty_thousand_addresses_from_one_source_fill_a_sixteenth_of_the_table() {
    let mut table = table();
    let honest: Vec<PeerAddress> = (1_000_000..1_001_000).map(spread).collect();
    for (number, address) in (0..).zip(&honest) {
        table.learn(&known(address.clone()), &AddrSource::Peer(spread(2_000_000 + number)), NOW);
    }
    let before = table.len();
    let accepted = (0..50_000).filter(|&n| table.learn(&known(spread(n)), &from("30.0.0.1"), NOW)).count();
    let share = usize::try_from(NEW_BUCKETS_PER_SOURCE).unwrap() * BUCKET_SIZE;
    assert!(accepted <= share, "{accepted} of at most {share}");
    assert_eq!(table.len(), before + accepted, "no other address was replaced");
    assert_consistent(&table);
    let (mut chance, honest): (_, HashSet<PeerAddress>) = (rng(), honest.into_iter().collect());
    let picks = (0..1_000).filter_map(|_| table.select(NOW, &mut chance, any));
    let honest_picks = picks.filter(|pick| honest.contains(pick)).count();
    assert!(honest_picks > 850, "{honest_picks} of 1,000 although {accepted} of {} are made up", table.len());
    let later = (3_000_000..3_000_100).filter(|&n| table.learn(&known(spread(n)), &from("99.9.0.1"), NOW));
    assert!(later.count() > 80, "addresses from other sources still find places");
}

#[test]
fn a_netgroup_fills_a_thirty_second_of_the_tried_table() {
    let mut table = table();
    for number in 0..10_000_u32 {
        let [.., c, d] = number.to_be_bytes();
        let address = PeerAddress { host: Host::from_ip(Ipv4Addr::new(20, 1, c, d).into()), port: 8_333 };
        table.learn(&known(address.clone()), &AddrSource::Peer(spread(number)), NOW);
        table.connected(&address, FULL, NOW);
    }
    let limit = usize::try_from(TRIED_BUCKETS_PER_GROUP).unwrap() * BUCKET_SIZE;
    assert!(table.tried.len() <= limit);
    assert_consistent(&table);
}

/// Returns two addresses with the same place in the tried table.
fn same_place(table: &AddrTable) -> (PeerAddress, PeerAddress) {
    let first = spread(0);
    let place = table.key.tried_place(&first);
    let second = (1..1_000_000).map(spread).find(|other| table.key.tried_place(other) == place).unwrap();
    (first, second)
}

#[test]
fn an_address_that_worked_lately_keeps_its_place() {
    let mut table = table();
    let (first, second) = same_place(&table);
    for address in [&first, &second] {
        table.learn(&known(address.clone()), &AddrSource::Fixed, NOW);
    }
    table.connected(&first, FULL, NOW);
    table.connected(&second, FULL, NOW + HOUR);
    assert!(table.entries[&first].tried && !table.entries[&second].tried);
    table.connected(&second, FULL, NOW + HOUR * 5);
    assert!(!table.entries[&first].tried && table.entries[&second].tried);
    table.failed(&second, NOW + HOUR * 6, true);
    table.connected(&first, FULL, NOW + HOUR * 6);
    assert!(table.entries[&first].tried, "the other one has failed since");
    assert_consistent(&table);
}

#[test]
fn only_a_terrible_address_is_replaced() {
    let mut table = table();
    let source = from("30.0.0.1");
    let first = spread(0);
    let place = table.key.new_place(&first, &source);
    let second =
        (1..1_000_000).map(spread).find(|other| table.key.new_place(other, &source) == place).unwrap();
    assert!(table.learn(&known(first.clone()), &source, NOW));
    assert!(!table.learn(&known(second.clone()), &source, NOW));
    (0..3).for_each(|_| table.failed(&first, NOW, true));
    assert!(!table.learn(&known(second.clone()), &source, NOW), "it was tried a moment ago");
    assert!(table.learn(&known(second), &source, NOW + HOUR));
    assert!(!table.entries.contains_key(&first));
    assert_consistent(&table);
}

#[test]
fn tried_and_new_addresses_are_selected_alike() {
    let mut table = table();
    (0..500).for_each(|n| _ = table.learn(&known(spread(n)), &AddrSource::Fixed, NOW));
    let good: Vec<PeerAddress> = table.entries.keys().take(5).cloned().collect();
    for address in &good {
        table.connected(address, FULL, NOW);
    }
    let mut chance = rng();
    let picks: Vec<PeerAddress> = (0..400).filter_map(|_| table.select(NOW, &mut chance, any)).collect();
    let good_picks = picks.iter().filter(|pick| good.contains(pick)).count();
    assert!((150..250).contains(&good_picks), "{good_picks} of 400");
    let different: HashSet<&PeerAddress> = picks.iter().collect();
    assert!(different.len() > 100);
}

#[test]
fn a_failed_address_backs_off_and_is_then_less_likely() {
    let mut table = table();
    for text in ["20.1.0.1", "20.2.0.1"] {
        table.learn(&known(at(text)), &AddrSource::Dns("seed.example".into()), NOW);
    }
    let mut chance = rng();
    (0..5).for_each(|_| table.failed(&at("20.1.0.1"), NOW, true));
    (0..50).for_each(|_| assert_eq!(table.select(NOW, &mut chance, any), Some(at("20.2.0.1"))));
    let rested = table.next_retry(NOW, any).unwrap();
    assert!((384..=480).contains(&rested.since(NOW).as_secs()), "{:?}", rested.since(NOW));
    let picks = (0..400).filter_map(|_| table.select(rested, &mut chance, any));
    let failed_picks = picks.filter(|pick| *pick == at("20.1.0.1")).count();
    assert!((10..150).contains(&failed_picks), "{failed_picks} of 400");
    assert_eq!(table.select(NOW, &mut chance, |_, _| false), None);
}

#[test]
fn a_node_that_offers_services_without_the_v2_transport_is_dialled_in_v1() {
    let mut table = table();
    let v1_only = |table: &AddrTable| table.speaks_v1_only(&at("20.1.0.1"));
    assert!(!v1_only(&table));
    let unknown = KnownAddress { services: Services::NONE, ..known(at("20.1.0.1")) };
    table.learn(&unknown, &AddrSource::Fixed, NOW);
    assert!(!v1_only(&table), "its services are unknown");
    table.learn(&known(at("20.1.0.1")), &AddrSource::Fixed, NOW);
    assert!(v1_only(&table));
    table.connected(&at("20.1.0.1"), FULL.with(Services::P2P_V2), NOW);
    assert!(!v1_only(&table));
    table.note_transport(&at("20.1.0.1"), true);
    assert!(v1_only(&table));
}

#[test]
fn addresses_are_counted_by_network_and_state() {
    let mut table = table();
    for text in ["20.1.0.1", "20.2.0.1", "20.3.0.1", "[2a01::1]"] {
        table.learn(&known(at(text)), &AddrSource::Fixed, NOW);
    }
    table.connected(&at("20.1.0.1"), FULL, NOW);
    table.disconnected(&at("20.1.0.1"), NOW);
    table.failed(&at("20.2.0.1"), NOW, false);
    let counts = |network, untried, good, failing| AddressCounts { network, untried, good, failing };
    assert_eq!(
        table.counts(),
        [counts(AddressNetwork::Ipv4, 1, 1, 1), counts(AddressNetwork::Ipv6, 1, 0, 0)]
    );
}

#[test]
fn a_saved_table_is_restored() {
    let mut table = table();
    (0..300).for_each(|n| _ = table.learn(&known(spread(n)), &AddrSource::Peer(spread(n / 10)), NOW));
    table.learn(&known(at("[2a01:4f8::1]")), &AddrSource::Dns("seed.example".into()), NOW);
    let cjdns = PeerAddress { host: Host::Cjdns("fc11::1".parse().unwrap()), port: 8_333 };
    assert!(table.learn(&known(cjdns), &AddrSource::Fixed, NOW));
    (0..30).for_each(|n| table.connected(&spread(n), FULL, NOW));
    (30..60).for_each(|n| table.failed(&spread(n), NOW, true));
    table.note_transport(&spread(1), true);
    let restored = AddrTable::from_saved(&table.to_saved(), false);
    assert_consistent(&restored);
    assert_eq!(restored.changes(), 0);
    table.entries.values_mut().for_each(|entry| entry.tries = 0);
    assert_eq!(restored.entries, table.entries);
    assert!(restored.speaks_v1_only(&spread(1)));
}

proptest! {
    #[test]
    fn every_address_always_has_one_place(
        steps in prop::collection::vec((0_u8..5, 0_u32..300, 0_u32..4, 0_u64..400), 1..400),
    ) {
        let mut table = table();
        let mut now = NOW;
        for (what, number, source, minutes) in steps {
            now = now + Duration::from_mins(minutes);
            let address = PeerAddress { port: 2_000 + u16::try_from(number).unwrap(), ..spread(0) };
            match what {
                0 | 1 => _ = table.learn(&known(address), &AddrSource::Peer(spread(source)), now),
                2 => table.connected(&address, FULL, now),
                3 => table.failed(&address, now, true),
                _ => table.disconnected(&address, now),
            }
            prop_assert!(table.len() <= AddrTable::CAPACITY);
        }
        assert_consistent(&table);
    }
}
