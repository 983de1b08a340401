//! Runs the user's command for matches of the watch list: never through a shell, with the details in
//! environment variables, a few at a time.

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

/// How many processes may run at once.
const MAX_RUNNING: usize = 4;

/// How many matches may wait for their turn. Further ones are skipped, with one warning.
const MAX_WAITING: usize = 100;

/// How many warnings may wait to be shown.
const MAX_WARNINGS: usize = 8;

/// How long a process may run before it is killed.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a command cannot be run. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error("--on-watch {}: {why}", .command.display())]
pub struct CommandError {
    command: PathBuf,
    why: String,
}

/// Checks that a command can be run, as far as that is known without running it. A name without a folder is
/// searched in `paths`, the value of `PATH`.
///
/// # Errors
/// The file does not exist or is not executable.
pub fn check(command: &Path, paths: Option<&OsStr>) -> Result<(), CommandError> {
    let wrong = |why: String| CommandError { command: command.to_owned(), why };
    if command.components().count() > 1 || command.is_absolute() {
        return is_program(command).map_err(wrong);
    }
    // Without PATH the system has a default of its own.
    let Some(paths) = paths else { return Ok(()) };
    let found = std::env::split_paths(paths).any(|folder| is_program(&folder.join(command)).is_ok());
    found.then_some(()).ok_or_else(|| wrong("not found in PATH".to_owned()))
}

fn is_program(path: &Path) -> Result<(), String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    match metadata.is_file() {
        false => Err("not a file".to_owned()),
        true if metadata.permissions().mode() & 0o111 == 0 => Err("not executable".to_owned()),
        true => Ok(()),
    }
}

/// Runs the user's command, if there is one.
#[derive(Debug)]
pub struct WatchCommand {
    matches: Option<mpsc::Sender<WatchMatch>>,
    warnings: mpsc::Receiver<Warning>,
    warn: mpsc::Sender<Warning>,
    has_skipped: bool,
}

impl WatchCommand {
    /// Starts the task that runs `command`.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(command: Option<PathBuf>) -> Self {
        let (warn, warnings) = mpsc::channel(MAX_WARNINGS);
        let matches = command.map(|command| {
            let (sender, waiting) = mpsc::channel(MAX_WAITING);
            tokio::spawn(run_all(command, waiting, warn.clone()));
            sender
        });
        Self { matches, warnings, warn, has_skipped: false }
    }

    /// Runs the command for a match as soon as there is a place. Never waits.
    pub fn run(&mut self, found: &WatchMatch) {
        let Some(matches) = &self.matches else { return };
        if matches.try_send(found.clone()).is_err() && !self.has_skipped {
            self.has_skipped = true;
            // Without room, other warnings are waiting to be shown.
            let _ = self.warn.try_send(Warning::WatchCommandSkipped { waiting: MAX_WAITING });
        }
    }

    /// Waits for the next problem. Cancel-safe.
    pub async fn warning(&mut self) -> Warning {
        match self.warnings.recv().await {
            Some(warning) => warning,
            None => std::future::pending().await,
        }
    }
}

async fn run_all(command: PathBuf, mut waiting: mpsc::Receiver<WatchMatch>, warn: mpsc::Sender<Warning>) {
    let places = Arc::new(Semaphore::new(MAX_RUNNING));
    while let Some(found) = waiting.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (command, warn) = (command.clone(), warn.clone());
        tokio::spawn(async move {
            if let Err(failure) = run(&command, &found).await {
                // Without room, other warnings are waiting to be shown.
                let _ = warn.try_send(Warning::WatchCommand { command, failure });
            }
            drop(place);
        });
    }
}

async fn run(command: &PathBuf, found: &WatchMatch) -> Result<(), CommandFailure> {
    let mut child = Command::new(command)
        .envs(environment(found))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(OsError::from)?;
    match timeout(TIMEOUT, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(match (status.code(), status.signal()) {
            (Some(code), _) => CommandFailure::Exit(code),
            (None, signal) => CommandFailure::Signal(signal.unwrap_or_default()),
        }),
        Ok(Err(error)) => Err(CommandFailure::Os(error.into())),
        Err(_) => {
            // If this fails, the process has just ended.
            let _ = child.kill().await;
            Err(CommandFailure::Timeout(TIMEOUT))
        }
    }
}

/// The environment variables that describe what happened.
fn environment(found: &WatchMatch) -> Vec<(&'static str, String)> {
    let event = found.event;
    let mut variables = vec![
        ("MEMPULSE_EVENT", event.name().to_owned()),
        ("MEMPULSE_TARGET", found.target.clone()),
        ("MEMPULSE_TXID", found.txid.to_string()),
        ("MEMPULSE_RECEIVED", found.received.to_string()),
        ("MEMPULSE_SPENT", found.spent.to_string()),
    ];
    variables.extend(event.by().map(|by| ("MEMPULSE_BY", by.to_string())));
    variables.extend(event.height().map(|height| ("MEMPULSE_HEIGHT", height.to_string())));
    variables.extend(event.confirmations().map(|count| ("MEMPULSE_CONFIRMATIONS", count.to_string())));
    variables.extend(event.reason().map(|reason| ("MEMPULSE_REASON", reason.name().to_owned())));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WatchEvent;
    use crate::wire::Txid;

    fn found(event: WatchEvent) -> WatchMatch {
        WatchMatch { target: "51".to_owned(), txid: Txid([7; 32]), received: 5, spent: 0, event, block: None }
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
        let confirmed = found(WatchEvent::Confirmed { height: 9, confirmations: 1 });
        assert_eq!(run(&command, &confirmed).await, Ok(()));
        let expected = format!("confirmed 51 5 9 {} 0\n", Txid([7; 32]));
        assert_eq!(std::fs::read_to_string(out).unwrap(), expected);
    }

    #[test]
    fn a_double_spend_in_a_block_has_rival_and_height() {
        let by = Txid([8; 32]);
        let variables = environment(&found(WatchEvent::DoubleSpent { by, height: Some(9) }));
        let has = |name: &str, value: &str| variables.iter().any(|(key, set)| *key == name && set == value);
        assert!(has("MEMPULSE_BY", &by.to_string()) && has("MEMPULSE_HEIGHT", "9"), "{variables:?}");
    }

    #[test]
    fn a_command_that_cannot_be_run_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| check(path, None).map_err(|error| error.to_string());
        assert_eq!(refused(&script(folder.path(), "exit 0")), Ok(()));
        let missing = folder.path().join("missing");
        let reason = "No such file or directory (os error 2)";
        assert_eq!(refused(&missing), Err(format!("--on-watch {}: {reason}", missing.display())));
        assert!(refused(folder.path()).unwrap_err().ends_with(": not a file"));
        let plain = folder.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        assert!(refused(&plain).unwrap_err().ends_with(": not executable"));
    }

    #[test]
    fn a_command_without_a_folder_is_searched_in_path() {
        let folder = tempfile::tempdir().unwrap();
        script(folder.path(), "exit 0");
        let paths = std::env::join_paths(["/nonexistent".as_ref(), folder.path()]).unwrap();
        assert_eq!(check(Path::new("script"), Some(&paths)).map_err(|error| error.to_string()), Ok(()));
        let said = check(Path::new("nothing"), Some(&paths)).unwrap_err().to_string();
        assert_eq!(said, "--on-watch nothing: not found in PATH");
    }

    #[tokio::test]
    async fn a_failing_command_is_a_warning_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = WatchCommand::start(Some(folder.path().join("nothing")));
        command.run(&found(WatchEvent::Arrived));
        let warning = command.warning().await;
        let failure = CommandFailure::Os(std::io::Error::from_raw_os_error(2).into());
        assert_eq!(warning, Warning::WatchCommand { command: folder.path().join("nothing"), failure });
        let mut command = WatchCommand::start(Some(script(folder.path(), "exit 3")));
        command.run(&found(WatchEvent::Arrived));
        assert!(command.warning().await.to_string().ends_with("exit status: 3"));
    }

    #[tokio::test]
    async fn a_flood_is_skipped_with_one_warning() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = WatchCommand::start(Some(script(folder.path(), "exit 0")));
        for _ in 0..3 * MAX_WAITING {
            command.run(&found(WatchEvent::Arrived));
        }
        assert_eq!(command.warning().await, Warning::WatchCommandSkipped { waiting: MAX_WAITING });
    }
}
