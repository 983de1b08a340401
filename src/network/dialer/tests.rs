//! Redials of chosen peers; the search for others.

use super::*;
use crate::address::Host;

const START: Timestamp = Timestamp::from_secs(1_000_000);

fn after(secs: f64) -> Timestamp {
    START + Duration::from_secs_f64(secs)
}

fn ip(text: &str) -> PeerAddress {
    PeerAddress { host: Host::from_ip(text.parse().unwrap()), port: 8_333 }
}

fn name(text: &str) -> PeerAddress {
    PeerAddress { host: Host::Name(text.to_owned()), port: 8_333 }
}

fn fixed(addresses: &[PeerAddress]) -> Dialer {
    Dialer::new(&PeerChoice::Only(addresses.to_vec()), START, 1)
}

fn discovery(wanted: usize, addresses: impl IntoIterator<Item = String>) -> Dialer {
    let mut dialer = Dialer::new(&PeerChoice::Discover(wanted), START, 1);
    dialer.learn(addresses.into_iter().map(|text| ip(&text)));
    dialer
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
fn a_lost_peer_is_redialled_under_its_id_with_growing_delays() {
    let mut dialer = fixed(&[ip("1.1.1.1")]);
    let mut now = START;
    for (attempt, full) in (1..).zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]) {
        let dials = dialer.due(now);
        assert_eq!(dials, [Dial { peer: PeerId(0), address: ip("1.1.1.1"), attempt, v1_only: false }]);
        let retry_at = dialer.ended(PeerId(0), now).unwrap();
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
        assert_eq!(dialer.due(now).len(), 1);
        dialer.ready(PeerId(0), now);
        let lost = now + Duration::from_secs(secs);
        now = dialer.ended(PeerId(0), lost).unwrap();
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
    assert_eq!(dialer.due(START), []);
    for dial in &first {
        dialer.ready(dial.peer, START);
    }
    let second = dialer.due(START);
    assert_eq!(second.len(), 4);
    let all = first.iter().chain(&second);
    let groups: HashSet<_> = all.map(|dial| NetGroup::of(&dial.address.host)).collect();
    assert_eq!(groups.len(), 12);
}

#[test]
fn a_lost_peer_is_replaced_and_rests_under_its_id() {
    let mut dialer = discovery(1, ["20.1.0.1".to_owned(), "20.2.0.1".to_owned()]);
    let first = dialer.due(START).remove(0);
    assert_eq!(dialer.ended(first.peer, START), None);
    let second = dialer.due(START).remove(0);
    assert_ne!(first.address, second.address);
    dialer.ended(second.peer, after(10.0));
    assert_eq!(dialer.due(after(59.0)), []);
    assert_eq!(dialer.deadline(after(59.0)), Some(after(60.0)));
    let again = dialer.due(after(60.0));
    assert_eq!(again, [Dial { attempt: 2, ..first }]);
}

#[test]
fn addresses_are_sought_while_they_are_few_and_peers_are_missing() {
    let mut dialer = discovery(2, []);
    assert!(dialer.wants_addresses(START));
    dialer.learn((1..20).map(|b| ip(&format!("20.{b}.0.1"))));
    assert!(!dialer.wants_addresses(START), "enough to try");
    dialer.due(START).iter().for_each(|dial| dialer.ready(dial.peer, START));
    assert!(!dialer.wants_addresses(START), "none is missing");
    assert!(!fixed(&[]).wants_addresses(START));
    assert_eq!(fixed(&[]).learn([ip("20.1.0.1")]), 0);
}
