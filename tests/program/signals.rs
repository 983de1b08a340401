//! However the program is ended or stopped, it ends cleanly, and the terminal is restored.

use crate::terminal::Terminal;
use crate::{end_of, mempulse, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Write, pipe};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use std::{fs, thread};

const SIZE: (u16, u16) = (80, 24);
const CTRL_Z: &str = "\x1a";
/// How long output blocks, in s: longer than the demo's peers wait for an answer.
const BLOCKED: u64 = 20;

#[test]
fn signals_that_end_it_leave_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = Terminal::mempulse("--network regtest --peer 127.0.0.1:1", SIZE);
        terminal.shows("regtest");
        terminal.is_taken();
        terminal.signal(signal);
        let status = terminal.wait();
        assert!(status.signal().is_none(), "{signal:?} killed it: {status}");
        terminal.is_restored();
    }
}

/// A shell that starts the program, reports when it is stopped, and continues it after Enter.
fn in_a_shell(before: &str) -> Terminal {
    let script = format!(
        r#"set -m
           sh -c '{before} exec "$0" --network regtest --peer 127.0.0.1:1' "$0"; echo "stopped: $?"
           read go; fg; echo "ended: $?""#
    );
    let terminal = Terminal::shell(&script, SIZE);
    terminal.shows("regtest");
    terminal.is_taken();
    terminal
}

/// The stopped program continues where it was, and ends cleanly.
fn goes_on(mut terminal: Terminal) {
    terminal.shows("stopped: 1"); // 128 and the signal's number
    terminal.press("\n");
    terminal.shows("regtest");
    terminal.is_taken();

    terminal.press("q");
    terminal.shows("ended: 0");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn ctrl_z_gives_the_terminal_back_to_the_shell_until_fg() {
    let mut terminal = in_a_shell("");
    terminal.press(CTRL_Z);
    terminal.shows("stopped: 1");
    terminal.is_restored();
    goes_on(terminal);
}

#[test]
fn a_stop_asked_for_by_another_process_gives_the_terminal_back_too() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let terminal = in_a_shell(&format!("echo $$ >{};", pid_file.display()));
    let pid = fs::read_to_string(pid_file).unwrap().trim().parse().unwrap();

    kill_process(Pid::from_raw(pid).unwrap(), Signal::TSTP).unwrap();
    terminal.shows("stopped: 1");
    terminal.is_restored();
    goes_on(terminal);
}

#[test]
fn a_hangup_while_it_is_suspended_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let mut terminal = in_a_shell(&format!("echo $$ >{};", pid_file.display()));
    let pid: i32 = fs::read_to_string(pid_file).unwrap().trim().parse().unwrap();
    terminal.press(CTRL_Z);
    terminal.shows("stopped: 1");
    // The window is closed: the system sends SIGHUP and SIGCONT to a stopped group that has lost its shell.
    drop(terminal);
    wait_for("the end", || !Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_signal_ends_it_although_its_output_blocks() {
    let mut terminal = Terminal::mempulse("demo --seed 1 --rate 100 --tick 100ms", (200, 60));
    terminal.shows("DEMO");
    terminal.stop_reading();
    terminal.is_blocked();
    terminal.signal(Signal::TERM);
    let status = terminal.wait();
    assert!(status.success(), "{status}");
}

#[test]
fn after_a_minute_of_blocked_output_it_goes_on() {
    let mut terminal = Terminal::mempulse("demo --seed 1 --rate 100 --tick 100ms", (120, 36));
    terminal.wait_until("most of 8 peers", |screen| screen.contents().matches("● 127.").count() >= 6);
    terminal.stop_reading();
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    terminal.is_blocked();
    thread::sleep(Duration::from_secs(BLOCKED));
    terminal.read_again();
    terminal.wait_until("most of 8 peers", |screen| screen.contents().matches("● 127.").count() >= 6);
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn a_stream_whose_reader_never_reads_ends_when_it_is_asked_to() {
    let (reader, mut filler) = pipe().unwrap();
    let writer = filler.try_clone().unwrap();
    // The pipe fills up whatever its size. The write fails once the other end is closed.
    let filling = thread::spawn(move || while filler.write_all(&[b'x'; 512]).is_ok() {});
    let logs = tempfile::tempdir().unwrap();
    let mut process = mempulse()
        .args(["demo", "--stream", "--rate", "100", "--log-file"])
        .arg(logs.path().join("log"))
        .stdin(Stdio::null())
        .stdout(writer)
        .spawn()
        .unwrap();
    wait_for("something to write", || {
        let mut files = fs::read_dir(logs.path()).unwrap().flatten();
        files.any(|file| fs::read_to_string(file.path()).unwrap().contains("connected"))
    });

    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
    assert!(end_of(&mut process).success());
    drop(reader);
    filling.join().unwrap();
}
