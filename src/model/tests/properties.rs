//! Invariants of the model after any sequence of events.

use crate::event::{DisconnectReason, PeerEvent};
use crate::model::ModelSettings;
use crate::model::mempool::key::TxKey;
use crate::model::testing::*;
use crate::snapshot::Snapshot;
use crate::snapshot::{Open, View};
use crate::wire::{OutPoint, Transaction, TxHash};
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

const TRANSACTIONS: usize = 30;
const COINS: usize = 12;

/// An event of the random sequences; transactions are identified by number.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Connect(u64),
    Lose(u64),
    Announce(u64, Vec<usize>, bool),
    Deliver(u64, usize),
    Mine(BTreeSet<usize>),
    Pass(u64),
}

fn number() -> impl Strategy<Value = usize> {
    0..TRANSACTIONS
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let peer = 1_u64..6;
    prop_oneof![
        2 => peer.clone().prop_map(Step::Connect),
        1 => peer.clone().prop_map(Step::Lose),
        6 => (peer.clone(), prop::collection::vec(number(), 1..6), any::<bool>())
            .prop_map(|(peer, txs, by_txid)| Step::Announce(peer, txs, by_txid)),
        12 => (peer, number()).prop_map(|(peer, tx)| Step::Deliver(peer, tx)),
        1 => prop::collection::btree_set(number(), 0..4).prop_map(Step::Mine),
        3 => (0_u64..200).prop_map(Step::Pass),
    ]
}

/// Transactions that spend a few confirmed outputs, or outputs of earlier ones, with many conflicts.
pub(crate) fn transactions() -> impl Strategy<Value = Vec<Arc<Transaction>>> {
    let spends = prop::collection::btree_set(0..COINS + 2 * TRANSACTIONS, 1..4);
    let one = (spends, 1_u64..1_000, any::<bool>());
    prop::collection::vec(one, TRANSACTIONS).prop_map(|all| {
        let mut made: Vec<Arc<Transaction>> = Vec::new();
        for (number, (spends, value, signals)) in all.into_iter().enumerate() {
            let outputs = 2 * number;
            let prevouts: BTreeSet<OutPoint> = spends
                .into_iter()
                .map(|choice| match choice.checked_sub(COINS) {
                    Some(choice) if outputs > 0 => {
                        let choice = choice % outputs;
                        output(&made[choice / 2], u32::try_from(choice % 2).unwrap())
                    }
                    _ => coin(u32::try_from(choice % COINS).unwrap()),
                })
                .collect();
            let prevouts: Vec<OutPoint> = prevouts.into_iter().collect();
            let mut parts = parts(&prevouts, &[value, u64::try_from(number).unwrap()]);
            parts.inputs[0].sequence = if signals { 1 } else { FINAL };
            made.push(Arc::new(parts.build().unwrap()));
        }
        made
    })
}

/// The values of all outputs, in sat.
fn values(transactions: &[Arc<Transaction>]) -> HashMap<OutPoint, u64> {
    let outputs = transactions.iter().flat_map(|tx| {
        (0..).zip(tx.outputs()).map(|(vout, out)| (output(tx, vout), out.value)).collect::<Vec<_>>()
    });
    outputs.collect()
}

pub(crate) fn take(scene: &mut Scene, step: &Step, transactions: &[Arc<Transaction>]) {
    match step {
        Step::Connect(peer) => _ = scene.connect(*peer),
        Step::Lose(peer) => _ = scene.lose(*peer, DisconnectReason::ClosedByPeer, Some(3)),
        Step::Announce(peer, txs, by_txid) => {
            let txs = txs.iter().map(|&number| &transactions[number]);
            let txs: Vec<TxHash> = if *by_txid {
                txs.map(|tx| TxHash::Txid(tx.txid())).collect()
            } else {
                txs.map(|tx| TxHash::Wtxid(tx.wtxid())).collect()
            };
            scene.peer(*peer, PeerEvent::Announced { count: txs.len(), txs });
        }
        Step::Deliver(peer, number) => _ = scene.deliver(*peer, &transactions[*number]),
        Step::Mine(numbers) => {
            let mined: Vec<_> = numbers.iter().map(|number| &transactions[*number]).collect();
            scene.mine(100, &mined);
        }
        Step::Pass(seconds) => _ = scene.pass(*seconds),
    }
}

/// Snapshots with everything visible, one for each open transaction.
fn all_that_shows(scene: &Scene) -> Vec<Snapshot> {
    let open = |(key, slot)| View { open: Some(Open::Transaction(TxKey::new(key, slot))), ..everything() };
    (0..).zip(0..u32::try_from(TRANSACTIONS).unwrap()).map(|key| scene.snapshot(&open(key))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn indexes_sums_and_fees_agree_after_every_event(
        transactions in transactions(),
        steps in prop::collection::vec(step(), 1..120),
        max_mempool in prop_oneof![Just(6_000_u64), Just(10_000_000)],
    ) {
        let values = values(&transactions);
        let mut scene = Scene::with(ModelSettings { max_mempool, ..settings() });
        for step in &steps {
            take(&mut scene, step, &transactions);
            scene.model.mempool.assert_consistent(&values);
        }
    }

    #[test]
    fn the_same_events_make_the_same_state(
        transactions in transactions(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut scenes = [Scene::new(), Scene::new()];
        for scene in &mut scenes {
            for step in &steps {
                take(scene, step, &transactions);
            }
        }
        prop_assert_eq!(all_that_shows(&scenes[0]), all_that_shows(&scenes[1]));
    }
}
