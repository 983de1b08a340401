//! Long lists of manual peers, most of them dead.

use super::{REFUSED, START, Search, after, ip, known};
use crate::address::PeerAddress;
use crate::event::{DisconnectReason, PeerId};
use crate::p2p::action::{ConnectionKind, Dial};
use crate::p2p::connect::MAX_MANUAL_DIALS;
use crate::p2p::part::Part;
use crate::p2p::settings::{Discovery, PeerChoice};
use crate::util::time::Timestamp;
use std::time::Duration;

/// How long an unanswered dial takes.
pub(super) const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

fn addresses(count: u32) -> impl Iterator<Item = PeerAddress> {
    (0..count).map(|number| ip(&format!("1.{}.{}.1", number / 200, number % 200)))
}

fn silence() -> DisconnectReason {
    DisconnectReason::DialTimeout(DIAL_TIMEOUT)
}

/// Lets every dial time out, except for those to `good` peers. Returns when all of these had been dialled, or
/// `None` if that took longer than `end`.
pub(super) fn all_dialled(search: &mut Search, good: &[PeerAddress], end: Timestamp) -> Option<Timestamp> {
    let (mut now, mut open, mut missing) = (START, Vec::<(Timestamp, Dial)>::new(), good.len());
    while now <= end {
        let (ended, still): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(at, _)| *at + DIAL_TIMEOUT <= now);
        open = still;
        for (_, dial) in ended {
            search.disconnect(dial.peer, &silence(), now);
        }
        for dial in search.dial(now) {
            if good.contains(&dial.address) {
                search.connect(&[dial], now);
                missing -= 1;
            } else {
                open.push((now, dial));
            }
        }
        if missing == 0 {
            return Some(now);
        }
        now = now + Duration::from_millis(100);
    }
    None
}

#[test]
fn after_a_sleep_all_are_redialled_within_seconds_and_not_at_once_and_fail_as_for_the_first_time() {
    let addresses: Vec<_> = addresses(20).collect();
    let mut search = Search::manual(&addresses);
    let mut now = START;
    // For an hour, none of them answers.
    while now < START + Duration::from_hours(1) {
        for dial in search.dial(now) {
            search.disconnect(dial.peer, &REFUSED, now);
        }
        now = now + Duration::from_secs(5);
    }
    let night = Duration::from_hours(8);
    now = now + night;
    search.connections.slept(night, now);
    let mut dials = Vec::new();
    for _ in 0..10 {
        dials.push(search.dial(now));
        now = now + Duration::from_secs(1);
    }
    let counts: Vec<_> = dials.iter().map(Vec::len).collect();
    assert_eq!(counts.iter().sum::<usize>(), 20, "{counts:?}");
    assert!(counts.iter().all(|&count| count <= 10), "{counts:?}");
    assert!(dials.iter().flatten().all(|dial| dial.attempt == 1));
    let retry_at = search.disconnect(dials.concat()[0].peer, &REFUSED, now);
    assert!(retry_at.is_some_and(|at| at.since(now) <= Duration::from_secs(1)), "{retry_at:?}");
}

#[test]
fn not_all_of_many_manual_peers_are_dialled_at_a_time() {
    let addresses: Vec<_> = addresses(1_000).collect();
    let mut search = Search::manual(&addresses);
    let first = search.dial(START);
    assert_eq!(first.len(), MAX_MANUAL_DIALS);
    assert_eq!((search.dial(START), search.deadline()), (vec![], None));
    // One dial opens, another one fails: there is room for two more.
    search.connections.opened(first[0].peer, START);
    search.disconnect(first[1].peer, &REFUSED, START);
    assert_eq!(search.dial(START).len(), 2);
}

#[test]
fn five_good_peers_after_a_thousand_dead_ones_are_reached_within_30_s() {
    let good: Vec<_> = (1..=5).map(|d| ip(&format!("2.2.2.{d}"))).collect();
    let all: Vec<_> = addresses(1_000).chain(good.clone()).collect();
    let reached = all_dialled(&mut Search::manual(&all), &good, after(120.0));
    assert!(reached.is_some_and(|at| at <= after(30.0)), "{reached:?}");
}

#[test]
fn discovery_finds_peers_beside_dead_manual_ones() {
    let also: Vec<_> = addresses(24).collect();
    let choice = PeerChoice::Discover(Discovery { peers: 8, also, ..Discovery::default() });
    let discovered = (1..=8).map(|b| format!("30.{b}.0.1"));
    let mut search = Search::new(choice, &known(discovered));
    let dials = search.dial(START);
    let outbound = dials.iter().filter(|dial| dial.kind == ConnectionKind::Outbound);
    assert_eq!(outbound.count(), 8);
}

#[test]
fn a_peer_that_never_failed_is_dialled_before_those_that_did() {
    let all: Vec<_> = addresses(u32::try_from(MAX_MANUAL_DIALS).unwrap() + 1).collect();
    let mut search = Search::manual(&all);
    let first = search.dial(START);
    // All of them fail, and are due again when the last one, not dialled yet, gets its turn.
    for dial in &first {
        search.disconnect(dial.peer, &REFUSED, START);
    }
    let next = search.dial(after(1.0));
    assert_eq!((next.len(), &next[0].address), (MAX_MANUAL_DIALS, &all[MAX_MANUAL_DIALS]));
}

#[test]
fn a_peer_that_never_answers_is_dialled_ever_more_rarely() {
    let mut search = Search::manual(&[ip("1.1.1.1")]);
    let mut now = START;
    let mut delays = Vec::new();
    for _ in 0..12 {
        let [dial] = search.dial(now).try_into().unwrap();
        let retry_at = search.disconnect(dial.peer, &silence(), now).unwrap();
        delays.push(retry_at.since(now));
        now = retry_at;
    }
    assert!(delays[6] > Duration::from_secs(50) && delays[11] > Duration::from_mins(8), "{delays:?}");
    assert!(delays.iter().all(|delay| *delay <= Duration::from_mins(10)), "{delays:?}");
    // One that refuses is redialled soon: its node may be starting.
    search.dial(now);
    let retry_at = search.disconnect(PeerId(0), &REFUSED, now).unwrap();
    assert!(retry_at.since(now) <= Duration::from_mins(1));
}
