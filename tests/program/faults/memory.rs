//! Too little memory, and an end that nothing can catch.

use crate::stand_in::StandIn;
use crate::support::chain::large_transaction;
use crate::terminal::Terminal;
use crate::{end_of, mempulse, wait_for};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use tempfile::TempDir;

/// How much additional address space the program gets, in bytes.
const SPARE: u64 = 8 << 20;

/// More transactions than fit, of 100 kB each.
const LARGE: u32 = 1_000;

/// Reserves no address space per thread in advance, so that the limit is close.
const ONE_ARENA: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

/// The screen of the program that monitors `node`, in a shell that continues after it.
struct InShell {
    terminal: Terminal,
    pid: Pid,
    folder: TempDir,
}

impl InShell {
    fn start(node: &StandIn, flags: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (at, peer, (name, value)) = (folder.path().display(), node.address(), ONE_ARENA);
        let script = format!(
            r#"set -m
               {name}={value} sh -c 'echo $$ >{at}/pid; exec "$0" --network regtest --peer {peer} {flags}' "$0"
               echo $? >{at}/status; read go"#
        );
        let terminal = Terminal::shell(&script, (120, 36));
        terminal.shows("1 peer");
        let pid = fs::read_to_string(folder.path().join("pid")).unwrap().trim().parse().unwrap();
        Self { terminal, pid: Pid::from_raw(pid).unwrap(), folder }
    }

    /// Waits until the program ends with this status. The terminal must be restored, with a line that says
    /// what happened.
    fn ends_clearly(mut self, status: &str) {
        self.terminal.shows("mempulse was killed, or ran out of memory");
        self.terminal.is_restored();
        let file = self.folder.path().join("status");
        wait_for("the status", || fs::read_to_string(&file).is_ok_and(|text| text.trim() == status));
        self.terminal.press("\n");
        assert!(self.terminal.wait().success());
    }
}

/// Leaves a process only a little address space, and more work than that allows.
fn starve(pid: Pid, node: &StandIn) {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    let used: u64 = size.trim().trim_end_matches(" kB").parse().unwrap();
    let limit = Some(used * 1_024 + SPARE);
    prlimit(Some(pid), Resource::As, Rlimit { current: limit, maximum: limit }).unwrap();
    (0..LARGE).for_each(|number| _ = node.accept(large_transaction(number)));
}

#[test]
fn without_memory_it_ends_and_the_terminal_is_as_it_was() {
    let node = StandIn::start();
    let shell = InShell::start(&node, "");
    starve(shell.pid, &node);
    shell.ends_clearly("134"); // 128 and the signal's number
}

#[test]
fn killed_it_leaves_the_terminal_as_it_was() {
    for flags in ["", "--preserve-screen"] {
        let shell = InShell::start(&StandIn::start(), flags);
        kill_process(shell.pid, Signal::KILL).unwrap();
        shell.ends_clearly("137");
    }
}

#[test]
fn without_memory_a_stream_says_so_and_ends() {
    let node = StandIn::start();
    let mut process = mempulse()
        .args(["stream", "--network", "regtest", "--peer", &node.address()])
        .env(ONE_ARENA.0, ONE_ARENA.1)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("pong")));
    starve(Pid::from_child(&process), &node);
    // Whatever it still writes.
    lines.for_each(drop);
    assert_eq!(end_of(&mut process).signal(), Some(Signal::ABORT.as_raw()));
    let mut output = String::new();
    process.stderr.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(output.contains("memory allocation of ") && output.contains(" failed"), "{output}");
}
