use crate::chain::limits::{CLUSTER_WEIGHT_LIMIT, MAX_MONEY};
use crate::model::ModelSettings;
use crate::model::mempool::Mempool;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::fee_range::FeeRange;
use crate::model::mempool::cluster::graph::{self, *};
use crate::model::mempool::cluster::set::{self, MAX_MEMBERS, Set};
use crate::model::mempool::cluster::settle::fee_ranges;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::testing::*;
use crate::wire::{OutPoint, Transaction};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Mempool {
    /// Panics unless every chunk fee rate follows from the whole cluster.
    pub(in crate::model::mempool) fn assert_clusters_settled(&self) {
        let mut left: BTreeSet<TxKey> = self.entries().iter().map(|(key, _)| key).collect();
        while let Some(first) = left.pop_first() {
            let mut cluster = vec![first];
            let mut at = 0;
            while let Some(&key) = cluster.get(at) {
                let neighbours = self.entries.cluster_relatives(self.get(key).unwrap());
                cluster.extend(neighbours.filter(|neighbour| left.remove(neighbour)));
                at += 1;
            }
            if let [key] = cluster[..] {
                let entry = self.get(key).unwrap();
                let member = Member::alone(&self.entries, &self.recent, key, entry);
                let known = known_alone(&member, fee_range(entry, member.lacks_parent));
                assert_eq!(known_of(entry), known, "alone it may have any size");
                continue;
            }
            let weight: u32 = cluster.iter().map(|key| self.get(*key).unwrap().adjusted_weight()).sum();
            let oversized = cluster.len() > MAX_MEMBERS || weight > CLUSTER_WEIGHT_LIMIT;
            let last = cluster.last().copied().unwrap();
            let known = graph::cluster(&self.entries, &self.recent, last);
            assert_eq!(known.is_none(), oversized, "{} of {weight} WU", cluster.len());
            let Some(known) = known else {
                let marked = |key: &TxKey| {
                    self.get(*key).unwrap().chunk_fee_rate_or_cause() == ChunkFeeRate::OVERSIZED
                };
                assert!(cluster.iter().all(marked));
                continue;
            };
            let members = known.members;
            assert_eq!(members.len(), cluster.len());
            let ranges = fee_ranges(&self.entries, &members);
            for (member, known) in members.iter().zip(known_chunks(&members, &ranges)) {
                assert_eq!(known_of(self.get(member.key).unwrap()), known);
            }
        }
    }
}

fn known_of(entry: &MempoolEntry) -> KnownChunk {
    (entry.chunk_fee_rate_or_cause(), entry.chunk_range())
}

/// Spends outputs for a fee in sat; the first output gets almost all of the rest.
fn paying(prevouts: &[(OutPoint, u64)], fee: u64) -> Arc<Transaction> {
    let total: u64 = prevouts.iter().map(|(_, value)| value).sum();
    let prevouts: Vec<_> = prevouts.iter().map(|(prevout, _)| *prevout).collect();
    let left = total - fee;
    spend(&prevouts, &[left - left / 50, left / 50])
}

fn outputs(tx: &Transaction) -> Vec<(OutPoint, u64)> {
    (0..).zip(tx.outputs()).map(|(vout, out)| (output(tx, vout), out.value)).collect()
}

fn rate(scene: &Scene, tx: &Transaction) -> Option<f64> {
    scene.model.transaction(&tx.wtxid()).unwrap().chunk_fee_rate()
}

fn together(all: &[(&Transaction, u64)]) -> Option<f64> {
    let fee: u64 = all.iter().map(|(_, fee)| fee).sum();
    let weight: u32 = all.iter().map(|(tx, _)| tx.weight()).sum();
    Some(u32::try_from(fee).unwrap().into()).map(|fee: f64| fee / f64::from(weight.div_ceil(4)))
}

/// A transaction of known fee: a block confirms its parent after it arrived.
fn known(scene: &mut Scene, number: u32, fee: u64) -> Arc<Transaction> {
    let root = spend(&[coin(number)], &[1_000_000]);
    let tx = paying(&outputs(&root), fee);
    scene.deliver(1, &tx).mine(1, &[&root]);
    tx
}

#[test]
fn a_transaction_without_relatives_has_its_own_rate() {
    let mut scene = Scene::new();
    scene.connect(1);
    let [tx, unknown] = [known(&mut scene, 1, 1_000), loose(5)];
    scene.deliver(1, &unknown);
    assert_eq!(rate(&scene, &tx), scene.model.transaction(&tx.wtxid()).unwrap().fee_rate().exact());
    assert!(rate(&scene, &tx).is_some());
    assert_eq!(rate(&scene, &unknown), None);
}

#[test]
fn a_child_pays_for_its_parent_while_both_are_in_the_mempool() {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = known(&mut scene, 1, 100);
    assert_eq!(rate(&scene, &parent), together(&[(&parent, 100)]));
    let child = paying(&outputs(&parent)[..1], 5_000);
    scene.deliver(1, &child);
    assert_eq!(rate(&scene, &parent), together(&[(&parent, 100), (&child, 5_000)]));
    assert_eq!(rate(&scene, &child), rate(&scene, &parent));
    let poorer = paying(&outputs(&parent)[1..], 10);
    scene.deliver(1, &poorer);
    assert_eq!(rate(&scene, &poorer), together(&[(&poorer, 10)]));
    assert_eq!(rate(&scene, &child), rate(&scene, &parent));
    scene.mine(2, &[&parent]);
    assert_eq!(rate(&scene, &child), together(&[(&child, 5_000)]));
}

#[test]
fn a_replaced_child_pays_no_more() {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = known(&mut scene, 1, 100);
    let child = paying(&outputs(&parent)[..1], 5_000);
    let better = paying(&[outputs(&parent)[0]], 9_000);
    scene.deliver(1, &child).deliver(1, &better);
    assert!(scene.model.transaction(&child.wtxid()).is_none());
    assert_eq!(rate(&scene, &parent), together(&[(&parent, 100), (&better, 9_000)]));
}

#[test]
fn an_unknown_fee_hides_the_rates_that_it_could_change_and_no_others() {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = known(&mut scene, 1, 2_000);
    let modest = paying(&outputs(&parent)[..1], 500);
    let unknown = spend(&[outputs(&parent)[1].0, coin(7)], &[1]);
    scene.deliver(1, &modest);
    assert_eq!(rate(&scene, &modest), together(&[(&modest, 500)]));
    scene.deliver(1, &unknown);
    assert_eq!(rate(&scene, &parent), None, "the unknown fee may pay for it");
    assert_eq!(rate(&scene, &unknown), None);
    assert_eq!(rate(&scene, &modest), together(&[(&modest, 500)]), "it comes after its parent anyway");
}

#[test]
fn a_fee_that_becomes_known_makes_the_rates_of_the_cluster_known() {
    let mut scene = Scene::new();
    scene.connect(1);
    let root = spend(&[coin(1)], &[1_000_000]);
    let parent = paying(&outputs(&root), 100);
    let child = paying(&outputs(&parent)[..1], 5_000);
    scene.deliver(1, &parent).deliver(1, &child);
    assert_eq!([&parent, &child].map(|tx| rate(&scene, tx)), [None; 2]);
    scene.mine(1, &[&root]);
    let both = together(&[(&parent, 100), (&child, 5_000)]);
    assert_eq!([&parent, &child].map(|tx| rate(&scene, tx)), [both; 2]);
}

#[test]
fn a_fee_that_may_pay_for_an_expired_parent_makes_no_rate_certain() {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = known(&mut scene, 1, 100);
    let child = paying(&outputs(&parent)[..1], 5_000);
    scene.pass(2 * TEN_DAYS).announce(1, &loose(9));
    assert!(scene.model.transaction(&parent.wtxid()).is_none());
    scene.deliver(1, &child);
    assert_eq!(rate(&scene, &child), None, "nodes may hold the parent");
    scene.mine(2, &[&parent]);
    assert_eq!(rate(&scene, &child), together(&[(&child, 5_000)]));
}

#[test]
fn more_than_64_transactions_have_no_rate_until_they_are_fewer() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 1 << 30, ..settings() });
    scene.connect(1);
    let mut chain = vec![known(&mut scene, 1, 500)];
    for _ in 0..70 {
        let last = chain.last().unwrap();
        let next = paying(&outputs(last)[..1], 500);
        scene.deliver(1, &next);
        chain.push(next);
        scene.model.mempool.assert_clusters_settled();
        assert_eq!(rate(&scene, chain.last().unwrap()).is_some(), chain.len() <= MAX_MEMBERS);
    }
    assert!(chain.iter().all(|tx| rate(&scene, tx).is_none()));
    scene.mine(2, &chain.iter().take(7).collect::<Vec<_>>());
    scene.model.mempool.assert_clusters_settled();
    assert!(chain[7..].iter().all(|tx| rate(&scene, tx).is_some()));
}

#[test]
fn more_than_101_kvb_have_no_rate_until_they_are_less() {
    let mut scene = Scene::new();
    let huge = spend(&[coin(1)], &vec![100; 6_000]);
    let large = spend(&(0..1_500).map(|vout| output(&huge, vout)).collect::<Vec<_>>(), &[100; 10]);
    let weights = [&huge, &large].map(|tx| tx.weight());
    assert!(
        weights.iter().all(|weight| *weight < CLUSTER_WEIGHT_LIMIT)
            && weights.iter().sum::<u32>() > CLUSTER_WEIGHT_LIMIT
    );
    let root = spend(&[coin(2)], &[1_000_000]);
    let child = paying(&[outputs(&huge)[3_000], outputs(&root)[0]], 2_000);
    scene.connect(1).deliver_all(1, [&huge, &child]).mine(1, &[&root]);
    let marked = |scene: &Scene, tx: &Transaction| {
        scene.model.transaction(&tx.wtxid()).unwrap().chunk_fee_rate_or_cause() == ChunkFeeRate::OVERSIZED
    };
    assert!(!marked(&scene, &child));
    scene.deliver(1, &large);
    scene.model.mempool.assert_clusters_settled();
    assert!(marked(&scene, &child));
    scene.mine(2, &[&huge]);
    scene.model.mempool.assert_clusters_settled();
    assert_eq!(rate(&scene, &child), together(&[(&child, 2_000)]));
}

#[test]
fn a_transaction_that_joins_many_clusters_hides_their_rates_until_it_leaves() {
    let mut scene = Scene::with(ModelSettings { max_mempool: 1 << 30, ..settings() });
    scene.connect(1);
    let pairs: Vec<_> = (0..40)
        .map(|number| {
            let parent = known(&mut scene, number, 500);
            let child = paying(&outputs(&parent)[..1], 700);
            scene.deliver(1, &child);
            [parent, child]
        })
        .collect();
    let joint = paying(&pairs.iter().map(|[_, child]| outputs(child)[0]).collect::<Vec<_>>(), 900);
    scene.deliver(1, &joint);
    scene.model.mempool.assert_clusters_settled();
    assert!(pairs.iter().flatten().all(|tx| rate(&scene, tx).is_none()));
    let rival = paying(&[outputs(&pairs[0][1])[0]], 90_000);
    scene.mine(2, &[&pairs[0][0], &pairs[0][1], &rival]);
    scene.model.mempool.assert_clusters_settled();
    assert!(pairs[1..].iter().flatten().all(|tx| rate(&scene, tx).is_some()));
}

#[test]
fn a_spend_of_an_output_that_does_not_exist_joins_no_cluster() {
    let mut scene = Scene::new();
    scene.connect(1);
    let parent = known(&mut scene, 1, 500);
    let child = spend(&[output(&parent, 9)], &[1]);
    scene.deliver(1, &child);
    scene.model.mempool.assert_clusters_settled();
    assert_eq!(rate(&scene, &parent), together(&[(&parent, 500)]));
}

/// Up to ten transactions, each spending some of the earlier ones, some with an unknown fee; and the true
/// values of those fees.
fn partly_known() -> impl Strategy<Value = (Vec<Member>, Vec<u64>)> {
    let fee = || prop_oneof![Just(0_u64), 0_u64..1_000, Just(MAX_MONEY)];
    let one = (prop::option::weighted(0.7, 0_u64..1_000), fee(), 1_u32..9, any::<Set>(), any::<Set>());
    prop::collection::vec(one, 1..10).prop_map(|all_of_them| {
        let member = |(number, (fee, unknown, weight, some, others))| {
            let parents: Set = some & others & set::all(number);
            let key = TxKey::new(number as u64, 0);
            (Member { key, fee, lacks_parent: false, weight, parents }, unknown)
        };
        all_of_them.into_iter().enumerate().map(member).unzip()
    })
}

/// The true fees.
fn fees<'a>(cluster: &'a [Member], unknown: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
    cluster.iter().zip(unknown).map(|(member, unknown)| member.fee.unwrap_or(*unknown))
}

proptest! {
    #[test]
    fn a_certain_rate_is_right_whatever_the_unknown_fees_are((cluster, unknown) in partly_known()) {
        let real = chunk_by_member(&cluster, fees(&cluster, &unknown));
        for (certain, real) in certain_chunks(&cluster).iter().zip(real) {
            prop_assert!(certain.is_none_or(|certain| certain.pays_like(&real)), "{certain:?} {real:?}");
        }
    }

    /// The range is between the rates for the lowest and the highest fees that peers announced.
    #[test]
    fn the_range_of_a_chunk_fee_rate_contains_the_true_one(
        (cluster, unknown) in partly_known(),
        margins in prop::collection::vec((0_u64..50, prop::option::of(0_u64..50)), 10),
    ) {
        let ranges: Vec<FeeRange> = cluster
            .iter()
            .zip(unknown.iter().zip(margins))
            .map(|(member, (unknown, (below, above)))| {
                let high = above.map_or(MAX_MONEY, |above| (unknown + above).min(MAX_MONEY));
                let range = FeeRange { low: unknown.saturating_sub(below), high, by_one_peer: false };
                member.fee.map_or(range, FeeRange::exactly)
            })
            .collect();
        let real = chunk_by_member(&cluster, fees(&cluster, &unknown));
        for ((rate, range), real) in known_chunks(&cluster, &ranges).into_iter().zip(real) {
            prop_assert!(rate.get().is_some() || range.contains(real.rate()), "{range:?} {real:?}");
        }
    }
}
