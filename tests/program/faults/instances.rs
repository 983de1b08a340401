//! Two instances on one state folder.

use super::{restored, stocked, warned, warnings, watch};
use crate::monitor::Monitor;
use crate::support::chain::transaction;
use crate::terminal::Terminal;
use crate::wait_for;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All files below a folder, with their content.
fn files(folder: &Path) -> BTreeSet<(PathBuf, Vec<u8>)> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert((path.clone(), fs::read(path).unwrap()));
        }
    }
    files
}

#[test]
fn the_second_instance_says_so_and_goes_on_without_saving() {
    let state = tempfile::tempdir().unwrap();
    let node = stocked(20);
    let mut first = watch(&node, state.path());
    restored(&first, 20);
    first.freeze();
    let mut before = BTreeSet::new();
    wait_for("the first one to stop", || std::mem::replace(&mut before, files(state.path())) == before);

    let mut second = watch(&node, state.path());
    warned(&second, &["in use"]);
    let expected = format!(
        "state files of {}: in use by another mempulse: this one does not save them",
        state.path().display()
    );
    assert_eq!(warnings(&second), [expected]);
    second.wait_for("pong", 1);
    node.accept(transaction(20));
    node.mine();
    restored(&second, 1);
    second.wait_for("block", 1);
    assert!(second.interrupt().success());

    // What is typed and chosen on screen is not saved either.
    let peer = node.address();
    let arguments = ["--network", "regtest", "--peer", &peer, "--state-dir", state.path().to_str().unwrap()];
    let mut screen = Terminal::with_arguments(&arguments, (120, 36));
    screen.shows("in use by another");
    screen.press("2");
    screen.hides("in use by another");
    screen.press(":relay");
    screen.shows(":relay");
    screen.press("\r");
    screen.hides(":relay▏");
    screen.press("\x03");
    assert!(screen.wait().success());
    let changed: Vec<_> = files(state.path()).into_iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(changed, [], "of {} files", before.len());

    first.thaw();
    assert!(first.interrupt().success());
    let mut third = watch(&node, state.path());
    assert!(restored(&third, 20).len() >= 20, "the first one has saved");
    assert!(third.interrupt().success());
}

#[test]
fn one_of_two_instances_saves_although_the_folder_vanished_in_between() {
    let outer = tempfile::tempdir().unwrap();
    let state = outer.path().join("state");
    let node = stocked(20);
    let first = watch(&node, &state);
    restored(&first, 20);
    // Something may be written meanwhile.
    wait_for("an empty place", || fs::remove_dir_all(&state).is_ok());
    let second = watch(&node, &state);
    let is_told = |monitor: &Monitor| warnings(monitor).iter().any(|text| text.contains("in use by another"));
    // Whichever checks first gets the lock.
    wait_for("one of them to give way", || is_told(&first) || is_told(&second));
    node.accept(transaction(20));
    node.mine();
    let (mut saver, mut other) = if is_told(&first) { (second, first) } else { (first, second) };
    saver.wait_for("block", 1);
    other.wait_for("block", 1);
    assert!(saver.interrupt().success());
    assert!(!is_told(&saver), "it goes on saving");
    let written = files(&state);
    assert!(written.iter().any(|(path, _)| path.ends_with("mempool-regtest.journal")), "{}", written.len());
    assert!(other.interrupt().success());
    assert!(files(&state) == written, "the other one has written something");
}

/// Types a query, and waits until it takes effect.
fn ask(screen: &mut Terminal, query: &str) {
    screen.press(&format!("2:{query}"));
    screen.shows(&format!(":{query}"));
    screen.press("\r");
    screen.hides(&format!(":{query}▏"));
}

#[test]
fn one_of_two_screens_on_two_networks_keeps_what_is_typed() {
    let state = tempfile::tempdir().unwrap();
    let screen = |network| {
        let folder = state.path().to_str().unwrap();
        let arguments = ["--network", network, "--peer", "127.0.0.1:1", "--state-dir", folder];
        Terminal::with_arguments(&arguments, (120, 36))
    };
    let queries = || fs::read_to_string(state.path().join("queries")).unwrap_or_default();
    let mut first = screen("regtest");
    first.shows("regtest");
    let mut second = screen("signet");
    second.shows("queries, rules and screen of");
    ask(&mut second, "relay");
    second.press("\x03");
    assert!(second.wait().success());
    assert_eq!(queries(), "");
    ask(&mut first, "ping > 1s");
    first.press("\x03");
    assert!(first.wait().success());
    assert_eq!(queries(), "peers ping > 1s\n");
    assert!(state.path().join("signet.lock").exists() && state.path().join("view.json").exists());
}
