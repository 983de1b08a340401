//! Short-lived connections for the list of a whole mempool.

use super::*;

const LISTED: DisconnectReason = DisconnectReason::MempoolListed;

/// The service bits of a node that answers BIP35 `mempool`.
fn offers() -> Services {
    Services::WITNESS.with(Services::BLOOM)
}

fn table(addresses: impl IntoIterator<Item = (String, Services)>) -> AddrTable {
    let mut table = known([]);
    for (text, services) in addresses {
        let known = KnownAddress { time: 1_700_000_000, services, address: ip(&text) };
        table.learn(&known, &AddrSource::Dns(text), START);
    }
    table
}

/// A search without slots for lasting peers, so that all dials are for the list.
fn search(addresses: impl IntoIterator<Item = (String, Services)>) -> Search {
    let choice = PeerChoice::Discover(Discovery { peers: 0, ..Discovery::default() });
    Search::new(choice, &table(addresses))
}

fn ten_that_offer() -> impl Iterator<Item = (String, Services)> {
    (1..=10).map(|b| (format!("20.{b}.0.1"), offers()))
}

#[test]
fn two_nodes_that_promise_the_list_are_dialled_while_it_is_needed() {
    let others = (1..=50).map(|b| (format!("30.{b}.0.1"), Services::WITNESS));
    let mut search = search(ten_that_offer().chain(others));
    assert_eq!(search.dial(START), [], "no list is needed");
    search.connections.need_mempool_list(true, START);
    let dials = search.dial(START);
    assert_eq!(dials.len(), 2);
    for dial in &dials {
        assert_eq!(dial.kind, ConnectionKind::MempoolFetch);
        assert!(dial.address.to_string().starts_with("20."), "{dial:?}");
    }
    search.connect(&dials, START);
    assert_eq!(search.dial(after(100.0)), [], "they have not ended yet");
    search.connections.need_mempool_list(false, after(100.0));
    for dial in &dials {
        search.disconnect(dial.peer, &LISTED, after(100.0));
    }
    assert_eq!(search.dial(after(100.0)), [], "enough");
}

#[test]
fn without_a_list_the_next_address_is_asked_and_none_twice() {
    let mut search = search(ten_that_offer());
    search.connections.need_mempool_list(true, START);
    let mut asked = HashSet::new();
    for minute in 0..100_u32 {
        let now = after(f64::from(minute) * 60.0);
        let dials = search.dial(now);
        search.connect(&dials, now);
        for dial in dials {
            assert!(asked.insert(dial.address.clone()), "{} was asked twice", dial.address);
            // Some nodes have reached their upload target.
            let reason = if minute % 2 == 0 {
                DisconnectReason::ClosedByPeer
            } else {
                DisconnectReason::NoMempoolList
            };
            assert_eq!(search.disconnect(dial.peer, &reason, now), None);
        }
    }
    assert_eq!(asked.len(), 10);
}

#[test]
fn a_node_that_is_not_reached_rests_and_is_dialled_again() {
    let mut search = search([("20.1.0.1".to_owned(), offers())]);
    search.connections.need_mempool_list(true, START);
    let [first] = search.dial(START).try_into().unwrap();
    search.disconnect(first.peer, &REFUSED, START);
    let counts = search.addrman.addresses().counts();
    assert_eq!((counts[0].untried, counts[0].failing), (0, 1), "the failure is known");
    assert_eq!(search.dial(after(10.0)), []);
    assert_eq!(search.dial(after(20.0)), []);
    let rested = search.deadline().unwrap();
    assert!((24..=30).contains(&rested.since(START).as_secs()), "{rested:?}");
    assert_eq!(search.dial(rested), [Dial { attempt: 2, ..first }]);
}

#[test]
fn another_list_comes_from_another_netgroup() {
    let same = (1..=50).map(|d| (format!("20.1.0.{d}"), offers()));
    let mut search = search(same.chain([("20.2.0.1".to_owned(), offers())]));
    search.connections.need_mempool_list(true, START);
    let mut lists = HashSet::new();
    for second in 0..20 {
        let now = after(f64::from(second));
        let dials = search.dial(now);
        search.connect(&dials, now);
        for dial in dials {
            lists.insert(NetGroup::of(&dial.address.host));
            search.disconnect(dial.peer, &LISTED, now);
        }
    }
    assert_eq!(lists.len(), 2);
    assert_eq!(search.dial(after(600.0)), [], "no third netgroup is known");
}

#[test]
fn they_are_extra_connections_and_do_not_count_as_peers() {
    let choice = PeerChoice::Discover(Discovery { peers: 3, ..Discovery::default() });
    let others = (1..=50).map(|b| (format!("30.{b}.0.1"), Services::WITNESS));
    let mut search = Search::new(choice, &table(ten_that_offer().chain(others)));
    search.connections.need_mempool_list(true, START);
    let dials = search.dial(START);
    let kinds = |kind| dials.iter().filter(|dial| dial.kind == kind).count();
    assert_eq!((kinds(ConnectionKind::MempoolFetch), kinds(ConnectionKind::Outbound)), (2, 3));
    search.connect(&dials, START);
    for dial in dials.iter().filter(|dial| dial.kind == ConnectionKind::MempoolFetch) {
        search.disconnect(dial.peer, &DisconnectReason::NoMempoolList, START);
    }
    let next = search.dial(START);
    assert!(next.iter().all(|dial| dial.kind == ConnectionKind::MempoolFetch), "three peers are connected");
    let addresses: HashSet<_> = dials.iter().chain(&next).map(|dial| dial.address.clone()).collect();
    assert_eq!(addresses.len(), dials.len() + next.len(), "no node is connected twice");
}

#[test]
fn a_peer_that_offers_the_list_needs_no_second_connection() {
    let choice = PeerChoice::Discover(Discovery { peers: 1, ..Discovery::default() });
    let mut search = Search::new(choice, &table([("20.1.0.1".to_owned(), offers())]));
    let [peer] = search.dial(START).try_into().unwrap();
    search.connections.opened(peer.peer, START);
    search.connections.connected(peer.peer, &info(offers()), START);
    search.disconnect(peer.peer, &DisconnectReason::ClosedByPeer, START);
    search.connections.need_mempool_list(true, after(600.0));
    let again = search.dial(after(600.0));
    assert!(again.iter().all(|dial| dial.kind == ConnectionKind::Outbound), "it was asked: {again:?}");
}

#[test]
fn with_chosen_peers_no_others_are_dialled() {
    let mut search = Search::new(PeerChoice::Only(vec![ip("40.1.0.1")]), &table(ten_that_offer()));
    assert_eq!(search.dial(START).len(), 1);
    search.connections.need_mempool_list(true, START);
    assert_eq!(search.dial(after(100.0)), []);
}

#[test]
fn manual_peers_are_left_out_and_so_are_networks_that_the_user_excludes() {
    let choice = Discovery { peers: 0, also: vec![ip("20.1.0.1")], ..Discovery::default() };
    let known = table([("20.1.0.1".to_owned(), offers()), ("2a01:4f8::1".to_owned(), offers())]);
    let discovery = Discovery { addresses: Some(known.to_saved()), ..choice };
    let settings = Settings {
        choice: PeerChoice::Discover(discovery),
        routes: Routes { families: IpFamilies::V4, ..Routes::default() },
        ..Settings::default()
    };
    let rng = || SmallRng::seed_from_u64(1);
    let mut connections = Connections::new(&settings, true, START, rng());
    let addrman = AddrMan::new(&settings, AddrKey(1, 2), START, rng());
    connections.need_mempool_list(true, START);
    let dials = connections.dial(addrman.addresses(), START).into_iter();
    let kinds =
        dials.filter_map(|action| if let Action::Dial(dial) = action { Some(dial.kind) } else { None });
    assert_eq!(kinds.collect::<Vec<_>>(), [ConnectionKind::Manual]);
}
