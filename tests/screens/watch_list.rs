//! The watch list, and what `y` copies.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::event::Command;
use mempulse::snapshot::Detail;
use mempulse::tui::Effect;

const SIZE: (u16, u16) = (80, 24);

fn copied(desk: &mut Desk) -> Option<String> {
    match desk.press(KeyCode::Char('y')) {
        Some(Effect::Copy(text)) => Some(text),
        _ => None,
    }
}

#[test]
fn while_a_target_is_typed_the_footer_names_only_the_keys_that_do_something() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    assert_eq!(desk.footer(), " Enter add  Esc cancel");
    desk.press(KeyCode::Esc);
    assert!(desk.footer().contains("a add") && !desk.footer().contains("Enter add"), "{}", desk.footer());
}

#[test]
fn ctrl_c_quits_and_ctrl_z_suspends_while_a_target_is_typed() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    assert_eq!(desk.press_ctrl('z'), Some(Effect::Suspend));
    assert!(desk.footer().contains("Enter add"), "the text is still there after fg");
    assert_eq!(desk.press_ctrl('c'), Some(Effect::Quit));
}

#[test]
fn a_frozen_screen_says_that_the_watch_list_cannot_be_changed() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("w a");
    assert!(desk.footer().contains("unfreeze"), "{}", desk.footer());
    assert_eq!(desk.press(KeyCode::Char('d')), None);
    assert!(desk.footer().contains("unfreeze"), "{}", desk.footer());
}

#[test]
fn a_target_that_is_watched_already_is_refused_with_a_message() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("wa");
    assert_eq!(desk.type_text(scene::QUIET), None);
    assert!(desk.screen().contains("already on the watch list"), "{}", desk.screen());
    desk.press_ctrl('u');
    assert!(matches!(desk.type_text("51"), Some(Effect::Send(Command::Watch(_)))));
}

#[test]
fn y_copies_the_selection_of_the_current_screen() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("j");
    assert_eq!(copied(&mut desk).map(|text| text.len()), Some(64));
    for tab in ["2", "3"] {
        desk.type_keys(tab);
        assert_eq!(copied(&mut desk), None, "{tab}");
        assert!(desk.footer().contains("nothing to copy"), "{}", desk.footer());
    }
    desk.type_keys("2j");
    let address = desk.snapshot().peers.unwrap().peers.rows[0].row.address.to_string();
    assert_eq!(copied(&mut desk), Some(address));
    desk.type_keys("5l");
    let block = desk.snapshot().blocks.unwrap().blocks[1].figures.hash.to_string();
    assert_eq!(copied(&mut desk), Some(block.clone()));
    desk.press(KeyCode::Enter);
    assert_eq!(copied(&mut desk), Some(block));
}

#[test]
fn y_offers_all_that_can_be_copied_of_a_transaction() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("j\n");
    let (_, detail) = desk.snapshot().detail.unwrap();
    let Detail::Transaction(detail) = &*detail else { panic!("a transaction is open") };
    assert_eq!(copied(&mut desk), None);
    let menu = desk.screen();
    for what in [" txid ", " wtxid ", " transaction ", " spent outpoint "] {
        assert!(menu.contains(what), "{what}: {menu}");
    }
    desk.press(KeyCode::Down);
    assert_eq!(desk.press(KeyCode::Enter), Some(Effect::Copy(detail.wtxid.to_string())));
    assert!(desk.footer().contains("wtxid copied") && !desk.screen().contains(" Copy "), "{}", desk.screen());
    copied(&mut desk);
    let outpoint = format!("{}:{}", detail.inputs[0].prevout.txid, detail.inputs[0].prevout.vout);
    let first = menu.lines().position(|line| line.contains(" spent outpoint ")).unwrap();
    // The page beneath names it as well.
    let lines: Vec<&str> = menu.lines().collect();
    let txid = lines.iter().rposition(|line| line.contains(" txid ")).unwrap();
    (txid..first).for_each(|_| drop(desk.press(KeyCode::Down)));
    assert_eq!(desk.press(KeyCode::Enter), Some(Effect::Copy(outpoint)));
}

#[test]
fn y_copies_the_txid_of_a_removed_transaction() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("j");
    desk.press(KeyCode::Enter);
    let txid = desk.snapshot().overview.transactions.rows[0].txid;
    desk.confirm(0);
    assert!(matches!(*desk.snapshot().detail.unwrap().1, Detail::Removed(_)));
    assert_eq!(copied(&mut desk), None, "there is a choice: its page is still there");
    assert_eq!(desk.press(KeyCode::Enter), Some(Effect::Copy(txid.to_string())));
}

#[test]
fn the_transaction_of_the_last_match_can_be_opened_and_copied() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("w");
    let last = desk.snapshot().watchlist.unwrap().targets.rows[0].last.clone().unwrap();
    assert_eq!(copied(&mut desk), None);
    desk.press(KeyCode::Down);
    assert_eq!(desk.press(KeyCode::Enter), Some(Effect::Copy(last.found.txid.to_string())));
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains("wtxid"), "its details: {}", desk.screen());
    desk.press(KeyCode::Esc);
    desk.type_keys("jj\n");
    assert!(desk.screen().contains(" Block 923,112 "), "the transaction is confirmed: {}", desk.screen());
    desk.press(KeyCode::Esc);
    desk.type_keys("G\n");
    assert!(desk.footer().contains("nothing has happened to this target yet"), "{}", desk.footer());
}

#[test]
fn every_event_of_a_target_can_be_opened() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("6jjj");
    let history = desk.snapshot().watchlist.unwrap().targets.rows[2].history.clone().unwrap();
    assert!(history.total >= 2, "{history:?}");
    assert!(
        desk.screen().contains("DOUBLE SPENT") && desk.screen().contains(" arrived "),
        "{}",
        desk.screen()
    );
    desk.press(KeyCode::Tab);
    desk.type_keys("G");
    let oldest = history.rows.last().unwrap().found.txid.to_string();
    assert_eq!(copied(&mut desk), None);
    assert_eq!(desk.press(KeyCode::Enter), Some(Effect::Copy(oldest)), "the txid comes first");
    desk.press(KeyCode::Enter);
    assert!(desk.app.view().open.is_some(), "{}", desk.screen());
    for _ in 0..3 {
        desk.press(KeyCode::Esc);
        assert!(
            desk.screen().contains(" History "),
            "the page, the history, the selection: {}",
            desk.screen()
        );
    }
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains("╭ Peers"), "{}", desk.screen());
}

#[test]
fn a_filter_finds_targets_by_their_text_and_by_the_txids_that_touch_them() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("6/QW508");
    assert_eq!(desk.snapshot().watchlist.unwrap().targets.total, 1);
    assert!(desk.screen().contains("Watch list  1 of 4 targets · /QW508▏"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    let txid =
        desk.snapshot().watchlist.unwrap().targets.rows[1].last.as_ref().unwrap().found.txid.to_string();
    desk.type_keys("/");
    desk.type_keys(&txid[3..20]);
    assert_eq!(desk.snapshot().watchlist.unwrap().targets.total, 1);
    desk.type_keys("x");
    assert!(desk.screen().contains("no target matches · Esc: all"), "{}", desk.screen());
}

#[test]
fn a_frozen_watch_list_has_the_history_of_every_target() {
    let mut desk = Desk::alone((120, 36));
    desk.type_keys("6 j");
    assert!(desk.screen().contains("· 1 event "), "{}", desk.screen());
    desk.type_keys("j");
    assert!(desk.screen().contains("confirmed in block 923,112"), "{}", desk.screen());
    desk.type_keys("jj");
    assert!(desk.screen().contains("no transaction touches it"), "{}", desk.screen());
}

#[test]
fn each_panel_can_be_zoomed_and_a_target_is_typed_beside_the_list() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("6z");
    assert!(!desk.screen().contains(" History "), "{}", desk.screen());
    desk.press(KeyCode::Tab);
    assert!(desk.screen().contains(" History ") && !desk.screen().contains("Watch list  4"));
    desk.type_keys("a");
    assert!(desk.screen().contains("Watch list  4") && desk.screen().contains(" Add an address"));
    desk.press(KeyCode::Esc);
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains(" History ") && desk.screen().contains("Watch list  4"));
}

#[test]
fn d_removes_the_selected_target() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("6G");
    match desk.press(KeyCode::Delete) {
        Some(Effect::Send(Command::Unwatch(target))) => assert_eq!(target.text(), scene::QUIET),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_click_selects_a_target_and_a_click_on_its_event_opens_that() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("6");
    desk.click("bc1q2wvt");
    assert!(
        desk.screen().contains("· 3 events ") || desk.screen().contains("· 2 events "),
        "{}",
        desk.screen()
    );
    let rows: Vec<_> = desk.screen().lines().map(str::to_owned).collect();
    let row = rows.iter().rposition(|line| line.contains("confirmed in block 923,112")).unwrap();
    for _ in 0..2 {
        desk.mouse(MouseEventKind::Down(MouseButton::Left), 20, row);
    }
    assert!(desk.app.view().open.is_some(), "{}", desk.screen());
}
