//! Keys, pastes, the mouse and stray replies, as a terminal sends them.

use crate::terminal::Terminal;
use std::fs;

const SIZE: (u16, u16) = (80, 24);
const NOBODY: &str = "--network regtest --peer 127.0.0.1:1";

fn started() -> Terminal {
    let terminal = Terminal::mempulse(NOBODY, SIZE);
    terminal.shows("regtest");
    terminal.is_taken();
    terminal
}

fn quits(mut terminal: Terminal) {
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn a_paste_is_no_key_and_ends_in_the_watch_list() {
    let mut terminal = started();
    terminal.press("\x1b[200~bc1qqq\rq\rq\x1b[201~");
    terminal.shows("not pasted: no txid, block hash or address");
    terminal.press("w");
    terminal.shows("Watch list");
    terminal.press("\x1b[200~51\r52\r53\x1b[201~");
    terminal.shows("Watch list  3 targets");
    quits(terminal);
}

#[test]
fn the_watch_list_of_the_screen_is_kept_without_the_targets_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{NOBODY} --state-dir {}", folder.path().display());
    let opened = |arguments: &str, count: &str| {
        let mut terminal = Terminal::mempulse(arguments, SIZE);
        terminal.shows("regtest");
        terminal.is_taken();
        terminal.press("6");
        terminal.shows(&format!("Watch list  {count}"));
        terminal
    };
    let mut terminal = opened(&format!("{arguments} --watch 51"), "1 target");
    terminal.press("\x1b[200~52\r53\r54\x1b[201~");
    terminal.shows("4 targets");
    terminal.press("Gd");
    terminal.shows("3 targets");
    quits(terminal);
    let terminal = opened(&arguments, "2 targets");
    assert!(terminal.text().contains(" 52 ") && terminal.text().contains(" 53 "), "{}", terminal.text());
    quits(terminal);
}

#[test]
fn replies_of_the_terminal_are_no_keys() {
    let mut terminal = started();
    let replies = [
        "\x1b]11;rgb:1e1e/qqqq/2e2e\x07",
        "\x1bP1+r544e=q\x1b\\",
        "\x1b_Gi=1;q\x1b\\",
        "\x1bP>|tmux q\x1b\\",
    ];
    for reply in replies {
        let (first, second) = reply.split_at(reply.len() / 2);
        terminal.press(first);
        terminal.press(second);
    }
    terminal.press("?");
    terminal.shows("quit at once");
    terminal.press("\x1b");
    terminal.hides("quit at once");
    quits(terminal);
}

#[test]
fn what_was_typed_before_the_screen_is_dropped() {
    let script = format!("echo ready; read go; exec \"$0\" {NOBODY}");
    let mut terminal = Terminal::shell(&script, SIZE);
    terminal.shows("ready");
    // The shell reads the line; the rest is still there when the program takes the terminal.
    terminal.press("go\nqqq");
    terminal.shows("regtest");
    terminal.is_taken();
    terminal.press("?");
    terminal.shows("quit at once");
    terminal.press("q");
    terminal.hides("quit at once");
    quits(terminal);
}

#[test]
fn the_mouse_clicks_until_it_selects_text() {
    let mut terminal = started();
    let captured = |screen: &vt100::Screen| screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
    terminal.wait_until("the mouse to be ours", captured);
    let title = terminal.text().lines().next().unwrap().to_owned();
    let tab = title[..title.find(" 2").unwrap()].chars().count() + 2;
    terminal.press(&format!("\x1b[<0;{tab};1M\x1b[<0;{tab};1m"));
    terminal.shows("by state");
    terminal.press("m");
    terminal.wait_until("the mouse to be the terminal's", |screen| !captured(screen));
    terminal.press("m");
    terminal.wait_until("the mouse to be ours again", captured);
    terminal.press("1");
    quits(terminal);
}

#[test]
fn a_storm_of_sizes_ends_with_a_whole_screen() {
    let mut terminal = started();
    terminal.press("?");
    terminal.shows("quit at once");
    for step in 0..100_u16 {
        terminal.resize((1 + step * 4, 1 + step * 37 % 120));
    }
    terminal.resize((100, 40));
    terminal.wait_until("the help at the last size", |screen| {
        screen.size() == (40, 100) && screen.contents().contains("quit at once")
    });
    terminal.press("q");
    quits(terminal);
}

#[test]
fn where_the_last_run_ended_the_next_one_begins() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{NOBODY} --state-dir {}", folder.path().display());
    let mut terminal = Terminal::mempulse(&arguments, SIZE);
    terminal.shows("regtest");
    terminal.press("2");
    terminal.shows("by state");
    terminal.press("st");
    terminal.shows("theme: light");
    quits(terminal);
    assert!(fs::read_to_string(folder.path().join("view.json")).unwrap().contains("\"light\""));

    let terminal = Terminal::mempulse(&arguments, SIZE);
    terminal.shows("by address");
    quits(terminal);
}

#[test]
fn a_terminal_without_unicode_gets_ascii_and_the_console_its_own_characters() {
    let script = |variables: &str| format!("export {variables}; exec \"$0\" {NOBODY}");
    let terminal = Terminal::shell(&script("LC_ALL=C"), SIZE);
    terminal.wait_until("ASCII", |screen| screen.contents().contains("regtest"));
    assert!(terminal.text().is_ascii());
    quits(terminal);
    let terminal = Terminal::shell(&script("TERM=linux"), SIZE);
    terminal.shows("regtest");
    terminal.wait_until("square corners", |screen| {
        let text = screen.contents();
        text.contains('┌') && !text.contains('╭')
    });
    quits(terminal);
}

#[test]
fn on_a_dumb_terminal_the_error_says_what_to_use() {
    let mut terminal = Terminal::shell(&format!("TERM=dumb \"$0\" {NOBODY}; echo \"ended: $?\""), SIZE);
    terminal.shows("use: mempulse stream");
    terminal.shows("ended: 1");
    assert!(terminal.wait().success());
}

#[test]
fn the_last_frame_stays_if_the_user_wants_that() {
    let mut terminal =
        Terminal::shell(&format!("\"$0\" {NOBODY} --preserve-screen; echo \"ended: $?\""), SIZE);
    terminal.shows("regtest");
    terminal.press("q");
    let text = terminal.shows("ended: 0");
    assert!(text.contains("Peers  0 live of 1"), "{text}");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn a_key_with_two_meanings_is_refused_with_both_named() {
    let script = format!("\"$0\" {NOBODY} --key copy=q; echo \"ended: $?\"");
    let mut terminal = Terminal::shell(&script, SIZE);
    terminal.shows("ended: 2");
    assert!(terminal.text().contains("is bound to both \"close\" and \"copy\""), "{}", terminal.text());
    assert!(terminal.wait().success());
}

#[test]
fn a_screen_is_saved_where_the_program_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("cd {} && exec \"$0\" {NOBODY}", folder.path().display());
    let mut terminal = Terminal::shell(&script, SIZE);
    terminal.shows("regtest");
    terminal.is_taken();
    terminal.press("2");
    terminal.shows("Disconnected");
    terminal.press("S");
    terminal.shows("screen saved as mempulse-regtest-peers-");
    terminal.press("S");
    quits(terminal);
    let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
    assert_eq!(files.len(), 2);
    for text in files {
        assert!(text.contains("2 Peers") && text.contains("127.0.0.1:1"), "{text}");
        assert!(text.lines().count() == 24 && text.lines().all(|line| line == line.trim_end()), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
