//! `mempulse stream`, running.

use crate::{PATIENCE, end_of, mempulse};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;
use std::{fs, thread};
use tempfile::TempDir;

/// `mempulse stream` as a child process whose lines are collected. Killed when dropped.
pub struct Monitor {
    process: Child,
    output: Arc<Output>,
    logs: TempDir,
}

#[derive(Default)]
struct Output {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    events: Vec<Value>,
    ended: bool,
}

impl Monitor {
    /// Runs `mempulse stream` on regtest with these peers, and further arguments separated by blanks.
    pub fn of(peers: &[String], arguments: &str) -> Self {
        Self::of_command(mempulse(), peers, arguments)
    }

    /// The same with a prepared command.
    pub fn of_command(command: Command, peers: &[String], arguments: &str) -> Self {
        let peers = peers.iter().flat_map(|peer| ["--peer", peer]);
        let rest = arguments.split_whitespace();
        let all = ["stream", "--network", "regtest"].into_iter().chain(peers).chain(rest);
        Self::start(command, &all.collect::<Vec<_>>())
    }

    /// The program with these arguments and a log.
    pub fn run(arguments: &[&str]) -> Self {
        Self::start(mempulse(), arguments)
    }

    fn start(mut command: Command, arguments: &[&str]) -> Self {
        let logs = tempfile::tempdir().unwrap();
        let mut process = command
            .args(arguments)
            .args(["--log-level", "debug", "--log-file"])
            .arg(logs.path().join("log"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Arc::new(Output::default());
        let (lines, collected) = (BufReader::new(process.stdout.take().unwrap()), Arc::clone(&output));
        thread::spawn(move || collect(lines, &collected));
        Self { process, output, logs }
    }

    /// Waits until `find` returns something about the records so far, and returns that.
    pub fn wait_until<T>(&self, what: &str, mut find: impl FnMut(&[Value]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.output.lines.lock().unwrap();
        loop {
            if let Some(found) = find(&lines.events) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || lines.ended {
                let last = lines.events.iter().rev().take(20).rev();
                let last: Vec<String> = last.map(ToString::to_string).collect();
                panic!("timed out waiting for {what}; the last events:\n{}", last.join("\n"));
            }
            lines = self.output.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Waits until the stream contains `count` records called `name`, and returns all of that name.
    pub fn wait_for(&self, name: &str, count: usize) -> Vec<Value> {
        self.wait_until(&format!("{count} × {name}"), |events| {
            let found = named(events, name);
            (found.len() >= count).then_some(found)
        })
    }

    /// Waits until `count` nodes have answered a ping. A node queues no announcement before the handshake is
    /// complete on its side as well (Core: `m_next_inv_send_time`): what it accepts earlier, we never hear of.
    pub fn wait_for_relay(&self, count: usize) {
        self.wait_until(&format!("{count} peers that relay"), |events| {
            let peers: HashSet<_> =
                named(events, "pong").iter().map(|pong| pong["peer"].to_string()).collect();
            (peers.len() >= count).then_some(())
        });
    }

    /// All records of that name so far.
    pub fn records(&self, name: &str) -> Vec<Value> {
        named(&self.output.lines.lock().unwrap().events, name)
    }

    /// All records so far.
    pub fn so_far(&self) -> Vec<Value> {
        self.output.lines.lock().unwrap().events.clone()
    }

    /// All records of a process that has ended.
    pub fn all_records(&self) -> Vec<Value> {
        let mut lines = self.output.lines.lock().unwrap();
        while !lines.ended {
            lines = self.output.more.wait(lines).unwrap();
        }
        lines.events.clone()
    }

    /// Stops the process (SIGSTOP), as a busy machine might.
    pub fn freeze(&self) {
        kill_process(Pid::from_child(&self.process), Signal::STOP).unwrap();
    }

    /// Continues the process after [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        kill_process(Pid::from_child(&self.process), Signal::CONT).unwrap();
    }

    /// Kills the process (SIGKILL). Returns how it ended, possibly earlier.
    pub fn kill(&mut self) -> ExitStatus {
        self.process.kill().unwrap();
        self.process.wait().unwrap()
    }

    /// Interrupts the process, as Ctrl-C does.
    pub fn ask_to_end(&self) {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
    }

    /// Interrupts the process, and waits until it ends.
    pub fn interrupt(&mut self) -> ExitStatus {
        self.ask_to_end();
        end_of(&mut self.process)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            let mut errors = String::new();
            if let Some(mut stderr) = self.process.stderr.take() {
                let _ = stderr.read_to_string(&mut errors);
            }
            eprintln!("the monitor's errors: {errors}\nthe end of its log:\n{}", self.log_tail());
        }
    }
}

impl Monitor {
    fn log_tail(&self) -> String {
        let files = fs::read_dir(self.logs.path()).into_iter().flatten().flatten();
        let log: String = files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// The records called `name`.
pub fn named(events: &[Value], name: &str) -> Vec<Value> {
    events.iter().filter(|event| event["event"] == name).cloned().collect()
}

fn collect(lines: impl BufRead, output: &Output) {
    for line in lines.lines() {
        let line = line.unwrap_or_else(|error| format!("\"unreadable: {error}\""));
        let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
        output.lines.lock().unwrap_or_else(PoisonError::into_inner).events.push(event);
        output.more.notify_all();
    }
    output.lines.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    output.more.notify_all();
}
