//! Past blocks on their way to us.

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

/// The last `depth` blocks are wanted, and these peers are there.
fn backfill(depth: u32, peers: &[(PeerId, Services)]) -> Backfill {
    let mut backfill = Backfill::new(depth, HashSet::new(), TIMEOUT);
    backfill.want((TIP + 1 - depth..=TIP).map(|height| (height, hash(height))));
    for &(peer, services) in peers {
        backfill.connected(peer, services);
    }
    backfill
}

impl Backfill {
    fn asks(&mut self, now: Timestamp) -> Vec<(PeerId, u32)> {
        let requests = self.requests(now, TIP, false);
        requests.into_iter().map(|(peer, hash)| (peer, height(hash))).collect()
    }

    fn receives(&mut self, peer: PeerId, height: u32, now: Timestamp) {
        assert_eq!(self.received(peer, hash(height), now), PastReceipt::Taken { height });
    }

    fn given_up(&self) -> u32 {
        self.progress().given_up
    }
}

#[test]
fn the_newest_come_first_few_from_each_peer_and_few_in_all() {
    let mut few = backfill(10, &[(A, FULL), (B, FULL)]);
    assert_eq!(few.asks(START), [(A, 1_000), (B, 999), (A, 998), (B, 997)]);
    assert_eq!(few.asks(START), []);
    few.receives(B, 999, START);
    assert_eq!(few.asks(START), [(B, 996)]);
    let peers: Vec<_> = (1..10).map(|peer| (PeerId(peer), FULL)).collect();
    let mut many = backfill(100, &peers);
    assert_eq!(many.asks(START).len(), MAX_UNDER_WAY);
}

#[test]
fn all_come_once_and_progress_is_told_from_the_beginning_to_the_end() {
    let mut backfill = backfill(5, &[(A, FULL)]);
    let told = |fetched| Some(Progress { fetched, wanted: 5, given_up: 0 });
    assert_eq!(backfill.report(START), told(0));
    assert_eq!(backfill.report(START), None);
    let mut now = START;
    for (index, height) in (1..).zip([1_000, 999, 998, 997, 996]) {
        backfill.asks(now);
        backfill.receives(A, height, now);
        assert_eq!(backfill.received(A, hash(height), now), PastReceipt::NotAsked);
        if index < 5 {
            assert_eq!(backfill.report(now), None, "too soon");
            assert_eq!(backfill.deadline(), Some(now + REPORT_INTERVAL));
            now = now + REPORT_INTERVAL;
        }
        assert_eq!(backfill.report(now), told(index), "at the end at once");
    }
    assert_eq!(backfill.asks(now), []);
    assert_eq!(backfill.deadline(), None);
}

#[test]
fn nothing_is_asked_for_while_new_blocks_are_wanted() {
    let mut backfill = backfill(3, &[(A, FULL)]);
    assert_eq!(backfill.requests(START, TIP, true), []);
    assert_eq!(backfill.asks(START), [(A, 1_000), (A, 999)]);
    backfill.receives(A, 999, START);
    assert_eq!(backfill.requests(START, TIP, true), []);
    assert_eq!(backfill.asks(START), [(A, 998)]);
}

#[test]
fn known_ones_and_none_at_all_cost_nothing() {
    let mut off = Backfill::new(0, HashSet::new(), TIMEOUT);
    off.want([(1, hash(1))]);
    off.connected(A, FULL);
    assert_eq!((off.asks(START), off.report(START), off.deadline()), (vec![], None, None));
    let known = HashSet::from([hash(999)]);
    let mut some = Backfill::new(3, known, TIMEOUT);
    some.connected(A, FULL);
    some.want((990..=TIP).map(|height| (height, hash(height))));
    assert_eq!(some.asks(START), [(A, 1_000), (A, 998)], "and no older one in its place");
    assert_eq!(some.report(START), Some(Progress { fetched: 0, wanted: 2, given_up: 0 }));
}

#[test]
fn a_pruned_peer_is_asked_as_deep_as_it_serves() {
    let mut backfill = backfill(1_000, &[(A, PRUNED)]);
    let mut lowest = TIP;
    loop {
        let asked = backfill.asks(START);
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
    assert_eq!(backfill.asks(START), [(B, lowest - 1), (B, lowest - 2)]);
    backfill.connected(C, Services(1));
    assert_eq!(backfill.asks(START), [], "without witnesses a block is of no use");
}

#[test]
fn silence_and_death_hand_a_block_to_another() {
    let mut backfill = backfill(2, &[(A, FULL)]);
    assert_eq!(backfill.asks(START), [(A, 1_000), (A, 999)]);
    backfill.connected(B, FULL);
    backfill.not_found(A, hash(999));
    assert_eq!(backfill.asks(START), [(B, 999)]);
    assert_eq!(backfill.report(START).map(|progress| progress.wanted), Some(2));
    assert_eq!(backfill.deadline(), Some(START + TIMEOUT));
    assert_eq!(backfill.asks(START + TIMEOUT), [(B, 1_000)]);
    backfill.disconnected(B);
    backfill.connected(C, FULL);
    assert_eq!(backfill.asks(START + TIMEOUT), [(C, 1_000), (C, 999)]);
}

#[test]
fn a_late_answer_is_welcome_and_a_later_one_is_forgiven() {
    let mut backfill = backfill(1, &[(A, FULL), (B, FULL)]);
    assert_eq!(backfill.asks(START), [(A, 1_000)]);
    let later = START + TIMEOUT;
    assert_eq!(backfill.asks(later), [(B, 1_000)]);
    backfill.receives(A, 1_000, later);
    assert_eq!(backfill.received(B, hash(1_000), later), PastReceipt::Late);
    assert_eq!(backfill.received(B, hash(1_000), later), PastReceipt::NotAsked);
    assert_eq!(backfill.received(C, hash(1_000), later), PastReceipt::NotAsked);
}

#[test]
fn a_slow_peer_is_asked_for_one_at_a_time_and_a_silent_one_is_left_alone() {
    let mut backfill = backfill(10, &[(A, FULL)]);
    assert_eq!(backfill.asks(START).len(), 2);
    backfill.receives(A, 1_000, START + SLOW * 2);
    assert_eq!(backfill.asks(START + SLOW * 2), [], "one is under way");
    backfill.receives(A, 999, START + SLOW * 2);
    assert_eq!(backfill.asks(START + SLOW * 2).len(), 1);
    backfill.receives(A, 998, START + SLOW * 2);
    assert_eq!(backfill.asks(START + SLOW * 2).len(), 2, "it is quick again");
    let mut now = START + SLOW * 2;
    for _ in 0..MAX_SILENCES {
        now = now + TIMEOUT;
        backfill.asks(now);
    }
    assert_eq!(backfill.asks(now + TIMEOUT), []);
    assert!(backfill.asked.is_empty());
}

#[test]
fn what_none_of_the_peers_serves_is_given_up_after_a_while() {
    let mut backfill = backfill(1, &[(A, FULL)]);
    backfill.asks(START);
    backfill.not_found(A, hash(1_000));
    assert_eq!(backfill.asks(START), []);
    backfill.report(START);
    assert_eq!(backfill.deadline(), Some(START + PATIENCE));
    assert_eq!((backfill.asks(START + PATIENCE / 2), backfill.given_up()), (vec![], 0));
    assert_eq!((backfill.asks(START + PATIENCE), backfill.given_up()), (vec![], 1));
    assert_eq!(backfill.report(START + PATIENCE), Some(Progress { fetched: 0, wanted: 1, given_up: 1 }));
    assert_eq!(backfill.deadline(), None);
}

#[test]
fn without_any_peer_it_waits() {
    let mut backfill = backfill(1, &[(A, FULL)]);
    backfill.asks(START);
    backfill.disconnected(A);
    assert_eq!(backfill.asks(START), []);
    assert_eq!(backfill.asks(START + PATIENCE * 3), []);
    assert_eq!(backfill.given_up(), 0);
    backfill.connected(A, FULL);
    assert_eq!(backfill.asks(START + PATIENCE * 3), [(A, 1_000)], "a node may be started again");
}

#[test]
fn it_waits_as_well_when_the_last_peer_leaves_that_serves_nothing() {
    let mut backfill = backfill(1, &[(A, FULL), (B, FULL)]);
    backfill.asks(START);
    backfill.not_found(A, hash(1_000));
    backfill.asks(START);
    backfill.not_found(B, hash(1_000));
    backfill.asks(START);
    backfill.disconnected(A);
    assert_eq!(backfill.deadline(), Some(START + PATIENCE), "one is still there");
    backfill.disconnected(B);
    assert_eq!(backfill.deadline(), None);
    assert_eq!((backfill.asks(START + PATIENCE), backfill.given_up()), (vec![], 0));
}

#[test]
fn a_block_that_kills_whoever_is_asked_is_not_asked_for_without_end() {
    let mut backfill = backfill(1, &[]);
    for round in 0..100 {
        let peer = PeerId(round % 7);
        backfill.connected(peer, FULL);
        backfill.asks(START);
        backfill.disconnected(peer);
    }
    assert_eq!(backfill.given_up(), 1);
    assert_eq!(backfill.report(START), Some(Progress { fetched: 0, wanted: 1, given_up: 1 }));
}

#[test]
fn what_leaves_the_chain_is_dropped_and_what_takes_its_place_is_wanted() {
    let mut backfill = backfill(4, &[(A, FULL)]);
    assert_eq!(backfill.asks(START), [(A, 1_000), (A, 999)]);
    backfill.keep(|hash| height(hash) < 999);
    assert_eq!(backfill.received(A, hash(1_000), START), PastReceipt::Late);
    let other = |height: u32| BlockHash([u8::try_from(height % 1_000).unwrap() + 1; 32]);
    backfill.want([(999, other(999 - 900)), (1_000, other(100))]);
    let wanted: Vec<_> = backfill.requests(START, TIP, false);
    assert_eq!(wanted, [(A, other(100)), (A, other(99))]);
    assert_eq!(backfill.progress(), Progress { fetched: 0, wanted: 4, given_up: 0 });
}

#[test]
fn a_chain_that_turns_out_longer_moves_what_is_wanted() {
    let mut backfill = backfill(4, &[(A, FULL)]);
    backfill.want((TIP + 1..=TIP + 100).map(|height| (height, hash(height))));
    let asked: Vec<_> =
        backfill.requests(START, TIP + 100, false).into_iter().map(|(_, hash)| height(hash)).collect();
    assert_eq!(asked, [TIP + 100, TIP + 99]);
    assert_eq!(backfill.progress().wanted, 4);
}

/// What may happen. Peers and requests are named by numbers that are taken modulo how many there are.
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

/// Few are under way, of peers that are there, and every block is accounted for once.
fn check(backfill: &Backfill, depth: u32) {
    assert!(backfill.asked.len() <= MAX_UNDER_WAY);
    for peer in backfill.servers.keys() {
        assert!(backfill.asked.iter().filter(|asked| asked.peer == *peer).count() <= MAX_PER_PEER);
    }
    assert!(backfill.asked.iter().all(|asked| backfill.servers.contains_key(&asked.peer)));
    assert!(backfill.waiting.iter().is_sorted_by(|a, b| a.height > b.height));
    let waiting: HashSet<_> = backfill.waiting.iter().map(|past| past.hash).collect();
    assert!(backfill.asked.iter().all(|asked| !waiting.contains(&asked.past.hash)));
    assert_eq!(backfill.progress().wanted, depth);
    assert!(backfill.late.len() <= MAX_LATE);
}

proptest! {
    #[test]
    fn whatever_peers_do_nothing_is_lost_and_it_comes_to_an_end(
        happenings in proptest::collection::vec(happening(), 0..200),
        depth in 1..400_u32,
    ) {
        let mut backfill = backfill(depth, &[]);
        let mut now = START;
        for happening in happenings {
            let asked = |index: usize, backfill: &Backfill| {
                let asked = backfill.asked.get(index % backfill.asked.len().max(1))?;
                Some((asked.peer, asked.past.hash))
            };
            let mut is_urgent = false;
            match happening {
                Happening::Connect(peer, is_full) if !backfill.servers.contains_key(&PeerId(peer)) => {
                    backfill.connected(PeerId(peer), if is_full { FULL } else { PRUNED });
                }
                Happening::Connect(..) => {}
                Happening::Disconnect(peer) => backfill.disconnected(PeerId(peer)),
                Happening::Answer(index) => if let Some((peer, hash)) = asked(index, &backfill) {
                    backfill.receives(peer, height(hash), now);
                },
                Happening::Refuse(index) => if let Some((peer, hash)) = asked(index, &backfill) {
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
            for (peer, height) in backfill.asks(now) {
                if peer == PeerId(100) {
                    backfill.receives(peer, height, now);
                }
            }
            check(&backfill, depth);
        }
        let Progress { fetched, wanted, given_up } = backfill.progress();
        prop_assert_eq!(fetched + given_up, wanted, "one who serves all is enough");
    }
}
