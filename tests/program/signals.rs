//! Whatever ends or stops the program, the terminal is as it was before.

use crate::terminal::Terminal;
use rustix::process::Signal;

const SIZE: (u16, u16) = (80, 24);
const CTRL_Z: &str = "\x1a";

#[test]
fn signals_that_end_it_leave_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = Terminal::mempulse("--network regtest --peer 127.0.0.1:1", SIZE);
        terminal.shows("mempulse · regtest");
        terminal.is_taken();
        terminal.signal(signal);
        let status = terminal.wait();
        assert!(status.signal().is_none(), "{signal:?} killed it: {status}");
        terminal.is_restored();
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_to_the_shell_until_fg() {
    let script = r#"set -m; "$0" --network regtest --peer 127.0.0.1:1; echo "stopped: $?"; read go; fg; echo "ended: $?""#;
    let mut terminal = Terminal::shell(script, SIZE);
    terminal.shows("mempulse · regtest");
    terminal.is_taken();

    terminal.press(CTRL_Z);
    terminal.shows("stopped: 1"); // 128 and the signal's number
    terminal.is_restored();

    terminal.press("\n");
    terminal.shows("mempulse · regtest");
    terminal.is_taken();

    terminal.press("q");
    terminal.shows("ended: 0");
    assert!(terminal.wait().success());
    terminal.is_restored();
}
