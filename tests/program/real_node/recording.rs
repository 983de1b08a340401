//! A recording of real nodes reproduces the same records.

use crate::bitcoind::{Kind, NOBAN, Node, Purse, send, send_all, spend};
use crate::monitor::Monitor;
use crate::recording::assert_replayed;
use std::path::Path;

fn recorded(node: &Node, state: &Path, folder: &Path) -> Monitor {
    let arguments = format!("--state-dir {} --record {}", state.display(), folder.display());
    Monitor::of(&[node.address()], &arguments)
}

#[test]
#[ignore = "needs bitcoind"]
fn a_recording_makes_the_same_records_also_of_a_run_that_begins_with_an_earlier_one() {
    let [state, first, second] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let node = Node::synced(&[NOBAN, "-peerbloomfilters=1"]);
    let coins = Purse::new().coins(&node, 60, Kind::Segwit);
    let mut monitor = recorded(&node, state.path(), first.path());
    monitor.wait_for_relay(1);
    for coin in coins[..20].chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 500));
    }
    monitor.wait_for("transaction", 20);
    send(&node, &spend(&coins[..1], 1, Kind::Segwit, 9_000));
    monitor.wait_for("removed", 1);
    node.mine(1);
    monitor.wait_for("block", 1);
    // They spend outputs of a block that only the first run downloads, and are kept for the second run.
    let some: Vec<_> = coins[20..40].chunks(1).map(|coin| spend(coin, 1, Kind::Segwit, 700)).collect();
    send_all(&node, &some);
    monitor.wait_for("transaction", 41);
    assert!(monitor.interrupt().success());
    assert_replayed(first.path(), monitor.all_records());

    let mut monitor = recorded(&node, state.path(), second.path());
    monitor.wait_until("what was saved", |records| {
        let restored = records.iter().filter(|record| record["source"] == "restored").count();
        (restored == 20).then_some(())
    });
    for coin in coins[40..].chunks(1) {
        send(&node, &spend(coin, 1, Kind::Segwit, 900));
    }
    monitor.wait_for("transaction", 40);
    node.mine(1);
    let block = monitor.wait_for("block", 1).remove(0);
    assert!(block["fees_sat"].is_u64(), "{block}");
    assert!(monitor.interrupt().success());
    assert_replayed(second.path(), monitor.all_records());
}
