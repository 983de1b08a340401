//! Alerts of the running program.

use crate::monitor::Monitor;
use crate::terminal::Terminal;
use crate::{mempulse, wait_for};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_rule_of_the_command_line_fires_in_the_demo_and_runs_its_program() {
    let folder = tempfile::tempdir().unwrap();
    let (script, out) = (folder.path().join("on alert"), folder.path().join("out"));
    let text = format!(
        "#!/bin/sh\necho $MEMPULSE_SUBJECT $MEMPULSE_RULE $MEMPULSE_TEST ${{#MEMPULSE_TXID}} >> {}\n",
        out.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let rule =
        format!("transactions: vsize > 1; event; run \"{}\"; name arrivals; cooldown 1h", script.display());
    let mut terminal = Terminal::with_arguments(&["demo", "--seed", "1", "--alert", &rule], (120, 36));
    terminal.shows("alert: arrivals · ");
    let written = || fs::read_to_string(&out).unwrap_or_default();
    wait_for("the program of the rule", || written().lines().count() == 1);
    assert_eq!(written(), "transactions arrivals false 64\n");

    terminal.press("A");
    terminal.shows("silent");
    terminal.press("\r");
    wait_for("the program of the test", || written().lines().count() == 2);
    assert!(written().ends_with("transactions arrivals true 0\n"), "{}", written());
    terminal.press("e");
    terminal.shows(" off ");
    terminal.press("a");
    terminal.shows("New alert");
    terminal.press("watch; bel\r");
    terminal.shows("unknown part");
    terminal.press("l\r");
    terminal.hides("New alert");
    terminal.shows("Alerts  2 ");
    terminal.press("qq");
    assert!(terminal.wait().success());
}

#[test]
fn figures_that_change_in_the_demo_become_records_of_the_stream() {
    let rules =
        ["figures: live_peers > 3", "figures: transactions > 100; name filled", "figures: live_peers > 999"];
    let rules = rules.iter().flat_map(|rule| ["--alert", rule]);
    let arguments: Vec<&str> = ["demo", "--stream", "--seed", "1"].into_iter().chain(rules).collect();
    let mut monitor = Monitor::run(&arguments);
    let alerts = monitor.wait_for("alert", 2);
    let about = |rule: &str| alerts.iter().find(|alert| alert["rule"] == rule).unwrap();
    let live = &about("figures: live_peers > 3")["figures"][0];
    assert_eq!(live["name"], "live_peers");
    assert!(live["value"].as_f64().unwrap() > 3.0, "{live}");
    assert_eq!(about("filled")["figures"][0]["name"], "transactions");
    assert!(monitor.interrupt().success());
}

#[test]
fn rules_that_were_added_on_screen_are_there_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let nobody = ["--network", "regtest", "--peer", "127.0.0.1:1", "--state-dir", state];
    let run = || {
        let mut terminal = Terminal::with_arguments(&nobody, (120, 36));
        terminal.shows("regtest");
        terminal.press("A");
        terminal
    };
    let mut terminal = run();
    terminal.shows("no rules");
    terminal.press("ablocks: pool ~ ocean; bell\r");
    terminal.shows("blocks: pool ~ ocean");
    terminal.press("e");
    terminal.shows(" off ");
    terminal.press("\x03");
    assert!(terminal.wait().success());
    let kept = fs::read_to_string(folder.path().join("alerts")).unwrap();
    assert_eq!(kept, "blocks: pool ~ ocean; bell; off\n");
    let mut terminal = run();
    terminal.shows("blocks: pool ~ ocean");
    terminal.press("d");
    terminal.shows("no rules");
    terminal.press("\x03");
    assert!(terminal.wait().success());
    assert_eq!(fs::read_to_string(folder.path().join("alerts")).unwrap(), "");
}

#[test]
fn a_wrong_rule_in_the_configuration_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    fs::write(&file, "# rules\nalert = [\n  \"watch; bell\",\n  \"figures: nex_block < 3\",\n]\n").unwrap();
    let output = mempulse().args(["stream", "--config"]).arg(&file).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.starts_with(&format!("error: {}:4: ", file.display())), "{message}");
    assert!(
        message.contains("column 10: figures have no field \"nex_block\": did you mean next_block?"),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
}
