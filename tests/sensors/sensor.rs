//! `mempulse sensor` as a process, and the demo that it watches.

use crate::PATIENCE;
use crate::faketime;
use mempulse::demo::{Demo, DemoSettings};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Starts the demo.
pub async fn demo(rate: f64) -> Demo {
    Demo::start(DemoSettings { peers: 4, rate, seed: Some(7) }).await.unwrap()
}

/// A sensor without any settings other than its arguments.
pub fn mempulse(state_dir: &Path) -> Command {
    let mut command = mempulse_with(&["sensor", "--network", "regtest", "--state-dir"]);
    command.arg(state_dir);
    command
}

/// The program without any settings other than its arguments.
pub fn mempulse_with(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mempulse"));
    settle(&mut command).args(arguments);
    command
}

/// A sensor with this name that monitors the demo with a clock error such as `+3s`.
pub fn shifted(by: &str, demo: &Demo, name: &str, url: &str, state_dir: &Path) -> Sensor {
    let mut command = mempulse(state_dir);
    command.envs(faketime::shifted(by));
    command.args(["--name", name, "--nats", url]);
    watch(&mut command, demo);
    Sensor::of(&mut command)
}

fn watch(command: &mut Command, demo: &Demo) {
    for peer in demo.addresses() {
        command.args(["--peer", &peer.to_string()]);
    }
}

fn settle(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MEMPULSE_")) {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", "/nonexistent")
}

/// A running sensor.
pub struct Sensor {
    process: Child,
    /// The lines on standard output and on standard error.
    said: Arc<Mutex<Vec<String>>>,
}

impl Sensor {
    /// Starts a sensor with this name that monitors the demo, with additional arguments.
    pub fn start(demo: &Demo, name: &str, url: &str, state_dir: &Path, arguments: &[&str]) -> Self {
        let mut command = mempulse(state_dir);
        command.args(["--name", name, "--nats", url]).args(arguments);
        watch(&mut command, demo);
        Self::of(&mut command)
    }

    pub fn of(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::default();
        gather(process.stdout.take().unwrap(), &said);
        gather(process.stderr.take().unwrap(), &said);
        Self { process, said }
    }

    /// Its output so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    /// Waits until its output contains this.
    pub async fn says(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.said().contains(text) {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "waited for {text:?}: {}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it ends.
    pub async fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Interrupts it, and waits until it ends.
    pub async fn interrupt(mut self) -> String {
        kill_process(Pid::from_child(&self.process), Signal::INT).unwrap();
        let status = self.end().await;
        assert!(status.success(), "{}", self.said());
        self.said()
    }

    /// Kills it, as a crash would.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn gather(lines: impl Read + Send + 'static, said: &Arc<Mutex<Vec<String>>>) {
    let said = Arc::clone(said);
    thread::spawn(move || {
        for line in BufReader::new(lines).lines().map_while(Result::ok) {
            said.lock().unwrap().push(line);
        }
    });
}
