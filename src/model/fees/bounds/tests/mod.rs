//! Which bounds peers reveal, and which of them count.

mod belief;
mod filters;
mod places;
mod votes;

use crate::event::{EventKind, PeerEvent, PeerId, SensorId};
use crate::model::Change;
use crate::model::fees::bounds::announcements::{Announcements, KEPT};
use crate::model::fees::bounds::by_order::{Bound, OrderBounds, Verdict, Voter};
use crate::model::fees::bounds::order::{self, Chain, Order, Paid, Place};
use crate::model::fees::bounds::tally::{Honesty, Tally};
use crate::model::fees::bounds::{PeerBound, floor};
use crate::model::fees::fee_rate::{Bounds, FeeRate};
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::testing::*;
use crate::wire::{Transaction, TxHash, Wtxid};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// A transaction whose fee is unknown.
fn unknown(number: u32) -> Arc<Transaction> {
    spend(&[coin(1_000 + number)], &[5_000])
}

fn rate(scene: &Scene, tx: &Transaction) -> FeeRate {
    scene.model.transaction(&tx.wtxid()).unwrap().fee_rate()
}

/// A position with known rank: 400 WU, without relatives unless it has ancestors.
fn place(ancestors: u8, fee: u64, chunk: u64) -> Place {
    Place {
        weight: 400,
        fee: Some(fee),
        ancestors: Some(ancestors),
        chunk: Some(Paid { fee: chunk, size: 400 }),
        is_alone: ancestors == 1 && fee == chunk,
    }
}

/// A position with an unknown rate.
fn open(ancestors: u8) -> Place {
    Place { fee: None, chunk: None, ..place(ancestors, 0, 0) }
}

fn alone(fee: u64) -> Place {
    place(1, fee, fee)
}

/// The bounds from the order for each unknown position as `[low, high]`, in sat for its 100 vB.
fn found(places: &[Place], order: Order) -> Vec<(usize, [Option<f64>; 2])> {
    let mut chain = Chain::default();
    places.iter().filter_map(|place| place.rank(order)).for_each(|rank| chain.push(rank));
    let mut found: Vec<(usize, [Option<f64>; 2])> = Vec::new();
    for (index, bound) in order::bounds(places, order, &chain) {
        if found.last().is_none_or(|last| last.0 != index) {
            found.push((index, [None, None]));
        }
        let last = found.last_mut().unwrap();
        match bound {
            Bound::AtLeast(rate) => last.1[0] = Some((rate * 100.0).round()),
            Bound::AtMost(rate) => last.1[1] = Some((rate * 100.0).round()),
        }
    }
    found
}

/// A peer in its own netgroup.
fn voter(peer: u64) -> Voter {
    let (peer, netgroup) = by(peer);
    Voter::new(peer, netgroup)
}

fn tally_of(places: &[Place]) -> Tally {
    let mut tally = Tally::default();
    places.windows(2).for_each(|pair| tally.count(&pair[0], &pair[1]));
    tally
}

fn by(peer: u64) -> (PeerId, Vouchers) {
    (PeerId(peer), Vouchers::unknown(PeerId(peer)))
}
