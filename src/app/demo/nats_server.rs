//! The NATS server of the demo, which ends with it.

use crate::sensor::ServerAddress;
use anyhow::{Context, Result, bail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

const PROGRAM: &str = "nats-server";

/// How long the server may take until it listens, and the time between two checks.
const START: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// The longest ports file to read, in bytes.
const MAX_PORTS: u64 = 4_096;

/// A running server, killed and its folder removed on drop.
#[derive(Debug)]
pub struct NatsServer {
    process: Child,
    folder: PathBuf,
    address: ServerAddress,
}

impl NatsServer {
    /// Starts a server with `JetStream` on a free port of the loopback interface.
    ///
    /// # Errors
    /// `nats-server` is not installed or does not start.
    pub async fn start() -> Result<Self> {
        let Some(program) = find(PROGRAM) else {
            bail!("--sensors needs the program {PROGRAM}, which is not in $PATH (package nats-server)");
        };
        let folder = env::temp_dir().join(format!("mempulse-demo-{:016x}", rand::random::<u64>()));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let started = Command::new(&program)
            .args(["-js", "-a", "127.0.0.1", "-p", "-1", "-sd"])
            .arg(&folder)
            .arg("--ports_file_dir")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()));
        let process = started.inspect_err(|_| remove(&folder))?;
        let address = ServerAddress::parse("127.0.0.1")?;
        let mut server = Self { process, folder, address };
        server.address = server.listening().await?;
        Ok(server)
    }

    /// The address for clients.
    pub fn address(&self) -> ServerAddress {
        self.address.clone()
    }

    /// Waits until the server has written its ports file.
    async fn listening(&mut self) -> Result<ServerAddress> {
        let end = Instant::now() + START;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait()? {
                bail!("{PROGRAM} ended immediately: {status}");
            }
            let id = self.process.id().unwrap_or_default();
            let ports = self.folder.join(format!("{PROGRAM}_{id}.ports"));
            let is_short = fs::metadata(&ports).is_ok_and(|file| file.len() <= MAX_PORTS);
            if is_short
                && let Some(address) = fs::read_to_string(&ports).ok().and_then(|text| client_port(&text))
            {
                return Ok(address);
            }
            sleep(LOOK).await;
        }
        bail!("{PROGRAM} is not listening after {} s", START.as_secs())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // The process may have ended already. Either way, the folder is free only afterwards.
        let _ = self.process.start_kill();
        remove(&self.folder);
    }
}

/// Removes the folder. If that fails, it remains in the system's folder for temporary files.
fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::debug!(%error, "the folder of the NATS server could not be removed");
    }
}

/// The first client address in the ports file.
fn client_port(text: &str) -> Option<ServerAddress> {
    let ports: serde_json::Value = serde_json::from_str(text).ok()?;
    ServerAddress::parse(ports["nats"][0].as_str()?).ok()
}

/// Finds a program in `$PATH`.
fn find(program: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&paths).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_clients_is_read_from_the_file_of_ports() {
        let text = r#"{"nats":["nats://127.0.0.1:40233"],"monitoring":["http://127.0.0.1:1"]}"#;
        assert_eq!(client_port(text).unwrap().to_string(), "nats://127.0.0.1:40233");
        for other in ["", "{}", r#"{"nats":[]}"#, r#"{"nats":["nats://127.0.0.1:402"#] {
            assert_eq!(client_port(other), None, "{other}");
        }
    }

    #[test]
    fn a_program_is_found_in_the_path() {
        assert!(find("cargo").is_some_and(|path| path.is_absolute()));
        assert_eq!(find("mempulse-no-such-program"), None);
    }
}
