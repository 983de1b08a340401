//! What the order of an announcement tells of the rates of its transactions.
//!
//! Bitcoin Core announces what has gathered since the last announcement by falling mining rate since 31
//! (Core: `CompareInvMempoolOrder` over `CompareMiningScoreWithTopology`; before, by the number of
//! ancestors first). So the order is kept until the transactions have come, and their parents if
//! somebody has those; then the ones with a known rate bracket the others.
//!
//! The order is that of the moment of the announcement, and mining rates change with the company that
//! a transaction keeps. So only those count that have been alone ever since, as far as their parents
//! came when they were asked for. An announcement whose known rates do not fall counts for nothing.

use crate::model::fees::bounds::Bracket;
use crate::model::mempool::Mempool;
use crate::model::mempool::key::TxKey;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long the transactions of an announcement, and their parents, may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest announcement of which the order is kept (Core: `INVENTORY_BROADCAST_MAX`).
const MOST_AT_ONCE: usize = 1_000;

/// How many transactions are kept in order, in all: seven per second, from a thousand peers, for as
/// long as the patience lasts.
const MOST_KEPT: usize = 210_000;

/// The most inputs of a transaction of which it is believed that its parents would have come: they are
/// asked for, but of those with many not all.
const MOST_INPUTS: u32 = 25;

/// The major versions of Bitcoin Core that announce in this order, as far as it was tried.
const VERSIONS: RangeInclusive<u32> = 31..=32;

/// Whether a node of this user agent announces by falling mining rate: Bitcoin Core itself, with or
/// without a comment. Software that is made of it may differ.
pub(crate) fn is_told_by(user_agent: &str) -> bool {
    let version = user_agent.strip_prefix("/Satoshi:").and_then(|rest| rest.strip_suffix('/'));
    let major =
        version.filter(|version| !version.contains('/')).and_then(|version| version.split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| VERSIONS.contains(&major))
}

/// Announcements whose transactions are still coming.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// Oldest first.
    waiting: VecDeque<(Timestamp, Box<[TxHash]>)>,
    /// Transactions in all of them.
    kept: usize,
}

impl Orders {
    /// A peer announced these for the first time, in this order.
    pub(crate) fn keep(&mut self, now: Timestamp, txs: Vec<TxHash>) {
        if (2..=MOST_AT_ONCE).contains(&txs.len()) {
            self.kept += txs.len();
            self.waiting.push_back((now, txs.into()));
        }
    }

    /// How many transactions are kept in order.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.kept
    }

    /// The next one that has been kept for long enough, or for which there is no room.
    fn due(&mut self, now: Timestamp) -> Option<Box<[TxHash]>> {
        let is_full = self.kept > MOST_KEPT;
        let (_, txs) = self.waiting.pop_front_if(|(since, _)| is_full || now.since(*since) >= PATIENCE)?;
        self.kept -= txs.len();
        Some(txs)
    }
}

/// A transaction of an announcement that is held, and has always been alone.
struct Place {
    key: TxKey,
    /// As miners count it.
    weight: u32,
    vsize: u32,
    /// In sat, if it is known.
    fee: Option<u64>,
}

/// What a transaction pays for its weight: exactly, since rates that are rounded to whole vB stand in
/// another order.
#[derive(Clone, Copy)]
struct Paid {
    fee: u64,
    weight: u32,
}

impl Place {
    fn paid(&self) -> Option<Paid> {
        self.fee.map(|fee| Paid { fee, weight: self.weight })
    }

    /// What its fee rate would be, in sat/vB, if it paid as much for its weight.
    #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
    fn rate(&self, like: Paid) -> f64 {
        like.fee as f64 / f64::from(like.weight) * f64::from(self.weight) / f64::from(self.vsize)
    }
}

impl Paid {
    fn is_at_least(&self, other: &Self) -> bool {
        u128::from(self.fee) * u128::from(other.weight) >= u128::from(other.fee) * u128::from(self.weight)
    }
}

impl Mempool {
    /// Judges the announcements whose transactions had time to come.
    pub(crate) fn judge_orders(&mut self, now: Timestamp) {
        while let Some(txs) = self.orders.due(now) {
            let places: Vec<Place> = txs.iter().filter_map(|tx| self.place(*tx)).collect();
            let paid: Vec<Paid> = places.iter().filter_map(Place::paid).collect();
            if paid.is_sorted_by(Paid::is_at_least) {
                self.tell_neighbour(places.iter(), Bracket::pays_at_most);
                self.tell_neighbour(places.iter().rev(), Bracket::pays_at_least);
            }
        }
    }

    fn place(&self, tx: TxHash) -> Option<Place> {
        let key = self.key(tx)?;
        let entry = self.get(key).filter(|entry| !entry.had_company && !self.lacks_parent(entry))?;
        let (weight, vsize, fee) = (entry.adjusted_weight(), entry.tx().vsize(), entry.fee());
        let parents_came = fee.is_some() || entry.tx().input_count() <= MOST_INPUTS;
        parents_came.then_some(Place { key, weight, vsize, fee })
    }

    /// Tells each one whose fee is not known what the last known one before it pays.
    fn tell_neighbour<'a>(
        &mut self,
        places: impl Iterator<Item = &'a Place>,
        tell: fn(&mut Bracket, rate: f64),
    ) {
        let mut known = None;
        for place in places {
            known = place.paid().or(known);
            if let (None, Some(paid)) = (place.fee, known) {
                self.update(place.key, |entry| tell(&mut entry.bracket, place.rate(paid)));
            }
        }
    }
}
