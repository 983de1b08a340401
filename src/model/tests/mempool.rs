//! Transactions are announced, arrive, are confirmed, and are evicted.

use crate::event::{DisconnectReason, EventKind, PeerEvent, PeerId};
use crate::model::fees::fee_rate::FeeRate;
use crate::model::testing::*;
use crate::model::{Change, ModelSettings, RemovalReason};
use crate::snapshot::TransactionRow;
use crate::wire::{TxHash, Wtxid};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

fn row(scene: &Scene, index: usize) -> TransactionRow {
    scene.all().overview.transactions.rows[index].clone()
}

#[test]
fn a_transaction_is_first_seen_when_it_is_announced_and_not_when_it_arrives() {
    let mut scene = Scene::new();
    let tx = loose(1);
    scene.connect(1).connect(2).announce(1, &tx).pass(2).announce(2, &tx).pass(1).deliver(2, &tx);
    let entry = scene.model.transaction(&tx.wtxid()).unwrap();
    assert_eq!((entry.first_seen(), entry.first_announcer()), (START, Some(PeerId(1))));
    let announcements: Vec<_> = entry.announcements().collect();
    assert_eq!(announcements, [(PeerId(1), Duration::ZERO), (PeerId(2), Duration::from_secs(2))]);
    assert_eq!(row(&scene, 0).age, Duration::from_secs(3));
}

#[test]
fn a_row_has_sizes_and_the_number_of_announcers() {
    let mut scene = Scene::new();
    let tx = spend(&[coin(1), coin(2)], &[5_000, 6_000, 1]);
    scene.connect_all(1..=3);
    scene.announce(1, &tx).deliver(1, &tx).announce(2, &tx).announce(2, &tx);
    let shown = row(&scene, 0);
    assert_eq!((shown.txid, shown.vsize), (tx.txid(), tx.vsize()));
    assert_eq!((shown.inputs, shown.outputs, shown.output_value), (2, 3, 11_001));
    assert_eq!((shown.announced_by, shown.announcers, shown.fee_rate), (2, 3, FeeRate::default()));
    scene.lose(2, DisconnectReason::ClosedByPeer, None);
    assert_eq!((row(&scene, 0).announced_by, row(&scene, 0).announcers), (1, 2));
}

#[test]
fn an_announcement_by_either_id_counts() {
    let mut scene = Scene::new();
    let tx = loose(1);
    scene.connect(1).connect(2).connect(3);
    scene.peer(1, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 });
    scene.announce(2, &tx).deliver(2, &tx);
    scene.peer(3, PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 });
    assert_eq!(row(&scene, 0).announced_by, 3);
}

#[test]
fn the_first_of_two_witnesses_stays() {
    let mut scene = Scene::new();
    let tx = loose(1);
    let other = malleated(&tx);
    assert_eq!((tx.txid() == other.txid(), tx.wtxid() == other.wtxid()), (true, false));
    scene.connect(1).deliver(1, &tx).deliver(1, &other);
    assert!(scene.model.transaction(&tx.wtxid()).is_some());
    assert!(scene.model.transaction(&other.wtxid()).is_none());
    assert_eq!((scene.all().totals.mempool.count, scene.all().totals.received), (1, 2));
}

#[test]
fn a_parent_that_was_served_with_another_witness_gives_way_to_the_one_that_is_relayed() {
    let parent = spend(&[coin(1)], &[5_000]);
    let child = spend(&[output(&parent, 0)], &[3_000]);
    let other = malleated(&parent);
    let mut scene = Scene::new();
    scene.connect(1).connect(2).deliver(1, &child).pass(3);
    scene.peer(1, PeerEvent::Parent { tx: Arc::clone(&other) });
    assert!(scene.model.transaction(&other.wtxid()).is_some());
    scene.pass(3).announce(2, &parent).deliver(2, &parent);
    assert!(scene.model.transaction(&other.wtxid()).is_none());
    let entry = scene.model.transaction(&parent.wtxid()).unwrap();
    assert_eq!(entry.first_seen(), START + Duration::from_secs(3));
    assert_eq!((scene.mempool().len(), scene.fee(&child)), (2, Some(2_000)));
    scene.announce(1, &other).deliver(1, &other);
    assert!(scene.model.transaction(&parent.wtxid()).is_some(), "the announced one stays");
    scene.model.mempool().assert_consistent(&HashMap::from([(output(&parent, 0), 5_000)]));
}

#[test]
fn totals_add_up() {
    let mut scene = Scene::new();
    scene.connect(1);
    let txs: Vec<_> = (0..20).map(loose).collect();
    scene.deliver_all(1, &txs);
    let totals = scene.all().totals;
    assert_eq!(totals.mempool.count, 20);
    assert_eq!(totals.mempool.vsize, txs.iter().map(|tx| u64::from(tx.vsize())).sum::<u64>());
    assert_eq!((totals.received, totals.evicted), (20, 0));
    assert_eq!(totals.fee_coverage.map(|coverage| coverage.by_count), Some(0.0));
    assert!(totals.memory > 20 * 400 && totals.memory < 20 * 2_000, "{}", totals.memory);
}

#[test]
fn the_oldest_of_equal_transactions_are_evicted_at_the_memory_limit_and_counted() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 20_000, ..settings() });
    scene.connect(1);
    let txs: Vec<_> = (0..100).map(loose).collect();
    scene.deliver_all(1, &txs);
    let totals = scene.all().totals;
    assert!(totals.memory <= 20_000);
    assert_eq!(totals.mempool.count + totals.evicted, 100);
    let kept: Vec<_> =
        txs.iter().rev().take(usize::try_from(totals.mempool.count).unwrap()).map(|tx| tx.txid()).collect();
    assert_eq!(scene.mempool(), kept);
    scene.deliver(1, &txs[0]);
    assert_eq!(scene.mempool()[0], txs[0].txid(), "one that was dropped may come back");
}

#[test]
fn a_thousand_lists_of_made_up_ids_leave_nothing_behind() {
    let mut scene = Scene::new();
    scene.connect(1).connect(2);
    for list in 0..1_000_u32 {
        let id = |number: u32| {
            TxHash::Wtxid(Wtxid(
                [list.to_le_bytes(), number.to_le_bytes()].concat().repeat(4).try_into().unwrap(),
            ))
        };
        let txs = (0..100).map(id).collect();
        scene.peer(1, PeerEvent::Listed { txs, is_complete: true });
    }
    assert_eq!((scene.model.mempool.pending_count(), scene.mempool().len()), (0, 0));
}

#[test]
fn a_transaction_larger_than_the_memory_limit_is_evicted() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 100, ..settings() });
    scene.connect(1).deliver(1, &loose(1));
    assert_eq!((scene.mempool().len(), scene.all().totals.evicted), (0, 1));
    assert_eq!(scene.all().totals.memory, 0);
}

#[test]
fn a_block_confirms_its_transactions_and_counts_those_seen_before() {
    let mut scene = Scene::new();
    let txs: Vec<_> = (0..4).map(loose).collect();
    scene.connect(1).deliver(1, &txs[0]).deliver(1, &txs[1]).deliver(1, &txs[2]);
    scene.mine(923_114, &[&txs[1], &txs[2], &txs[3]]);
    assert_eq!(scene.mempool(), [txs[0].txid()]);
    assert_eq!(scene.events()[0], "block 923,114 · 4 tx · 66.7 % seen before · 21.4 sat/vB");
    scene.mine(923_115, &[]);
    assert_eq!(scene.events()[0], "block 923,115 · 1 tx");
}

#[test]
fn a_confirmed_transaction_does_not_come_back_from_a_slow_peer() {
    let mut scene = Scene::new();
    let (mined, rival) = (loose(1), spend(&[coin(1), coin(9)], &[3]));
    scene.connect(1).mine(10, &[&mined]).announce(1, &mined).deliver(1, &mined).deliver(1, &rival);
    assert!(scene.mempool().is_empty());
    assert_eq!(scene.model.mempool.pending_count(), 0);
}

#[test]
fn a_block_removes_conflicts_and_their_descendants() {
    let mut scene = Scene::new();
    let loser = spend(&[coin(1)], &[900]);
    let child = spend(&[output(&loser, 0), coin(5)], &[800]);
    let grandchild = spend(&[output(&child, 0)], &[700]);
    let bystander = loose(50);
    let winner = spend(&[coin(1)], &[950]);
    scene.connect(1);
    scene.deliver(1, &loser).deliver(1, &child).deliver(1, &grandchild).deliver(1, &bystander);
    scene.mine(7, &[&winner]);
    assert_eq!(scene.mempool(), [bystander.txid()]);
    assert!(scene.events()[0].ends_with("3 conflicting removed"), "{}", scene.events()[0]);
    scene.deliver(1, &child).deliver(1, &loser);
    assert_eq!(scene.mempool(), [bystander.txid()]);
}

#[test]
fn rates_count_what_arrived_and_what_went_over_the_wire() {
    use crate::event::{CommandTraffic, Direction, Traffic};
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &loose(1)).deliver(1, &loose(2)).pass(1).deliver(1, &loose(3));
    let commands = [(Direction::Received, 700), (Direction::Sent, 30)]
        .map(|(direction, bytes)| CommandTraffic { direction, command: "tx".to_owned(), messages: 1, bytes });
    let traffic = Traffic { commands: commands.to_vec(), recent: Vec::new() };
    scene.peer(1, PeerEvent::Traffic(Arc::new(traffic))).pass(1);
    let snapshot = scene.all();
    assert_eq!(snapshot.overview.tx_rate, [2.0, 1.0].map(Some));
    assert_eq!(snapshot.overview.download_rate, [0.0, 700.0].map(Some));
    assert_eq!(snapshot.overview.upload_rate, [0.0, 30.0].map(Some));
    assert_eq!((snapshot.totals.bytes_received, snapshot.totals.bytes_sent), (700, 30));
    assert_eq!(snapshot.overview.mempool_size, [Some(3.0)]);
    // The current slice is left out.
    let later = scene.pass(60).all();
    assert_eq!(later.overview.arrival.iter().flatten().sum::<u32>(), 3);
}

#[test]
fn a_sleep_of_the_machine_is_a_gap_in_the_charts() {
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &loose(1)).pass(400).deliver(1, &loose(2)).pass(60).deliver(1, &loose(3));
    let overview = scene.pass(30).all().overview;
    let count = |slices: &[Option<u32>]| slices.iter().filter(|slice| slice.is_none()).count();
    assert!((36..=40).contains(&count(&overview.arrival)), "ten seconds each: {:?}", overview.arrival);
    assert_eq!(overview.arrival.iter().flatten().sum::<u32>(), 3);
    let gap = overview.mempool_size.iter().filter(|size| size.is_none()).count();
    assert!((38..=40).contains(&gap), "{:?}", overview.mempool_size);
    assert!(overview.tx_rate.iter().all(Option::is_some), "a minute without an event is no sleep");
}

#[test]
fn neither_a_sleep_nor_a_step_of_the_wall_clock_expires_transactions() {
    use crate::util::time::WallOffset;
    const WEEK: u64 = 7 * 86_400;
    let mut scene = Scene::new();
    scene.connect(1).deliver(1, &loose(1)).pass(60).announce(1, &loose(3));
    let mut expected = vec![loose(1).txid()];
    for weeks in [3, -3, 0] {
        let offset = WallOffset::from_micros(weeks * WEEK.cast_signed() * 1_000_000);
        scene.happen(EventKind::WallClock(offset)).pass(60).announce(1, &loose(4));
        assert_eq!(scene.mempool(), expected, "the wall clock is {weeks} weeks ahead");
    }
    let nothing = || EventKind::Peer(PeerId(1), PeerEvent::Announced { txs: vec![], count: 0 });
    let changes = scene.pass(WEEK).changes(nothing());
    assert_eq!((changes, scene.mempool()), (vec![], expected.clone()), "a week in a drawer");
    scene.deliver(1, &loose(2));
    expected.push(loose(2).txid());
    // Transactions that are old by then expire, as on all nodes; the others stay.
    let changes = scene.pass(WEEK).changes(nothing());
    assert_eq!(changes, [Change::Removed(expected.remove(0), RemovalReason::Expired)]);
    assert_eq!(scene.mempool(), expected);
}
