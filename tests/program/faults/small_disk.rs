//! A one-megabyte disk that can be filled and made read-only.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// If this variable is set, the test fails if the system refuses to mount.
const REQUIRED: &str = "MEMPULSE_TEST_MOUNTS";

/// Carries out commands in the folder `$0`, on which a small file system is mounted.
const SHELL: &str = r#"mount -t tmpfs -o size=1m,mode=700 none "$0" && cd "$0" && echo ready && while read -r line; do eval "$line" >&2; echo "done"; done"#;

/// An in-memory file system, mounted in its own namespace. It vanishes with its process.
pub struct SmallDisk {
    process: Child,
    answers: BufReader<ChildStdout>,
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts it. If that is refused, prints so and returns `None`: the test has to end.
    pub fn mount() -> Option<Self> {
        let ways = [&["--user", "--map-root-user", "--mount"][..], &["--mount"]];
        let mounted = ways.into_iter().find_map(Self::mount_in);
        if mounted.is_none() {
            assert!(env::var_os(REQUIRED).is_none(), "a file system cannot be mounted");
            println!("SKIPPED: this system lets no test mount a file system (unshare --mount)");
        }
        mounted
    }

    fn mount_in(namespaces: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("unshare")
            .args(namespaces)
            .args(["sh", "-c", SHELL])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut disk = Self { process, answers, folder };
        (disk.answer() == "ready\n").then_some(disk)
    }

    /// Its path for other processes.
    pub fn path(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        root.join(self.folder.path().strip_prefix("/").unwrap())
    }

    /// Runs a shell command in it.
    pub fn run(&mut self, command: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{command}").unwrap();
        assert_eq!(self.answer(), "done\n");
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
