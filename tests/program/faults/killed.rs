//! SIGKILL at random moments of saving.

use super::{txids, warnings, watch};
use crate::stand_in::StandIn;
use crate::support::chain::transaction;
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

/// How often the program is killed in every run of the suite, and among the longer tests.
const KILLS: (u32, u32) = (6, 200);

/// New transactions for each run.
const NEW: u32 = 20;

/// Kills the program this many times while it saves. The next run finds what was saved, and no file is
/// refused as a whole.
fn kill(times: u32) {
    let state = tempfile::tempdir().unwrap();
    let node = StandIn::start();
    let (mut saved, mut ended_first) = (BTreeSet::new(), 0);
    let mut saving = Duration::ZERO;
    for round in 0..=times {
        let mut monitor = watch(&node, state.path());
        monitor.wait_until(&format!("what was saved, in round {round}"), |records| {
            saved.is_subset(&txids(records, true)).then_some(())
        });
        node.mine();
        monitor.wait_for("block", 1);
        let new: BTreeSet<_> =
            (round * NEW..(round + 1) * NEW).map(|number| node.accept(transaction(number))).collect();
        monitor.wait_until("the new ones", |records| new.is_subset(&txids(records, false)).then_some(()));
        // The kill may interrupt a write: what is left of it is removed, and reported.
        let is_cut_off = |problem: &String| problem.ends_with("bytes are damaged and were cut off");
        let problems: Vec<_> =
            warnings(&monitor).into_iter().filter(|problem| !is_cut_off(problem)).collect();
        assert_eq!(problems, [""; 0], "round {round}");
        if round == 0 {
            // How long it takes undisturbed.
            let before = Instant::now();
            assert!(monitor.interrupt().success());
            saving = before.elapsed();
            println!("saving takes {saving:?}");
        } else if round % 4 > 0 {
            monitor.ask_to_end();
            thread::sleep(saving.mul_f64(rand::random_range(0.0..1.0)));
        } else {
            // In the middle of everything else.
            thread::sleep(Duration::from_micros(rand::random_range(0..20_000)));
        }
        let has_ended = monitor.kill().success();
        // About half of the time, whatever the load of the machine.
        saving = saving.mul_f64(if has_ended { 0.9 } else { 1.1 });
        let all = monitor.all_records();
        saved = txids(&all, !has_ended);
        ended_first += usize::from(has_ended);
    }
    println!("{times} kills, {} of them after the end", ended_first - 1);
}

#[test]
fn killed_while_it_saves_it_loses_nothing_that_was_saved() {
    kill(KILLS.0);
}

#[test]
#[ignore = "takes minutes"]
fn killed_two_hundred_times_it_loses_nothing_that_was_saved() {
    kill(KILLS.1);
}
