//! An address book that is mostly dead.

use super::many_manual::all_dialled;
use super::{START, Search, after, ip, known};
use crate::address::PeerAddress;
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::settings::{Discovery, PeerChoice};
use crate::wire::Services;
use std::time::Duration;

/// A thousand addresses that failed twice, in as many netgroups, and five others.
fn mostly_dead() -> (AddrTable, Vec<PeerAddress>) {
    let dead = || (0..1_000_u32).map(|number| format!("{}.{}.0.1", 40 + number / 200, number % 200));
    let good = || (1..=5).map(|b| format!("30.{b}.0.1"));
    let mut table = known(dead().chain(good()));
    let yesterday = START - Duration::from_hours(24);
    for address in dead() {
        table.failed(&ip(&address), yesterday, true);
        table.failed(&ip(&address), yesterday, true);
    }
    (table, good().map(|address| ip(&address)).collect())
}

fn search(table: &AddrTable) -> Search {
    Search::new(PeerChoice::Discover(Discovery::default()), table)
}

#[test]
fn five_fresh_addresses_among_a_thousand_that_failed_are_reached_within_30_s() {
    let (table, good) = mostly_dead();
    let reached = all_dialled(&mut search(&table), &good, after(120.0));
    assert!(reached.is_some_and(|at| at <= after(30.0)), "{reached:?}");
}

#[test]
fn five_addresses_that_worked_among_a_thousand_unknown_ones_are_reached_within_30_s() {
    let unknown = (0..1_000_u32).map(|number| format!("{}.{}.0.1", 40 + number / 200, number % 200));
    let good: Vec<_> = (1..=5).map(|b| ip(&format!("30.{b}.0.1"))).collect();
    let mut table = known(unknown.chain((1..=5).map(|b| format!("30.{b}.0.1"))));
    for address in &good {
        table.connected(address, Services::WITNESS, START - Duration::from_hours(24));
    }
    let reached = all_dialled(&mut search(&table), &good, after(120.0));
    assert!(reached.is_some_and(|at| at <= after(30.0)), "{reached:?}");
}

#[test]
fn without_fresh_addresses_those_that_failed_are_dialled_in_all_places() {
    let (table, good) = mostly_dead();
    let mut search = search(&table);
    let first = search.dial(START);
    search.connect(&first, START);
    assert!(all_dialled(&mut search, &good, after(1.0)).is_none(), "the peers that connected suffice");
    assert_eq!(first.len(), crate::p2p::connect::MAX_DIALS);
}
