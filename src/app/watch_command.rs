//! Runs the user's command for what happens with what is watched: never through a shell, everything
//! passed in the environment, a few at a time.

use crate::event::{CommandFailure, OsError, Warning};
use crate::model::WatchMatch;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

/// How many commands may run at once.
const AT_ONCE: usize = 4;

/// How many may wait for their turn. More are dropped, and that is said once.
const MAX_WAITING: usize = 100;

/// How long a command may run before it is killed.
const LONGEST_RUN: Duration = Duration::from_secs(30);

/// Why a command cannot be run. One line.
#[derive(Debug, thiserror::Error)]
#[error("--on-watch {}: {why}", .command.display())]
pub struct CommandError {
    command: PathBuf,
    why: String,
}

/// Whether a command can be run, as far as can be told without running it. A name without a folder is
/// looked for in `paths`, the variable `PATH`.
///
/// # Errors
/// It is not there, or no program.
pub fn check(command: &Path, paths: Option<&OsStr>) -> Result<(), CommandError> {
    let wrong = |why: String| CommandError { command: command.to_owned(), why };
    if command.components().count() > 1 || command.is_absolute() {
        return is_program(command).map_err(wrong);
    }
    // Without the variable the system has a list of its own.
    let Some(paths) = paths else { return Ok(()) };
    let found = std::env::split_paths(paths).any(|folder| is_program(&folder.join(command)).is_ok());
    found.then_some(()).ok_or_else(|| wrong("no folder of PATH has such a program".to_owned()))
}

fn is_program(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    match metadata.is_file() {
        false => Err("it is not a file".to_owned()),
        true if metadata.permissions().mode() & 0o111 == 0 => Err("it is not executable".to_owned()),
        true => Ok(()),
    }
}

/// Runs a command, or nothing.
#[derive(Debug)]
pub struct Runner {
    notices: Option<mpsc::Sender<WatchMatch>>,
    problems: mpsc::Receiver<Warning>,
    teller: mpsc::Sender<Warning>,
    has_dropped: bool,
}

impl Runner {
    /// Runs `command` from now on, if there is one.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(command: Option<PathBuf>) -> Self {
        let (teller, problems) = mpsc::channel(8);
        let notices = command.map(|command| {
            let (sender, waiting) = mpsc::channel(MAX_WAITING);
            tokio::spawn(run_all(command, waiting, teller.clone()));
            sender
        });
        Self { notices, problems, teller, has_dropped: false }
    }

    /// Something happened. Never waits.
    pub fn tell(&mut self, notice: &WatchMatch) {
        let Some(notices) = &self.notices else { return };
        if notices.try_send(notice.clone()).is_err() && !self.has_dropped {
            self.has_dropped = true;
            // If there is no room, others were just told.
            let _ = self.teller.try_send(Warning::WatchCommandSkipped { waiting: MAX_WAITING });
        }
    }

    /// What goes wrong, in one line. Waits forever while nothing does. Cancel-safe.
    pub async fn problem(&mut self) -> Warning {
        match self.problems.recv().await {
            Some(problem) => problem,
            None => std::future::pending().await,
        }
    }
}

async fn run_all(command: PathBuf, mut waiting: mpsc::Receiver<WatchMatch>, teller: mpsc::Sender<Warning>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(notice) = waiting.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (command, teller) = (command.clone(), teller.clone());
        tokio::spawn(async move {
            if let Err(failure) = run(&command, &notice).await {
                // If nobody listens any more, there is nobody to tell.
                let _ = teller.try_send(Warning::WatchCommand { command, failure });
            }
            drop(place);
        });
    }
}

async fn run(command: &PathBuf, notice: &WatchMatch) -> Result<(), CommandFailure> {
    let mut child = Command::new(command)
        .envs(environment(notice))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(OsError::from)?;
    match timeout(LONGEST_RUN, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(match (status.code(), status.signal()) {
            (Some(code), _) => CommandFailure::Exit(code),
            (None, signal) => CommandFailure::Signal(signal.unwrap_or_default()),
        }),
        Ok(Err(error)) => Err(CommandFailure::Os(error.into())),
        Err(_) => {
            // It is gone already if this fails.
            let _ = child.kill().await;
            Err(CommandFailure::Timeout(LONGEST_RUN))
        }
    }
}

/// What the command is told.
fn environment(notice: &WatchMatch) -> Vec<(&'static str, String)> {
    let mut told = vec![
        ("MEMPULSE_EVENT", notice.event.name().to_owned()),
        ("MEMPULSE_TARGET", notice.target.clone()),
        ("MEMPULSE_TXID", notice.txid.to_string()),
        ("MEMPULSE_RECEIVED", notice.received.to_string()),
        ("MEMPULSE_SPENT", notice.spent.to_string()),
    ];
    let event = notice.event;
    told.extend(event.by().map(|by| ("MEMPULSE_BY", by.to_string())));
    told.extend(event.height().map(|height| ("MEMPULSE_HEIGHT", height.to_string())));
    told.extend(event.confirmations().map(|count| ("MEMPULSE_CONFIRMATIONS", count.to_string())));
    told.extend(event.reason().map(|why| ("MEMPULSE_REASON", why.name().to_owned())));
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WatchEvent;
    use crate::wire::Txid;

    fn notice(event: WatchEvent) -> WatchMatch {
        WatchMatch { target: "51".to_owned(), txid: Txid([7; 32]), received: 5, spent: 0, event }
    }

    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("script");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_command_gets_everything_in_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let text = format!(
            "echo $MEMPULSE_EVENT $MEMPULSE_TARGET $MEMPULSE_RECEIVED $MEMPULSE_HEIGHT $MEMPULSE_TXID $# > {}",
            out.display()
        );
        let command = script(folder.path(), &text);
        let told = notice(WatchEvent::Confirmed { height: 9, confirmations: 1 });
        assert_eq!(run(&command, &told).await, Ok(()));
        let expected = format!("confirmed 51 5 9 {} 0\n", Txid([7; 32]));
        assert_eq!(std::fs::read_to_string(out).unwrap(), expected);
    }

    #[test]
    fn a_double_spend_in_a_block_is_told_with_both() {
        let by = Txid([8; 32]);
        let told = environment(&notice(WatchEvent::DoubleSpent { by, height: Some(9) }));
        let has = |name: &str, value: &str| told.iter().any(|(key, told)| *key == name && told == value);
        assert!(has("MEMPULSE_BY", &by.to_string()) && has("MEMPULSE_HEIGHT", "9"), "{told:?}");
    }

    #[test]
    fn a_command_that_cannot_be_run_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| check(path, None).map_err(|error| error.to_string());
        assert_eq!(refused(&script(folder.path(), "exit 0")), Ok(()));
        let missing = folder.path().join("missing");
        let reason = "No such file or directory (os error 2)";
        assert_eq!(refused(&missing), Err(format!("--on-watch {}: {reason}", missing.display())));
        assert!(refused(folder.path()).unwrap_err().ends_with(": it is not a file"));
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        assert!(refused(&plain).unwrap_err().ends_with(": it is not executable"));
    }

    #[test]
    fn a_command_without_a_folder_is_looked_for_where_the_system_looks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "exit 0");
        let paths = std::env::join_paths(["/nonexistent".as_ref(), folder.path()]).unwrap();
        assert_eq!(check(Path::new("script"), Some(&paths)).map_err(|error| error.to_string()), Ok(()));
        let said = check(Path::new("nothing"), Some(&paths)).unwrap_err().to_string();
        assert_eq!(said, "--on-watch nothing: no folder of PATH has such a program");
    }

    #[tokio::test]
    async fn a_failing_command_is_a_line_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut runner = Runner::start(Some(folder.path().join("nothing")));
        runner.tell(&notice(WatchEvent::Arrived));
        let problem = runner.problem().await;
        let failure = CommandFailure::Os(std::io::Error::from_raw_os_error(2).into());
        assert_eq!(problem, Warning::WatchCommand { command: folder.path().join("nothing"), failure });
        let mut runner = Runner::start(Some(script(folder.path(), "exit 3")));
        runner.tell(&notice(WatchEvent::Arrived));
        assert!(runner.problem().await.to_string().ends_with("exit status: 3"));
    }

    #[tokio::test]
    async fn a_flood_is_dropped_and_that_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut runner = Runner::start(Some(script(folder.path(), "exit 0")));
        for _ in 0..3 * MAX_WAITING {
            runner.tell(&notice(WatchEvent::Arrived));
        }
        assert_eq!(runner.problem().await, Warning::WatchCommandSkipped { waiting: MAX_WAITING });
    }
}
