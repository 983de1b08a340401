//! An address table with mostly dead addresses.

use super::many_manual::all_dialled;
use super::{START, Search, after, ip, known};
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::settings::{Discovery, MAX_DIALS, PeerChoice};
use crate::wire::Services;
use std::time::Duration;

/// Five addresses in five netgroups.
fn good() -> impl Iterator<Item = String> {
    (1..=5).map(|b| format!("30.{b}.0.1"))
}

/// `good` addresses, and a thousand that failed twice, each in its own netgroup.
fn mostly_dead(good: impl Iterator<Item = String>) -> AddrTable {
    let dead = || (0..1_000_u32).map(|number| format!("{}.{}.0.1", 40 + number / 200, number % 200));
    let mut table = known(dead().chain(good));
    let yesterday = START - Duration::from_hours(24);
    for address in dead() {
        table.failed(&ip(&address), yesterday, true);
        table.failed(&ip(&address), yesterday, true);
    }
    table
}

fn search(table: &AddrTable) -> Search {
    Search::new(PeerChoice::Discover(Discovery::default()), table)
}

#[test]
fn five_fresh_addresses_among_a_thousand_that_failed_are_reached_within_30_s() {
    let good_ones: Vec<_> = good().map(|address| ip(&address)).collect();
    let reached = all_dialled(&mut search(&mostly_dead(good())), &good_ones, after(120.0));
    assert!(reached.is_some_and(|at| at <= after(30.0)), "{reached:?}");
}

#[test]
fn five_addresses_that_worked_among_a_thousand_unknown_ones_are_reached_within_30_s() {
    let unknown = (0..1_000_u32).map(|number| format!("{}.{}.0.1", 40 + number / 200, number % 200));
    let good_ones: Vec<_> = good().map(|address| ip(&address)).collect();
    let mut table = known(unknown.chain(good()));
    for address in &good_ones {
        table.connected(address, Services::WITNESS, START - Duration::from_hours(24));
    }
    let reached = all_dialled(&mut search(&table), &good_ones, after(120.0));
    assert!(reached.is_some_and(|at| at <= after(30.0)), "{reached:?}");
}

#[test]
fn without_fresh_addresses_those_that_failed_are_dialled_in_all_places() {
    let mut search = search(&mostly_dead(std::iter::empty()));
    assert_eq!(search.dial(START).len(), MAX_DIALS);
}
