//! What is removed when the mempool reaches its memory limit.

use crate::event::{
    ConnectionKind, EventKind, KnownOutput, PeerEvent, PeerId, SensorEvent, SensorId, Transport,
};
use crate::model::mempool::RemovalReason;
use crate::model::testing::*;
use crate::model::tests::properties::transactions;
use crate::model::{Change, ModelSettings};
use crate::wire::{OutPoint, Transaction, TxHash, Txid};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

fn limited(max_mempool: u64) -> Scene {
    let mut scene = Scene::with(ModelSettings { max_mempool, ..settings() });
    scene.connect_all(1..=3);
    scene
}

/// Transactions with known fees, in sat: a block contains the outputs they spend.
fn paying(scene: &mut Scene, fees: impl IntoIterator<Item = u64>) -> Vec<Arc<Transaction>> {
    let fees: Vec<u64> = fees.into_iter().collect();
    let root = spend(&[coin(1)], &vec![1_000_000; fees.len()]);
    scene.mine(1, &[&root]);
    (0..).zip(fees).map(|(vout, fee)| spend(&[output(&root, vout)], &[1_000_000 - fee])).collect()
}

/// Two transactions made up by a peer: the first claims to have coins, the second pays a fee in sat.
fn made_up(number: u32, fee: u64) -> [Arc<Transaction>; 2] {
    let rich = spend(&[coin(1_000_000 + number)], &[20_000_000_000]);
    let paying = spend(&[output(&rich, 0)], &[20_000_000_000 - fee]);
    [rich, paying]
}

fn relay_by_two(scene: &mut Scene, tx: &Arc<Transaction>) {
    scene.announce(2, tx).deliver(1, tx);
}

fn relay_all_by_two(scene: &mut Scene, txs: &[Arc<Transaction>]) {
    for tx in txs {
        relay_by_two(scene, tx);
    }
}

fn is_held(scene: &Scene, tx: &Transaction) -> bool {
    scene.model.transaction(&tx.wtxid()).is_some()
}

fn memory(scene: &Scene) -> u64 {
    scene.model.mempool.sums().memory
}

#[test]
fn the_lowest_fee_rates_are_evicted() {
    let mut scene = limited(20_000);
    let fees: Vec<u64> = (0..100).map(|number| 200 + number * 37 % 100 * 10).collect();
    let txs = paying(&mut scene, fees.iter().copied());
    relay_all_by_two(&mut scene, &txs);
    let (held, evicted): (Vec<_>, Vec<_>) = txs.iter().zip(fees).partition(|(tx, _)| is_held(&scene, tx));
    assert!(!held.is_empty() && !evicted.is_empty());
    let lowest = held.iter().map(|(_, fee)| fee).min().unwrap();
    let highest = evicted.iter().map(|(_, fee)| fee).max().unwrap();
    assert!(*highest * 100 <= *lowest * 102, "{highest} sat left while {lowest} sat stayed");
    assert!(memory(&scene) <= 20_000);
    assert_eq!(scene.all().totals.evicted, evicted.len() as u64);
}

#[test]
fn a_parent_is_as_safe_as_the_child_that_pays_for_it() {
    let mut scene = limited(20_000);
    let txs = paying(&mut scene, [10].into_iter().chain([500; 60]));
    let child = spend(&[output(&txs[0], 0)], &[900_000]);
    relay_by_two(&mut scene, &txs[0]);
    relay_by_two(&mut scene, &child);
    relay_all_by_two(&mut scene, &txs[1..]);
    assert!(is_held(&scene, &txs[0]) && is_held(&scene, &child));
    assert!(!is_held(&scene, &txs[1]), "of equal ones the oldest leaves");
}

#[test]
fn descendants_are_evicted_with_their_ancestor() {
    let mut scene = limited(20_000);
    let parent = spend(&[coin(7)], &[1_000_000]);
    let child = spend(&[output(&parent, 0), coin(8)], &[500_000]);
    relay_by_two(&mut scene, &parent);
    relay_by_two(&mut scene, &child);
    let txs = paying(&mut scene, [500; 60]);
    let first_evicted = txs.iter().find_map(|tx| {
        relay_by_two(&mut scene, tx);
        (!is_held(&scene, &parent)).then(|| is_held(&scene, &child))
    });
    assert_eq!((first_evicted, scene.all().totals.evicted), (Some(false), 2), "their rates may be zero");
}

#[test]
fn an_unannounced_parent_stays_with_a_child_that_two_peers_announced() {
    let mut scene = limited(20_000);
    let [parent, child] = made_up(1, 300);
    relay_by_two(&mut scene, &child);
    scene.peer(1, PeerEvent::Parent { tx: Arc::clone(&parent) });
    for number in 2..60 {
        scene.deliver_all(3, &made_up(number, 1_000_000));
    }
    assert!(is_held(&scene, &parent) && is_held(&scene, &child));
}

#[test]
fn a_newcomer_has_time_for_a_second_announcement_while_the_mempool_is_full() {
    let mut scene = limited(100_000);
    let mut txs = paying(&mut scene, [500; 300].into_iter().chain([900]));
    let newcomer = txs.remove(300);
    relay_all_by_two(&mut scene, &txs);
    scene.deliver(1, &newcomer);
    assert!(is_held(&scene, &newcomer));
    scene.announce(2, &newcomer);
    relay_all_by_two(&mut scene, &txs);
    assert!(is_held(&scene, &newcomer));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_flood_by_one_peer_evicts_nothing_that_two_peers_announced(
        honest in prop::collection::vec(200_u64..2_000, 1..30),
        flood in prop::collection::vec((0_usize..4, 1_000_u64..1_000_000_000), 1..150),
    ) {
        let mut scene = limited(20_000);
        let honest = paying(&mut scene, honest);
        let mut honest = honest.iter();
        let mut relayed = Vec::new();
        for (number, (turn, fee)) in (0..).zip(flood) {
            scene.deliver_all(3, &made_up(number, fee));
            if turn == 0 && let Some(tx) = honest.next() {
                relay_by_two(&mut scene, tx);
                relayed.push(tx);
            }
            prop_assert!(memory(&scene) <= 20_000);
            prop_assert!(relayed.iter().all(|tx| is_held(&scene, tx)));
        }
    }

    #[test]
    fn the_limit_holds_and_no_child_of_an_evicted_transaction_stays(
        transactions in transactions(),
        steps in prop::collection::vec((1_u64..4, 0_usize..30, any::<bool>()), 1..150),
        max_mempool in 1_000_u64..9_000,
    ) {
        let mut scene = limited(max_mempool);
        for (peer, number, is_delivery) in steps {
            let tx = &transactions[number];
            let event = if is_delivery {
                PeerEvent::Transaction { tx: Arc::clone(tx), answered_after: Duration::ZERO }
            } else {
                PeerEvent::Announced { txs: vec![TxHash::Wtxid(tx.wtxid())], count: 1 }
            };
            let changes = scene.changes(EventKind::Peer(PeerId(peer), event));
            let evicted =
                |txid: Txid| changes.contains(&Change::Removed(txid, RemovalReason::SizeLimit));
            for entry in scene.model.transactions() {
                let mut parents = entry.tx().prevouts().map(|OutPoint { txid, .. }| txid);
                prop_assert!(!parents.any(evicted));
            }
            prop_assert!(memory(&scene) <= max_mempool);
        }
    }
}

#[test]
fn what_one_of_two_sensors_makes_up_is_evicted_before_what_both_have_seen() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 200_000, ..settings() });
    let peer = |sensor, peer| SensorId(sensor).peer(PeerId(peer)).unwrap().0;
    let joined = |name: &str| SensorEvent::Joined(name.to_owned());
    scene.happen(EventKind::Sensor(SensorId(1), joined("liar")));
    let connect = |scene: &mut Scene, id, number| {
        let kind = ConnectionKind::Manual;
        let dialling = PeerEvent::Dialling { address: address(number), kind, attempt: 1 };
        let connected = PeerEvent::Connected { transport: Transport::V1 };
        scene.peer(id, dialling).peer(id, connected).peer(id, PeerEvent::Ready(Box::new(info())));
    };
    connect(&mut scene, peer(1, 1), 1);
    connect(&mut scene, peer(1, 2), 2);
    scene.happen(EventKind::Sensor(SensorId(2), joined("fra1")));
    scene.happen(EventKind::Sensor(SensorId(3), joined("nyc1")));
    connect(&mut scene, peer(2, 3), 3);
    connect(&mut scene, peer(3, 4), 4);
    let honest = paying(&mut scene, [300; 20]);
    for tx in &honest {
        scene.announce(peer(2, 3), tx).announce(peer(3, 4), tx).deliver(peer(2, 3), tx);
    }
    for number in 0..2_000 {
        let outpoint = coin(1_000_000 + number);
        let tx = spend(&[outpoint], &[5_000]);
        scene.announce(peer(1, 1), &tx).announce(peer(1, 2), &tx);
        scene.happen(EventKind::KnownOutputs(vec![KnownOutput { outpoint, value: 1_000_000 }]));
        scene.deliver(peer(1, 1), &tx);
    }
    assert!(scene.all().totals.evicted > 1_000);
    assert!(honest.iter().all(|tx| is_held(&scene, tx)));
    assert!(memory(&scene) <= 200_000);
}
