//! The system's clocks change while the program runs: `.ci/run clock`, or `cargo test --test program --
//! --ignored clock::`.

use crate::monitor::{Monitor, named};
use crate::stand_in::StandIn;
use crate::support::chain::transaction;
use crate::support::faketime;
use crate::terminal::Terminal;
use crate::{mempulse, wait_for};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// An address where nothing listens.
const NOBODY: &str = "127.0.0.1:1";

/// Within this time after a sleep, every peer is pinged or redialled.
const WAKING: Duration = Duration::from_secs(10);

/// By then, a process has noticed that its clock was set.
const NOTICED: Duration = Duration::from_secs(4);

/// The clock of a process.
struct SetClock {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl SetClock {
    /// A wall clock with this error, which can be corrected.
    fn wall(by: &str) -> Self {
        let mut clock = Self::all(by);
        clock.variables.push(("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()));
        clock
    }

    /// A clock that may jump, as for a stopped process: the monotonic one jumps too.
    fn all(by: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [(preload, library), _] = faketime::shifted("+0");
        let file = folder.path().join("clock").to_str().unwrap().to_owned();
        let variables = vec![
            (preload, library),
            ("FAKETIME_TIMESTAMP_FILE", file),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ];
        let clock = Self { folder, variables };
        clock.set(by);
        clock
    }

    fn set(&self, by: &str) {
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{by}\n")).unwrap();
        fs::rename(new, self.folder.path().join("clock")).unwrap();
    }

    /// `mempulse stream` with this clock and these peers.
    fn stream(&self, peers: &[String], arguments: &str) -> Monitor {
        let mut command = mempulse();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Monitor::of_command(command, peers, arguments)
    }
}

/// A node with `count` transactions and two blocks.
fn node(count: u32) -> StandIn {
    let node = StandIn::start();
    (0..count).for_each(|number| _ = node.accept(transaction(number)));
    node.mine();
    node.mine();
    node
}

/// The records after the first `before` ones.
fn since(monitor: &Monitor, before: usize) -> Vec<Value> {
    monitor.so_far().split_off(before)
}

/// Waits for a record called `name` after the first `before` ones; returns it.
fn next(monitor: &Monitor, before: usize, name: &str) -> Value {
    monitor.wait_until(&format!("another {name}"), |records| {
        records[before..].iter().find(|record| record["event"] == name).cloned()
    })
}

/// By how many hours the time of a record is ahead of ours.
fn hours_ahead(record: &Value) -> i64 {
    let time: jiff::Timestamp = record["time"].as_str().unwrap().parse().unwrap();
    let minutes = time.duration_since(jiff::Timestamp::now()).as_mins();
    (minutes + minutes.signum() * 30) / 60
}

/// Asserts that the clock caused nothing: no peer is lost, nothing leaves the mempool, and no answer seems to
/// have taken long.
fn assert_calm(records: &[Value]) {
    assert!(named(records, "removed").is_empty(), "{records:?}");
    let lost = named(records, "peer_disconnected");
    assert!(lost.iter().all(|record| record["peer"] == NOBODY), "{lost:?}");
    for pong in named(records, "pong") {
        assert!(pong["rtt_ms"].as_f64().unwrap() < 20_000.0, "{pong}");
    }
}

#[test]
#[ignore = "needs faketime"]
fn a_step_of_the_wall_clock_changes_what_is_shown_and_nothing_else() {
    let clock = SetClock::wall("+0");
    let node = node(20);
    let mut monitor = clock.stream(&[node.address()], "--ping-interval 1s");
    monitor.wait_for("transaction", 20);
    monitor.wait_for("pong", 1);
    for (number, (by, hours)) in (20..).zip([("+10h", 10), ("-10h", -10), ("+0", 0)]) {
        clock.set(by);
        thread::sleep(NOTICED);
        let before = monitor.so_far().len();
        node.accept(transaction(number));
        node.mine();
        let tx = next(&monitor, before, "transaction");
        let first_seen: jiff::Timestamp = tx["first_seen"].as_str().unwrap().parse().unwrap();
        let time: jiff::Timestamp = tx["time"].as_str().unwrap().parse().unwrap();
        assert!(time.duration_since(first_seen).abs().as_secs() < 60, "{tx}");
        for record in [tx, next(&monitor, before, "block"), next(&monitor, before, "pong")] {
            assert_eq!(hours_ahead(&record), hours, "{record}");
        }
    }
    assert_calm(&monitor.so_far());
    assert!(monitor.interrupt().success());
}

#[test]
#[ignore = "needs faketime"]
fn blocks_are_reported_while_a_clock_is_three_days_wrong_and_after_it_is_corrected() {
    for by in ["+3d", "-3d"] {
        let clock = SetClock::wall(by);
        let node = node(20);
        let twins = [node.twin(), node.twin()];
        let addresses: Vec<_> = [&node, &twins[0], &twins[1]].map(StandIn::address).into();
        let mut monitor = clock.stream(&addresses, "--ping-interval 1s");
        monitor.wait_for("transaction", 20);
        monitor.wait_for_relay(3);
        node.mine();
        let block = monitor.wait_until("block 3", |records| {
            named(records, "block").into_iter().find(|block| block["height"] == 3)
        });
        assert_eq!(hours_ahead(&block), if by == "+3d" { 72 } else { -72 }, "{by}");
        correct(&clock, &monitor, &node);
        assert!(monitor.interrupt().success());
    }
}

#[test]
#[ignore = "needs faketime"]
fn one_peer_is_enough_for_blocks_once_a_clock_that_was_three_days_wrong_is_corrected() {
    for by in ["+3d", "-3d"] {
        let clock = SetClock::wall(by);
        let node = node(20);
        let mut monitor = clock.stream(&[node.address()], "--ping-interval 1s");
        monitor.wait_for("transaction", 20);
        node.mine();
        correct(&clock, &monitor, &node);
        assert!(monitor.interrupt().success());
    }
}

/// Corrects the clock of a monitor, after which the node announces a block.
fn correct(clock: &SetClock, monitor: &Monitor, node: &StandIn) {
    clock.set("+0");
    thread::sleep(NOTICED);
    let before = monitor.so_far().len();
    node.mine();
    let block = next(monitor, before, "block");
    assert_eq!((&block["height"], hours_ahead(&block)), (&4.into(), 0), "{block}");
    assert_calm(&monitor.so_far());
}

#[test]
#[ignore = "needs faketime"]
fn after_a_pause_of_eight_hours_peers_are_pinged_or_redialled_and_not_blamed() {
    let clock = SetClock::all("+0");
    let nodes: Vec<_> = (0..8).map(|_| StandIn::start()).collect();
    for node in &nodes {
        (0..20).for_each(|number| _ = node.accept(transaction(number)));
    }
    let addresses: Vec<_> = nodes.iter().map(StandIn::address).chain([NOBODY.to_owned()]).collect();
    let mut monitor = clock.stream(&addresses, "");
    monitor.wait_for_relay(nodes.len());
    monitor.wait_for("transaction", 20);
    let refused = |records: &[Value]| named(records, "peer_disconnected").len();
    monitor.wait_until("a long back-off", |records| (refused(records) >= 5).then_some(()));
    // The first one is asked for a transaction, and does not answer before the pause.
    nodes[0].hold_back(true);
    let others_before: Vec<_> = nodes[1..].iter().map(StandIn::requests).collect();
    let before = nodes[0].requests();
    let txid = nodes[0].accept(transaction(20));
    wait_for("a request", || nodes[0].requests() > before);
    for node in &nodes[1..] {
        node.accept(transaction(20));
    }
    thread::sleep(Duration::from_secs(1));
    monitor.freeze();
    let before = monitor.so_far().len();
    clock.set("+8h");
    thread::sleep(NOTICED);
    monitor.thaw();

    thread::sleep(WAKING);
    let records = since(&monitor, before);
    let pinged: BTreeSet<_> = named(&records, "pong").iter().map(|pong| pong["peer"].to_string()).collect();
    assert_eq!(pinged.len(), nodes.len(), "{records:?}");
    assert!(refused(&records) >= 3, "the back-off of before is over: {records:?}");
    assert_calm(&records);
    let others: Vec<_> = nodes[1..].iter().map(StandIn::requests).collect();
    assert_eq!(others, others_before, "no other peer is asked for the transaction");
    let seconds: BTreeSet<_> =
        named(&records, "pong").iter().map(|pong| pong["time"].as_str().unwrap()[..19].to_owned()).collect();
    assert!(seconds.len() > 1, "all are pinged at once: {records:?}");

    nodes[0].hold_back(false);
    let tx = next(&monitor, before, "transaction");
    assert_eq!((&tx["txid"], hours_ahead(&tx)), (&txid.into(), 8), "{tx}");
    assert!(monitor.interrupt().success());
}

#[test]
#[ignore = "needs faketime"]
fn after_a_pause_of_eight_hours_the_screen_shows_a_gap_and_the_ages() {
    let clock = SetClock::all("+0");
    let node = node(20);
    let peer = node.address();
    let arguments = ["--network", "regtest", "--peer", &peer];
    let mut terminal = Terminal::with_variables(&clock.variables, &arguments, (120, 36));
    // The scale of the chart: a bar of the mempool is there, after which a gap can follow.
    terminal.shows("20 ┤");
    terminal.signal(Signal::STOP);
    clock.set("+8h");
    thread::sleep(NOTICED);
    terminal.signal(Signal::CONT);
    let text = terminal.shows("tip 2 (8.0 h)");
    assert!(text.contains("● live") && text.contains("8.0h"), "the peer and the transactions are there");
    // Charts continue with the first event after the pause, at the latest with the answer to a ping.
    let text = terminal.shows("··········");
    // The mempool chart had bars before; only its end is one now.
    let foot = text.lines().rfind(|line| line.contains("0 ┤")).unwrap();
    assert!(foot.contains("··········") && !foot.contains("██████"), "{text}");
    let before = node.accept(transaction(20));
    terminal.shows(&before[..10]);
    terminal.press("q");
    assert!(terminal.wait().success());
}
