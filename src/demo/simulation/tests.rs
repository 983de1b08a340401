//! Runs, including seeds that once failed. All are short by default; the environment can make them longer:
//!
//! | variable | what it sets |
//! |---|---|
//! | `MEMPULSE_SIMULATED_HOURS` | how long each run lasts |
//! | `MEMPULSE_SIMULATED_SEEDS` | the seeds: `10` for 0 to 9, `17..18` for one of them |
//! | `MEMPULSE_SIMULATED_PEERS` | the number of peers under load, at mainnet's rate |

use super::checks::Report;
use super::network::Network;
use super::scenario::Scenario;
use crate::demo::random::whole;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

/// Seeds that once failed, with their duration in hours.
const FAILED: [(u64, f64); 2] = [(36, 0.75), (4, 3.5)];

/// The value of an environment variable.
fn set<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}")))
}

fn hours(default: f64) -> Duration {
    Duration::from_secs_f64(set("MEMPULSE_SIMULATED_HOURS").unwrap_or(default) * 3_600.0)
}

fn seeds(default: Range<u64>) -> Range<u64> {
    let Some(text) = set::<String>("MEMPULSE_SIMULATED_SEEDS") else { return default };
    let (from, to) = text.split_once("..").unwrap_or(("0", &text));
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text:?} is no seed"));
    number(from)..number(to)
}

fn run(scenario: Scenario) -> Report {
    eprintln!("{scenario:?}");
    let report = Network::new(scenario).run();
    eprintln!("{report:?}");
    report
}

#[test]
fn whatever_nodes_and_links_do_nothing_is_lost_nor_asked_for_twice() {
    for seed in seeds(0..3) {
        let report = run(Scenario::of(seed, hours(0.2)));
        // It may have slept nearly all the time.
        assert!(report.arrived > 20 && report.connections > 1, "{report:?}");
    }
}

#[test]
fn a_process_that_sleeps_restarts_dies_and_has_its_clock_set_loses_nothing() {
    let mut counts = [0; 3];
    for seed in seeds(0..3) {
        let report = run(Scenario::interrupted(seed, hours(2.0)));
        assert!(report.arrived > 20 && report.blocks > 0, "{report:?}");
        let Report { sleeps, restarts, clocks_set, .. } = report;
        counts = [counts[0] + sleeps, counts[1] + restarts, counts[2] + clocks_set];
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn the_seeds_that_failed_do_not_fail_again() {
    for (seed, hours) in FAILED {
        run(Scenario::of(seed, Duration::from_secs_f64(hours * 3_600.0)));
    }
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let scenario = Scenario::of(7, Duration::from_mins(5));
    let [one, other] = [run(scenario), run(scenario)].map(|report| Report { kept: vec![], ..report });
    assert_eq!(one, other);
}

/// The most memory for this many peers and transactions, in the unit of
/// [`footprint`](crate::util::footprint::footprint), by network and model.
const KEPT_BY_20_PEERS: [usize; 2] = [1_000_000, 25_000_000];

#[test]
fn nothing_grows_with_time_however_many_peers_announce_everything() {
    let peers = set("MEMPULSE_SIMULATED_PEERS");
    let (duration, rate) = (hours(0.3), if peers.is_some() { 7.0 } else { 1.0 });
    let nodes = peers.unwrap_or(20);
    let mut report = run(Scenario::load(nodes, rate, duration));
    let made = whole(rate * duration.as_secs_f64());
    assert!(report.announced as u64 * 10 > made * nodes as u64 * 8, "{report:?}");
    match peers {
        // In the first hours, collections that remember a day are still filling. Of the network, headers and the txids
        // of requested parents grow for longer, up to 20,000 and 10,000, however many peers there are.
        Some(_) if duration >= Duration::from_hours(12) => report.assert_no_growth(),
        Some(_) => {}
        None => {
            let last = report.kept.pop().expect("there are samples");
            assert!(last.iter().zip(KEPT_BY_20_PEERS).all(|(kept, most)| *kept <= most), "{last:?}");
        }
    }
}
