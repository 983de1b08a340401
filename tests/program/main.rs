//! The real program from the outside: started like users do, in a real terminal, and beside real Bitcoin Core
//! nodes.
//!
//! One crate, so that the helpers are linked once. The tests of `real_node` need a bitcoind:
//! `BITCOIND_EXE=$(.ci/bitcoind) cargo test -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alerts;
mod api;
mod bitcoind;
mod clock;
mod command_line;
mod demo;
mod demo_stream;
mod faults;
mod input;
mod monitor;
mod real_node;
mod recording;
mod signals;
mod stand_in;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod window;

use std::ffi::OsString;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

/// The time limit for anything. Much more than it should take, as the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder without a configuration file.
const NO_FOLDER: &str = "/nonexistent";

/// A state folder for each run, where saved state does no harm.
fn state_folder() -> String {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    format!("{}/state-{}-{run}", env!("CARGO_TARGET_TMPDIR"), std::process::id())
}

/// The program, with no other settings than its arguments.
fn mempulse() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mempulse"));
    for variable in settings() {
        command.env_remove(variable);
    }
    command.env("XDG_CONFIG_HOME", NO_FOLDER);
    command.env("XDG_STATE_HOME", state_folder());
    command
}

/// The variables in our own environment that the program would react to.
fn settings() -> impl Iterator<Item = OsString> {
    let heeded = |name: &OsString| name == "NO_COLOR" || name.to_string_lossy().starts_with("MEMPULSE_");
    env::vars_os().map(|(name, _)| name).filter(heeded)
}

/// Waits until `condition` holds; panics if that takes unreasonably long.
fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "timed out waiting for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until a process ends.
fn end_of(process: &mut Child) -> ExitStatus {
    let mut status = None;
    wait_for("the end of a process", || {
        status = process.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}
