//! The list of transactions: its selection, its ends, and how it freezes.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::snapshot::Anchor;
use mempulse::snapshot::TxKey;
use std::time::Duration;

/// The keys of the rows that the screen shows.
fn keys(desk: &Desk) -> Vec<TxKey> {
    desk.snapshot().overview.transactions.rows.iter().map(|row| row.key).collect()
}

#[test]
fn the_selection_follows_its_transaction_while_others_arrive() {
    let mut desk = Desk::alone((120, 36));
    let third = keys(&desk)[2];
    desk.type_keys("jjj");
    assert_eq!(desk.selected(), Some(third));
    desk.arrive(0..50);
    desk.answer();
    assert_eq!(desk.selected(), Some(third));
    let shown = desk.screen();
    desk.arrive(50..100);
    assert_eq!(rows(&desk.screen()), rows(&shown), "the visible rows stay");
}

/// The txids of the list, in their order.
fn rows(screen: &str) -> Vec<String> {
    let words = screen.lines().flat_map(str::split_whitespace);
    words.filter(|word| word.contains('…') && word.len() == 14 - 1).map(str::to_owned).collect()
}

#[test]
fn when_the_selected_transaction_is_removed_the_next_older_one_is_selected() {
    let mut desk = Desk::alone((80, 24));
    let (third, fourth) = (keys(&desk)[2], keys(&desk)[3]);
    desk.type_keys("jjj");
    assert_eq!(desk.selected(), Some(third));
    desk.confirm(2);
    assert_eq!(desk.selected(), Some(fourth));
}

#[test]
fn moving_above_the_newest_row_follows_the_newest_again() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("jjj");
    assert!(matches!(desk.app.view().overview.transactions.anchor, Anchor::Selected { .. }));
    desk.type_keys("kkk");
    assert_eq!(desk.app.view().overview.transactions.anchor, Anchor::Top);
    assert!(desk.screen().contains("following the newest"));
}

#[test]
fn the_whole_list_can_be_walked_to_its_end_and_back() {
    let mut desk = Desk::new((80, 24));
    let total = desk.snapshot().overview.transactions.total;
    let oldest = desk.oldest();
    for _ in 0..total + 20 {
        desk.press(KeyCode::Char('j'));
    }
    assert_eq!(desk.selected(), Some(oldest));
    for _ in 0..total / 5 {
        desk.press(KeyCode::PageUp);
    }
    assert_eq!(desk.selected(), None);
    desk.press(KeyCode::Char('G'));
    assert_eq!(desk.selected(), Some(oldest));
    desk.press(KeyCode::Char('g'));
    assert_eq!(desk.selected(), None);
}

#[test]
fn ages_grow_between_snapshots_and_stand_still_on_a_frozen_screen() {
    let mut desk = Desk::alone((80, 24));
    desk.arrive(0..1);
    desk.pass(Duration::from_millis(100));
    desk.answer();
    assert!(desk.screen().contains(" 0.1s "), "{}", desk.screen());
    desk.pass(Duration::from_secs(30));
    assert!(!desk.screen().contains(" 0.1s ") && desk.screen().contains(" 30s "));
    desk.type_keys(" ");
    desk.pass(Duration::from_mins(1));
    assert!(desk.screen().contains(" 30s "));
}

#[test]
fn the_mempool_names_the_keys_of_the_panels_that_are_shown() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("4");
    let has = |desk: &Desk, hint| desk.footer().contains(hint);
    assert!(has(&desk, "v vB or count") && !has(&desk, "time span"), "{}", desk.footer());
    desk.type_keys("]");
    assert!(has(&desk, "that panel is not shown here"), "{}", desk.footer());
    for _ in 0..2 {
        desk.press(KeyCode::Tab);
    }
    assert!(!has(&desk, "v vB or count") && has(&desk, "time span"), "{}", desk.footer());
}
