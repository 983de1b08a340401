//! Which address to try next.

use crate::address::PeerAddress;
use crate::p2p::addrman::table::AddrTable;
use crate::p2p::addrman::table::entry::Entry;
use crate::p2p::addrman::table::place::BUCKET_SIZE;
use crate::util::time::Timestamp;
use crate::wire::Services;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};

/// By how much each refusal by chance makes the next candidate more likely (Core: 1.2).
const BOOST: f64 = 1.2;

impl AddrTable {
    /// An address that has rested enough and that `accept`s, by chance: from the tried and from the
    /// new ones in equal parts, from each bucket in equal parts, and rather one that did not fail.
    ///
    /// That buckets count and not addresses is what keeps a flood small: it fills few of them.
    pub fn select(
        &self,
        now: Timestamp,
        rng: &mut impl Rng,
        accept: impl Fn(&PeerAddress, Services) -> bool,
    ) -> Option<PeerAddress> {
        let eligible = |address: &PeerAddress| {
            let entry = self.entries.get(address)?;
            let rested = self.rested_at(address, entry) <= now;
            (rested && accept(address, entry.services)).then(|| entry.chance())
        };
        let tried_first = rng.random();
        let tables = if tried_first { [&self.tried, &self.new] } else { [&self.new, &self.tried] };
        tables.into_iter().find_map(|table| select_from(table, rng, eligible))
    }

    /// When an address that `accept`s has next rested enough.
    pub fn next_rested(
        &self,
        now: Timestamp,
        accept: impl Fn(&PeerAddress, Services) -> bool,
    ) -> Option<Timestamp> {
        let accepted = self.entries.iter().filter(|(address, entry)| accept(address, entry.services));
        accepted.map(|(address, entry)| self.rested_at(address, entry)).filter(|&at| at > now).min()
    }

    fn rested_at(&self, address: &PeerAddress, entry: &Entry) -> Timestamp {
        entry.rested_at(self.key.jitter(address, entry.tries))
    }
}

fn select_from(
    table: &[Option<PeerAddress>],
    rng: &mut impl Rng,
    chance: impl Fn(&PeerAddress) -> Option<f64>,
) -> Option<PeerAddress> {
    let mut buckets: Vec<&[Option<PeerAddress>]> = table.chunks(BUCKET_SIZE).collect();
    buckets.shuffle(rng);
    let mut boost = 1.0;
    loop {
        let mut any = false;
        for bucket in &buckets {
            let eligible = bucket.iter().flatten().filter_map(|address| Some((address, chance(address)?)));
            let eligible: Vec<(&PeerAddress, f64)> = eligible.collect();
            let Some((address, chance)) = eligible.choose(rng) else { continue };
            if rng.random_bool((chance * boost).min(1.0)) {
                return Some((*address).clone());
            }
            any = true;
            boost *= BOOST;
        }
        if !any {
            return None;
        }
    }
}
