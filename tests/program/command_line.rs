//! The command line, without a terminal.

use crate::monitor::Monitor;
use assert_cmd::Command;

fn mempulse(arguments: &str) -> Command {
    let mut command = crate::mempulse();
    command.args(arguments.split_whitespace());
    Command::from_std(command)
}

/// The error of a refused command line on stderr; stdout must be empty.
fn refusal(arguments: &str) -> String {
    let refused = mempulse(arguments).assert().failure();
    let output = refused.get_output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_a_terminal_it_names_the_stream() {
    let message = refusal("--network regtest --peer 127.0.0.1:1");
    assert!(message.contains("mempulse stream"), "{message}");
    let message = refusal("demo");
    assert!(message.contains("mempulse demo --stream"), "{message}");
}

#[test]
fn a_mistake_is_explained_in_one_line() {
    for (arguments, part) in [
        ("--network moon", "moon"),
        ("stream --peer 127.0.0.1:99999", "127.0.0.1:99999"),
        ("stream --ping-timeout never", "never"),
        ("stream --peers 0", "0"),
        ("demo --rate fast", "fast"),
        (
            "stream --peer 127.0.0.1:1 --on-watch /nonexistent/program",
            "--on-watch /nonexistent/program: No such",
        ),
        ("stream --peer 127.0.0.1:1 --serve 0.0.0.0:9332", "needs a --serve-token-file"),
        ("--serve monitor.example:9332", "such as 127.0.0.1:9332"),
        (
            "stream --peer 127.0.0.1:1 --serve 9332 --serve-token-file /nonexistent",
            "invalid --serve-token-file",
        ),
        ("--fast", "--fast"),
        ("strem", "strem"),
        ("replay --stream /nonexistent", "cannot replay: /nonexistent: No such file"),
    ] {
        let message = refusal(arguments);
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn without_seeds_or_any_address_it_says_what_to_set() {
    let state = tempfile::tempdir().unwrap();
    for arguments in ["stream --network regtest", "report --network simnet"] {
        let refused = mempulse(arguments).arg("--state-dir").arg(state.path()).assert().code(2);
        let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains("no seeds") && message.contains("--peer HOST[:PORT]"), "{message}");
    }
}

#[test]
fn a_bad_value_ends_with_code_2_wherever_it_comes_from_and_its_place_is_named() {
    for (arguments, part) in [
        ("--network moon", "moon"),
        ("stream --peer 127.0.0.1:99999", "error: invalid value '127.0.0.1:99999' for '--peer"),
        ("stream --add-peer [::1", "error: invalid value '[::1' for '--add-peer"),
        ("stream --peer 127.0.0.1:1 --watch nothing", "error: --watch: invalid"),
        (
            "stream --peer 127.0.0.1:1 --on-watch /nonexistent/program",
            "error: --on-watch /nonexistent/program: No",
        ),
    ] {
        let refused = mempulse(arguments).assert().code(2);
        let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(message.contains(part), "{message}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    for (text, line, part) in [
        ("# a comment\nwatch = [\"nothing\"]", 2, "--watch: invalid"),
        ("peers = 8\n\nadd-peer = \"[::1\"", 3, "invalid value '[::1' for '--add-peer <HOST[:PORT]>': "),
        ("watch = [\n  \"51\",\n  \"nothing\",\n]", 3, "--watch: invalid"),
        ("peer = [\"10.0.0.1\",\n\"[::1\"]", 2, "invalid value '[::1' for '--peer <HOST[:PORT]>': "),
        ("key = [\"up=x\",\n\"copy=q\"]", 2, "--key: key \"q\" is bound to both"),
        ("alert = [\"watch\",\n\"watch; run /nonexistent/x\"]", 2, "--alert /nonexistent/x: No such file"),
        ("peers = 0", 1, "invalid value '0' for '--peers <N>': "),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = mempulse("stream --config").arg(&file).assert().code(2);
        let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(message.starts_with(&format!("error: {}:{line}: {part}", file.display())), "{message}");
        assert_eq!(message.matches("error:").count(), 1, "{message}");
    }
    let given = mempulse("stream --peer 127.0.0.1:1 --watch nothing --config").arg(&file).assert().code(2);
    let message = String::from_utf8_lossy(&given.get_output().stderr).into_owned();
    assert!(message.contains("'0' for '--peers"), "an invalid file comes first: {message}");
}

#[test]
fn switches_can_be_set_in_the_environment_in_all_usual_ways() {
    for (value, expected) in [("1", "no-dns = true"), ("yes", "no-dns = true"), ("0", "# no-dns = false")] {
        let printed = mempulse("config").env("MEMPULSE_NO_DNS", value).assert().success();
        let printed = String::from_utf8_lossy(&printed.get_output().stdout).into_owned();
        assert!(printed.lines().any(|line| line == expected), "{value}: {printed}");
    }
    let refused = mempulse("config").env("MEMPULSE_NO_DNS", "maybe").assert().code(2);
    let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert_eq!(message.lines().count(), 1, "{message}");
    assert_eq!(
        message,
        "error: invalid value 'maybe' for '--no-dns': must be true or false, yes or no, on or off, 1 or 0\n"
    );
    for (name, value, refused) in [
        ("MEMPULSE_SINCE", "6h", "MEMPULSE_SINCE has no effect without --from <URL>"),
        (
            "MEMPULSE_METRICS_PER_PEER",
            "1",
            "MEMPULSE_METRICS_PER_PEER has no effect without --serve <[ADDR:]PORT>",
        ),
    ] {
        let message = mempulse("config").env(name, value).assert().code(2);
        assert_eq!(String::from_utf8_lossy(&message.get_output().stderr), format!("error: {refused}\n"));
    }
    mempulse("config").env("MEMPULSE_METRICS_PER_PEER", "false").assert().success();
}

#[test]
fn a_query_that_is_wrong_is_shown_with_a_caret_below_the_place() {
    let refused = mempulse("stream --where age>soon").assert().code(2);
    let message = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    let [what, query, marks] = message.lines().collect::<Vec<_>>()[..] else { panic!("{message}") };
    assert_eq!(what, "error: --where, column 5: \"soon\" must be a time such as 500ms, 30s, 1m or 1h30m");
    assert_eq!((query, &marks[..8]), ("age>soon", "    ^^^^"));
}

#[test]
fn help_and_version_are_printed() {
    mempulse("--version").assert().success().stdout(concat!("mempulse ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = mempulse("--help").assert().success();
    let help = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
    for part in ["stream", "demo", "--network", "--peer "] {
        assert!(help.contains(part), "{help}");
    }
}

#[test]
fn an_interrupted_stream_ends_well() {
    let mut monitor = Monitor::of(&["127.0.0.1:1".to_owned()], "");
    let lost = &monitor.wait_for("peer_disconnected", 1)[0];
    assert_eq!(lost["peer"], "127.0.0.1:1");
    assert_eq!(lost["reason"], "connection_refused");
    assert!(monitor.interrupt().success());
}
