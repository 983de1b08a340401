//! Bounds of fee rates by the order of an announcement.
//!
//! Since version 31 Bitcoin Core announces what has gathered since the last announcement by falling
//! chunk fee rate (Core: `CompareInvMempoolOrder` over `CompareMiningScoreWithTopology`; before, by the
//! number of ancestors first). [`AnnouncementOrders`] keeps the order until the transactions have
//! arrived, and their parents if a peer has them; then [`bounds`] lets those of a known rate bound the
//! others.
//!
//! The order follows the chunk fee rates at the moment of the announcement, and these change with
//! relatives. So only transactions that never had a relative in the mempool count, provided that their
//! parents arrived when requested. An announcement whose known rates do not fall is ignored.

use crate::model::fees::bounds::Bound;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long the transactions of an announcement, and their parents, may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest announcement whose order is kept (Core: `INVENTORY_BROADCAST_MAX`).
const MAX_ANNOUNCEMENT: usize = 1_000;

/// The most transactions in all orders: seven per second from a thousand peers, for as long as orders are
/// kept.
const MAX_TRANSACTIONS: usize = 210_000;

/// The most inputs of a transaction whose parents are trusted to have arrived: if there are more inputs, not
/// all parents are requested.
pub(in crate::model) const MAX_INPUTS: u32 = 25;

/// The major versions of Bitcoin Core known to announce in this order.
const VERSIONS: RangeInclusive<u32> = 31..=32;

/// Returns whether a node of this user agent announces by falling chunk fee rate: Bitcoin Core itself,
/// with or without a comment. Software derived from it may differ.
pub(in crate::model) fn is_by_fee_rate(user_agent: &str) -> bool {
    let version = user_agent.strip_prefix("/Satoshi:").and_then(|rest| rest.strip_suffix('/'));
    let major =
        version.filter(|version| !version.contains('/')).and_then(|version| version.split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| VERSIONS.contains(&major))
}

/// Announcements by falling chunk fee rate whose transactions may still be arriving.
#[derive(Debug, Default)]
pub(in crate::model) struct AnnouncementOrders {
    /// Oldest first.
    waiting: VecDeque<(Timestamp, Box<[TxHash]>)>,
    /// Transactions in all of them.
    count: usize,
}

impl AnnouncementOrders {
    /// Keeps the order of what a peer announced for the first time.
    pub(in crate::model) fn keep(&mut self, now: Timestamp, txs: Vec<TxHash>) {
        if (2..=MAX_ANNOUNCEMENT).contains(&txs.len()) {
            self.count += txs.len();
            self.waiting.push_back((now, txs.into()));
        }
    }

    /// Takes out the next order whose time is up, or which exceeds the limit.
    pub(in crate::model) fn due(&mut self, now: Timestamp) -> Option<Box<[TxHash]>> {
        let is_full = self.count > MAX_TRANSACTIONS;
        let (_, txs) = self.waiting.pop_front_if(|(since, _)| is_full || now.since(*since) >= PATIENCE)?;
        self.count -= txs.len();
        Some(txs)
    }

    /// Returns the number of transactions in all orders.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.count
    }
}

/// A transaction of an announcement that never had a relative.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Place {
    /// The sigops-adjusted weight, in WU.
    pub(in crate::model) weight: u32,
    /// In vB.
    pub(in crate::model) vsize: u32,
    /// In sat, if it is known.
    pub(in crate::model) fee: Option<u64>,
}

/// A fee with the weight it pays for. Exact, since rates per whole vB stand in another order.
#[derive(Clone, Copy)]
struct Paid {
    fee: u64,
    weight: u32,
}

impl Place {
    fn paid(&self) -> Option<Paid> {
        self.fee.map(|fee| Paid { fee, weight: self.weight })
    }

    /// Returns the fee rate in sat/vB that this transaction has if it pays as much for its weight as
    /// `other`.
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    fn rate_like(&self, other: Paid) -> f64 {
        other.fee as f64 / f64::from(other.weight) * f64::from(self.weight) / f64::from(self.vsize)
    }
}

impl Paid {
    fn is_at_least(&self, other: &Self) -> bool {
        u128::from(self.fee) * u128::from(other.weight) >= u128::from(other.fee) * u128::from(self.weight)
    }
}

/// Returns the bounds of those places whose fee is unknown, by their index: each pays at most what the
/// last known one before it pays, and at least what the first known one behind it pays.
pub(in crate::model) fn bounds(places: &[Place]) -> Vec<(usize, Bound)> {
    let paid: Vec<Paid> = places.iter().filter_map(Place::paid).collect();
    if !paid.is_sorted_by(Paid::is_at_least) {
        return Vec::new();
    }
    let mut found = by_neighbour(places.iter().enumerate(), Bound::AtMost);
    found.extend(by_neighbour(places.iter().enumerate().rev(), Bound::AtLeast));
    found
}

fn by_neighbour<'a>(
    places: impl Iterator<Item = (usize, &'a Place)>,
    bound: fn(f64) -> Bound,
) -> Vec<(usize, Bound)> {
    let mut last_known = None;
    let mut found = Vec::new();
    for (index, place) in places {
        last_known = place.paid().or(last_known);
        if let (None, Some(paid)) = (place.fee, last_known) {
            found.push((index, bound(place.rate_like(paid))));
        }
    }
    found
}
