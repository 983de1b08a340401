//! Runs the programs of alerts: never through a shell, without arguments, a few at a time, with the details in
//! environment variables.

use crate::alert::Firing;
use crate::event::{CommandFailure, OsError, Warning};
use crate::model::{Alert, AlertItem, WatchMatch};
use crate::util::platform;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

/// How many processes may run at once.
const MAX_RUNNING: usize = 4;

/// How many alerts may wait for their turn. Further ones are skipped, with one warning.
const MAX_WAITING: usize = 100;

/// How many reports may wait to be shown.
const MAX_REPORTS: usize = 8;

/// How long a process may run before it is killed.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The variables that a program inherits: what it needs to find other programs, the user's files and the desktop.
const INHERITED: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
];

/// An alert that waits for its program.
struct Waiting {
    program: PathBuf,
    subject: &'static str,
    alert: Arc<Alert>,
}

/// What a program run has to report.
#[derive(Clone, PartialEq, Debug)]
pub enum Report {
    /// The program failed or was not started.
    Warning(Warning),
    /// A rule's test run of the program has ended.
    Tested {
        program: PathBuf,
        /// How it ended.
        result: Result<(), CommandFailure>,
    },
}

/// Runs the programs of alerts.
#[derive(Debug)]
pub struct AlertPrograms {
    waiting: mpsc::Sender<Waiting>,
    reports: mpsc::Receiver<Report>,
    report: mpsc::Sender<Report>,
    has_skipped: bool,
}

impl AlertPrograms {
    /// Starts the task that runs programs.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start() -> Self {
        let (report, reports) = mpsc::channel(MAX_REPORTS);
        let (sender, waiting) = mpsc::channel(MAX_WAITING);
        tokio::spawn(run_all(waiting, report.clone()));
        Self { waiting: sender, reports, report, has_skipped: false }
    }

    /// Starts the rule's program, if it has one, or queues it until a slot is free. Never waits.
    pub fn run(&mut self, firing: &Firing) {
        let Some(program) = firing.rule.actions().run.clone() else { return };
        let (subject, alert) = (firing.rule.condition().subject(), Arc::clone(&firing.alert));
        if self.waiting.try_send(Waiting { program, subject, alert }).is_err() && !self.has_skipped {
            self.has_skipped = true;
            // Without room, other reports are waiting to be shown.
            let _ =
                self.report.try_send(Report::Warning(Warning::AlertProgramSkipped { waiting: MAX_WAITING }));
        }
    }

    /// Waits for the next report. Cancel-safe.
    pub async fn report(&mut self) -> Report {
        match self.reports.recv().await {
            Some(report) => report,
            None => std::future::pending().await,
        }
    }
}

async fn run_all(mut queue: mpsc::Receiver<Waiting>, report: mpsc::Sender<Report>) {
    let places = Arc::new(Semaphore::new(MAX_RUNNING));
    while let Some(waiting) = queue.recv().await {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let report = report.clone();
        tokio::spawn(async move {
            let result = run(&waiting).await;
            let Waiting { program, alert, .. } = waiting;
            // Without room, other reports are waiting to be shown.
            if alert.is_test {
                let _ = report.try_send(Report::Tested { program: program.clone(), result: result.clone() });
            }
            if let Err(failure) = result {
                let _ = report.try_send(Report::Warning(Warning::AlertProgram { program, failure }));
            }
            drop(place);
        });
    }
}

async fn run(waiting: &Waiting) -> Result<(), CommandFailure> {
    let inherited = INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut child = Command::new(&waiting.program)
        .env_clear()
        .envs(inherited)
        .envs(environment(waiting.subject, &waiting.alert))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(OsError::from)?;
    match timeout(TIMEOUT, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(match (status.code(), platform::signal_of(status)) {
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

/// The environment variables that describe an alert. No name among them is a setting of mempulse, which the
/// program may start.
fn environment(subject: &str, alert: &Alert) -> Vec<(String, String)> {
    let variable = |name: &str, value: String| (format!("MEMPULSE_{name}"), value);
    let mut variables = vec![
        variable("RULE", alert.rule.to_string()),
        variable("SUBJECT", subject.to_owned()),
        variable("SKIPPED", alert.skipped.to_string()),
        variable("TEST", alert.is_test.to_string()),
    ];
    match &alert.item {
        AlertItem::Transaction(txid) => variables.push(variable("TXID", txid.to_string())),
        AlertItem::Block { height, hash, pool } => {
            variables.push(variable("HEIGHT", height.to_string()));
            variables.push(variable("BLOCK", hash.to_string()));
            variables.extend(pool.map(|pool| variable("POOL", pool.to_owned())));
        }
        AlertItem::Peer { address, .. } => variables.push(variable("ADDRESS", address.to_string())),
        AlertItem::Figures(figures) => variables.extend(figures.iter().filter_map(|figure| {
            Some(variable(&format!("FIGURE_{}", figure.name.to_uppercase()), figure.value?.to_string()))
        })),
        AlertItem::Watch(found) => variables.extend(of_watch(found)),
        AlertItem::Nothing => {}
    }
    variables
}

fn of_watch(found: &WatchMatch) -> impl Iterator<Item = (String, String)> {
    let event = found.event;
    let known = [
        ("EVENT", Some(event.name().to_owned())),
        ("TARGET", Some(found.target.clone())),
        ("TXID", Some(found.txid.to_string())),
        ("RECEIVED", Some(found.received.to_string())),
        ("SPENT", Some(found.spent.to_string())),
        ("BY", event.by().map(|by| by.to_string())),
        ("HEIGHT", event.height().map(|height| height.to_string())),
        ("CONFIRMATIONS", event.confirmations().map(|count| count.to_string())),
        ("REASON", event.reason().map(|reason| reason.name().to_owned())),
    ];
    known.into_iter().filter_map(|(name, value)| Some((format!("MEMPULSE_{name}"), value?)))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::alert::Rule;
    use crate::model::WatchEvent;
    use crate::wire::Txid;
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn watched(event: WatchEvent) -> Alert {
        let found = WatchMatch {
            target: "51".to_owned(),
            txid: Txid([7; 32]),
            received: 5,
            spent: 0,
            event,
            block: None,
        };
        Alert { rule: "watch".into(), item: AlertItem::Watch(found), skipped: 0, is_test: false }
    }

    fn waiting(program: PathBuf, event: WatchEvent) -> Waiting {
        Waiting { program, subject: "watch", alert: Arc::new(watched(event)) }
    }

    fn firing(program: &Path) -> Firing {
        let rule = Rule::parse(&format!("watch; run {}", program.display())).unwrap();
        Firing { alert: Arc::new(watched(WatchEvent::Arrived)), rule: Arc::new(rule) }
    }

    fn script(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("script");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    }

    #[tokio::test]
    async fn the_program_gets_everything_in_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let text = format!(
            "echo $MEMPULSE_EVENT $MEMPULSE_TARGET $MEMPULSE_RECEIVED $MEMPULSE_HEIGHT $MEMPULSE_TXID $# > {}",
            out.display()
        );
        let program = script(folder.path(), &text);
        let confirmed = waiting(program, WatchEvent::Confirmed { height: 9, confirmations: 1 });
        assert_eq!(run(&confirmed).await, Ok(()));
        let expected = format!("confirmed 51 5 9 {} 0\n", Txid([7; 32]));
        assert_eq!(std::fs::read_to_string(out).unwrap(), expected);
    }

    #[tokio::test]
    async fn the_program_gets_only_named_variables_of_our_environment() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let program = script(folder.path(), &format!("env > {}", out.display()));
        assert_eq!(run(&waiting(program, WatchEvent::Arrived)).await, Ok(()));
        let own = ["PWD", "OLDPWD", "SHLVL", "_"];
        for line in std::fs::read_to_string(out).unwrap().lines() {
            let (name, _) = line.split_once('=').unwrap();
            let is_expected =
                name.starts_with("MEMPULSE_") || INHERITED.contains(&name) || own.contains(&name);
            assert!(is_expected, "{line}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_program_inherits_no_open_file_and_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let (out, state) = (folder.path().join("out"), folder.path().join("state"));
        let kept = std::fs::File::create(&state).unwrap();
        let connection = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let program = script(folder.path(), &format!("ls -l /proc/$$/fd > {}", out.display()));
        assert_eq!(run(&waiting(program, WatchEvent::Arrived)).await, Ok(()));
        drop((kept, connection));
        let open = std::fs::read_to_string(out).unwrap();
        let links: Vec<_> = open.lines().filter_map(|line| Some(line.split_once(" -> ")?.1)).collect();
        assert!(links.contains(&"/dev/null"), "{open}");
        // File descriptors that our own parent left open may be inherited too.
        let is_ours = |link: &&str| link.starts_with("socket:") || link.ends_with("/state");
        assert!(!links.iter().any(is_ours), "{open}");
    }

    #[test]
    fn no_variable_is_a_setting_of_this_program() {
        let block =
            AlertItem::Block { height: 9, hash: crate::wire::BlockHash([0; 32]), pool: Some("a pool") };
        let address = crate::address::PeerAddress::parse("10.0.0.1", 8_333).unwrap();
        let peer = AlertItem::Peer { peer: crate::event::PeerId(1), address };
        let figure = crate::model::AlertFigure { name: "size", unit: "vB", value: Some(1.0) };
        let all = [block, peer, AlertItem::Figures(vec![figure]), AlertItem::Transaction(Txid([1; 32]))];
        let alerts = all.map(|item| Alert { rule: "rule".into(), item, skipped: 0, is_test: true });
        let double = watched(WatchEvent::DoubleSpent { by: Txid([8; 32]), height: Some(9) });
        let command = crate::app::config::command();
        let settings: Vec<_> = command.get_arguments().filter_map(|arg| arg.get_env()).collect();
        assert!(settings.len() > 20, "{settings:?}");
        for alert in alerts.iter().chain([&double]) {
            for (name, _) in environment("peers", alert) {
                assert!(!settings.contains(&OsStr::new(&name)), "{name}");
            }
        }
    }

    #[test]
    fn a_double_spend_in_a_block_has_rival_and_height() {
        let by = Txid([8; 32]);
        let variables = environment("watch", &watched(WatchEvent::DoubleSpent { by, height: Some(9) }));
        let has = |name: &str, value: &str| variables.iter().any(|(key, set)| *key == name && set == value);
        assert!(has("MEMPULSE_BY", &by.to_string()) && has("MEMPULSE_HEIGHT", "9"), "{variables:?}");
    }

    #[tokio::test]
    async fn a_failing_program_is_a_warning_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut programs = AlertPrograms::start();
        let program = folder.path().join("nothing");
        programs.run(&firing(&program));
        let failure = CommandFailure::Os(std::io::Error::from_raw_os_error(2).into());
        assert_eq!(programs.report().await, Report::Warning(Warning::AlertProgram { program, failure }));
        let program = script(folder.path(), "exit 3");
        programs.run(&firing(&program));
        let failure = CommandFailure::Exit(3);
        assert_eq!(programs.report().await, Report::Warning(Warning::AlertProgram { program, failure }));
    }

    #[tokio::test]
    async fn how_the_program_of_a_test_ended_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let mut programs = AlertPrograms::start();
        for (text, result) in [("exit 0", Ok(())), ("exit 3", Err(CommandFailure::Exit(3)))] {
            let program = script(folder.path(), text);
            let Firing { alert, rule } = firing(&program);
            let alert = Arc::new(Alert { is_test: true, ..(*alert).clone() });
            programs.run(&Firing { alert, rule });
            assert_eq!(programs.report().await, Report::Tested { program, result });
        }
    }

    #[tokio::test]
    async fn a_flood_is_skipped_with_one_warning() {
        let folder = tempfile::tempdir().unwrap();
        let mut programs = AlertPrograms::start();
        let firing = firing(&script(folder.path(), "exit 0"));
        for _ in 0..3 * MAX_WAITING {
            programs.run(&firing);
        }
        let skipped = Warning::AlertProgramSkipped { waiting: MAX_WAITING };
        assert_eq!(programs.report().await, Report::Warning(skipped));
    }
}
