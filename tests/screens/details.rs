//! The pages of details: what remains when a transaction is gone, and where links lead.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::KeyCode;
use mempulse::model::RemovalReason;
use mempulse::snapshot::{Detail, Open};
use mempulse::wire::Txid;

const SIZE: (u16, u16) = (120, 36);

/// The txid on the page that is open.
fn txid(desk: &Desk) -> Txid {
    match &*desk.snapshot().detail.unwrap().1 {
        Detail::Transaction(transaction) => transaction.row.txid,
        Detail::Removed(removed) => removed.txid,
        other => panic!("no transaction: {other:?}"),
    }
}

#[test]
fn the_page_of_a_confirmed_transaction_stays_and_its_banner_leads_to_the_block() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("j\n");
    let wtxid = match &*desk.snapshot().detail.unwrap().1 {
        Detail::Transaction(transaction) => transaction.wtxid.to_string(),
        other => panic!("{other:?}"),
    };
    desk.confirm(0);
    let screen = desk.screen();
    assert!(screen.contains("›confirmed in block "), "{screen}");
    assert!(screen.contains(&wtxid[..40]), "the page remains: {screen}");
    desk.press(KeyCode::Enter);
    assert!(matches!(desk.app.view().open, Some(Open::Block(_))), "{:?}", desk.app.view().open);
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains(&wtxid[..40]), "back to the page");
}

#[test]
fn without_a_page_to_keep_a_removed_transaction_still_says_why() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("j");
    let row = desk.snapshot().overview.transactions.rows[0].clone();
    desk.confirm(0);
    let view = mempulse::snapshot::View { open: Some(Open::Transaction(row.key)), ..Default::default() };
    let (_, detail) = desk.answer_to(&view).detail.unwrap();
    let Detail::Removed(removed) = &*detail else { panic!("{detail:?}") };
    assert!(matches!(removed.reason, RemovalReason::Confirmed { .. }));
}

#[test]
fn a_child_leads_to_its_parent_and_back() {
    let mut desk = Desk::new(SIZE);
    let child = desk.child();
    desk.select(child);
    desk.press(KeyCode::Enter);
    assert_eq!(txid(&desk), child);
    desk.press(KeyCode::Tab);
    desk.press(KeyCode::Enter);
    let parent = txid(&desk);
    assert_ne!(parent, child);
    // One of the parent's links leads to the child.
    let links = desk.screen().matches('›').count();
    let leads_back = (1..=links).any(|number| {
        (0..number).for_each(|_| drop(desk.press(KeyCode::Tab)));
        desk.press(KeyCode::Enter);
        let there = txid(&desk) == child;
        desk.press(KeyCode::Esc);
        (0..number).for_each(|_| drop(desk.press(KeyCode::BackTab)));
        there
    });
    assert!(leads_back, "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert_eq!(txid(&desk), child, "Esc goes back");
}

#[test]
fn a_link_that_is_selected_is_scrolled_into_sight() {
    let mut desk = Desk::new((80, 15));
    let child = desk.child();
    desk.select(child);
    desk.press(KeyCode::Enter);
    for _ in 0..20 {
        desk.press(KeyCode::Tab);
        assert!(desk.screen().contains('›'), "{}", desk.screen());
    }
}

#[test]
fn x_shows_scripts_in_hex_and_as_instructions() {
    let mut desk = Desk::new((200, 60));
    desk.select(scene::bumped());
    desk.press(KeyCode::Enter);
    assert!(!desk.screen().contains("asm"));
    desk.type_keys("x");
    desk.type_keys("G");
    let screen = desk.screen();
    assert!(screen.contains("script     0014") && screen.contains("asm        0 "), "{screen}");
    desk.type_keys("x");
    assert!(!desk.screen().contains("asm"));
}

#[test]
fn a_click_on_a_link_opens_it() {
    for size in [(80, 24), (200, 60)] {
        let mut desk = Desk::new(size);
        let child = desk.child();
        desk.select(child);
        desk.press(KeyCode::Enter);
        desk.press(KeyCode::Tab);
        desk.click("›");
        assert_ne!(txid(&desk), child, "{size:?}");
    }
}

#[test]
fn the_footer_of_a_page_names_only_keys_that_do_something_there() {
    let mut desk = Desk::alone((200, 60));
    desk.type_keys("2");
    desk.answer();
    desk.type_keys("j\n");
    assert!(matches!(desk.app.view().open, Some(Open::Peer(_))), "{:?}", desk.app.view().open);
    for hint in ["Enter open", "Tab next", "x scripts"] {
        assert!(!desk.footer().contains(hint), "{hint}: {}", desk.footer());
    }
    desk.type_keys("x");
    assert!(desk.footer().contains("no scripts here"), "{}", desk.footer());
    let mut desk = Desk::new((200, 60));
    let child = desk.child();
    desk.select(child);
    desk.press(KeyCode::Enter);
    for hint in ["Enter open", "Tab next", "x scripts"] {
        assert!(desk.footer().contains(hint), "{hint}: {}", desk.footer());
    }
}

#[test]
fn scripts_are_scrolled_to_if_they_are_below_the_screen() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("j\n");
    assert!(!desk.screen().contains("Input 0"), "{}", desk.screen());
    desk.type_keys("x");
    let screen = desk.screen();
    assert!(screen.lines().nth(2).is_some_and(|line| line.contains("Input 0")), "{screen}");
    desk.type_keys("x");
    assert!(!desk.screen().contains("Input 0"), "{}", desk.screen());
}
