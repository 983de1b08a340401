//! What is watched, and what is copied.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use mempulse::event::Command;
use mempulse::snapshot::Detail;
use mempulse::tui::app::Flow;

const SIZE: (u16, u16) = (80, 24);

fn footer(desk: &Desk) -> String {
    desk.screen().lines().last().unwrap().to_owned()
}

fn with_ctrl(desk: &mut Desk, letter: char) -> Flow {
    desk.app.on_event(&Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
}

#[test]
fn while_a_target_is_typed_the_footer_names_only_the_keys_that_do_something() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    assert_eq!(footer(&desk), " Enter watch it  Esc close");
    desk.app.on_event(&Event::Key(KeyCode::Esc.into()));
    assert!(footer(&desk).contains("↑↓ select") && !footer(&desk).contains("scroll"), "{}", footer(&desk));
}

#[test]
fn ctrl_c_and_ctrl_z_do_what_they_always_do_while_a_target_is_typed() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    assert_eq!(with_ctrl(&mut desk, 'z'), Flow::Suspend);
    assert!(desk.app.input().is_some(), "what was typed is there after fg");
    assert_eq!(with_ctrl(&mut desk, 'c'), Flow::Quit);
}

#[test]
fn on_a_frozen_screen_nothing_is_added_or_removed_and_that_is_said() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("w a");
    assert!(desk.app.input().is_none());
    assert!(footer(&desk).contains("frozen"), "{}", footer(&desk));
    desk.type_keys("d");
    assert!(footer(&desk).contains("frozen"), "{}", footer(&desk));
    assert_eq!(desk.app.take_commands(), []);
}

#[test]
fn what_is_watched_already_is_not_added_without_a_word() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    desk.type_text(scene::QUIET);
    assert!(desk.screen().contains("it is watched already"), "{}", desk.screen());
    assert_eq!(desk.app.take_commands(), []);
    with_ctrl(&mut desk, 'u');
    desk.type_text("51");
    assert!(matches!(desk.app.take_commands()[..], [Command::Watch(_)]));
}

#[test]
fn y_copies_what_is_selected_on_the_screen_that_is_shown() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("jy");
    assert_eq!(desk.app.take_copied().map(|text| text.len()), Some(64));
    for tab in ["2", "3"] {
        desk.type_keys(tab);
        desk.type_keys("y");
        assert_eq!(desk.app.take_copied(), None, "{tab}");
        assert!(footer(&desk).contains("nothing to copy"), "{}", footer(&desk));
    }
    desk.type_keys("4l");
    let block = desk.snapshot().blocks_screen.unwrap().blocks[1].figures.hash.to_string();
    desk.type_keys("y");
    assert_eq!(desk.app.take_copied(), Some(block.clone()));
    desk.press(KeyCode::Enter);
    desk.type_keys("y");
    assert_eq!(desk.app.take_copied(), Some(block));
}

#[test]
fn y_copies_the_txid_of_a_transaction_that_is_gone() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("j");
    desk.press(KeyCode::Enter);
    let txid = desk.snapshot().transactions.rows[0].txid;
    desk.confirm(0);
    assert!(matches!(desk.snapshot().detail, Some(Detail::Gone { .. })));
    desk.type_keys("y");
    assert_eq!(desk.app.take_copied(), Some(txid.to_string()));
}

#[test]
fn the_transaction_of_the_last_notice_can_be_opened_and_copied() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("w");
    let last = desk.snapshot().watched[0].last.clone().unwrap().1;
    desk.type_keys("y");
    assert_eq!(desk.app.take_copied(), Some(last.txid.to_string()));
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains("wtxid"), "its details: {}", desk.screen());
    desk.press(KeyCode::Esc);
    desk.press(KeyCode::Down);
    desk.press(KeyCode::Enter);
    assert!(footer(&desk).contains("no transaction that is held"), "it is in a block: {}", footer(&desk));
}
