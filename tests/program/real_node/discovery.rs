//! Real nodes that are discovered: remembered between runs, and disconnected if useless.

use crate::bitcoind::Node;
use crate::monitor::Monitor;
use tempfile::TempDir;

/// `mempulse stream` with its state in `folder`.
fn search(folder: &TempDir, more: &[&str]) -> Monitor {
    let folder = folder.path().to_str().unwrap();
    let arguments = ["stream", "--network", "regtest", "--state-dir", folder];
    Monitor::run(&arguments.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_that_was_added_once_is_dialled_from_the_address_table_next_time() {
    let (node, folder) = (Node::synced(&[]), tempfile::tempdir().unwrap());
    let mut first = search(&folder, &["--add-peer", &node.address()]);
    first.wait_for("pong", 1);
    first.interrupt();
    let again = search(&folder, &[]);
    assert_eq!(again.wait_for("peer_connected", 1)[0]["peer"], node.address());
    assert!(again.records("warning").is_empty());
}

#[test]
#[ignore = "needs bitcoind"]
fn a_node_in_its_block_download_is_warned_about_if_it_was_added_and_disconnected_if_it_was_found() {
    let (node, folder) = (Node::start(&[]), tempfile::tempdir().unwrap());
    let mut added = search(&folder, &["--add-peer", &node.address()]);
    let warning = added.wait_for("warning", 1).remove(0);
    let message =
        format!("{} stays connected although not useful: in initial block download", node.address());
    assert_eq!(warning["message"], message);
    added.wait_for("pong", 1);
    assert!(added.records("peer_disconnected").is_empty());
    added.interrupt();
    let found = search(&folder, &[]);
    let ending = found.wait_for("peer_disconnected", 1).remove(0);
    assert_eq!(ending["message"], "not useful: in initial block download");
}
