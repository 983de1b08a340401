//! Which peer announced which of the last transactions, and when.

use crate::event::PeerId;
use crate::model::TxKey;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use std::time::Duration;

/// The announcements of the last transactions by the visible peers.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HeatMap {
    /// The last transactions in order of arrival; at most [`HeatMap::TRANSACTIONS`].
    pub transactions: Vec<TxKey>,
    /// For each visible peer, one cell per transaction.
    pub rows: Vec<Vec<HeatCell>>,
}

/// Whether and when a peer announced a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HeatCell {
    /// Not at all.
    #[default]
    Silent,
    /// First.
    First,
    /// Within 1 s after the first.
    Within1s,
    /// Within 5 s: the mean delay of announcements in Core.
    Within5s,
    /// Within 15 s: the 95th percentile of that delay.
    Within15s,
    /// Later.
    Later,
}

impl HeatMap {
    /// The most transactions.
    pub const TRANSACTIONS: usize = 50;

    pub(super) fn take(mempool: &Mempool, peers: impl Iterator<Item = PeerId>) -> Self {
        let mut last: Vec<_> = mempool.entries().iter().rev().take(Self::TRANSACTIONS).collect();
        last.reverse();
        let row = |peer| last.iter().map(|(_, entry)| cell(entry, peer)).collect();
        Self { transactions: last.iter().map(|(key, _)| *key).collect(), rows: peers.map(row).collect() }
    }
}

fn cell(entry: &MempoolEntry, peer: PeerId) -> HeatCell {
    let found = entry.announcements().enumerate().find(|(_, (announcer, _))| *announcer == peer);
    found.map_or(HeatCell::Silent, |(index, (_, delay))| cell_of_delay(index, delay))
}

fn cell_of_delay(index: usize, delay: Duration) -> HeatCell {
    match delay.as_millis() {
        _ if index == 0 => HeatCell::First,
        0..=1_000 => HeatCell::Within1s,
        1_001..=5_000 => HeatCell::Within5s,
        5_001..=15_000 => HeatCell::Within15s,
        _ => HeatCell::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_falls_into_its_bucket() {
        let cell = |ms| cell_of_delay(1, Duration::from_millis(ms));
        assert_eq!([0, 1_000].map(cell), [HeatCell::Within1s; 2]);
        assert_eq!([1_001, 5_000].map(cell), [HeatCell::Within5s; 2]);
        assert_eq!([5_001, 15_000].map(cell), [HeatCell::Within15s; 2]);
        assert_eq!(cell(15_001), HeatCell::Later);
    }
}
