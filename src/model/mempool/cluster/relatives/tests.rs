use crate::model::mempool::cluster::package::Package;
use crate::model::mempool::cluster::relatives::*;
use crate::model::testing::*;
use crate::wire::Transaction;
use std::sync::Arc;

#[derive(PartialEq, Default, Debug)]
struct Family {
    ancestors: Relatives,
    descendants: Relatives,
    package: Package,
}

fn family(scene: &Scene, tx: &Transaction) -> Family {
    let mempool = &scene.model.mempool;
    let key = mempool.key(crate::wire::TxHash::Txid(tx.txid())).unwrap();
    Family {
        ancestors: mempool.ancestors(key),
        descendants: mempool.descendants(key),
        package: mempool.package(key, mempool.get(key).unwrap()),
    }
}

fn txids(rows: &[Relative]) -> Vec<Txid> {
    rows.iter().map(|row| row.txid).collect()
}

fn vsize(all: &[&Transaction]) -> u64 {
    all.iter().map(|tx| u64::from(tx.vsize())).sum()
}

#[test]
fn a_diamond_lists_each_relative_once() {
    let mut scene = Scene::new();
    let root = spend(&[coin(1)], &[50_000]);
    let top = spend(&[output(&root, 0)], &[20_000, 29_900]);
    let [left, right] =
        [(0, 19_900), (1, 29_800)].map(|(vout, value)| spend(&[output(&top, vout)], &[value]));
    let bottom = spend(&[output(&left, 0), output(&right, 0)], &[40_000]);
    scene.connect(1).deliver_all(1, [&top, &left, &right, &bottom]).mine(1, &[&root]);

    let of_top = family(&scene, &top);
    assert_eq!(of_top.ancestors, Relatives::default());
    assert_eq!(txids(&of_top.descendants.rows), [left.txid(), right.txid(), bottom.txid()]);
    assert_eq!(
        (of_top.descendants.vsize, of_top.descendants.more),
        (vsize(&[&left, &right, &bottom]), false)
    );
    let of_bottom = family(&scene, &bottom);
    assert_eq!(txids(&of_bottom.ancestors.rows), [left.txid(), right.txid(), top.txid()]);
    assert_eq!(of_bottom.descendants, Relatives::default());

    let all = [&*top, &left, &right, &bottom];
    let Package::Together { fee_rate, fee, vsize, others } = of_top.package else { panic!("all pay") };
    assert_eq!((fee, vsize), (10_000, all.iter().map(|tx| tx.weight()).sum::<u32>().div_ceil(4)));
    assert!((fee_rate - 10_000.0 / f64::from(vsize)).abs() < 1e-9);
    assert_eq!(others.len(), 3);
    assert_eq!(others[0].txid, bottom.txid(), "the highest fee rate comes first");
}

#[test]
fn a_package_that_depends_on_unknown_fees_is_unknown_and_a_single_transaction_is_no_package() {
    let mut scene = Scene::new();
    let parent = loose(1);
    let child = spend(&[output(&parent, 0)], &[2]);
    scene.connect(1).deliver(1, &parent);
    assert_eq!(family(&scene, &parent), Family::default(), "nothing hangs together with it");
    scene.deliver(1, &child);
    assert_eq!(family(&scene, &parent).package, Package::Unknown { min: 0.0, max: None });
    scene.mine(1, &[&parent]);
    assert_eq!(family(&scene, &child).package, Package::Alone);
}

#[test]
fn a_package_with_unknown_fees_pays_between_the_worst_and_the_best_case() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[50_000, 40_000]);
    let child = spend(&[output(&parent, 0)], &[49_000]);
    scene.connect(1).deliver_all(1, [&parent, &child]);
    let Package::Unknown { min, max } = family(&scene, &child).package else { panic!("it must be unknown") };
    let at_worst = 1_000.0 / f64::from((parent.weight() + child.weight()).div_ceil(4));
    assert!((min - at_worst).abs() < 1e-9, "{min}");
    assert_eq!(
        max,
        scene.model.transaction(&child.wtxid()).unwrap().fee_rate().exact(),
        "if the parent pays for itself"
    );
    let Package::Unknown { min, max } = family(&scene, &parent).package else { panic!("it must be unknown") };
    assert!((min - at_worst).abs() < 1e-9);
    assert_eq!(max, None);
}

#[test]
fn more_relatives_than_the_cluster_limit_are_cut_off() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[1_000; 100]);
    let children: Vec<Arc<Transaction>> =
        (0..70).map(|vout| spend(&[output(&parent, vout)], &[u64::from(vout)])).collect();
    scene.connect(1).deliver(1, &parent).deliver_all(1, &children);
    let family = family(&scene, &parent);
    assert_eq!((family.descendants.rows.len(), family.descendants.more), (Relatives::MAX, true));
    assert_eq!(family.package, Package::Oversized);
}

#[test]
fn a_walk_looks_at_a_part_of_a_huge_transaction() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &vec![10; MAX_LINKS + 1]);
    let last = u32::try_from(MAX_LINKS).unwrap();
    let [near, far] = [last - 1, last].map(|vout| spend(&[output(&parent, vout)], &[1]));
    scene.connect(1).deliver_all(1, [&parent, &near, &far]);
    let family = family(&scene, &parent);
    assert_eq!(txids(&family.descendants.rows), [near.txid()]);
    assert!(family.descendants.more);
}
