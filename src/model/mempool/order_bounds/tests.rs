//! Bounds from simulated nodes of both orders, against the true rates.

use crate::event::PeerEvent;
use crate::model::fees::bounds::order::Paid;
use crate::model::mempool::cluster::graph::{certain_chunks, cluster};
use crate::model::testing::*;
use crate::model::{MempoolEntry, Model, ModelSettings};
use crate::wire::{OutPoint, Transaction, TxHash};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::cmp::Reverse;
use std::sync::Arc;

/// The orders of nodes since version 31, and before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sort {
    ByChunk,
    ByAncestors,
}

/// A model that knows all fees, standing in for a node's mempool.
struct Core {
    scene: Scene,
    sort: Sort,
}

impl Core {
    fn new(sort: Sort, funds: &[Arc<Transaction>]) -> Self {
        let mut scene = Scene::new();
        scene.connect(1).mine(1, &funds.iter().collect::<Vec<_>>());
        Self { scene, sort }
    }

    /// Returns these transactions in the order in which the node announces them.
    fn sorted(&self, txs: &[Arc<Transaction>]) -> Vec<Arc<Transaction>> {
        let mut txs = txs.to_vec();
        let rate = |paid: Paid| u128::from(paid.fee) * 1_000_000_000_000 / u128::from(paid.size);
        txs.sort_by_cached_key(|tx| {
            let mempool = &self.scene.model.mempool;
            let key = mempool.key(TxHash::Txid(tx.txid())).unwrap();
            let ancestors = mempool.ancestors(key).rows.len();
            let entry = mempool.get(key).unwrap();
            let size = entry.adjusted_weight().div_ceil(4);
            let own = rate(Paid { fee: entry.fee().unwrap(), size });
            match self.sort {
                Sort::ByAncestors => (ancestors, Reverse(own), 0),
                Sort::ByChunk => (0, Reverse(rate(self.chunk(tx))), ancestors),
            }
        });
        txs
    }

    fn chunk(&self, tx: &Transaction) -> Paid {
        let mempool = &self.scene.model.mempool;
        let key = mempool.key(TxHash::Txid(tx.txid())).unwrap();
        let cluster = cluster(&mempool.entries, &mempool.recent, key).unwrap();
        let chunk = certain_chunks(&cluster.members)[0].unwrap();
        Paid { fee: chunk.fee, size: chunk.weight }
    }
}

/// What a random transaction spends and pays.
#[derive(Clone, Debug)]
struct Shape {
    /// Whether it spends a coin of known value.
    is_known: bool,
    /// The earlier transaction whose output it spends, if any.
    parent: Option<prop::sample::Index>,
    outputs: usize,
    /// In sat per 1,000 vB.
    rate: u64,
}

fn shapes(count: usize) -> impl Strategy<Value = Vec<Shape>> {
    let parent = prop::option::weighted(0.3, any::<prop::sample::Index>());
    let one = (prop::bool::weighted(0.6), parent, 2_usize..6, 1_000_u64..30_000);
    prop::collection::vec(
        one.prop_map(|(is_known, parent, outputs, rate)| Shape { is_known, parent, outputs, rate }),
        count,
    )
}

const COIN: u64 = 100_000_000;

/// Returns two transactions with the coins of known and of unknown value, and the transactions that spend
/// them.
fn made(shapes: &[Shape]) -> ([Arc<Transaction>; 2], Vec<Arc<Transaction>>) {
    let funds = [1, 2].map(|salt| spend(&[coin(salt)], &vec![COIN; shapes.len()]));
    let mut unspent: Vec<Vec<(OutPoint, u64)>> = Vec::new();
    let mut txs = Vec::new();
    for (number, shape) in (0_u32..).zip(shapes) {
        let parent = shape.parent.filter(|_| number > 0).and_then(|parent| {
            // Mostly a recent one, so that chains form.
            let earliest = unspent.len().saturating_sub(20);
            let parent = earliest + parent.index(unspent.len() - earliest);
            unspent[parent].pop()
        });
        let own_coin = (output(&funds[usize::from(!shape.is_known)], number), COIN);
        let inputs: Vec<(OutPoint, u64)> = match parent {
            Some(parent) if shape.is_known => vec![parent],
            Some(parent) => vec![parent, own_coin],
            None => vec![own_coin],
        };
        let prevouts: Vec<OutPoint> = inputs.iter().map(|(prevout, _)| *prevout).collect();
        let total: u64 = inputs.iter().map(|(_, value)| value).sum();
        let each = total / shape.outputs as u64;
        let fee = u64::from(spend(&prevouts, &vec![each; shape.outputs]).vsize()) * shape.rate / 1_000;
        let mut values = vec![each; shape.outputs];
        values[0] = total - each * (shape.outputs as u64 - 1) - fee;
        let tx = spend(&prevouts, &values);
        unspent.push((0..).zip(&values).map(|(vout, value)| (output(&tx, vout), *value)).skip(1).collect());
        txs.push(tx);
    }
    (funds, txs)
}

fn wtxids(txs: &[Arc<Transaction>]) -> Vec<TxHash> {
    txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect()
}

/// How a peer makes up its announcements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Peer {
    Honest,
    /// In random order.
    Liar,
    /// In order as far as fees are known, so that it is believed.
    Cunning,
}

impl Peer {
    /// Returns what the peer announces instead of `honest`.
    fn order(self, honest: &[Arc<Transaction>], is_known: impl Fn(&Transaction) -> bool) -> Vec<TxHash> {
        let mut order = honest.to_vec();
        match self {
            Self::Honest => {}
            Self::Liar => order.sort_by_key(|tx| tx.txid()),
            Self::Cunning => {
                let mut unknown: Vec<_> = honest.iter().filter(|tx| !is_known(tx)).cloned().collect();
                for tx in order.iter_mut().filter(|tx| !is_known(tx)) {
                    *tx = unknown.pop().unwrap();
                }
            }
        }
        wtxids(&order)
    }
}

/// Peers with the same order, two honest ones and perhaps a liar, send their whole-mempool list or announce
/// it in batches.
fn watched(sort: Sort, shapes: &[Shape], batch: Option<usize>, peers: &[Peer]) -> (Scene, Core) {
    let ([known, unknown], txs) = made(shapes);
    let unknown_coins = unknown.txid();
    let mut core = Core::new(sort, &[Arc::clone(&known), unknown]);
    let mut scene = Scene::new();
    scene.connect_all(1..=peers.len() as u64).mine(1, &[&known]);
    for txs in txs.chunks(batch.unwrap_or(txs.len())) {
        core.scene.deliver_all(1, txs);
        let sorted = core.sorted(txs);
        for (number, peer) in (1..).zip(peers) {
            let is_known = |tx: &Transaction| tx.inputs().all(|input| input.prevout.txid != unknown_coins);
            let txs = peer.order(&sorted, is_known);
            let event = match batch {
                None => PeerEvent::Listed { txs, is_complete: true },
                Some(_) => PeerEvent::Announced { count: txs.len(), txs },
            };
            scene.peer(number, event);
        }
        scene.pass(1).deliver_all(1, txs).pass(5);
    }
    for _ in 0..50 {
        scene.pass(10).peer(1, PeerEvent::Pinged);
    }
    (scene, core)
}

/// The shares, by vB, of exact, known and open fee rates, and the same for chunk fee rates. Panics if a bound
/// is false.
fn checked(model: &Model, core: &Core) -> [[f32; 3]; 2] {
    let mut sizes = [[0_u32; 3]; 2];
    for entry in model.transactions() {
        let vsize = entry.tx().vsize();
        let truth = core.scene.model.transaction(&entry.tx().wtxid()).unwrap();
        let rates = [
            (entry.fee_rate(), truth.fee_rate().exact().unwrap()),
            (entry.chunk_rate(), truth.chunk_fee_rate().unwrap()),
        ];
        for ((known, rate), sizes) in rates.into_iter().zip(&mut sizes) {
            let tolerance = rate * 1e-6 + 1.1e-4;
            assert!(known.min().is_none_or(|min| min <= rate + tolerance), "{known:?} for {rate}");
            assert!(known.max().is_none_or(|max| max >= rate - tolerance), "{known:?} for {rate}");
            let sort = if known.exact().is_some() { 0 } else { 1 + usize::from(known.middle().is_none()) };
            sizes[sort] += vsize;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "shares")]
    sizes.map(|sizes| sizes.map(|size| size as f32 / sizes.iter().sum::<u32>() as f32))
}

#[test]
fn a_whole_list_bounds_what_has_too_many_inputs_to_request_all_parents() {
    let funds = spend(&[coin(1)], &[COIN; 250]);
    let mut txs: Vec<_> = (0..250)
        .map(|vout| spend(&[output(&funds, vout)], &[COIN - 99_000 + u64::from(vout) * 200]))
        .collect();
    let unknown: Vec<OutPoint> = (0..30).map(|vout| output(&spend(&[coin(2)], &[COIN; 30]), vout)).collect();
    let large = spend(&unknown, &[COIN]);
    txs.insert(125, Arc::clone(&large));
    for missing in [0, 1] {
        let mut scene = Scene::new();
        scene.connect_all(1..=2).mine(1, &[&funds]).deliver_all(1, &txs);
        let mut listed = wtxids(&txs);
        // It may be a parent.
        listed.extend((0..missing).map(|number| TxHash::Wtxid(loose(number).wtxid())));
        scene.peer(2, PeerEvent::Listed { txs: listed, is_complete: true });
        scene.pass(6).peer(1, PeerEvent::Pinged).peer(1, PeerEvent::Pinged);
        let rate = scene.model.transaction(&large.wtxid()).unwrap().fee_rate();
        let is_bounded = rate.bounds().unwrap().low.and(rate.max()).is_some();
        assert_eq!(is_bounded, missing == 0, "{rate:?}");
    }
}

#[test]
fn the_cluster_of_a_transaction_whose_child_was_evicted_has_changed() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 20_000, ..settings() });
    let funds = spend(&[coin(1)], &[COIN; 60]);
    let parent = spend(&[output(&funds, 0)], &[COIN - 90_000]);
    let child = spend(&[output(&parent, 0)], &[COIN - 90_001]);
    scene.connect(1).mine(1, &[&funds]).deliver_all(1, [&parent, &child]);
    let key = |scene: &Scene, tx: &Transaction| scene.model.mempool.key(TxHash::Txid(tx.txid()));
    let parent_key = key(&scene, &parent).unwrap();
    for vout in 1..60 {
        let before = scene.now;
        scene.pass(1).deliver(1, &spend(&[output(&funds, vout)], &[COIN - 90_000]));
        if key(&scene, &child).is_none() {
            assert!(scene.model.mempool.order_bounds.departures.since(parent_key, before));
            return assert_eq!(key(&scene, &parent), Some(parent_key), "it stays");
        }
    }
    panic!("nothing was evicted");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn bounds_by_the_list_of_a_mempool_are_true_and_narrow(
        shapes in shapes(700),
        sort in prop_oneof![Just(Sort::ByChunk), Just(Sort::ByAncestors)],
        peers in prop_oneof![Just(vec![Peer::Honest]), Just(vec![Peer::Honest, Peer::Liar, Peer::Honest])],
    ) {
        let (scene, core) = watched(sort, &shapes, None, &peers);
        let [own, chunk] = checked(&scene.model, &core);
        prop_assert!(own[0] < 0.75, "{own:?}");
        if sort == Sort::ByAncestors {
            prop_assert!(own[2] < 0.2, "{own:?}");
        }
        prop_assert!(chunk[2] < 0.25, "{own:?} {chunk:?}");
    }

    #[test]
    fn one_liar_that_is_believed_changes_nothing(
        shapes in shapes(500),
        sort in prop_oneof![Just(Sort::ByChunk), Just(Sort::ByAncestors)],
    ) {
        let honest = vec![Peer::Honest, Peer::Honest];
        let (scene, _) = watched(sort, &shapes, None, &honest);
        let (with_liar, _) = watched(sort, &shapes, None, &[honest, vec![Peer::Cunning]].concat());
        for (alone, beside) in scene.model.transactions().zip(with_liar.model.transactions()) {
            // If the honest ones give no bound, a single peer's counts and is marked.
            if alone.fee_rate().min().and(alone.fee_rate().max()).is_some() {
                prop_assert_eq!(alone.fee_rate(), beside.fee_rate());
            }
        }
    }

    #[test]
    fn bounds_by_announcements_are_true(
        shapes in shapes(700),
        sort in prop_oneof![Just(Sort::ByChunk), Just(Sort::ByAncestors)],
        peers in prop_oneof![Just(vec![Peer::Honest]), Just(vec![Peer::Honest, Peer::Liar, Peer::Honest])],
    ) {
        let (scene, core) = watched(sort, &shapes, Some(70), &peers);
        let [own, chunk] = checked(&scene.model, &core);
        prop_assert!(chunk[1] > 0.02, "{own:?} {chunk:?}");
    }
}

#[test]
fn a_liar_without_contradiction_is_believed() {
    let mut runner = TestRunner::deterministic();
    let strategy = shapes(500);
    let is_believed = |_: &u32| {
        let shapes = strategy.new_tree(&mut runner).unwrap().current();
        let (alone, core) = watched(Sort::ByChunk, &shapes, None, &[Peer::Cunning]);
        let is_false = |entry: &MempoolEntry| {
            let truth = core.scene.model.transaction(&entry.tx().wtxid()).unwrap().fee_rate().exact();
            entry.fee_rate().max().is_some_and(|max| Some(max) < truth)
        };
        alone.model.transactions().any(is_false)
    };
    // In some mempools its lie concerns no transaction, or contradicts what is known.
    let believed = (0..6).filter(is_believed).count();
    assert!(believed >= 3, "in {believed} of 6 mempools");
}
