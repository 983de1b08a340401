//! The mouse, and what is pasted.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::event::Command;
use mempulse::tui::Effect;

const SIZE: (u16, u16) = (120, 36);

#[test]
fn a_paste_never_acts_as_keys() {
    let mut desk = Desk::new(SIZE);
    for keys in ["", "j\n", "1?", "2", "3", "4", "5", "7", "1w"] {
        desk.type_keys(keys);
        for pasted in [scene::QUIET, "q", "\u{3}", "jjqq\nq\r\nq"] {
            assert_eq!(desk.paste(pasted), None, "{keys:?} {pasted:?}");
        }
    }
    desk.press(KeyCode::Esc);
    desk.press(KeyCode::Esc);
    desk.paste("2");
    assert!(desk.screen().contains("not pasted: no txid, block hash or address"), "{}", desk.screen());
    assert!(desk.screen().contains("╭ Peers"), "still on the overview: {}", desk.screen());
}

#[test]
fn a_paste_in_the_watch_list_is_a_target_and_several_lines_are_several() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("w");
    desk.paste(&format!("{}\n", scene::QUIET));
    assert!(desk.screen().contains(&format!("┃ {}▏", scene::QUIET)), "{}", desk.screen());
    desk.press_ctrl('u');
    assert_eq!(desk.paste(&format!("51\r{}", scene::QUIET)), None);
    assert!(desk.screen().contains("nothing pasted: line 2: already on the watch list"), "{}", desk.screen());
    match desk.paste("51\r52\r\n53\n") {
        Some(Effect::Send(Command::Watch(targets))) => assert_eq!(targets.len(), 3),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_paste_that_is_too_long_is_refused() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("w");
    assert_eq!(desk.paste(&"5".repeat(100_001)), None);
    assert!(desk.screen().contains("not pasted"), "{}", desk.screen());
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    let mut desk = Desk::new(SIZE);
    let tx = &desk.snapshot().overview.transactions.rows[2];
    let (key, txid) = (tx.key, tx.txid.to_string());
    desk.click(&txid[..5]);
    assert_eq!(desk.selected(), Some(key));
    desk.click(&txid[..5]);
    assert!(desk.app.view().open.is_some());
}

#[test]
fn a_click_on_a_hint_of_the_footer_is_its_key() {
    let mut desk = Desk::new(SIZE);
    desk.click("? help");
    assert!(desk.screen().contains(" Help "));
    desk.click("Esc back");
    assert!(!desk.screen().contains(" Help "));
    assert_eq!(desk.click("q quit"), Some(Effect::Quit));
}

#[test]
fn a_click_on_a_head_sorts_by_its_column_and_a_second_one_reverses() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("2");
    for by in ["by median ping ▲", "by median ping ▼"] {
        let head = desk.screen().lines().nth(2).unwrap().to_owned();
        let column = head[..head.find("median").unwrap()].chars().count();
        desk.mouse(MouseEventKind::Down(MouseButton::Left), column, 2);
        assert!(desk.screen().contains(by), "{}", desk.screen());
    }
}

#[test]
fn the_wheel_moves_the_list_under_the_pointer() {
    let mut desk = Desk::new(SIZE);
    let row = |desk: &Desk| desk.screen().lines().position(|line| line.contains("Transactions")).unwrap();
    let at = row(&desk) + 3;
    desk.mouse(MouseEventKind::ScrollDown, 100, at);
    assert_eq!(desk.selected(), Some(desk.snapshot().overview.transactions.rows[2].key));
    desk.mouse(MouseEventKind::ScrollDown, 10, at);
    assert!(desk.app.view().overview.peers.selected.is_some(), "the peers are at the left");
}
