//! Past blocks: which peers are asked for them, and when they are given up.

use crate::p2p::block_download::backfill::progress::REPORT_INTERVAL;
use crate::p2p::block_download::backfill::*;
use proptest::prelude::*;

const TIMEOUT: Duration = Duration::from_mins(1);
const START: Timestamp = Timestamp::from_secs(1_000);
const A: PeerId = PeerId(1);
const B: PeerId = PeerId(2);
const C: PeerId = PeerId(3);
const TIP: u32 = 1_000;

const FULL: Services = Services(0b1001);
const PRUNED: Services = Services(0b100_0000_1000);

fn hash(height: u32) -> BlockHash {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&height.to_le_bytes());
    BlockHash(bytes)
}

fn height(hash: BlockHash) -> u32 {
    u32::from_le_bytes(hash.0[..4].try_into().unwrap())
}

/// The last `depth` blocks are needed, and these peers are connected.
fn backfill(depth: u32, peers: &[(PeerId, Services)]) -> Backfill {
    let mut backfill = Backfill::new(depth, HashSet::new(), TIMEOUT);
    backfill.need((TIP + 1 - depth..=TIP).map(|height| (height, hash(height))));
    for &(peer, services) in peers {
        backfill.connected(peer, services);
    }
    backfill
}

impl Backfill {
    fn sends(&mut self, now: Timestamp) -> Vec<(PeerId, u32)> {
        let requests = self.requests(now, TIP, false);
        requests.into_iter().map(|(peer, hash)| (peer, height(hash))).collect()
    }

    fn receives(&mut self, peer: PeerId, height: u32, now: Timestamp) {
        assert_eq!(self.received(peer, hash(height), now), PastReceipt::Accepted { height });
    }

    fn given_up(&self) -> u32 {
        self.progress().given_up
    }
}

#[test]
fn the_newest_come_first_few_from_each_peer_and_few_in_all() {
    let mut few = backfill(10, &[(A, FULL), (B, FULL)]);
    assert_eq!(few.sends(START), [(A, 1_000), (B, 999), (A, 998), (B, 997)]);
    assert_eq!(few.sends(START), []);
    few.receives(B, 999, START);
    assert_eq!(few.sends(START), [(B, 996)]);
    let peers: Vec<_> = (1..10).map(|peer| (PeerId(peer), FULL)).collect();
    let mut many = backfill(100, &peers);
    assert_eq!(many.sends(START).len(), MAX_REQUESTS);
}

#[test]
fn all_blocks_come_once_and_progress_is_reported_from_beginning_to_end() {
    let mut backfill = backfill(5, &[(A, FULL)]);
    let progress = |fetched| Some(Progress { fetched, requested: 5, given_up: 0 });
    assert_eq!(backfill.report(START), progress(0));
    assert_eq!(backfill.report(START), None);
    let mut now = START;
    for (index, height) in (1..).zip([1_000, 999, 998, 997, 996]) {
        backfill.sends(now);
        backfill.receives(A, height, now);
        assert_eq!(backfill.received(A, hash(height), now), PastReceipt::Unrequested);
        if index < 5 {
            assert_eq!(backfill.report(now), None, "too soon");
            assert_eq!(backfill.deadline(), Some(now + REPORT_INTERVAL));
            now = now + REPORT_INTERVAL;
        }
        assert_eq!(backfill.report(now), progress(index), "at the end at once");
    }
    assert_eq!(backfill.sends(now), []);
    assert_eq!(backfill.deadline(), None);
}

#[test]
fn nothing_is_requested_while_new_blocks_are_needed() {
    let mut backfill = backfill(3, &[(A, FULL)]);
    assert_eq!(backfill.requests(START, TIP, true), []);
    assert_eq!(backfill.sends(START), [(A, 1_000), (A, 999)]);
    backfill.receives(A, 999, START);
    assert_eq!(backfill.requests(START, TIP, true), []);
    assert_eq!(backfill.sends(START), [(A, 998)]);
}

#[test]
fn known_blocks_are_not_requested_and_depth_0_requests_none() {
    let mut off = Backfill::new(0, HashSet::new(), TIMEOUT);
    off.need([(1, hash(1))]);
    off.connected(A, FULL);
    assert_eq!((off.sends(START), off.report(START), off.deadline()), (vec![], None, None));
    let known = HashSet::from([hash(999)]);
    let mut some = Backfill::new(3, known, TIMEOUT);
    some.connected(A, FULL);
    some.need((990..=TIP).map(|height| (height, hash(height))));
    assert_eq!(some.sends(START), [(A, 1_000), (A, 998)], "and no older one in its place");
    assert_eq!(some.report(START), Some(Progress { fetched: 0, requested: 2, given_up: 0 }));
}

#[test]
fn a_pruned_peer_is_asked_as_deep_as_it_serves() {
    let mut backfill = backfill(1_000, &[(A, PRUNED)]);
    let mut lowest = TIP;
    loop {
        let asked = backfill.sends(START);
        if asked.is_empty() {
            break;
        }
        for (peer, height) in asked {
            lowest = lowest.min(height);
            backfill.receives(peer, height, START);
        }
    }
    assert_eq!(TIP - lowest, LIMITED_DEPTH - 1);
    backfill.connected(B, FULL);
    assert_eq!(backfill.sends(START), [(B, lowest - 1), (B, lowest - 2)]);
    backfill.connected(C, Services(1));
    assert_eq!(backfill.sends(START), [], "without witnesses a block is of no use");
}

#[test]
fn a_block_of_a_silent_or_disconnected_peer_is_requested_from_another() {
    let mut backfill = backfill(2, &[(A, FULL)]);
    assert_eq!(backfill.sends(START), [(A, 1_000), (A, 999)]);
    backfill.connected(B, FULL);
    backfill.not_found(A, hash(999));
    assert_eq!(backfill.sends(START), [(B, 999)]);
    assert_eq!(backfill.report(START).map(|progress| progress.requested), Some(2));
    assert_eq!(backfill.deadline(), Some(START + TIMEOUT));
    assert_eq!(backfill.sends(START + TIMEOUT), [(B, 1_000)]);
    backfill.disconnected(B);
    backfill.connected(C, FULL);
    assert_eq!(backfill.sends(START + TIMEOUT), [(C, 1_000), (C, 999)]);
}

#[test]
fn a_late_answer_is_accepted_and_a_later_one_tolerated() {
    let mut backfill = backfill(1, &[(A, FULL), (B, FULL)]);
    assert_eq!(backfill.sends(START), [(A, 1_000)]);
    let later = START + TIMEOUT;
    assert_eq!(backfill.sends(later), [(B, 1_000)]);
    backfill.receives(A, 1_000, later);
    assert_eq!(backfill.received(B, hash(1_000), later), PastReceipt::Late);
    assert_eq!(backfill.received(B, hash(1_000), later), PastReceipt::Unrequested);
    assert_eq!(backfill.received(C, hash(1_000), later), PastReceipt::Unrequested);
}

#[test]
fn a_slow_peer_is_asked_for_one_at_a_time_and_a_silent_one_for_none() {
    let mut backfill = backfill(10, &[(A, FULL)]);
    assert_eq!(backfill.sends(START).len(), 2);
    backfill.receives(A, 1_000, START + SLOW * 2);
    assert_eq!(backfill.sends(START + SLOW * 2), [], "one request is pending");
    backfill.receives(A, 999, START + SLOW * 2);
    assert_eq!(backfill.sends(START + SLOW * 2).len(), 1);
    backfill.receives(A, 998, START + SLOW * 2);
    assert_eq!(backfill.sends(START + SLOW * 2).len(), 2, "the peer is quick again");
    let mut now = START + SLOW * 2;
    for _ in 0..MAX_FAILURES {
        now = now + TIMEOUT;
        backfill.sends(now);
    }
    assert_eq!(backfill.sends(now + TIMEOUT), []);
    assert!(backfill.requests.is_empty());
}

#[test]
fn blocks_that_no_peer_serves_are_given_up_after_a_while() {
    let mut backfill = backfill(1, &[(A, FULL)]);
    backfill.sends(START);
    backfill.not_found(A, hash(1_000));
    assert_eq!(backfill.sends(START), []);
    backfill.report(START);
    assert_eq!(backfill.deadline(), Some(START + PATIENCE));
    assert_eq!((backfill.sends(START + PATIENCE / 2), backfill.given_up()), (vec![], 0));
    assert_eq!((backfill.sends(START + PATIENCE), backfill.given_up()), (vec![], 1));
    assert_eq!(backfill.report(START + PATIENCE), Some(Progress { fetched: 0, requested: 1, given_up: 1 }));
    assert_eq!(backfill.deadline(), None);
}

#[test]
fn without_any_peer_the_backfill_waits() {
    let mut backfill = backfill(1, &[(A, FULL)]);
    backfill.sends(START);
    backfill.disconnected(A);
    assert_eq!(backfill.sends(START), []);
    assert_eq!(backfill.sends(START + PATIENCE * 3), []);
    assert_eq!(backfill.given_up(), 0);
    backfill.connected(A, FULL);
    assert_eq!(backfill.sends(START + PATIENCE * 3), [(A, 1_000)], "a node may be started again");
}

#[test]
fn the_backfill_waits_also_when_the_last_peer_that_serves_nothing_disconnects() {
    let mut backfill = backfill(1, &[(A, FULL), (B, FULL)]);
    backfill.sends(START);
    backfill.not_found(A, hash(1_000));
    backfill.sends(START);
    backfill.not_found(B, hash(1_000));
    backfill.sends(START);
    backfill.disconnected(A);
    assert_eq!(backfill.deadline(), Some(START + PATIENCE), "one is still there");
    backfill.disconnected(B);
    assert_eq!(backfill.deadline(), None);
    assert_eq!((backfill.sends(START + PATIENCE), backfill.given_up()), (vec![], 0));
}

#[test]
fn a_block_whose_request_ends_connections_is_given_up() {
    let mut backfill = backfill(1, &[]);
    for round in 0..100 {
        let peer = PeerId(round % 7);
        backfill.connected(peer, FULL);
        backfill.sends(START);
        backfill.disconnected(peer);
    }
    assert_eq!(backfill.given_up(), 1);
    assert_eq!(backfill.report(START), Some(Progress { fetched: 0, requested: 1, given_up: 1 }));
}

#[test]
fn blocks_that_leave_the_chain_are_dropped_and_their_replacements_needed() {
    let mut backfill = backfill(4, &[(A, FULL)]);
    assert_eq!(backfill.sends(START), [(A, 1_000), (A, 999)]);
    backfill.retain_active(|hash| height(hash) < 999);
    assert_eq!(backfill.received(A, hash(1_000), START), PastReceipt::Late);
    let other = |height: u32| BlockHash([u8::try_from(height % 1_000).unwrap() + 1; 32]);
    backfill.need([(999, other(999 - 900)), (1_000, other(100))]);
    let requests: Vec<_> = backfill.requests(START, TIP, false);
    assert_eq!(requests, [(A, other(100)), (A, other(99))]);
    assert_eq!(backfill.progress(), Progress { fetched: 0, requested: 4, given_up: 0 });
}

#[test]
fn a_chain_that_turns_out_longer_moves_the_needed_blocks() {
    let mut backfill = backfill(4, &[(A, FULL)]);
    backfill.need((TIP + 1..=TIP + 100).map(|height| (height, hash(height))));
    let asked: Vec<_> =
        backfill.requests(START, TIP + 100, false).into_iter().map(|(_, hash)| height(hash)).collect();
    assert_eq!(asked, [TIP + 100, TIP + 99]);
    assert_eq!(backfill.progress().requested, 4);
}

/// Something that happens. Indexes of requests are taken modulo their number.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Connect(u64, bool),
    Disconnect(u64),
    Answer(usize),
    Refuse(usize),
    Pass(u64),
    Urgent,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (0..4_u64, any::<bool>()).prop_map(|(peer, is_full)| Happening::Connect(peer, is_full)),
        (0..4_u64).prop_map(Happening::Disconnect),
        (0..8_usize).prop_map(Happening::Answer),
        (0..8_usize).prop_map(Happening::Refuse),
        (0..90_u64).prop_map(Happening::Pass),
        Just(Happening::Urgent),
    ]
}

/// Asserts that there are few requests, all to connected peers, and that every block is counted once.
fn check(backfill: &Backfill, depth: u32) {
    assert!(backfill.requests.len() <= MAX_REQUESTS);
    for peer in backfill.servers.keys() {
        assert!(backfill.requests.iter().filter(|request| request.peer == *peer).count() <= MAX_PER_PEER);
    }
    assert!(backfill.requests.iter().all(|request| backfill.servers.contains_key(&request.peer)));
    assert!(backfill.waiting.iter().is_sorted_by(|a, b| a.height > b.height));
    let waiting: HashSet<_> = backfill.waiting.iter().map(|block| block.hash).collect();
    assert!(backfill.requests.iter().all(|request| !waiting.contains(&request.block.hash)));
    assert_eq!(backfill.progress().requested, depth);
    assert!(backfill.late.len() <= MAX_LATE);
}

proptest! {
    #[test]
    fn whatever_peers_do_no_block_is_lost_and_the_backfill_ends(
        happenings in proptest::collection::vec(happening(), 0..200),
        depth in 1..400_u32,
    ) {
        let mut backfill = backfill(depth, &[]);
        let mut now = START;
        for happening in happenings {
            let pending = |index: usize, backfill: &Backfill| {
                let request = backfill.requests.get(index % backfill.requests.len().max(1))?;
                Some((request.peer, request.block.hash))
            };
            let mut is_urgent = false;
            match happening {
                Happening::Connect(peer, is_full) if !backfill.servers.contains_key(&PeerId(peer)) => {
                    backfill.connected(PeerId(peer), if is_full { FULL } else { PRUNED });
                }
                Happening::Connect(..) => {}
                Happening::Disconnect(peer) => backfill.disconnected(PeerId(peer)),
                Happening::Answer(index) => if let Some((peer, hash)) = pending(index, &backfill) {
                    backfill.receives(peer, height(hash), now);
                },
                Happening::Refuse(index) => if let Some((peer, hash)) = pending(index, &backfill) {
                    backfill.not_found(peer, hash);
                },
                Happening::Pass(secs) => now = now + Duration::from_secs(secs),
                Happening::Urgent => is_urgent = true,
            }
            let requests = backfill.requests(now, TIP, is_urgent);
            prop_assert!(requests.is_empty() || !is_urgent);
            check(&backfill, depth);
        }
        backfill.connected(PeerId(100), FULL);
        for _ in 0..depth + 20 {
            now = now + TIMEOUT;
            for (peer, height) in backfill.sends(now) {
                if peer == PeerId(100) {
                    backfill.receives(peer, height, now);
                }
            }
            check(&backfill, depth);
        }
        let Progress { fetched, requested, given_up } = backfill.progress();
        prop_assert_eq!(fetched + given_up, requested, "one peer that serves all blocks is enough");
    }
}
