//! When more addresses are needed, and what happens once they arrive.

use super::*;

#[test]
fn more_addresses_are_needed_when_there_are_none_or_none_answers_in_time() {
    let mut search = Search::outbound(3, []);
    search.dial(START);
    assert!(search.needs_addresses);
    let mut search = Search::outbound(3, (1..=20).map(|b| format!("20.{b}.0.1")));
    let dials = search.dial(START);
    assert!(!search.needs_addresses, "the known ones have their time");
    assert_eq!(search.deadline(), Some(after(11.0)));
    search.connect(&dials[..1], START);
    search.dial(after(11.0));
    assert!(search.needs_addresses, "one peer is not enough");
    search.connect(&dials[1..2], after(12.0));
    search.dial(after(12.0));
    assert!(!search.needs_addresses, "two will send more");
    let mut manual = Search::manual(&[]);
    manual.dial(START);
    assert!(!manual.needs_addresses);
}

#[test]
fn after_new_addresses_arrived_they_are_dialled_at_once() {
    let mut search = Search::outbound(1, []);
    assert_eq!(search.dial(START), []);
    search.addrman = Search::outbound(1, ["20.1.0.1".to_owned()]).addrman;
    assert_eq!(search.dial(after(1.0)), [], "nothing has changed yet");
    search.connections.addresses_learned(after(1.0));
    assert_eq!(search.dial(after(1.0)).len(), 1);
}

#[test]
fn the_fixed_seeds_are_used_when_no_peer_was_reached_in_a_minute() {
    let mut search = Search::outbound(2, ["20.1.0.1".to_owned()]);
    search.all_fail(after(59.9));
    assert!(!search.uses_fixed_seeds);
    search.all_fail(after(60.0));
    assert!(std::mem::take(&mut search.uses_fixed_seeds));
    search.all_fail(after(200.0));
    assert!(!search.uses_fixed_seeds, "once");
    let mut reached = Search::outbound(2, ["20.1.0.1".to_owned()]);
    let dials = reached.dial(START);
    reached.connect(&dials, START);
    reached.dial(after(60.0));
    assert!(!reached.uses_fixed_seeds);
    let without_dns = Discovery { dns: false, ..Discovery::default() };
    let mut alone = Search::new(PeerChoice::Discover(without_dns), &known([]));
    alone.dial(START);
    assert!(alone.uses_fixed_seeds, "there is nothing to wait for");
}

#[test]
fn a_seed_is_dialled_by_name_beside_the_peers() {
    let mut search = Search::outbound(1, ["20.1.0.1".to_owned()]);
    let peers = search.dial(START);
    search.connect(&peers, START);
    search.connections.dial_seed(name("seed.example"), START);
    assert!(search.deadline().unwrap() <= START);
    let [seed] = search.dial(START).try_into().unwrap();
    assert_eq!((seed.address, seed.kind), (name("seed.example"), ConnectionKind::AddrFetch));
    // The seed relays nothing, which does not matter.
    search.connections.opened(seed.peer, START);
    let blocks_only = PeerInfo { relay: false, ..info(Services::NONE) };
    assert_eq!(search.connections.connected(seed.peer, &blocks_only, START), []);
    assert_eq!(search.disconnect(seed.peer, &DisconnectReason::AddressesReceived, after(1.0)), None);
    assert_eq!(search.dial(after(31.0)), [], "it is not replaced");
}
