//! `mempulse demo` in a real terminal: what it shows, and what the keys do.

use crate::terminal::Terminal;

const LARGE: (u16, u16) = (120, 36);
const ESC: &str = "\x1b";
/// The title of the help.
const HELP: &str = " Help ━";
const CTRL_C: &str = "\x03";

/// The number of rows that end in announcers and peers, as in `3/8`: the transactions on screen.
fn transactions(screen: &str) -> usize {
    let ends_in_share = |row: &&str| {
        let row = row.trim_end_matches(['┃', '│', ' ']);
        row.rsplit_once('/').is_some_and(|(before, after)| {
            let is_number = !after.is_empty() && after.chars().all(|c| c.is_ascii_digit());
            is_number && before.ends_with(|c: char| c.is_ascii_digit())
        })
    };
    screen.lines().filter(ends_in_share).count()
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
    terminal.shows("paused at the selection");
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
    terminal.hides("paused at the selection");

    terminal.press("h");
    terminal.press("j");
    terminal.press("\r");
    let details = terminal.shows("Messages");
    assert!(details.contains("services"), "{details}");
    terminal.press(ESC);
    terminal.hides("Messages");

    terminal.press(" ");
    terminal.shows("FROZEN");
    terminal.press(" ");
    terminal.hides("FROZEN");

    terminal.press(CTRL_C);
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn the_selection_stays_with_its_transaction_while_others_come_and_go() {
    let mut terminal = demo(LARGE);
    terminal.wait_until("some transactions", |screen| transactions(&screen.contents()) >= 3);
    let (before, after) = (0..20)
        .find_map(|_| {
            terminal.press("gj");
            let before = open_selected(&mut terminal)?;
            let count = mempool_size(&terminal.text());
            terminal
                .wait_until("five others", |screen| mempool_size(&screen.contents()).abs_diff(count) >= 5);
            // If it was replaced or confirmed in the meantime, another one is tried.
            Some((before, open_selected(&mut terminal)?))
        })
        .unwrap();
    assert_eq!(before, after);
}

/// Opens the selected transaction and closes it again. Returns its txid, or `None` if it was removed.
fn open_selected(terminal: &mut Terminal) -> Option<String> {
    terminal.press("\r");
    let details = terminal.wait_until("the details", |screen| {
        let text = screen.contents();
        text.contains("wtxid") || text.contains(": removed ━")
    });
    terminal.press(ESC);
    terminal.shows("Enter details");
    let (_, txid) = details.split_once(" txid  ")?;
    txid.split_whitespace().next().map(str::to_owned)
}

/// The number of transactions in the title of their list.
fn mempool_size(screen: &str) -> u64 {
    let (_, title) = screen.split_once(" Transactions  ").unwrap();
    title.split_once(' ').unwrap().0.replace(',', "").parse().unwrap()
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
