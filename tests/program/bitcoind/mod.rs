//! A real Bitcoin Core node on regtest, for one test.

mod coins;
mod miner;
mod port;
mod rpc;

pub use coins::{Coin, Kind, Purse, decoded, send, send_all, spend};
pub use miner::mine_only;

use crate::{end_of, wait_for};
use rpc::Rpc;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, thread};
use tempfile::TempDir;

/// The argument for a node that announces to us immediately instead of trickling.
pub const NOBAN: &str = "-whitelist=noban@127.0.0.1";

/// A bare `OP_TRUE`, which anybody can spend.
const MINE_TO: &str = "raw(51)#8lvh9jxk";

/// A running bitcoind. Killed when dropped.
pub struct Node {
    arguments: Vec<String>,
    datadir: TempDir,
    process: Child,
    host: Ipv4Addr,
    port: u16,
    rpc: Rpc,
}

impl Node {
    /// Starts a node with a fresh chain, and waits until it answers.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, arguments)
    }

    /// Starts a node that listens on this loopback address: mempulse treats each /16 as a separate netgroup.
    pub fn start_at(host: Ipv4Addr, arguments: &[&str]) -> Self {
        let datadir = tempfile::tempdir().unwrap();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        for _ in 0..5 {
            let (port, rpc) = (port::free(), Rpc::new(port::free()));
            let mut process = spawn(datadir.path(), (host, port), &rpc, &arguments);
            // Another process may take the port in the meantime; then the node ends immediately.
            if wait_until_ready(&mut process, &rpc) {
                return Self { arguments, datadir, process, host, port, rpc };
            }
        }
        panic!("bitcoind does not start:\n{}", log_tail(datadir.path()));
    }

    /// Starts a node with a current block, so that it accepts and relays transactions.
    pub fn synced(arguments: &[&str]) -> Self {
        let node = Self::start(arguments);
        node.mine(1);
        node
    }

    /// Its address for peers, as in the stream.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Calls the node; panics on an error.
    pub fn rpc(&self, method: &str, params: &Value) -> Value {
        self.rpc.call(method, params).unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// Makes many calls in order; panics on the first error.
    pub fn ask_all<'a>(&self, calls: impl IntoIterator<Item = (&'a str, Value)>) -> Vec<Value> {
        let results = self.rpc.batch(calls).unwrap();
        results.into_iter().map(|result| result.unwrap_or_else(|error| panic!("{error}"))).collect()
    }

    /// Mines `count` blocks on top of the tip, including the whole mempool. Returns their hashes.
    pub fn mine(&self, count: usize) -> Vec<String> {
        let hashes = self.rpc("generatetodescriptor", &json!([count, MINE_TO]));
        serde_json::from_value(hashes).unwrap()
    }

    /// Its version: 310000 is 31.0.
    pub fn version(&self) -> u64 {
        self.rpc("getnetworkinfo", &json!([]))["version"].as_u64().unwrap()
    }

    /// Its height.
    pub fn height(&self) -> u64 {
        self.rpc("getblockcount", &json!([])).as_u64().unwrap()
    }

    /// The ids of its mempool.
    pub fn mempool(&self) -> Vec<String> {
        serde_json::from_value(self.rpc("getrawmempool", &json!([]))).unwrap()
    }

    /// Connects it to `other`, once, and waits until both have the same tip.
    pub fn connect(&self, other: &Self) {
        self.rpc("addnode", &json!([other.address(), "onetry"]));
        wait_for("two nodes to agree", || {
            self.rpc("getbestblockhash", &json!([])) == other.rpc("getbestblockhash", &json!([]))
        });
    }

    /// Ends the connection that [`connect`](Self::connect) made.
    pub fn disconnect(&self, other: &Self) {
        self.rpc("disconnectnode", &json!([other.address()]));
        let is_other = |peer: &Value| peer["addr"] == other.address();
        wait_for("two nodes to part", || {
            !self.rpc("getpeerinfo", &json!([])).as_array().unwrap().iter().any(is_other)
        });
    }

    /// Stops it in its tracks (SIGSTOP): its sockets stay open but answer nothing.
    pub fn freeze(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
    }

    /// Continues after [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        kill_process(self.pid(), Signal::CONT).unwrap();
    }

    /// Kills it (SIGKILL). Whatever it had not yet written, such as a young chain, is lost.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it gracefully (SIGTERM).
    pub fn stop(&mut self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
        end_of(&mut self.process);
    }

    /// Starts it again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same ports.
    pub fn restart(&mut self) {
        self.process = spawn(self.datadir.path(), (self.host, self.port), &self.rpc, &self.arguments);
        let ready = wait_until_ready(&mut self.process, &self.rpc);
        assert!(ready, "bitcoind does not start again:\n{}", log_tail(self.datadir.path()));
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail only when the test has ended it already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            eprintln!("the end of bitcoind's log:\n{}", log_tail(self.datadir.path()));
        }
    }
}

fn spawn(datadir: &Path, (host, port): (Ipv4Addr, u16), rpc: &Rpc, arguments: &[String]) -> Child {
    Command::new(executable())
        .args(["-regtest", "-server", "-listen", "-listenonion=0", "-natpmp=0", "-dnsseed=0"])
        .args([
            "-fixedseeds=0",
            "-acceptnonstdtxn=1",
            "-minrelaytxfee=0.000001",
            "-printtoconsole=0",
            "-debug=net",
        ])
        .arg(format!("-datadir={}", datadir.display()))
        .arg(format!("-bind={host}:{port}"))
        .args(rpc.arguments())
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", executable().display()))
}

fn executable() -> PathBuf {
    env::var_os("BITCOIND_EXE")
        .map(PathBuf::from)
        .expect("BITCOIND_EXE names no bitcoind: run BITCOIND_EXE=$(.ci/bitcoind) cargo test -- --ignored")
}

/// Returns false if the process ends instead.
fn wait_until_ready(process: &mut Child, rpc: &Rpc) -> bool {
    let mut ended = false;
    wait_for("bitcoind to start", || {
        ended = process.try_wait().unwrap().is_some();
        ended || rpc.call("getblockcount", &json!([])).is_ok()
    });
    !ended
}

fn log_tail(datadir: &Path) -> String {
    let log = fs::read_to_string(datadir.join("regtest/debug.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
