//! `mempulse demo --stream`.

use crate::end_of;
use crate::monitor::Monitor;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn the_demos_stream_names_each_transaction_once_until_it_is_interrupted() {
    let mut monitor = Monitor::run(&["demo", "--stream", "--seed", "1", "--rate", "100"]);
    // One of the eight may be frozen from the start.
    monitor.wait_for("peer_connected", 7);
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
    assert!(line.starts_with(r#"{"event":"start","schema":2,"#), "{line}");
    drop(reader);
    assert!(end_of(&mut process).success());
}
