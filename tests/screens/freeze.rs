//! A frozen screen: what it keeps, and what it says about the rest.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use std::time::Duration;

const SIZE: (u16, u16) = (120, 36);

/// The lines between the title and the footer.
fn body(desk: &Desk) -> String {
    let screen = desk.screen();
    let lines: Vec<&str> = screen.lines().collect();
    lines[1..lines.len() - 1].join("\n")
}

#[test]
fn every_screen_is_kept_as_it_was() {
    let mut desk = Desk::alone(SIZE);
    let mut before = Vec::new();
    desk.type_keys(" ");
    for screen in ["1", "2", "3", "4", "5", "6", "7"] {
        desk.type_keys(screen);
        before.push(body(&desk));
    }
    desk.arrive(0..40);
    desk.confirm(3);
    desk.pass(Duration::from_secs(70));
    for (at, screen) in ["1", "2", "3", "4", "5", "6", "7"].into_iter().enumerate() {
        desk.type_keys(screen);
        assert!(body(&desk) == before[at], "screen {screen}\n{}\n{}", before[at], body(&desk));
    }
    desk.type_keys(" 1");
    assert!(body(&desk) != before[0]);
}

#[test]
fn the_title_counts_what_is_missed() {
    let mut desk = Desk::alone((200, 60));
    desk.type_keys(" ");
    assert!(desk.screen().contains("FROZEN 0 s · missed: 0 tx — Space unfreezes"), "{}", desk.screen());
    desk.arrive(0..40);
    desk.pass(Duration::from_secs(12));
    assert!(desk.screen().contains("FROZEN 12 s · missed: 40 tx"), "{}", desk.screen());
    desk.type_keys(" ");
    assert!(!desk.screen().contains("FROZEN"));
}

#[test]
fn lists_scroll_to_their_end_and_back() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys(" ");
    desk.arrive(0..7);
    assert!(desk.snapshot().overview.transactions.rows.is_empty(), "nothing is asked for while frozen");
    for _ in 0..100 {
        desk.press(KeyCode::PageDown);
    }
    let bottom = body(&desk);
    desk.press(KeyCode::Down);
    assert_eq!(body(&desk), bottom);
    desk.type_keys("g");
    assert!(desk.screen().contains("following the newest"), "{}", desk.screen());
}

#[test]
fn details_are_those_of_the_moment_they_are_opened_and_stand_still() {
    let mut desk = Desk::alone(SIZE);
    let txid = desk.snapshot().overview.transactions.rows[2].txid.to_string();
    desk.type_keys(" jjj\n");
    desk.answer();
    assert!(desk.screen().contains(&txid[..20]), "{}", desk.screen());
    let opened = body(&desk);
    desk.confirm_txid(&txid);
    desk.pass(Duration::from_secs(90));
    desk.answer();
    assert_eq!(body(&desk), opened);
    desk.type_keys("qk\n");
    desk.answer();
    assert!(!desk.screen().contains(&txid[..20]) && !desk.screen().contains("loading"), "{}", desk.screen());
}

#[test]
fn a_frozen_list_of_peers_says_that_it_cannot_be_sorted() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("2 s");
    assert!(desk.screen().contains("unfreeze (Space) to sort"), "{}", desk.screen());
    assert!(desk.screen().contains("by state"), "{}", desk.screen());
}
