//! The screen without a network, in windows of all sizes.

use crate::terminal::Terminal;

/// A port without a listener.
const NOBODY: &str = "--network regtest --peer 127.0.0.1:1";
const ESC: &str = "\x1b";

#[test]
fn the_screen_follows_the_size_of_the_window() {
    let mut terminal = Terminal::mempulse(NOBODY, (80, 24));
    terminal.shows("regtest");
    for size in [(120, 36), (60, 15), (200, 60), (80, 24)] {
        let (columns, rows) = size;
        terminal.resize(size);
        terminal.wait_until(&format!("an overview of {columns}×{rows}"), |screen| {
            let text: Vec<String> = screen.rows(0, columns).collect();
            let is_full = |row: &String| row.chars().count() == usize::from(columns);
            screen.size() == (rows, columns)
                && text[0].contains("regtest")
                && text.iter().any(|row| is_full(row) && row.ends_with('╮'))
                && text.last().is_some_and(|hints| hints.contains("quit"))
        });
    }
    terminal.resize((40, 10));
    terminal.shows("terminal too small");
    terminal.shows("40×10");
    terminal.resize((80, 24));
    terminal.hides("terminal too small");
    terminal.shows("regtest");
    terminal.resize((40, 10));
    terminal.shows("terminal too small");
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn a_window_without_a_size_is_awaited() {
    for size in [(0, 0), (0, 24), (80, 0)] {
        let mut terminal = Terminal::mempulse(NOBODY, size);
        std::thread::sleep(std::time::Duration::from_secs(1));
        terminal.resize((80, 24));
        terminal.shows("regtest");
        terminal.resize(size);
        std::thread::sleep(std::time::Duration::from_secs(1));
        terminal.resize((80, 24));
        terminal.shows("127.0.0.1:1");
        terminal.press("q");
        assert!(terminal.wait().success());
    }
}

#[test]
fn if_no_peer_can_be_reached_it_says_why_and_what_needs_no_network() {
    let mut terminal = Terminal::mempulse(NOBODY, (100, 30));
    terminal.shows("127.0.0.1:1");
    terminal.shows("connection refused");
    terminal.shows("mempulse demo");
    terminal.press(ESC);
    terminal.hides("mempulse demo");
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}
