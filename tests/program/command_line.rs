//! The command line, without a terminal.

use crate::end_of;
use crate::monitor::Monitor;
use assert_cmd::Command;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

fn mempulse(arguments: &str) -> Command {
    let mut command = crate::mempulse();
    command.args(arguments.split_whitespace());
    Command::from_std(command)
}

/// What a refused command line says on stderr; nothing may stand on stdout.
fn refusal(arguments: &str) -> String {
    let refused = mempulse(arguments).assert().failure();
    let output = refused.get_output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_a_terminal_it_names_the_stream() {
    let said = refusal("--network regtest --peer 127.0.0.1:1");
    assert!(said.contains("mempulse stream"), "{said}");
    let said = refusal("demo");
    assert!(said.contains("mempulse demo --stream"), "{said}");
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    for (arguments, part) in [
        ("--network moon", "moon"),
        ("stream --peer 127.0.0.1:99999", "127.0.0.1:99999"),
        ("stream --ping-timeout never", "never"),
        ("stream --peers 0", "0"),
        ("demo --rate fast", "fast"),
        ("--fast", "--fast"),
        ("strem", "strem"),
    ] {
        let said = refusal(arguments);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn help_and_version_are_told() {
    mempulse("--version").assert().success().stdout(concat!("mempulse ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = mempulse("--help").assert().success();
    let help = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
    for part in ["stream", "demo", "--network", "--peer "] {
        assert!(help.contains(part), "{help}");
    }
}

#[test]
fn the_demos_stream_tells_each_transaction_once_until_it_is_interrupted() {
    let mut monitor = Monitor::run(&["demo", "--stream", "--seed", "1", "--rate", "100"]);
    monitor.wait_for("peer_connected", 8);
    monitor.wait_for("pong", 1);
    monitor.wait_for("announced", 1);
    let transactions = monitor.wait_for("transaction", 100);
    let ids: HashSet<String> = transactions.iter().map(|event| event["wtxid"].to_string()).collect();
    assert_eq!(ids.len(), transactions.len());
    assert!(monitor.interrupt().success());
}

#[test]
fn a_stream_whose_reader_goes_away_ends_well() {
    let mut process = crate::mempulse()
        .args(["demo", "--stream", "--rate", "100"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"event\":"), "{line}");
    drop(reader);
    assert!(end_of(&mut process).success());
}
