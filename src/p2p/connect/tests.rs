//! Redials of manual peers, and the search for outbound ones together with the address manager it draws from.

mod address_needs;
mod dead_addresses;
mod many_manual;
mod mempool_list;

use crate::address::netgroup::NetGroup;
use crate::address::{Host, PeerAddress};
use crate::chain::limits::MAX_MONEY;
use crate::event::{DisconnectReason, EventKind, PeerEvent, PeerId, PeerInfo, Uselessness};
use crate::p2p::action::{Action, ConnectionKind, Dial};
use crate::p2p::addrman::AddrMan;
use crate::p2p::addrman::table::{AddrKey, AddrSource, AddrTable};
use crate::p2p::connect::{Connections, MAX_DIALS};
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::peer::{IpFamilies, Routes};
use crate::p2p::settings::{Discovery, PeerChoice, Settings};
use crate::p2p::testing::info;
use crate::util::time::Timestamp;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::collections::HashSet;
use std::time::Duration;

const START: Timestamp = Timestamp::from_secs(1_700_000_000);
const REFUSED: DisconnectReason = DisconnectReason::Refused;

/// Connections, together with the addresses to choose from.
struct Search {
    connections: Connections,
    addrman: AddrMan,
    needs_addresses: bool,
    uses_fixed_seeds: bool,
}

fn after(secs: f64) -> Timestamp {
    START + Duration::from_secs_f64(secs)
}

fn ip(text: &str) -> PeerAddress {
    PeerAddress { host: Host::from_ip(text.parse().unwrap()), port: 8_333 }
}

fn name(text: &str) -> PeerAddress {
    PeerAddress { host: Host::Name(text.to_owned()), port: 8_333 }
}

/// An address table, each address from its own source, so that all find a place.
fn known(addresses: impl IntoIterator<Item = String>) -> AddrTable {
    let mut book = AddrTable::new(AddrKey(1, 2), false);
    for text in addresses {
        let known = KnownAddress { time: 1_700_000_000, services: Services::NONE, address: ip(&text) };
        book.learn(&known, &AddrSource::Dns(text), START);
    }
    book
}

impl Search {
    fn new(mut choice: PeerChoice, table: &AddrTable) -> Self {
        if let PeerChoice::Discover(discovery) = &mut choice {
            discovery.addresses = Some(table.to_saved());
        }
        let settings = Settings { choice, ..Settings::default() };
        let rng = || SmallRng::seed_from_u64(1);
        Self {
            connections: Connections::new(&settings, !table.is_empty(), START, rng()),
            addrman: AddrMan::new(&settings, AddrKey(1, 2), START, rng()),
            needs_addresses: false,
            uses_fixed_seeds: false,
        }
    }

    fn manual(addresses: &[PeerAddress]) -> Self {
        Self::new(PeerChoice::Only(addresses.to_vec()), &known([]))
    }

    fn outbound(peers: usize, addresses: impl IntoIterator<Item = String>) -> Self {
        Self::new(PeerChoice::Discover(Discovery { peers, ..Discovery::default() }), &known(addresses))
    }

    /// The dials that start at `now`.
    fn dial(&mut self, now: Timestamp) -> Vec<Dial> {
        let mut dials = Vec::new();
        for action in self.connections.dial(self.addrman.addresses(), now) {
            match action {
                Action::Dial(dial) => {
                    assert_eq!(self.addrman.dialling(&dial, now), []);
                    dials.push(dial);
                }
                Action::NeedAddresses(needed) => self.needs_addresses = needed,
                Action::UseFixedSeeds => self.uses_fixed_seeds = true,
                Action::Emit(EventKind::Peer(peer, PeerEvent::Dialling { .. })) => {
                    assert_eq!(peer, dials.last().unwrap().peer);
                }
                other => panic!("{other:?}"),
            }
        }
        dials
    }

    fn connect(&mut self, dials: &[Dial], now: Timestamp) {
        for &Dial { peer, .. } in dials {
            assert_eq!(self.connections.opened(peer, now), []);
            assert_eq!(self.connections.connected(peer, &info(Services::WITNESS), now), []);
            self.addrman.connected(peer, &info(Services::WITNESS), now);
        }
    }

    /// Returns when the peer is redialled.
    fn disconnect(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) -> Option<Timestamp> {
        self.addrman.disconnected(peer, reason, now);
        match self.connections.disconnected(peer, reason, now).as_slice() {
            [Action::Emit(EventKind::Peer(id, PeerEvent::Disconnected { reason: why, retry_at }))] => {
                assert_eq!((*id, why), (peer, reason));
                *retry_at
            }
            other => panic!("{other:?}"),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.connections.deadline(START)
    }

    /// All dials until `end` if each fails immediately.
    fn all_fail(&mut self, end: Timestamp) -> Vec<(Timestamp, Dial)> {
        let (mut now, mut begun) = (START, Vec::new());
        while now <= end {
            let dials = self.dial(now);
            if dials.is_empty() {
                now = self.deadline().unwrap().max(now + Duration::from_millis(1));
            }
            for dial in dials {
                self.disconnect(dial.peer, &REFUSED, now);
                begun.push((now, dial));
            }
        }
        begun
    }
}

#[test]
fn manual_peers_are_dialled_at_once_and_each_once() {
    let mut search = Search::manual(&[ip("1.1.1.1"), name("node.example"), ip("1.1.1.1"), ip("1.1.1.2")]);
    let dials = search.dial(START);
    let addresses: Vec<_> = dials.iter().map(|dial| dial.address.clone()).collect();
    assert_eq!(addresses, [ip("1.1.1.1"), name("node.example"), ip("1.1.1.2")], "the group does not matter");
    assert!(dials.iter().all(|dial| dial.attempt == 1 && dial.kind == ConnectionKind::Manual));
    assert_eq!(search.dial(after(100.0)), []);
    assert_eq!(search.deadline(), None);
}

#[test]
fn a_lost_peer_is_redialled_under_its_id_with_growing_delays() {
    let mut search = Search::manual(&[ip("1.1.1.1")]);
    let mut now = START;
    for (attempt, full) in (1..).zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]) {
        let [dial] = search.dial(now).try_into().unwrap();
        assert_eq!((dial.peer, dial.attempt), (PeerId(0), attempt));
        let retry_at = search.disconnect(PeerId(0), &REFUSED, now).unwrap();
        assert!((full * 0.79..=full).contains(&retry_at.since(now).as_secs_f64()), "{attempt}");
        assert_eq!(search.dial(now), []);
        assert_eq!(search.deadline(), Some(retry_at));
        assert_eq!(search.dial(retry_at - Duration::from_millis(1)), []);
        now = retry_at;
    }
}

#[test]
fn a_steady_peer_is_redialled_quickly_and_one_that_comes_and_goes_is_not() {
    let mut search = Search::manual(&[ip("1.1.1.1")]);
    let mut now = START;
    let mut live_for = |search: &mut Search, secs| {
        let dials = search.dial(now);
        assert_eq!(dials.len(), 1);
        search.connect(&dials, now);
        let lost = now + Duration::from_secs(secs);
        now = search.disconnect(PeerId(0), &DisconnectReason::ClosedByPeer, lost).unwrap();
        now.since(lost)
    };
    (0..6).for_each(|_| _ = live_for(&mut search, 1));
    assert!(live_for(&mut search, 1) > Duration::from_secs(40), "it came and went seven times");
    assert!(live_for(&mut search, 60) <= Duration::from_secs(1), "it was steady");
}

#[test]
fn as_many_peers_as_wanted_are_found_each_in_another_netgroup() {
    let same_group = (1..50).map(|d| format!("20.1.0.{d}"));
    let others = (1..50).map(|b| format!("30.{b}.0.1"));
    let mut search = Search::outbound(12, same_group.chain(others));
    let first = search.dial(START);
    assert_eq!(first.len(), MAX_DIALS, "not all at once");
    assert_eq!(search.dial(after(9.0)), []);
    // The first ones answer, and the others follow.
    search.connect(&first, after(9.0));
    let second = search.dial(after(9.0));
    assert_eq!(second.len(), 4);
    let groups: HashSet<_> =
        first.iter().chain(&second).map(|dial| NetGroup::of(&dial.address.host)).collect();
    assert_eq!(groups.len(), 12);
}

#[test]
fn a_thousand_peers_are_reached_as_fast_as_they_answer() {
    let addresses = (0..1_100_u32).map(|number| format!("{}.{}.0.1", 20 + number / 200, number % 200));
    let mut search = Search::outbound(1_000, addresses);
    let mut live = 0;
    loop {
        let dials = search.dial(START);
        assert!(dials.len() <= MAX_DIALS);
        if dials.is_empty() {
            break;
        }
        live += dials.len();
        search.connect(&dials, START);
    }
    assert_eq!(live, 1_000);
}

#[test]
fn a_lost_peer_is_replaced_at_once_and_rests_under_its_id() {
    let mut search = Search::outbound(1, ["20.1.0.1".to_owned(), "20.2.0.1".to_owned()]);
    let first = search.dial(START).remove(0);
    search.connect(std::slice::from_ref(&first), START);
    // It is lost after a while, and another one takes its place.
    assert_eq!(search.disconnect(first.peer, &DisconnectReason::PingTimeout, after(90.0)), None);
    let second = search.dial(after(90.0)).remove(0);
    assert_ne!(first.address, second.address);
    // The other one does not answer either, so the first is due again after its pause.
    search.disconnect(second.peer, &REFUSED, after(95.0));
    assert_eq!(search.dial(after(110.0)), []);
    let rested = search.deadline().unwrap();
    assert!((114..=120).contains(&rested.since(START).as_secs()), "{rested:?}");
    let again = search.dial(rested);
    assert_eq!(again, [Dial { attempt: 2, v1_only: true, ..first }], "it offered no v2");
}

#[test]
fn rests_grow_from_failure_to_failure_and_there_is_no_storm() {
    let mut search = Search::outbound(8, (1..=100).map(|b| format!("30.{b}.0.1")));
    let begun = search.all_fail(after(3_600.0));
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
fn without_a_network_no_address_is_blamed_and_dials_pause() {
    let mut search = Search::outbound(8, (1..=100).map(|b| format!("30.{b}.0.1")));
    let unreachable =
        DisconnectReason::Unreachable(std::io::Error::from(std::io::ErrorKind::NetworkUnreachable).into());
    for dial in search.dial(START) {
        search.disconnect(dial.peer, &unreachable, START);
    }
    for until in [10.0, 30.0, 70.0, 130.0, 190.0] {
        let before = after(until - 0.1);
        assert_eq!(search.dial(before), [], "pauses of 10, 20, 40, 60, 60 s");
        assert!(search.deadline().unwrap() <= after(until));
        let dials = search.dial(after(until));
        assert_eq!(dials.len(), MAX_DIALS);
        for dial in dials {
            search.disconnect(dial.peer, &unreachable, after(until));
        }
    }
    let sizes = search.addrman.addresses().counts();
    assert!(sizes[0].failing > MAX_DIALS, "not reached, but they keep their places");
}

#[test]
fn a_useless_peer_is_disconnected_and_not_dialled_again_for_an_hour() {
    let mut search = Search::outbound(1, ["20.1.0.1".to_owned()]);
    let [Dial { peer, .. }] = search.dial(START).try_into().unwrap();
    search.connections.opened(peer, START);
    let blocks_only = PeerInfo { relay: false, ..info(Services::WITNESS) };
    let not_useful = DisconnectReason::NotUseful(Uselessness::BlocksOnly);
    let actions = search.connections.connected(peer, &blocks_only, START);
    assert_eq!(actions, [Action::Disconnect(peer, not_useful.clone())]);
    search.disconnect(peer, &not_useful, START);
    assert_eq!(search.dial(after(3_500.0)), []);
    assert_eq!(search.dial(after(3_601.0)).len(), 1);
}

#[test]
fn a_useless_manual_peer_stays_and_the_user_is_warned_once() {
    let mut search = Search::manual(&[ip("20.1.0.1")]);
    let [Dial { peer, .. }] = search.dial(START).try_into().unwrap();
    search.connections.opened(peer, START);
    let no_witness = info(Services::NETWORK);
    let warning = search.connections.connected(peer, &no_witness, START);
    assert!(matches!(warning.as_slice(), [Action::Emit(EventKind::Warning(_))]), "{warning:?}");
    // A second reason why it is useless.
    let actions = search.connections.received(peer, &Input::FeeFilter(9_936_506), START);
    let fee_filter = EventKind::Peer(peer, PeerEvent::FeeFilter { sat_per_kvb: 9_936_506 });
    assert_eq!(actions, [Action::Emit(fee_filter)], "reported, but not warned about");
}

#[test]
fn a_peer_in_its_initial_block_download_is_disconnected() {
    let mut search = Search::outbound(1, ["20.1.0.1".to_owned()]);
    let dials = search.dial(START);
    search.connect(&dials, START);
    let peer = dials[0].peer;
    let reported = search.connections.received(peer, &Input::FeeFilter(1_000), START);
    assert_eq!(reported.len(), 1, "an ordinary fee filter is reported and nothing else");
    let actions = search.connections.received(peer, &Input::FeeFilter(9_936_506), START);
    let not_useful = DisconnectReason::NotUseful(Uselessness::InitialBlockDownload);
    assert_eq!(actions.last(), Some(&Action::Disconnect(peer, not_useful)));
}

#[test]
fn a_fee_filter_that_is_no_amount_of_money_is_ignored() {
    let mut search = Search::outbound(1, ["20.1.0.1".to_owned()]);
    let dials = search.dial(START);
    search.connect(&dials, START);
    for sat_per_kvb in [MAX_MONEY + 1, i64::MAX.cast_unsigned(), (-1_i64).cast_unsigned()] {
        let actions = search.connections.received(dials[0].peer, &Input::FeeFilter(sat_per_kvb), START);
        assert_eq!(actions, [], "{sat_per_kvb}");
    }
}

#[test]
fn an_address_that_serves_no_witnesses_is_not_dialled() {
    let mut book = known([]);
    let with = |services, text| KnownAddress { time: 1_700_000_000, services, address: ip(text) };
    book.learn(&with(Services::NETWORK, "20.1.0.1"), &AddrSource::Fixed, START);
    book.learn(&with(Services::WITNESS, "20.2.0.1"), &AddrSource::Fixed, START);
    let mut search = Search::new(PeerChoice::Discover(Discovery::default()), &book);
    let [dial] = search.dial(START).try_into().unwrap();
    assert_eq!(dial.address, ip("20.2.0.1"));
}

#[test]
fn added_peers_join_the_others_and_are_known_the_next_time() {
    let also = vec![ip("20.1.0.1"), name("node.example")];
    let choice = PeerChoice::Discover(Discovery { peers: 2, also, ..Discovery::default() });
    let mut search = Search::new(choice, &known(["20.1.0.1", "20.2.0.1", "20.3.0.1"].map(str::to_owned)));
    let dials = search.dial(START);
    let mut addresses: Vec<_> = dials.iter().map(|dial| dial.address.clone()).collect();
    addresses.sort();
    assert_eq!(addresses, [ip("20.1.0.1"), ip("20.2.0.1"), ip("20.3.0.1"), name("node.example")]);
    let ids: HashSet<PeerId> = dials.iter().map(|dial| dial.peer).collect();
    assert_eq!(ids.len(), 4);
    let manual = dials.iter().filter(|dial| dial.kind == ConnectionKind::Manual).map(|dial| dial.peer);
    assert_eq!(manual.collect::<Vec<_>>(), [PeerId(0), PeerId(1)]);
    search.connect(&dials, START);
    assert_eq!(search.addrman.addresses().counts()[0].good, 3);
    assert!(search.disconnect(PeerId(0), &DisconnectReason::ClosedByPeer, START).is_some());
}
