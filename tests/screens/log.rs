//! The Log screen.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use tracing::Level;

/// A log with lines of every level.
fn logged(size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(size);
    fill(&mut desk);
    desk.press(KeyCode::Char('7'));
    desk
}

/// Logs lines of every level.
pub fn fill(desk: &mut Desk) {
    for (level, text) in [
        (Level::INFO, "restored transactions=31204"),
        (Level::DEBUG, "transaction peer=203.0.113.5:8333 txid=8461c008"),
        (Level::WARN, "anomaly peer=203.0.113.5:8333 anomaly=StaleTip { behind: 2 }"),
        (Level::ERROR, "cannot save mempool-mainnet.journal: no space left on device"),
        (
            Level::INFO,
            "block hash=0000000000000000000154db868321b7a4b2a4be6a3ac2a8b4a1a7d1d2f0a111 height=923114 transactions=2913",
        ),
    ] {
        desk.log.push(desk.now, level, text);
    }
}

#[test]
fn arrows_choose_the_level() {
    let mut desk = logged((120, 36));
    assert!(desk.screen().contains("info and above, 4 lines"), "{}", desk.screen());
    desk.press(KeyCode::Right);
    assert!(desk.screen().contains("debug and above, 5 lines") && desk.screen().contains("8461c008"));
    for _ in 0..9 {
        desk.press(KeyCode::Left);
    }
    assert!(desk.screen().contains("error and above, 1 line "), "{}", desk.screen());
}

#[test]
fn a_selected_line_stays_selected_while_others_come() {
    let mut desk = logged((120, 36));
    desk.type_keys("jj");
    for number in 0..100 {
        desk.log.push(desk.now, Level::INFO, &format!("line {number}"));
    }
    desk.answer();
    let screen = desk.screen();
    assert_eq!(screen.matches("no space left on device").count(), 2, "in the list and in full: {screen}");
}
