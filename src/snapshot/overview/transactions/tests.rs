use crate::model::testing::*;
use crate::model::tests::properties::{self, step};
use crate::snapshot::overview::transactions::{Anchor, TransactionRow, TransactionsView};
use crate::snapshot::{TxKey, Window};
use proptest::prelude::*;
use std::ops::Range;

fn scene(transactions: Range<u32>) -> Scene {
    let mut scene = Scene::new();
    scene.connect(1);
    scene.deliver_all(1, transactions.map(loose).collect::<Vec<_>>().iter());
    scene
}

fn window(scene: &Scene, anchor: Anchor, height: usize) -> Window<TransactionRow> {
    super::take(&scene.model, &TransactionsView { anchor, height }, 1, scene.now)
}

fn keys(window: &Window<TransactionRow>) -> Vec<u64> {
    window.rows.iter().map(|row| row.key.arrival()).collect()
}

fn selected(key: u64, above: usize) -> Anchor {
    Anchor::Selected { key: TxKey::new(key, u32::try_from(key).unwrap()), above }
}

#[test]
fn the_list_flows_at_its_top() {
    let mut scene = scene(0..5);
    let before = window(&scene, Anchor::Top, 3);
    assert_eq!(keys(&before), [4, 3, 2]);
    assert_eq!((before.total, before.offset, before.selected), (5, Some(0), None));
    assert_eq!((before.more_above, before.more_below), (false, true));
    scene.deliver(1, &loose(5));
    assert_eq!(keys(&window(&scene, Anchor::Top, 3)), [5, 4, 3]);
}

#[test]
fn the_oldest_are_at_the_bottom() {
    let window = window(&scene(0..5), Anchor::Bottom, 3);
    assert_eq!(keys(&window), [2, 1, 0]);
    assert_eq!((window.offset, window.more_above, window.more_below), (Some(2), true, false));
}

#[test]
fn a_selected_row_keeps_its_place_while_newer_ones_arrive() {
    let mut scene = scene(0..10);
    for number in 10..30 {
        let window = window(&scene, selected(5, 2), 5);
        assert_eq!((keys(&window), window.selected), (vec![7, 6, 5, 4, 3], Some(2)));
        assert_eq!((window.offset, window.more_above, window.more_below), (None, true, true));
        scene.deliver(1, &loose(number));
    }
}

#[test]
fn a_window_at_an_edge_is_full_and_has_its_selection_inside() {
    let scene = scene(0..10);
    let top = window(&scene, selected(8, 4), 5);
    assert_eq!((keys(&top), top.selected, top.offset), (vec![9, 8, 7, 6, 5], Some(1), Some(0)));
    let bottom = window(&scene, selected(1, 1), 5);
    assert_eq!((keys(&bottom), bottom.selected, bottom.offset), (vec![4, 3, 2, 1, 0], Some(3), Some(5)));
    let tall = window(&scene, selected(5, usize::MAX), 50);
    assert_eq!((tall.rows.len(), tall.selected), (10, Some(4)));
    assert_eq!((tall.more_above, tall.more_below), (false, false));
}

#[test]
fn if_the_selected_transaction_is_removed_the_next_older_takes_its_place() {
    let mut scene = scene(0..10);
    let mined = [5, 4].map(loose);
    scene.mine(1, &mined.each_ref());
    let window_after = window(&scene, selected(5, 2), 5);
    assert_eq!((keys(&window_after), window_after.selected), (vec![7, 6, 3, 2, 1], Some(2)));
    let oldest = [0, 1].map(loose);
    scene.mine(2, &oldest.each_ref());
    let window_at_end = window(&scene, selected(0, 2), 3);
    assert_eq!((keys(&window_at_end), window_at_end.selected), (vec![6, 3, 2], Some(2)));
}

#[test]
fn an_empty_list_and_no_room_give_empty_windows() {
    for anchor in [Anchor::Top, Anchor::Bottom, selected(3, 2)] {
        let empty = window(&scene(0..0), anchor, 5);
        assert_eq!((empty.rows.len(), empty.offset, empty.selected), (0, Some(0), None));
        assert_eq!((empty.more_above, empty.more_below), (false, false));
        let no_room = window(&scene(0..5), anchor, 0);
        assert_eq!((no_room.rows.len(), no_room.total, no_room.selected), (0, 5, None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_window_is_a_part_of_the_whole_list(
        transactions in properties::transactions(),
        steps in prop::collection::vec(step(), 1..80),
        key in 0_u64..30,
        above in 0_usize..12,
        height in 1_usize..12,
    ) {
        let mut scene = Scene::new();
        for step in &steps {
            properties::take(&mut scene, step, &transactions);
            let all = keys(&window(&scene, Anchor::Top, 1_000));
            let window = window(&scene, selected(key, above), height);
            let Some(last) = all.len().checked_sub(1) else {
                prop_assert!(window.rows.is_empty());
                continue;
            };
            let index = all.iter().position(|other| *other <= key).unwrap_or(last);
            let top = index.saturating_sub(above.min(height - 1)).min(all.len().saturating_sub(height));
            let bottom = all.len().min(top + height);
            prop_assert_eq!(keys(&window), &all[top..bottom]);
            prop_assert_eq!(window.selected, Some(index - top));
            prop_assert_eq!((window.more_above, window.more_below), (top > 0, bottom < all.len()));
            prop_assert!(window.offset.is_none_or(|offset| offset == top));
        }
    }
}
