//! Transactions that spend the same outputs: replacements and a double spend; also a child that pays for its
//! parent.

use super::recording::{ms, seconds};
use super::transactions::{Arrival, Spread, Transactions, parts};
use mempulse::wire::OutPoint;
use std::ops::Range;
use std::time::Duration;

/// The time between conflicting transactions.
const APART: Duration = Duration::from_secs(20);

/// Adds transactions that conflict with existing ones.
pub fn add(transactions: &mut Transactions) {
    for rank in [210, 370, 450] {
        let index = contested(transactions, rank, seconds(60)..seconds(560));
        replace_twice(transactions, index);
    }
    let index = contested(transactions, 500, seconds(60)..seconds(560));
    double_spend(transactions, index);
    let index = contested(transactions, 530, seconds(655)..seconds(672));
    let last = replace_twice(transactions, index);
    bump(transactions, last);
}

/// A transaction with known prevouts that arrives within `time` and could pay more.
fn contested(transactions: &Transactions, from: usize, time: Range<Duration>) -> usize {
    let is_funding = |txid| transactions.funding.iter().any(|tx| tx.txid() == txid);
    let is_fit = |index: &usize| {
        let Arrival { tx, at, spread, .. } = &transactions.arrivals[*index];
        time.contains(at)
            && *spread == Spread::Everywhere
            && tx.outputs().next().is_some_and(|output| output.value > 100_000)
            && tx.inputs().all(|input| is_funding(input.prevout.txid))
    };
    let count = transactions.arrivals.len();
    (from..count).chain(0..from).find(is_fit).unwrap()
}

/// Replaces a transaction, and then its replacement.
fn replace_twice(transactions: &mut Transactions, index: usize) -> usize {
    let next = replace(transactions, index, Spread::Everywhere);
    replace(transactions, next, Spread::Everywhere)
}

/// Adds a double spend: half of the peers announce one transaction, half the other.
fn double_spend(transactions: &mut Transactions, index: usize) {
    transactions.arrivals[index].spread = Spread::OtherHalf;
    replace(transactions, index, Spread::HalfOfThePeers);
}

/// Adds a transaction with the same inputs that pays 12 sat/vB more.
fn replace(transactions: &mut Transactions, index: usize, spread: Spread) -> usize {
    transactions.replaced.insert(index);
    let Arrival { tx, at, fee_rate, .. } = transactions.arrivals[index].clone();
    let mut parts = parts(&tx);
    parts.outputs[0].value -= 12 * u64::from(tx.vsize());
    transactions.add(parts.build().unwrap(), at + APART, fee_rate + 12_000, spread)
}

/// Adds a child that pays 80 sat/vB for its parent.
fn bump(transactions: &mut Transactions, parent: usize) {
    let Arrival { tx, at, .. } = transactions.arrivals[parent].clone();
    let value = tx.outputs().next().unwrap().value;
    let mut child = parts(&tx);
    child.inputs.truncate(1);
    child.inputs[0].prevout = OutPoint { txid: tx.txid(), vout: 0 };
    child.outputs.truncate(1);
    let fee = 80 * u64::from(child.build().unwrap().vsize());
    child.outputs[0].value = value - fee;
    transactions.add(child.build().unwrap(), at + ms(3_000), 80_000, Spread::Everywhere);
}
