//! Disks that are full, read-only or gone.

use super::small_disk::SmallDisk;
use super::{restored, stocked, warned, warnings, watch};
use crate::monitor::Monitor;
use crate::stand_in::StandIn;
use crate::support::chain::transaction;
use crate::wait_for;
use std::fs;
use std::ops::Range;
use std::path::Path;

fn add(node: &StandIn, numbers: Range<u32>) {
    numbers.for_each(|number| _ = node.accept(transaction(number)));
}

/// Runs until `count` transactions are in the mempool, then ends. Returns how many were restored.
fn run(node: &StandIn, folder: &Path, count: usize) -> usize {
    let mut monitor = watch(node, folder);
    let restored = restored(&monitor, count).len();
    assert!(monitor.interrupt().success());
    assert_eq!(warnings(&monitor), [""; 0]);
    restored
}

#[test]
fn a_full_disk_is_reported_and_what_could_not_be_saved_is_saved_when_there_is_room() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let node = stocked(20);
    assert_eq!(run(&node, &disk.path(), 20), 0);

    disk.run("head -c 2000000 /dev/zero >filler");
    add(&node, 20..40);
    let mut full = watch(&node, &disk.path());
    assert_eq!(restored(&full, 40).len(), 20);
    node.mine();
    warned(&full, &["cannot be saved: No space left on device"]);
    add(&node, 40..60);
    restored(&full, 60);
    full.wait_for("block", 1);
    assert!(full.interrupt().success(), "it ends well though nothing can be saved");

    let mut full = watch(&node, &disk.path());
    assert_eq!(restored(&full, 20).len(), 20, "what was saved before stays");
    add(&node, 60..80);
    node.mine();
    restored(&full, 40);
    warned(&full, &["No space left on device"]);
    disk.run("rm filler");
    assert!(full.interrupt().success());
    assert_eq!(run(&node, &disk.path(), 40), 40);
}

#[test]
fn a_disk_that_fills_up_during_a_write_leaves_a_readable_journal() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let node = stocked(20);
    assert_eq!(run(&node, &disk.path(), 20), 0);
    disk.run("head -c 2000000 /dev/zero >filler; truncate -s -8K filler");
    add(&node, 20..320);
    assert_eq!(run(&node, &disk.path(), 320), 20);
    disk.run("rm filler");
    assert_eq!(run(&node, &disk.path(), 20), 20);
    node.forget_announcements();
    assert_eq!(run(&node, &disk.path(), 320), 20);
    assert_eq!(run(&node, &disk.path(), 320), 320);
}

#[test]
fn a_read_only_disk_is_read_completely_and_reported_as_unwritable() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let node = stocked(20);
    assert_eq!(run(&node, &disk.path(), 20), 0);
    disk.run("mount -o remount,ro .");
    add(&node, 20..40);
    let mut monitor = watch(&node, &disk.path());
    assert_eq!(restored(&monitor, 40).len(), 20);
    node.mine();
    warned(&monitor, &["cannot be saved: Read-only file system"]);
    monitor.wait_for("block", 1);
    assert!(monitor.interrupt().success());
}

/// Starts, and removes the state folder.
fn vanished(node: &StandIn, state: &Path) -> Monitor {
    assert_eq!(run(node, state, 20), 0);
    let monitor = watch(node, state);
    assert_eq!(restored(&monitor, 20).len(), 20);
    // Its history and its blocks may be written meanwhile.
    wait_for("an empty place", || fs::remove_dir_all(state).is_ok());
    add(node, 20..40);
    node.mine();
    monitor.wait_for("block", 1);
    restored(&monitor, 40);
    monitor
}

#[test]
fn after_a_state_folder_has_vanished_the_next_start_refuses_nothing() {
    let outer = tempfile::tempdir().unwrap();
    let state = outer.path().join("state");
    let node = stocked(20);
    assert!(vanished(&node, &state).interrupt().success());
    node.forget_announcements();
    run(&node, &state, 40);
}

#[test]
#[ignore = "takes half a minute"]
fn a_vanished_state_folder_is_reported_and_rewritten() {
    let outer = tempfile::tempdir().unwrap();
    let state = outer.path().join("state");
    let node = stocked(20);
    let mut monitor = vanished(&node, &state);
    warned(&monitor, &["mempool journal", "cannot be saved: No such file or directory"]);
    wait_for("a journal", || {
        fs::metadata(state.join("mempool-regtest.journal")).is_ok_and(|file| file.len() > 5_000)
    });
    assert!(monitor.interrupt().success());
    assert_eq!(run(&node, &state, 40), 40);
}
