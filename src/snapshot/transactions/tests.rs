//! Windows of the list of all transactions.

use super::*;
use crate::model::TxOrder;
use crate::model::testing::{Scene, loose};
use crate::snapshot::{Screen, View};

/// By value, greatest first: the last of `loose(0..50)` is in row 0.
fn view(anchor: Anchor, height: usize) -> View {
    let list = TxList { order: TxOrder::Value, filter: None };
    let transactions = TransactionListView { list, descending: true, anchor, height, row: 0 };
    View { screen: Screen::Transactions, transactions, ..View::default() }
}

fn scene() -> Scene {
    let mut scene = Scene::new();
    let all: Vec<_> = (0..50).map(loose).collect();
    scene.connect(1).deliver_all(1, &all);
    view(Anchor::Top, 0).prepare(&mut scene.model, scene.now);
    scene
}

fn indexed() -> Scene {
    let mut scene = scene();
    while scene.model.is_indexing() {
        scene.model.index_more(scene.now);
    }
    scene
}

fn take(scene: &Scene, view: &View) -> Window<TransactionRow> {
    let screen = scene.snapshot(view).transactions.unwrap();
    assert_eq!(screen.progress, None);
    screen.transactions
}

fn values(window: &Window<TransactionRow>) -> Vec<u64> {
    window.rows.iter().map(|row| row.output_value).collect()
}

#[test]
fn a_window_begins_at_the_top_the_bottom_or_around_the_selection() {
    let scene = indexed();
    let top = take(&scene, &view(Anchor::Top, 3));
    assert_eq!((values(&top), top.offset, top.selected), (vec![50, 49, 48], Some(0), None));
    assert_eq!((top.more_above, top.more_below, top.total), (false, true, 50));
    let bottom = take(&scene, &view(Anchor::Bottom, 3));
    assert_eq!((values(&bottom), bottom.offset), (vec![3, 2, 1], Some(47)));
    assert_eq!((bottom.more_above, bottom.more_below), (true, false));
    let key = take(&scene, &view(Anchor::Top, 30)).rows[20].key;
    let around = take(&scene, &view(Anchor::Selected { key, above: 2 }, 5));
    assert_eq!(
        (values(&around), around.offset, around.selected),
        (vec![32, 31, 30, 29, 28], Some(18), Some(2))
    );
}

#[test]
fn the_selection_follows_its_transaction_and_when_it_goes_the_one_below_takes_its_place() {
    let mut scene = indexed();
    let key = take(&scene, &view(Anchor::Top, 3)).rows[2].key;
    scene.deliver(1, &loose(1_000));
    let selected = view(Anchor::Selected { key, above: 2 }, 5);
    let window = take(&scene, &selected);
    assert_eq!((window.selected, window.offset, values(&window)[2]), (Some(2), Some(1), 48));
    scene.mine(100, &[&loose(47)]);
    let mut gone = selected;
    gone.transactions.row = 3;
    let window = take(&scene, &gone);
    assert_eq!((window.selected, values(&window)[2]), (Some(2), 47));
}

#[test]
fn a_list_that_is_not_built_yet_says_so() {
    let scene = scene();
    let screen = scene.snapshot(&view(Anchor::Top, 3)).transactions.unwrap();
    assert_eq!((screen.progress, screen.transactions.total), (Some(0.0), 0));
    let mut other = view(Anchor::Top, 3);
    other.transactions.list.order = TxOrder::Fee;
    assert_eq!(scene.snapshot(&other).transactions.unwrap().progress, Some(0.0));
}
