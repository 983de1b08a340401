//! The list follows the mempool.

use crate::chain::Network;
use crate::chain::script::address;
use crate::model::Model;
use crate::model::list::filter::TxFilter;
use crate::model::list::index::TxList;
use crate::model::list::order::TxOrder;
use crate::model::mempool::key::TxKey;
use crate::model::testing::*;
use crate::model::tests::properties::{step, take, transactions};
use crate::wire::Txid;
use proptest::prelude::*;

const ORDERS: [TxOrder; 11] = [
    TxOrder::Age,
    TxOrder::FeeRate,
    TxOrder::ChunkFeeRate,
    TxOrder::Fee,
    TxOrder::Vsize,
    TxOrder::Value,
    TxOrder::Inputs,
    TxOrder::Outputs,
    TxOrder::Ancestors,
    TxOrder::Descendants,
    TxOrder::Peers,
];

fn by(order: TxOrder) -> TxList {
    TxList { order, filter: None }
}

fn containing(text: &str) -> TxList {
    TxList { filter: Some(TxFilter::containing(text)), ..TxList::default() }
}

/// Builds the list to its end.
fn list(scene: &mut Scene, list: &TxList) {
    scene.model.list_transactions(list);
    while scene.model.is_indexing() {
        scene.model.index_more(scene.now);
    }
}

fn rows(model: &Model, list: &TxList, descending: bool) -> Vec<TxKey> {
    model.listed(list).unwrap().rows(0, usize::MAX, descending)
}

/// The txids of the list, from its first row.
fn txids(scene: &mut Scene, order: &TxList, descending: bool) -> Vec<Txid> {
    list(scene, order);
    let keys = rows(&scene.model, order, descending);
    keys.iter().map(|key| scene.model.mempool().get(*key).unwrap().tx().txid()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_list_that_followed_every_event_is_the_same_as_one_that_is_built_afterwards(
        transactions in transactions(),
        steps in prop::collection::vec(step(), 1..120),
        order in prop::sample::select(&ORDERS[..]),
        begin in 0_usize..60,
    ) {
        let (mut scene, order) = (Scene::new(), by(order));
        for (number, step) in steps.iter().enumerate() {
            take(&mut scene, step, &transactions);
            if number == begin {
                scene.model.list_transactions(&order);
            }
            scene.model.index_some(2, scene.now);
        }
        list(&mut scene, &order);
        let followed = [true, false].map(|descending| rows(&scene.model, &order, descending));
        scene.model.list_transactions(&by(TxOrder::Age));
        scene.model.list_transactions(&by(TxOrder::Vsize));
        list(&mut scene, &order);
        prop_assert_eq!(&followed, &[true, false].map(|descending| rows(&scene.model, &order, descending)));
        prop_assert_eq!(followed[0].len(), scene.model.mempool().len());
        let index = scene.model.listed(&order).unwrap();
        for (descending, keys) in [true, false].iter().zip(&followed) {
            for (row, key) in keys.iter().enumerate() {
                prop_assert_eq!(index.position(*key, *descending), Some(row));
                prop_assert_eq!(index.rows(row, 1, *descending), vec![*key]);
            }
        }
    }
}

#[test]
fn unknown_values_come_last_in_both_directions() {
    let mut scene = Scene::new();
    let parent = spend(&[coin(1)], &[50_000, 50_000]);
    let [low, high] =
        [(0, 49_000), (1, 40_000)].map(|(vout, value)| spend(&[output(&parent, vout)], &[value]));
    scene.connect(1).deliver_all(1, [&parent, &low, &high]);
    let [parent, low, high] = [parent, low, high].map(|tx| tx.txid());
    let order = by(TxOrder::Fee);
    assert_eq!(txids(&mut scene, &order, true), [high, low, parent]);
    assert_eq!(txids(&mut scene, &order, false), [low, high, parent]);
}

#[test]
fn a_filter_finds_parts_of_txids_and_of_addresses_in_any_case() {
    let mut scene = Scene::new();
    let script = [vec![0, 20], (1..=20).collect()].concat();
    let mut to_address = parts(&[coin(1)], &[7_000]);
    to_address.outputs[0].script_pubkey.clone_from(&script);
    let (paid, other) = (std::sync::Arc::new(to_address.build().unwrap()), loose(2));
    scene.connect(1).deliver_all(1, [&paid, &other]);
    let address = address(&script, Network::Regtest).unwrap();
    assert_eq!(txids(&mut scene, &containing(&address), false), [paid.txid()]);
    assert_eq!(txids(&mut scene, &containing(&address[8..30].to_uppercase()), false), [paid.txid()]);
    assert_eq!(txids(&mut scene, &containing(&other.txid().to_string()[20..32]), false), [other.txid()]);
    assert_eq!(txids(&mut scene, &containing("bcrt1qq-no"), false), []);
    let late = loose(3);
    list(&mut scene, &containing(&late.txid().to_string()[..12]));
    scene.deliver(1, &late);
    assert_eq!(txids(&mut scene, &containing(&late.txid().to_string()[..12]), false), [late.txid()]);
}

#[test]
fn a_selected_transaction_has_its_place_while_the_list_is_built() {
    let mut scene = Scene::new();
    let all: Vec<_> = (0..50).map(loose).collect();
    scene.connect(1).deliver_all(1, &all);
    let order = by(TxOrder::Value);
    scene.model.list_transactions(&order);
    scene.model.index_some(20, scene.now);
    assert!(scene.model.is_indexing());
    let index = scene.model.listed(&order).unwrap();
    let place = |number: usize, index: &crate::model::list::index::TxIndex| {
        let key = scene.model.mempool().key(crate::wire::TxHash::Txid(all[number].txid())).unwrap();
        index.position(key, false)
    };
    assert_eq!((index.len(), place(19, index), place(20, index)), (20, Some(19), None));
}
