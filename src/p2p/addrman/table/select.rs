//! Which address to dial next.

use crate::address::PeerAddress;
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::addrman::table::entry::Entry;
use crate::p2p::addrman::table::place::BUCKET_SIZE;
use crate::util::time::Timestamp;
use crate::wire::Services;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};
use std::collections::BTreeMap;

/// The factor by which each rejection by chance makes the next candidate more likely (Core: 1.2).
const BOOST: f64 = 1.2;

impl AddrTable {
    /// Selects a random address that may be dialled again and that `accept` accepts: from the tried and
    /// the new table with equal probability, then from each bucket, preferring addresses that did not
    /// fail.
    ///
    /// Choosing buckets rather than addresses keeps a flood's share small, as it fills few buckets.
    pub(in crate::p2p) fn select(
        &self,
        now: Timestamp,
        rng: &mut impl Rng,
        accept: impl Fn(&PeerAddress, Services) -> bool,
    ) -> Option<PeerAddress> {
        let eligible = |address: &PeerAddress| {
            let entry = self.entries.get(address)?;
            let may_retry = self.retry_at(address, entry) <= now;
            (may_retry && accept(address, entry.services)).then(|| entry.chance())
        };
        let tried_first = rng.random();
        let tables = if tried_first { [&self.tried, &self.new] } else { [&self.new, &self.tried] };
        tables.into_iter().find_map(|table| select_from(table, rng, eligible))
    }

    /// When the next address that `accept` accepts may be dialled again.
    pub(in crate::p2p) fn next_retry(
        &self,
        now: Timestamp,
        accept: impl Fn(&PeerAddress, Services) -> bool,
    ) -> Option<Timestamp> {
        let accepted = self.entries.iter().filter(|(address, entry)| accept(address, entry.services));
        accepted.map(|(address, entry)| self.retry_at(address, entry)).filter(|&at| at > now).min()
    }

    fn retry_at(&self, address: &PeerAddress, entry: &Entry) -> Timestamp {
        entry.retry_at(self.key.jitter(address, entry.tries))
    }
}

fn select_from(
    table: &BTreeMap<usize, PeerAddress>,
    rng: &mut impl Rng,
    chance: impl Fn(&PeerAddress) -> Option<f64>,
) -> Option<PeerAddress> {
    let places: Vec<(usize, &PeerAddress)> = table.iter().map(|(place, address)| (*place, address)).collect();
    let in_one_bucket = |one: &(usize, _), next: &(usize, _)| one.0 / BUCKET_SIZE == next.0 / BUCKET_SIZE;
    let mut buckets: Vec<_> = places.chunk_by(in_one_bucket).collect();
    buckets.shuffle(rng);
    let mut boost = 1.0;
    loop {
        let mut any = false;
        for bucket in &buckets {
            let eligible = bucket.iter().filter_map(|&(_, address)| Some((address, chance(address)?)));
            let eligible: Vec<_> = eligible.collect();
            let Some((address, chance)) = eligible.choose(rng) else { continue };
            if rng.random_bool((chance * boost).min(1.0)) {
                return Some(PeerAddress::clone(address));
            }
            any = true;
            boost *= BOOST;
        }
        if !any {
            return None;
        }
    }
}
