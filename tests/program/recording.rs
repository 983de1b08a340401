//! `--record` and `replay`, in the real program.

use crate::monitor::Monitor;
use crate::terminal::Terminal;
use crate::{PATIENCE, mempulse};
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

/// Returns the output of `replay` for the recordings in `folder`.
fn replay(folder: &Path, flag: &str) -> Output {
    mempulse().args(["replay", flag]).arg(folder).output().unwrap()
}

/// The records of a recording, without those caused by time alone: these are written at the start of each
/// second, and seconds are counted from the start of the recording.
fn replayed(folder: &Path) -> Vec<Value> {
    let output = replay(folder, "--stream");
    let (lines, errors) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{errors}");
    of_events(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// The records that are caused by events.
pub fn of_events(records: Vec<Value>) -> Vec<Value> {
    let by_time = ["start", "mempool", "list_difference", "invalid"];
    let is_by_event = |record: &Value| !by_time.contains(&record["event"].as_str().unwrap_or_default());
    records.into_iter().filter(is_by_event).collect()
}

/// Asserts that a recording reproduces the state, and the records that the stream wrote.
pub fn assert_replayed(folder: &Path, live: Vec<Value>) {
    let check = replay(folder, "--check");
    let message = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(check.status.success() && message.contains("complete, with no later file"), "{message}");
    let (live, again) = (of_events(live), replayed(folder));
    let first = live.iter().zip(&again).position(|(one, other)| one != other);
    if let Some(first) = first {
        panic!("record {first} of {}: {} became {}", live.len(), live[first], again[first]);
    }
    // At the end, connections close, which the stream does not report.
    assert!(again.len() >= live.len(), "{} of {} records", again.len(), live.len());
}

#[test]
fn a_recorded_demo_is_replayed_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mut monitor = Monitor::run(&["demo", "--stream", "--seed", "2", "--rate", "100", "--record", path]);
    monitor.wait_for("transaction", 12_000);
    monitor.wait_for("block", 1);
    assert!(monitor.interrupt().success());
    assert_replayed(folder.path(), monitor.all_records());
}

/// Kills a recording after `delay`, and reads it.
fn kill_after(delay: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mut monitor = Monitor::run(&["demo", "--stream", "--rate", "100", "--record", path]);
    // Possibly before there is a file.
    let deadline = Instant::now() + PATIENCE;
    while std::fs::read_dir(&folder).unwrap().count() < 2 {
        assert!(Instant::now() < deadline, "there is no recording");
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(delay);
    monitor.kill();
    let live = of_events(monitor.all_records());
    let check = replay(folder.path(), "--check");
    let message = String::from_utf8_lossy(&check.stdout).into_owned();
    if message.is_empty() || message.contains("state at its beginning is damaged") {
        // Killed while writing the beginning: there is nothing to see, and an error says so.
        let errors = String::from_utf8_lossy(&check.stderr).into_owned();
        assert!(!check.status.success() && delay < Duration::from_secs(1), "{message}{errors}");
        return;
    }
    assert!(
        check.status.success() && message.contains("complete, with no later file"),
        "after {delay:?}: {message}"
    );
    let again = replayed(folder.path());
    // Records that the killed process had not yet written to the pipe are missing there.
    let count = live.len().min(again.len());
    assert!(live[..count] == again[..count], "after {delay:?}: the first {count} records differ");
    let is_late = delay > Duration::from_secs(3);
    assert!(!is_late || !again.is_empty(), "after {delay:?}: nothing is left of what was written");
}

/// A delay that looks random: anything up to 4 s.
fn delay(number: u64) -> Duration {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed;
    state ^= state >> 29;
    state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    Duration::from_micros((state >> 32) % 4_000_000)
}

#[test]
fn a_killed_recording_is_read_up_to_the_last_seconds() {
    kill_after(Duration::from_millis(3_500));
}

#[test]
#[ignore = "takes some minutes"]
fn a_recording_that_is_killed_at_a_hundred_moments_is_always_read() {
    thread::scope(|scope| {
        for lane in 0..4 {
            scope.spawn(move || (lane..100).step_by(4).map(delay).for_each(kill_after));
        }
    });
}

#[test]
fn the_keys_of_a_replay_do_what_the_footer_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mut monitor = Monitor::run(&["demo", "--stream", "--seed", "2", "--rate", "50", "--record", path]);
    monitor.wait_for("block", 1);
    thread::sleep(Duration::from_secs(3));
    assert!(monitor.interrupt().success());

    let mut terminal = Terminal::with_arguments(&["replay", path], (160, 40));
    terminal.is_taken();
    terminal.shows("REPLAY");
    terminal.shows("· 1× ");
    terminal.shows("p pause  { } speed  < > 10 s  [ ] block");
    terminal.press("p");
    terminal.shows("· paused ");
    terminal.press("p}");
    terminal.shows("· 2× ");
    terminal.press("]");
    terminal.shows("tip 411");
    terminal.press("<<<<<<<<<<<<<<<<<<<<");
    terminal.shows("tip 410");
    terminal.press("p>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>");
    terminal.shows("at its end");
    terminal.press("q");
    assert!(terminal.wait().success());
    terminal.is_restored();
}

#[test]
fn what_cannot_be_recorded_or_replayed_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "hello").unwrap();
    let message = |arguments: &[&str]| {
        let output = mempulse().args(arguments).output().unwrap();
        assert!(!output.status.success());
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(message.lines().count(), 1, "{message}");
        message
    };
    let path = file.to_str().unwrap();
    assert!(message(&["replay", "--stream", path]).ends_with("file: not a recording of mempulse\n"));
    assert!(message(&["replay", "--stream", "/nonexistent"]).contains("/nonexistent: No such file"));
    assert!(message(&["demo", "--stream", "--record", path]).starts_with("error: cannot record: "));
    assert!(message(&["demo", "--record-keep", "5MB"]).contains("must be a size of 1GB or more"));
}
