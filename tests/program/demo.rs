//! `mempulse demo` in a real terminal: what it shows, and what the keys do.

use crate::terminal::Terminal;

const LARGE: (u16, u16) = (120, 36);
const ESC: &str = "\x1b";
/// The title of the help.
const HELP: &str = " Help ━";
const CTRL_C: &str = "\x03";

/// The number of rows with inputs and outputs, as in `2→1`: the transactions on screen.
fn transactions(screen: &str) -> usize {
    let has_counts =
        |row: &&str| row.split('→').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    screen.lines().filter(has_counts).count()
}

/// The number of rows with a live peer.
fn live_peers(screen: &str) -> usize {
    screen.matches("● 127.").count()
}

fn demo(size: (u16, u16)) -> Terminal {
    let terminal = Terminal::mempulse("demo --seed 1", size);
    terminal.is_taken();
    terminal
}

#[test]
fn the_demo_says_so_shows_peers_and_transactions_and_leaves_the_terminal_as_it_was() {
    let mut terminal = demo(LARGE);
    terminal.shows("DEMO");
    terminal.wait_until("most of 8 peers", |screen| live_peers(&screen.contents()) >= 6);
    terminal.wait_until("ten transactions", |screen| transactions(&screen.contents()) >= 10);

    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn keys_open_and_close_what_the_help_says() {
    let mut terminal = demo(LARGE);
    terminal.wait_until("some transactions", |screen| transactions(&screen.contents()) >= 3);

    terminal.press("?");
    terminal.shows(HELP);
    terminal.press(ESC);
    terminal.hides(HELP);

    terminal.press("j");
    terminal.shows("held at the selection");
    terminal.press("\r");
    terminal.shows("wtxid");
    terminal.press("?");
    terminal.shows(HELP);
    terminal.press(ESC);
    terminal.hides(HELP);
    terminal.shows("wtxid");
    terminal.press(ESC);
    terminal.hides("wtxid");
    terminal.press(ESC);
    terminal.hides("held at the selection");

    terminal.press("\t");
    terminal.press("j");
    terminal.press("\r");
    let details = terminal.shows("Conversation");
    assert!(details.contains("services"), "{details}");
    terminal.press(ESC);
    terminal.hides("Conversation");

    terminal.press(" ");
    terminal.shows("FROZEN");
    terminal.press(" ");
    terminal.hides("FROZEN");

    terminal.press(CTRL_C);
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn the_selection_stays_with_its_transaction_while_newer_ones_arrive() {
    let mut terminal = demo(LARGE);
    terminal.wait_until("some transactions", |screen| transactions(&screen.contents()) >= 3);
    let txid = |screen: &vt100::Screen| {
        let selected = screen
            .rows(0, LARGE.0)
            .find_map(|row| row.split_once("txid  ").map(|(_, id)| id.trim().to_owned()));
        selected.filter(|id| id.len() >= 64)
    };
    terminal.press("j");
    terminal.press("\r");
    let mut opened = None;
    terminal.wait_until("the details", |screen| {
        opened = txid(screen);
        opened.is_some()
    });
    terminal.press(ESC);
    terminal.hides("wtxid");
    // Enough time for more to arrive: the count in the title has moved on by at least five.
    let held = |screen: &str| {
        let (_, rest) = screen.split_once(" Transactions  ")?;
        rest.split_once(' ')?.0.replace(',', "").parse::<u64>().ok()
    };
    let before = held(&terminal.text()).unwrap();
    terminal.wait_until("five more", |screen| held(&screen.contents()).is_some_and(|now| now >= before + 5));
    terminal.press("\r");
    let mut opened_again = None;
    terminal.wait_until("the details", |screen| {
        opened_again = txid(screen);
        opened_again.is_some()
    });
    assert_eq!(opened, opened_again);
}

#[test]
fn without_colours_it_shows_the_same() {
    let terminal = Terminal::shell("NO_COLOR=1 exec \"$0\" demo --seed 1", LARGE);
    terminal.wait_until("most of 8 peers", |screen| live_peers(&screen.contents()) >= 6);
    terminal.wait_until("no coloured cell", |screen| {
        let (rows, columns) = screen.size();
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        cells
            .filter_map(|(row, column)| screen.cell(row, column))
            .all(|cell| (cell.fgcolor(), cell.bgcolor()) == (vt100::Color::Default, vt100::Color::Default))
    });
}
