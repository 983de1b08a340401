//! The rules of the request tracker, one by one, and its invariants under random use.

use crate::p2p::tx_download::request_tracker::*;
use proptest::prelude::*;

const TIMEOUT: Duration = Duration::from_mins(1);
const START: Timestamp = Timestamp::from_secs(1_000);
const A: PeerId = PeerId(9);
const B: PeerId = PeerId(3);
const C: PeerId = PeerId(5);

fn after(secs: u64) -> Timestamp {
    START + Duration::from_secs(secs)
}

fn w(number: usize) -> TxHash {
    TxHash::Wtxid(wtxid(number))
}

fn t(number: usize) -> TxHash {
    TxHash::Txid(txid(number))
}

fn wtxid(number: usize) -> Wtxid {
    let mut bytes = [0x77; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Wtxid(bytes)
}

fn by_wtxid(number: usize) -> TxHash {
    TxHash::Wtxid(wtxid(number))
}

fn txid(number: usize) -> Txid {
    let mut bytes = [0x11; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Txid(bytes)
}

fn tracker() -> RequestTracker {
    let mut tracker = RequestTracker::new(TIMEOUT);
    for peer in [A, B, C] {
        tracker.connected(peer);
    }
    tracker
}

impl RequestTracker {
    fn receives(&mut self, peer: PeerId, number: usize, now: Timestamp) -> Receipt {
        self.received(peer, txid(number), wtxid(number), now)
    }

    fn asks(&mut self, now: Timestamp) -> Vec<(PeerId, Vec<TxHash>)> {
        self.requests(now).into_iter().collect()
    }
}

#[test]
fn only_the_first_announcer_is_asked() {
    let mut tracker = tracker();
    assert_eq!(tracker.announced(A, w(1)), Announcement::Tracked);
    assert_eq!(tracker.asks(START), [(A, vec![w(1)])]);
    assert_eq!(tracker.announced(B, w(1)), Announcement::Tracked);
    assert_eq!(tracker.announced(A, w(1)), Announcement::Tracked);
    assert_eq!(tracker.asks(START), []);
}

#[test]
fn a_sleep_of_the_machine_uses_up_no_time_of_requests() {
    const NIGHT: u64 = 8 * 3_600;
    let mut tracker = tracker();
    (0..200).for_each(|number| {
        tracker.announced(A, w(number));
        tracker.announced(B, w(number));
    });
    tracker.asks(START);
    assert_eq!(tracker.expire(after(30)), []);
    tracker.slept(Duration::from_secs(NIGHT));
    assert_eq!(tracker.expire(after(30 + NIGHT)), [], "no peer is blamed");
    assert_eq!(tracker.asks(after(30 + NIGHT)), [], "no other peer is asked");
    let answered_after = Duration::from_secs(31);
    let new = Receipt::New { answered_after, requested_as: by_wtxid(0) };
    assert_eq!(tracker.receives(A, 0, after(31 + NIGHT)), new, "the sleep is no latency");
    assert_eq!(tracker.deadline(), Some(after(60 + NIGHT)));
    assert_eq!(tracker.expire(after(60 + NIGHT)).len(), 199, "a peer that is still silent is blamed");
    tracker.slept(Duration::from_secs(NIGHT));
    let late = tracker.receives(A, 1, after(61 + 2 * NIGHT));
    assert_eq!(late, Receipt::New { answered_after: Duration::from_secs(61), requested_as: by_wtxid(1) });
}

#[test]
fn an_answer_is_accepted_once_and_no_other_announcer_is_asked() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.asks(START);
    tracker.announced(B, w(1));
    let answered_after = Duration::from_secs(2);
    assert_eq!(tracker.receives(A, 1, after(2)), Receipt::New { answered_after, requested_as: by_wtxid(1) });
    assert_eq!(tracker.receives(A, 1, after(3)), Receipt::Unrequested);
    assert_eq!(tracker.announced(C, w(1)), Announcement::Known);
    assert_eq!(tracker.asks(after(100)), []);
    assert_eq!(tracker.deadline(), None);
    assert_eq!(tracker.missing.len(), 0);
}

#[test]
fn an_unrequested_transaction_is_refused() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.asks(START);
    assert_eq!(tracker.receives(B, 1, START), Receipt::Unrequested, "another was asked");
    assert_eq!(tracker.receives(A, 2, START), Receipt::Unrequested, "something else was asked for");
    assert!(!tracker.not_found(B, w(1)));
    let answered_after = Duration::ZERO;
    assert_eq!(tracker.receives(A, 1, START), Receipt::New { answered_after, requested_as: by_wtxid(1) });
}

#[test]
fn the_next_announcer_follows_after_the_timeout_in_the_order_of_announcement() {
    let mut tracker = tracker();
    for peer in [A, B, C] {
        tracker.announced(peer, w(1));
    }
    assert_eq!(tracker.asks(START), [(A, vec![w(1)])]);
    assert_eq!(tracker.deadline(), Some(after(60)));
    assert_eq!(tracker.expire(after(59)), []);
    assert_eq!(tracker.expire(after(60)), [(A, w(1))]);
    assert_eq!(tracker.asks(after(60)), [(B, vec![w(1)])]);
    assert_eq!(tracker.expire(after(120)), [(B, w(1))]);
    assert_eq!(tracker.asks(after(120)), [(C, vec![w(1)])]);
    assert_eq!(tracker.expire(after(180)), [(C, w(1))]);
    assert_eq!(tracker.asks(after(180)), []);
    assert_eq!(tracker.missing.len(), 0, "no announcer is left: forgotten");
}

#[test]
fn no_announcer_is_asked_twice_while_others_are_left() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.announced(B, w(1));
    tracker.asks(START);
    tracker.not_found(A, w(1));
    assert_eq!(tracker.announced(A, w(1)), Announcement::Tracked);
    assert_eq!(tracker.asks(START), [(B, vec![w(1)])]);
    tracker.not_found(B, w(1));
    assert_eq!(tracker.asks(START), []);
}

#[test]
fn after_notfound_or_a_disconnect_the_next_announcer_is_asked() {
    let mut tracker = tracker();
    for peer in [A, B, C] {
        tracker.announced(peer, w(1));
    }
    tracker.asks(START);
    assert!(tracker.not_found(A, w(1)));
    assert_eq!(tracker.asks(START), [(B, vec![w(1)])]);
    tracker.disconnected(B);
    assert_eq!(tracker.asks(START), [(C, vec![w(1)])]);
    tracker.disconnected(C);
    assert_eq!(tracker.missing.len(), 0);
    assert_eq!(tracker.deadline(), None);
}

#[test]
fn a_new_connection_starts_afresh() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.asks(START);
    tracker.connected(A);
    assert_eq!(tracker.receives(A, 1, START), Receipt::Unrequested);
    tracker.announced(A, w(1));
    assert_eq!(tracker.asks(START), [(A, vec![w(1)])]);
}

#[test]
fn a_late_answer_is_accepted() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.announced(B, w(1));
    tracker.asks(START);
    tracker.expire(after(60));
    assert_eq!(tracker.asks(after(60)), [(B, vec![w(1)])]);
    let answered_after = Duration::from_secs(61);
    assert_eq!(tracker.receives(A, 1, after(61)), Receipt::New { answered_after, requested_as: by_wtxid(1) });
    assert_eq!(tracker.receives(B, 1, after(62)), Receipt::Known, "it was asked as well");
    assert_eq!(tracker.receives(B, 1, after(62)), Receipt::Unrequested, "but once");
}

#[test]
fn a_transaction_satisfies_announcements_by_either_hash() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.announced(B, t(1));
    assert_eq!(tracker.asks(START), [(B, vec![t(1)]), (A, vec![w(1)])]);
    assert!(matches!(tracker.receives(A, 1, START), Receipt::New { .. }));
    assert_eq!(tracker.missing.len(), 0);
    assert_eq!(tracker.receives(B, 1, START), Receipt::Known, "its answer was under way");
    assert_eq!(tracker.announced(C, t(1)), Announcement::Known);
    assert_eq!(tracker.announced(C, w(1)), Announcement::Known);
}

#[test]
fn without_a_witness_both_hashes_are_the_same() {
    let mut tracker = tracker();
    let bytes = wtxid(1).0;
    tracker.announced(A, TxHash::Wtxid(Wtxid(bytes)));
    tracker.asks(START);
    tracker.received(A, Txid(bytes), Wtxid(bytes), START);
    assert_eq!(tracker.announced(B, TxHash::Txid(Txid(bytes))), Announcement::Known);
}

#[test]
fn no_more_than_a_hundred_are_in_flight_and_the_next_peer_with_room_helps() {
    let mut tracker = tracker();
    (0..250).for_each(|number| _ = tracker.announced(A, w(number)));
    let first: Vec<TxHash> = (0..MAX_IN_FLIGHT).map(w).collect();
    assert_eq!(tracker.asks(START), [(A, first)]);
    tracker.announced(B, w(200));
    assert_eq!(tracker.asks(START), [(B, vec![w(200)])], "A is busy");
    tracker.receives(A, 0, START);
    tracker.not_found(A, w(1));
    assert_eq!(tracker.asks(START), [(A, vec![w(100), w(101)])]);
}

#[test]
fn no_more_than_five_thousand_are_tracked_for_one_peer() {
    let mut tracker = tracker();
    for number in 0..MAX_TRACKED {
        assert_eq!(tracker.announced(A, w(number)), Announcement::Tracked);
    }
    assert_eq!(tracker.announced(A, w(MAX_TRACKED)), Announcement::Refused);
    assert_eq!(tracker.announced(B, w(MAX_TRACKED)), Announcement::Tracked, "others have their own");
    assert_eq!(tracker.announced(A, w(MAX_TRACKED)), Announcement::Tracked, "B is asked");
    tracker.asks(START);
    tracker.not_found(A, w(0));
    assert_eq!(tracker.announced(A, w(MAX_TRACKED + 1)), Announcement::Tracked, "room again");
}

#[test]
fn what_a_peer_did_not_announce_takes_no_room_from_what_it_announces() {
    let mut tracker = tracker();
    assert!((0..MAX_UNANNOUNCED).all(|number| tracker.request_unannounced(A, t(number))));
    assert!(!tracker.request_unannounced(A, t(MAX_UNANNOUNCED)), "it is bounded as well");
    for number in 0..MAX_TRACKED {
        assert_eq!(tracker.announced(A, w(MAX_UNANNOUNCED + number)), Announcement::Tracked);
    }
    tracker.asks(START);
    tracker.not_found(A, t(0));
    assert!(tracker.request_unannounced(A, t(MAX_UNANNOUNCED)), "room again");
}

#[test]
fn what_no_announcer_delivers_is_reported_as_abandoned_once() {
    let mut tracker = tracker();
    tracker.announced(A, w(1));
    tracker.announced(B, w(1));
    tracker.asks(START);
    tracker.not_found(A, w(1));
    assert_eq!(tracker.take_abandoned(), [], "another peer announced it");
    tracker.asks(START);
    tracker.disconnected(B);
    assert_eq!(tracker.take_abandoned(), [(w(1), vec![A])], "whoever is gone may be asked again");
    assert_eq!(tracker.take_abandoned(), []);
}

#[test]
fn a_peer_that_is_not_connected_has_no_effect() {
    let mut tracker = tracker();
    let stranger = PeerId(77);
    assert_eq!(tracker.announced(stranger, w(1)), Announcement::Refused);
    assert!(!tracker.not_found(stranger, w(1)));
    assert_eq!(tracker.receives(stranger, 1, START), Receipt::Unrequested);
    tracker.disconnected(stranger);
    assert_eq!(tracker.asks(START), []);
}

#[derive(Clone, Debug)]
enum Act {
    Connect(u64),
    Leave(u64),
    Announce(u64, usize, bool),
    NotFound(u64, usize),
    Receive(u64, usize),
    Pass(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let peer = 0..4_u64;
    let number = 0..8_usize;
    let act = prop_oneof![
        1 => peer.clone().prop_map(Act::Connect),
        1 => peer.clone().prop_map(Act::Leave),
        6 => (peer.clone(), number.clone(), any::<bool>()).prop_map(|(p, n, w)| Act::Announce(p, n, w)),
        2 => (peer.clone(), number.clone()).prop_map(|(p, n)| Act::NotFound(p, n)),
        3 => (peer, number).prop_map(|(p, n)| Act::Receive(p, n)),
        2 => (0..50_u64).prop_map(Act::Pass),
    ];
    proptest::collection::vec(act, 0..200)
}

proptest! {
    /// Whatever happens: one request per hash at a time, to an announcer not asked before; no transaction is
    /// new twice; and the indexes agree.
    #[test]
    fn the_rules_always_hold(acts in acts()) {
        let mut tracker = RequestTracker::new(TIMEOUT);
        let mut now = START;
        let mut open: HashMap<TxHash, PeerId> = HashMap::new();
        let mut received_before = HashSet::new();
        for act in acts {
            match act {
                Act::Connect(peer) => {
                    tracker.connected(PeerId(peer));
                    open.retain(|_, asked| *asked != PeerId(peer));
                }
                Act::Leave(peer) => {
                    tracker.disconnected(PeerId(peer));
                    open.retain(|_, asked| *asked != PeerId(peer));
                }
                Act::Announce(peer, number, true) => _ = tracker.announced(PeerId(peer), w(number)),
                Act::Announce(peer, number, false) => _ = tracker.announced(PeerId(peer), t(number)),
                Act::NotFound(peer, number) => {
                    let asked = open.get(&w(number)) == Some(&PeerId(peer));
                    prop_assert_eq!(tracker.not_found(PeerId(peer), w(number)), asked);
                    if asked {
                        open.remove(&w(number));
                    }
                }
                Act::Receive(peer, number) => {
                    let asked = [w(number), t(number)].iter().any(|hash| open.get(hash) == Some(&PeerId(peer)));
                    match tracker.receives(PeerId(peer), number, now) {
                        Receipt::New { .. } => prop_assert!(received_before.insert(number)),
                        Receipt::Known => prop_assert!(received_before.contains(&number)),
                        Receipt::Unrequested => {
                            prop_assert!(!asked);
                            continue;
                        }
                    }
                    open.remove(&w(number));
                    open.remove(&t(number));
                }
                Act::Pass(secs) => {
                    now = now + Duration::from_secs(secs);
                    tracker.expire(now);
                    open.retain(|hash, _| tracker.missing.get(hash).is_some_and(|missing| missing.asked.is_some()));
                }
            }
            for (peer, hashes) in tracker.requests(now) {
                for hash in hashes {
                    prop_assert_eq!(open.insert(hash, peer), None, "one request per hash");
                }
            }
            prop_assert_eq!(tracker.deadlines.len(), open.len());
            for (peer, state) in &tracker.peers {
                let asked = open.values().filter(|asked| *asked == peer).count();
                prop_assert_eq!(state.in_flight, asked);
                prop_assert!(state.tracked.iter().chain(&state.unannounced).all(|hash| tracker.missing.contains_key(hash)));
            }
            for (&(peer, order), hash) in &tracker.ready {
                prop_assert!(tracker.missing[hash].candidates.contains(&(order, peer)));
                prop_assert!(tracker.missing[hash].asked.is_none());
            }
            for missing in tracker.missing.values() {
                prop_assert!(missing.asked.is_some(), "there is room for a request");
            }
        }
    }
}
