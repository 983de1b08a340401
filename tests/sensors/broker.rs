//! A `nats-server` with its files in a folder.

use crate::PATIENCE;
use async_nats::ConnectOptions;
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::jetstream::{self, Context};
use rustix::process::{Pid, Signal, kill_process};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};
use tempfile::TempDir;

/// The name of the stream of the demo's network.
pub const STREAM: &str = "mempulse-regtest";

/// A server that is killed on drop.
pub struct Broker {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Broker {
    /// A server without any login, and with these lines in its configuration.
    pub fn start(lines: &str) -> Self {
        // Another process may take the port in between: then the server ends, and the test with it.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut broker = Self { folder: tempfile::tempdir().unwrap(), port, process: None };
        broker.restart_with(lines);
        broker
    }

    /// A port without a server yet; [`Self::restart_with`] starts one.
    pub fn absent() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { folder: tempfile::tempdir().unwrap(), port, process: None }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the server, for files that its configuration names.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn store(&self) -> PathBuf {
        self.folder().join("store")
    }

    /// Kills the server, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Suspends the server, as if its machine hung.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Resumes a suspended server.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().unwrap();
        kill_process(Pid::from_child(process), signal).unwrap();
    }

    /// Removes all streams of a server that is not running.
    pub fn forget(&self) {
        fs::remove_dir_all(self.store()).unwrap();
    }

    /// Starts the server again, with other lines in its configuration.
    pub fn restart_with(&mut self, lines: &str) {
        self.kill();
        let store = self.store().display().to_string();
        let config = self.folder().join("nats.conf");
        let lines = if lines.contains("jetstream") {
            lines.to_owned()
        } else {
            format!("jetstream {{ STORE, max_file_store: 100GB }}\n{lines}")
        };
        let lines = lines.replace("STORE", &format!("store_dir: {store:?}"));
        let text = format!("host: 127.0.0.1\nport: {}\n{lines}\n", self.port);
        fs::write(&config, text).unwrap();
        let log = fs::File::create(self.folder().join("log")).unwrap();
        let process = Command::new("nats-server")
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("nats-server is in $PATH");
        self.process = Some(process);
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let log = || fs::read_to_string(self.folder().join("log")).unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "{}", log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// JetStream of the server, with a login.
    pub async fn jetstream_as(&self, options: ConnectOptions) -> Context {
        let client = options.retry_on_initial_connect().connect(self.url()).await.unwrap();
        jetstream::new(client)
    }

    /// JetStream of a server without a login.
    pub async fn jetstream(&self) -> Context {
        self.jetstream_as(ConnectOptions::new()).await
    }

    /// The stream of the demo's network, once it exists.
    pub async fn stream(&self) -> Stream {
        let context = self.jetstream().await;
        crate::wait_for("the stream", async || context.get_stream(STREAM).await.is_ok()).await;
        context.get_stream(STREAM).await.unwrap()
    }

    /// The number of messages in the stream.
    pub async fn messages(&self) -> u64 {
        self.stream().await.info().await.map_or(0, |info| info.state.messages)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A stream as a sensor creates it, except for its limits.
pub fn config() -> Config {
    Config {
        name: STREAM.to_owned(),
        subjects: vec!["mempulse.v1.regtest.>".to_owned()],
        duplicate_window: Duration::from_mins(2),
        ..Config::default()
    }
}
