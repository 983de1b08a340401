//! State files full of NUL bytes, as a file system may leave them after a power cut.

use super::{restored, stocked, warned, warnings};
use crate::monitor::Monitor;
use crate::terminal::Terminal;
use std::fs;
use std::path::Path;

/// Every file that survives a restart, with its name in the warning; `None` for those read by the screen
/// only.
const FILES: [(&str, Option<&str>); 10] = [
    ("peers-regtest.dat", Some("address file")),
    ("coins-regtest/00000001-0.coins", Some("block outputs")),
    ("mempool-regtest.journal", Some("mempool journal")),
    ("blocks-regtest.bin", Some("block figures")),
    ("history-regtest.bin", Some("mempool history")),
    ("watch-regtest.bin", Some("watch list")),
    ("queries", None),
    ("alerts", None),
    ("view.json", None),
    ("regtest.lock", None),
];

/// From one byte to more than any header, and a file that is too long for its kind.
const LENGTHS: [usize; 4] = [1, 48, 100_000, 20_000_000];

fn fill(folder: &Path, length: usize) {
    fs::create_dir_all(folder.join("coins-regtest")).unwrap();
    for (name, _) in FILES {
        fs::write(folder.join(name), vec![0; length]).unwrap();
    }
}

#[test]
fn files_of_nul_bytes_are_set_aside_with_a_warning_each() {
    for length in LENGTHS {
        let node = stocked(20);
        let state = tempfile::tempdir().unwrap();
        fill(state.path(), length);
        let (peer, folder) = (node.address(), state.path().to_str().unwrap());
        let arguments = ["stream", "--network", "regtest", "--add-peer", &peer, "--state-dir", folder];
        let mut first = Monitor::run(&arguments);
        assert!(restored(&first, 20).is_empty());
        for name in FILES.into_iter().filter_map(|(_, name)| name) {
            let warning = warned(&first, &[name]);
            assert!(warning.contains("; kept as "), "{warning}");
        }
        assert!(first.interrupt().success());
        let mut second = Monitor::run(&arguments);
        assert_eq!(restored(&second, 20).len(), 20, "it saves in their place");
        assert_eq!(warnings(&second), [""; 0]);
        assert!(second.interrupt().success());
    }
}

#[test]
fn the_screen_starts_over_files_of_nul_bytes() {
    for length in LENGTHS {
        let node = stocked(20);
        let state = tempfile::tempdir().unwrap();
        fill(state.path(), length);
        let (peer, folder) = (node.address(), state.path().to_str().unwrap());
        let arguments = ["--network", "regtest", "--peer", &peer, "--state-dir", folder];
        let mut terminal = Terminal::with_arguments(&arguments, (120, 36));
        terminal.shows("Overview");
        // The latest query, if there is one.
        terminal.press("2:\u{1b}[A");
        terminal.shows("Query: peers");
        terminal.press("\u{1b}");
        terminal.hides("Query: peers");
        terminal.press("A");
        terminal.shows("Alerts");
        terminal.press("\u{3}");
        assert!(terminal.wait().success());
        terminal.is_restored();
    }
}
