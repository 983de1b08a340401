//! What gets into the book, what leaves it, and what it survives.

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

fn book() -> AddrTable {
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

/// Every address stands in one place, and every place that is taken has its address.
fn assert_consistent(book: &AddrTable) {
    let standing: Vec<&PeerAddress> = book.new.iter().chain(&book.tried).flatten().collect();
    assert_eq!(standing.len(), book.len());
    for (address, entry) in &book.entries {
        let stands = if entry.tried {
            &book.tried[book.key.tried_place(address)]
        } else {
            &book.new[book.key.new_place(address, &entry.source)]
        };
        assert_eq!(stands.as_ref(), Some(address));
    }
}

#[test]
fn only_what_could_be_a_node_of_the_network_is_learned() {
    let mut book = book();
    let onion = format!("{}.onion", "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd");
    let i2p = format!("{}.b32.i2p", "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq");
    for text in ["20.1.2.3", "[2a01:4f8::1]", &onion, &i2p] {
        assert!(book.learn(&known(at(text)), &from("30.0.0.1"), NOW), "{text}");
    }
    for text in ["127.0.0.1", "10.0.0.1", "[fe80::1]", "node.example", "20.1.2.3:25", "20.1.2.3:443"] {
        assert!(!book.learn(&known(at(text)), &from("30.0.0.1"), NOW), "{text}");
    }
    let no_port = PeerAddress { port: 0, ..at("20.1.2.4") };
    assert!(!book.learn(&known(no_port), &from("30.0.0.1"), NOW));
    assert_eq!(book.len(), 4);
    let mut private = AddrTable::new(AddrKey(1, 2), true);
    assert!(private.learn(&known(at("127.0.0.1")), &AddrSource::Fixed, NOW));
}

#[test]
fn what_is_heard_again_adds_what_was_not_known() {
    let mut book = book();
    let first = KnownAddress { services: Services::NETWORK, ..seen("20.1.2.3", NOW - HOUR * 50) };
    assert!(book.learn(&first, &from("30.0.0.1"), NOW));
    let again = KnownAddress { services: Services::WITNESS, ..seen("20.1.2.3", NOW) };
    assert!(!book.learn(&again, &from("40.0.0.1"), NOW));
    assert_eq!(book.entries[&at("20.1.2.3")].services, FULL);
    assert_eq!(book.entries[&at("20.1.2.3")].seen, NOW - HOUR * 2);
    assert_eq!(book.entries[&at("20.1.2.3")].source, from("30.0.0.1"));
    book.succeed(&at("20.1.2.3"), Services::NETWORK, NOW);
    book.learn(&again, &from("40.0.0.1"), NOW);
    assert_eq!(book.entries[&at("20.1.2.3")].services, Services::NETWORK, "we know better ourselves");
}

#[test]
fn time_stamps_are_believed_within_reason() {
    let seen_at = |known: &KnownAddress, source| believable(known, source, NOW);
    let peer = from("30.0.0.1");
    assert_eq!(seen_at(&seen("20.1.2.3", NOW - HOUR), &peer), NOW - HOUR * 3);
    assert_eq!(seen_at(&seen("30.0.0.1", NOW), &peer), NOW, "of itself");
    assert_eq!(seen_at(&seen("20.1.2.3", NOW), &AddrSource::Fixed), NOW);
    let days_ago = NOW - HOUR * (5 * 24);
    assert_eq!(seen_at(&seen("20.1.2.3", NOW + HOUR), &AddrSource::Fixed), days_ago);
    assert_eq!(seen_at(&seen("20.1.2.3", Timestamp::from_secs(0)), &AddrSource::Fixed), days_ago);
}

#[test]
fn fifty_thousand_addresses_of_one_source_fill_a_sixteenth_of_the_book() {
    let mut book = book();
    let honest: Vec<PeerAddress> = (1_000_000..1_001_000).map(spread).collect();
    for (number, address) in (0..).zip(&honest) {
        book.learn(&known(address.clone()), &AddrSource::Peer(spread(2_000_000 + number)), NOW);
    }
    let before = book.len();
    let accepted = (0..50_000).filter(|&n| book.learn(&known(spread(n)), &from("30.0.0.1"), NOW)).count();
    let share = usize::try_from(NEW_BUCKETS_PER_SOURCE).unwrap() * BUCKET_SIZE;
    assert!(accepted <= share, "{accepted} of at most {share}");
    assert_eq!(book.len(), before + accepted, "nobody was pushed out");
    assert_consistent(&book);
    let (mut chance, honest): (_, HashSet<PeerAddress>) = (rng(), honest.into_iter().collect());
    let picks = (0..1_000).filter_map(|_| book.select(NOW, &mut chance, any));
    let honest_picks = picks.filter(|pick| honest.contains(pick)).count();
    assert!(honest_picks > 850, "{honest_picks} of 1,000 although {accepted} of {} are made up", book.len());
    let later = (3_000_000..3_000_100).filter(|&n| book.learn(&known(spread(n)), &from("99.9.0.1"), NOW));
    assert!(later.count() > 80, "others still find places");
}

#[test]
fn a_netgroup_fills_a_thirty_second_of_the_tried_table() {
    let mut book = book();
    for number in 0..10_000_u32 {
        let [.., c, d] = number.to_be_bytes();
        let address = PeerAddress { host: Host::from_ip(Ipv4Addr::new(20, 1, c, d).into()), port: 8_333 };
        book.learn(&known(address.clone()), &AddrSource::Peer(spread(number)), NOW);
        book.succeed(&address, FULL, NOW);
    }
    let limit = usize::try_from(TRIED_BUCKETS_PER_GROUP).unwrap() * BUCKET_SIZE;
    assert!(book.tried.iter().flatten().count() <= limit);
    assert_consistent(&book);
}

/// Two addresses that want the same place in the tried table.
fn rivals(book: &AddrTable) -> (PeerAddress, PeerAddress) {
    let first = spread(0);
    let place = book.key.tried_place(&first);
    let second = (1..1_000_000).map(spread).find(|other| book.key.tried_place(other) == place).unwrap();
    (first, second)
}

#[test]
fn one_that_worked_lately_keeps_its_place_against_another() {
    let mut book = book();
    let (first, second) = rivals(&book);
    for address in [&first, &second] {
        book.learn(&known(address.clone()), &AddrSource::Fixed, NOW);
    }
    book.succeed(&first, FULL, NOW);
    book.succeed(&second, FULL, NOW + HOUR);
    assert!(book.entries[&first].tried && !book.entries[&second].tried);
    book.succeed(&second, FULL, NOW + HOUR * 5);
    assert!(!book.entries[&first].tried && book.entries[&second].tried);
    book.fail(&second, NOW + HOUR * 6, true);
    book.succeed(&first, FULL, NOW + HOUR * 6);
    assert!(book.entries[&first].tried, "the other has failed since");
    assert_consistent(&book);
}

#[test]
fn a_place_is_yielded_by_the_terrible_only() {
    let mut book = book();
    let source = from("30.0.0.1");
    let first = spread(0);
    let place = book.key.new_place(&first, &source);
    let second =
        (1..1_000_000).map(spread).find(|other| book.key.new_place(other, &source) == place).unwrap();
    assert!(book.learn(&known(first.clone()), &source, NOW));
    assert!(!book.learn(&known(second.clone()), &source, NOW));
    (0..3).for_each(|_| book.fail(&first, NOW, true));
    assert!(!book.learn(&known(second.clone()), &source, NOW), "it was tried a moment ago");
    assert!(book.learn(&known(second), &source, NOW + HOUR));
    assert!(!book.entries.contains_key(&first));
    assert_consistent(&book);
}

#[test]
fn known_good_and_new_ones_are_mixed() {
    let mut book = book();
    (0..500).for_each(|n| _ = book.learn(&known(spread(n)), &AddrSource::Fixed, NOW));
    let good: Vec<PeerAddress> = book.entries.keys().take(5).cloned().collect();
    for address in &good {
        book.succeed(address, FULL, NOW);
    }
    let mut chance = rng();
    let picks: Vec<PeerAddress> = (0..400).filter_map(|_| book.select(NOW, &mut chance, any)).collect();
    let good_picks = picks.iter().filter(|pick| good.contains(pick)).count();
    assert!((150..250).contains(&good_picks), "{good_picks} of 400");
    let different: HashSet<&PeerAddress> = picks.iter().collect();
    assert!(different.len() > 100);
}

#[test]
fn a_failed_address_is_left_alone_and_then_less_likely() {
    let mut book = book();
    for text in ["20.1.0.1", "20.2.0.1"] {
        book.learn(&known(at(text)), &AddrSource::Dns("seed.example".into()), NOW);
    }
    let mut chance = rng();
    (0..5).for_each(|_| book.fail(&at("20.1.0.1"), NOW, true));
    (0..50).for_each(|_| assert_eq!(book.select(NOW, &mut chance, any), Some(at("20.2.0.1"))));
    let rested = book.next_rested(NOW, any).unwrap();
    assert!((384..=480).contains(&rested.since(NOW).as_secs()), "{:?}", rested.since(NOW));
    let picks = (0..400).filter_map(|_| book.select(rested, &mut chance, any));
    let failed_picks = picks.filter(|pick| *pick == at("20.1.0.1")).count();
    assert!((10..150).contains(&failed_picks), "{failed_picks} of 400");
    assert_eq!(book.select(NOW, &mut chance, |_, _| false), None);
}

#[test]
fn who_offers_other_things_but_not_the_v2_transport_is_spoken_to_in_v1() {
    let mut book = book();
    let v1_only = |book: &AddrTable| book.speaks_v1_only(&at("20.1.0.1"));
    assert!(!v1_only(&book));
    let unknown = KnownAddress { services: Services::NONE, ..known(at("20.1.0.1")) };
    book.learn(&unknown, &AddrSource::Fixed, NOW);
    assert!(!v1_only(&book), "it is worth a try");
    book.learn(&known(at("20.1.0.1")), &AddrSource::Fixed, NOW);
    assert!(v1_only(&book));
    book.succeed(&at("20.1.0.1"), FULL.with(Services::P2P_V2), NOW);
    assert!(!v1_only(&book));
    book.note_transport(&at("20.1.0.1"), true);
    assert!(v1_only(&book));
}

#[test]
fn sizes_are_told_by_network_and_state() {
    let mut book = book();
    for text in ["20.1.0.1", "20.2.0.1", "20.3.0.1", "[2a01::1]"] {
        book.learn(&known(at(text)), &AddrSource::Fixed, NOW);
    }
    book.succeed(&at("20.1.0.1"), FULL, NOW);
    book.lose(&at("20.1.0.1"), NOW);
    book.fail(&at("20.2.0.1"), NOW, false);
    let size = |network, untried, good, failing| AddressCounts { network, untried, good, failing };
    assert_eq!(book.sizes(), [size(AddressNetwork::Ipv4, 1, 1, 1), size(AddressNetwork::Ipv6, 1, 0, 0)]);
}

#[test]
fn what_is_saved_comes_back() {
    let mut book = book();
    (0..300).for_each(|n| _ = book.learn(&known(spread(n)), &AddrSource::Peer(spread(n / 10)), NOW));
    book.learn(&known(at("[2a01:4f8::1]")), &AddrSource::Dns("seed.example".into()), NOW);
    let cjdns = PeerAddress { host: Host::Cjdns("fc11::1".parse().unwrap()), port: 8_333 };
    assert!(book.learn(&known(cjdns), &AddrSource::Fixed, NOW));
    (0..30).for_each(|n| book.succeed(&spread(n), FULL, NOW));
    (30..60).for_each(|n| book.fail(&spread(n), NOW, true));
    book.note_transport(&spread(1), true);
    let restored = AddrTable::from_saved(&book.to_saved(), false);
    assert_consistent(&restored);
    assert_eq!(restored.changes(), 0);
    book.entries.values_mut().for_each(|entry| entry.tries = 0);
    assert_eq!(restored.entries, book.entries);
    assert!(restored.speaks_v1_only(&spread(1)));
}

proptest! {
    #[test]
    fn whatever_happens_everything_has_its_place(
        steps in prop::collection::vec((0_u8..5, 0_u32..300, 0_u32..4, 0_u64..400), 1..400),
    ) {
        let mut book = book();
        let mut now = NOW;
        for (what, number, source, minutes) in steps {
            now = now + Duration::from_mins(minutes);
            let address = PeerAddress { port: 2_000 + u16::try_from(number).unwrap(), ..spread(0) };
            match what {
                0 | 1 => _ = book.learn(&known(address), &AddrSource::Peer(spread(source)), now),
                2 => book.succeed(&address, FULL, now),
                3 => book.fail(&address, now, true),
                _ => book.lose(&address, now),
            }
            prop_assert!(book.len() <= AddrTable::CAPACITY);
        }
        assert_consistent(&book);
    }
}
