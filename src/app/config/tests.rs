use crate::app::cli::Command as Chosen;
use crate::app::config::*;
use crate::chain::Network;
use crate::p2p::BootstrapMode;
use std::time::Duration;

fn load_with(file: &str, line: &str) -> Result<Cli, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, file).unwrap();
    let mut arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    arguments.extend(["--config".into(), path.clone().into_os_string()]);
    load(&arguments).map_err(|error| match error {
        ConfigError::CommandLine(error) => cli::one_line(&error),
        ConfigError::File(error) => error.to_string().replace(&path.display().to_string(), "FILE"),
    })
}

#[test]
fn the_file_sets_what_the_command_line_does_not() {
    let file = "network = \"signet\"\npeers = 20\nping-interval = \"5s\"\nbootstrap = false\n";
    let cli = load_with(file, "mempulse --peers 4").unwrap();
    assert_eq!(cli.watch.join.network, Network::Signet);
    assert_eq!(cli.watch.join.discovery.peers, 4);
    assert_eq!(cli.watch.common.monitor.ping_interval, Duration::from_secs(5));
    assert_eq!(cli.watch.join.bootstrap, BootstrapMode::Off);
    let Some(Chosen::Stream(args)) = load_with(file, "mempulse stream").unwrap().command else {
        panic!("not the stream")
    };
    assert_eq!((args.watch.join.network, args.watch.join.discovery.peers), (Network::Signet, 20));
}

#[test]
fn lists_in_the_file_are_repeated_flags() {
    let cli = load_with("peer = [\"10.0.0.1\", \"[::1]:18444\"]", "mempulse").unwrap();
    assert_eq!(cli.watch.join.discovery.peer, ["10.0.0.1", "[::1]:18444"]);
    let cli = load_with("peer = \"10.0.0.1\"", "mempulse --peers 3").unwrap();
    assert!(
        cli.watch.join.discovery.peer.is_empty(),
        "a count on the command line outweighs the file's list"
    );
    let cli = load_with("ipv4-only = true", "mempulse --ipv6-only").unwrap();
    assert_eq!((cli.watch.join.discovery.ipv4_only, cli.watch.join.discovery.ipv6_only), (false, true));
    let cli = load_with("ipv4-only = true", "mempulse --peers 3").unwrap();
    assert!(cli.watch.join.discovery.ipv4_only);
}

#[test]
fn an_invalid_file_gets_one_line_with_its_place_and_what_is_allowed() {
    for (file, place, part) in [
        ("# ok\nnetwrok = \"main\"", "FILE:2:", "unknown key \"netwrok\": must be one of network, "),
        ("\n\npeers = 0", "FILE:3:", "must be 1 to 1000"),
        ("peers = \"many\"", "FILE:1:", "'many'"),
        ("network = [\"main\"]", "FILE:1:", "\"network\": must be text or a number, not an array"),
        ("no-dns = \"yes\"", "FILE:1:", "\"no-dns\": must be true or false"),
        (
            "bootstrap = \"yes\"",
            "FILE:1:",
            "'yes' for '--bootstrap [<MODE>]' [possible values: auto, off, force]",
        ),
        ("transport = true", "FILE:1:", "\"transport\": must be text or a number, not a boolean"),
        ("peers = 1\npeers = 2", "FILE:2:", "duplicate"),
        ("peers = ", "FILE:1:", ""),
        ("peer = \"a\"\npeers = 2", "FILE:1:", "cannot be used with"),
        ("key = [\n  \"copy=c\",\n  \"fly=x\"\n]", "FILE:3:", "fly"),
        ("colour = [\"good=red\",\n  \"nice=red\"]", "FILE:2:", "the meaning must be one of"),
        ("alert = [\"watch\",\n\n  \"blocks; bel\"]", "FILE:3:", "column 9: unknown part \"bel\""),
        ("peer = [\"a\",\n  [\"b\"]]", "FILE:2:", "must be text or a number, not an array"),
        ("config = \"other\"", "FILE:1:", "unknown key \"config\""),
    ] {
        let output = load_with(file, "mempulse").unwrap_err();
        assert!(output.starts_with(place) && output.contains(part), "{file:?} gave {output:?}");
        assert!(!output.contains('\n'), "{output}");
    }
}

#[test]
fn a_flag_without_effect_is_refused_and_the_flag_it_needs_is_named() {
    let output = |line: &str| {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        load(&arguments).map(drop).map_err(|error| match error {
            ConfigError::CommandLine(error) => cli::one_line(&error),
            ConfigError::File(error) => error.to_string(),
        })
    };
    for (line, refused) in [
        ("demo --where vsize>1", "--where has no effect without --stream"),
        ("demo --raw", "--raw has no effect without --stream"),
        ("replay x --where vsize>1", "--where has no effect without --stream"),
        ("replay x --raw", "--raw has no effect without --stream"),
        ("--since 6h", "--since has no effect without --from <URL>"),
        ("stream --since 6h", "--since has no effect without --from <URL>"),
        ("--record-keep 2GB", "--record-keep has no effect without --record <DIR>"),
        ("sensor --nats a --name b --record-keep 2GB", "--record-keep has no effect without --record <DIR>"),
        ("demo --metrics-per-peer", "--metrics-per-peer has no effect without --serve <[ADDR:]PORT>"),
        ("--serve-token-file x", "--serve-token-file has no effect without --serve <[ADDR:]PORT>"),
        ("--nats-user me", "--nats-user has no effect without --from <URL>"),
    ] {
        assert_eq!(output(&format!("mempulse {line}")), Err(format!("error: {refused}")), "{line}");
    }
    for line in [
        "demo --stream --where vsize>1 --raw",
        "stream --where vsize>1 --raw",
        "--from a --since 6h --nats-user me",
        "--record x --record-keep 2GB --serve 9332 --metrics-per-peer",
        "sensor --nats a --name b --nats-user me",
        "replay x --stream --raw",
    ] {
        assert_eq!(output(&format!("mempulse {line}")), Ok(()), "{line}");
    }
}

#[test]
fn the_file_has_what_a_flag_needs_and_may_have_what_only_some_runs_need() {
    let cli = load_with("from = \"a\"\nrecord = \"x\"", "mempulse --since 6h --record-keep 2GB").unwrap();
    assert_eq!(cli.watch.from.since, Duration::from_hours(6));
    let file = "since = \"6h\"\nrecord-keep = \"2GB\"\nnats-user = \"me\"\nmetrics-per-peer = true";
    assert_eq!(load_with(file, "mempulse").unwrap().watch.from.since, Duration::from_hours(6));
}

#[test]
fn a_named_file_must_exist() {
    let arguments = ["mempulse", "--config", "/nonexistent/mempulse.toml"].map(OsString::from);
    let output = load(&arguments).unwrap_err().to_string();
    assert!(output.starts_with("cannot read the configuration /nonexistent/mempulse.toml: "), "{output}");
}

#[test]
fn the_demo_takes_no_file_and_has_shorter_pings() {
    let arguments = ["mempulse", "demo"].map(OsString::from);
    let Some(Chosen::Demo(args)) = load(&arguments).unwrap().command else { panic!("not the demo") };
    assert_eq!(args.common.monitor.ping_interval, Duration::from_secs(10));
    let arguments = ["mempulse", "demo", "--config", "x"].map(OsString::from);
    assert!(load(&arguments).is_err());
}

#[test]
fn defaults_are_printed_as_comments() {
    let printed = effective(&["mempulse", "config", "--no-dns"].map(OsString::from)).unwrap();
    assert!(printed.contains("\n# proxy =\n"), "{printed}");
    assert!(printed.contains("\n# ipv4-only = false\n"), "{printed}");
    assert!(printed.contains("\nno-dns = true\n"), "{printed}");
}

#[test]
fn texts_of_digits_are_printed_as_texts_and_numbers_as_numbers() {
    let line = "mempulse config --watch 0051 --watch 52 --peers 3 --log-file 7";
    let printed = effective(&line.split(' ').map(OsString::from).collect::<Vec<_>>()).unwrap();
    for setting in ["watch = [\"0051\", \"52\"]", "peers = 3", "log-file = \"7\"", "# backfill = 6"] {
        assert!(printed.contains(&format!("\n{setting}\n")), "{setting} in {printed}");
    }
    let cli = load_with(&printed, "mempulse").unwrap();
    assert_eq!(cli.watch.common.watch, ["0051", "52"]);
}

#[test]
fn overridden_settings_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "peer = [\"10.0.0.1\"]\nipv4-only = true\n").unwrap();
    let printed = |line: &str| {
        let mut arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        arguments.extend(["--config".into(), path.clone().into_os_string()]);
        effective(&arguments).unwrap()
    };
    let with_count = printed("mempulse config --peers 3");
    assert!(with_count.contains("\npeers = 3\n") && !with_count.contains("10.0.0.1"), "{with_count}");
    assert!(with_count.contains("\nipv4-only = true\n"), "{with_count}");
    let with_family = printed("mempulse config --ipv6-only");
    assert!(with_family.contains("\nipv6-only = true\n"), "{with_family}");
    assert!(with_family.contains("\n# ipv4-only = false\n"), "{with_family}");
    assert!(with_family.contains("\npeer = [\"10.0.0.1\"]\n"), "{with_family}");
}

#[test]
fn the_printed_settings_can_be_read_back() {
    let line = ["mempulse", "config", "--network", "testnet4", "--peer", "10.0.0.1", "--bootstrap=off"];
    let mut arguments: Vec<OsString> = line.iter().map(OsString::from).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "request-timeout = \"5s\"").unwrap();
    arguments.extend(["--config".into(), path.into_os_string()]);
    let printed = effective(&arguments).unwrap();
    assert!(printed.contains("(from the command line)\nnetwork = \"testnet4\"\n"), "{printed}");
    let cli = load_with(&printed, "mempulse").unwrap();
    assert_eq!(cli.watch.join.network, Network::Testnet4);
    assert_eq!(cli.watch.join.discovery.peer, ["10.0.0.1"]);
    assert_eq!(cli.watch.common.monitor.request_timeout, Duration::from_secs(5));
    assert_eq!(cli.watch.join.bootstrap, BootstrapMode::Off);
}

#[test]
fn fuzz_configuration() {
    crate::util::fuzz::target("configuration", |input| {
        let text = String::from_utf8_lossy(input);
        match file::parse(&text) {
            Ok(settings) => {
                let lines = text.lines().count();
                assert!(settings.iter().all(|setting| (1..=lines).contains(&setting.line_of(None))));
                // The command line must accept as a default whatever the file may contain.
                let command =
                    settings.into_iter().fold(command(), |command, one| one.into_default_of(command));
                let taken = command.try_get_matches_from(["mempulse"]);
                assert!(taken.is_ok(), "{}", taken.unwrap_err());
            }
            Err((line, message)) => {
                assert!(line >= 1 && line <= text.lines().count().max(1) + 1, "line {line} of {text:?}");
                assert!(!message.is_empty() && !message.contains(char::is_control), "{message:?}");
            }
        }
    });
}
