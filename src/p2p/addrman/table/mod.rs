//! The tables of dialable addresses, bounded so that no single source can fill them (Core: `AddrMan`).
//!
//! An address is learned into the *new* table, and moves to the *tried* table after a handshake. Its
//! place in either is fixed (see [`place`]); it displaces another address only if that one is failing or
//! stale.
//!
//! Pure: time and chance are parameters.

mod counts;
mod entry;
mod place;
mod record;
mod select;

pub use entry::AddrSource;
pub use place::AddrKey;
pub use record::{AddrRecord, SavedAddresses};

use crate::address::netgroup::{is_host, is_routable};
use crate::address::{Host, PeerAddress};
use crate::util::time::Timestamp;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use entry::{Entry, MAX_BACKOFF, MAX_FUTURE};
use foldhash::fast::RandomState;
use place::{BUCKET_SIZE, NEW_BUCKETS, TRIED_BUCKETS};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Addresses from peers are assumed to be this much older than claimed, except for the peer's own (Core: 2
/// h).
const TIME_PENALTY: Duration = Duration::from_hours(2);

/// The assumed age of an address without a credible timestamp (Core: 5 days).
const AGE_OF_UNDATED: Duration = Duration::from_hours(5 * 24);

/// Earlier timestamps are not credible (Core: 100000000).
const EARLIEST: Timestamp = Timestamp::from_secs(100_000_000);

/// An address keeps its place in the tried table for this long after its last success (Core:
/// `ADDRMAN_REPLACEMENT`).
const REPLACEMENT: Duration = Duration::from_hours(4);

/// Ports below this belong to well-known services (RFC 6335). Peers must not make us dial mail and web
/// servers. Core has a list of such ports instead.
const FIRST_PLAIN_PORT: u16 = 1_024;

/// The known addresses.
#[derive(Debug)]
pub struct AddrTable {
    key: AddrKey,
    /// Whether loopback and other private addresses are accepted, for private test networks.
    private: bool,
    entries: HashMap<PeerAddress, Entry, RandomState>,
    /// The occupied places.
    new: BTreeMap<usize, PeerAddress>,
    tried: BTreeMap<usize, PeerAddress>,
    changes: u64,
}

impl AddrTable {
    /// The most addresses in the table.
    pub const CAPACITY: usize = (NEW_BUCKETS + TRIED_BUCKETS) * BUCKET_SIZE;

    /// An empty table. `key` must be hard to guess; `private` accepts loopback and other private
    /// addresses.
    pub fn new(key: AddrKey, private: bool) -> Self {
        Self {
            key,
            private,
            entries: HashMap::default(),
            new: BTreeMap::new(),
            tried: BTreeMap::new(),
            changes: 0,
        }
    }

    /// The number of addresses, at most [`AddrTable::CAPACITY`].
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no address is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Learns an address from `source`. Returns whether it is new and found a place.
    pub fn learn(&mut self, known: &KnownAddress, source: &AddrSource, now: Timestamp) -> bool {
        if !self.is_eligible(&known.address) {
            return false;
        }
        let seen = credible_time(known, source, now);
        if let Some(entry) = self.entries.get_mut(&known.address) {
            if entry.last_success.is_none() {
                entry.services = entry.services.with(known.services);
            }
            entry.seen = entry.seen.max(seen);
            return false;
        }
        let place = self.key.new_place(&known.address, source);
        if !self.make_room(place, now) {
            return false;
        }
        let entry = Entry::new(source.clone(), known.services, seen);
        self.put(known.address.clone(), entry, place);
        true
    }

    /// Notes that `address` is being dialled.
    pub(in crate::p2p) fn dialling(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
        }
    }

    /// Notes that the handshake with `address`, which offers `services`, is complete.
    pub(in crate::p2p) fn connected(&mut self, address: &PeerAddress, services: Services, now: Timestamp) {
        let Some(entry) = self.entries.get_mut(address) else { return };
        self.changes += 1;
        entry.services = services;
        entry.last_try = Some(now);
        entry.last_success = Some(now);
        entry.seen = entry.seen.max(now);
        entry.failures = 0;
        entry.tries = 0;
        if !entry.tried {
            self.promote(address, now);
        }
    }

    /// Notes that the attempt to connect to `address` failed. With `blame` it counts against the address,
    /// because other nodes can be reached.
    pub(in crate::p2p) fn failed(&mut self, address: &PeerAddress, now: Timestamp, blame: bool) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
            entry.tries = entry.tries.saturating_add(1);
            entry.failures = entry.failures.saturating_add(blame.into());
            self.changes += 1;
        }
    }

    /// Notes that the connection to `address` ended after its handshake, which delays the next dial.
    pub(in crate::p2p) fn disconnected(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
            entry.last_success = Some(now);
            entry.tries = entry.tries.saturating_add(1);
            self.changes += 1;
        }
    }

    /// Notes that the node at `address` is not useful, so that it is not dialled for a while.
    pub(in crate::p2p) fn avoid(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.avoided_until = now + MAX_BACKOFF;
        }
    }

    /// Whether the node at `address` lacks the v2 transport (BIP324), as far as we know from experience or
    /// hearsay.
    pub(in crate::p2p) fn speaks_v1_only(&self, address: &PeerAddress) -> bool {
        self.entries.get(address).is_some_and(|entry| {
            let offers_others = entry.services != Services::NONE && !entry.services.has(Services::P2P_V2);
            entry.v1_only || offers_others
        })
    }

    /// Notes whether the node at `address` speaks the v1 transport only.
    pub(in crate::p2p) fn note_transport(&mut self, address: &PeerAddress, v1_only: bool) {
        if let Some(entry) = self.entries.get_mut(address) {
            self.changes += u64::from(entry.v1_only != v1_only);
            entry.v1_only = v1_only;
        }
    }

    /// Whether an attempt to connect to `address` failed since it last worked, or its connection ended.
    pub(in crate::p2p) fn has_failed(&self, address: &PeerAddress) -> bool {
        self.entries.get(address).is_some_and(|entry| entry.failures > 0 || entry.tries > 0)
    }

    /// The number of failed attempts in a row.
    pub(in crate::p2p) fn tries(&self, address: &PeerAddress) -> u16 {
        self.entries.get(address).map_or(0, |entry| entry.tries)
    }

    /// Counts the changes that are saved.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn is_eligible(&self, address: &PeerAddress) -> bool {
        let port_fits = match address.host {
            Host::Name(_) => false,
            Host::I2p(_) => address.port == 0,
            _ => address.port >= FIRST_PLAIN_PORT,
        };
        let is_possible = if self.private { is_host(&address.host) } else { is_routable(&address.host) };
        port_fits && is_possible
    }

    /// Frees `place` in the new table if its occupant is terrible. Returns whether the place is free now.
    fn make_room(&mut self, place: usize, now: Timestamp) -> bool {
        let Some(occupant) = self.new.get(&place) else { return true };
        if self.entries.get(occupant).is_some_and(|entry| !entry.is_terrible(now)) {
            return false;
        }
        self.entries.remove(occupant);
        self.new.remove(&place);
        true
    }

    fn put(&mut self, address: PeerAddress, mut entry: Entry, place: usize) {
        entry.tried = false;
        self.new.insert(place, address.clone());
        self.entries.insert(address, entry);
        self.changes += 1;
    }

    /// Moves `address` from the new to the tried table, unless the occupant of its place worked recently.
    fn promote(&mut self, address: &PeerAddress, now: Timestamp) {
        let place = self.key.tried_place(address);
        if let Some(occupant) = self.tried.get(&place).cloned() {
            let Some(entry) = self.entries.get(&occupant) else { return };
            let worked_lately = entry.last_success.is_some_and(|success| now.since(success) < REPLACEMENT);
            if entry.failures == 0 && worked_lately {
                return;
            }
            self.demote(&occupant, now);
        }
        if let Some(entry) = self.entries.get_mut(address) {
            entry.tried = true;
            let old = self.key.new_place(address, &entry.source);
            self.new.remove(&old);
            self.tried.insert(place, address.clone());
        }
    }

    /// Moves `address` back to the new table, or forgets it if its place there is taken.
    fn demote(&mut self, address: &PeerAddress, now: Timestamp) {
        let Some(entry) = self.entries.remove(address) else { return };
        let place = self.key.new_place(address, &entry.source);
        if self.make_room(place, now) {
            self.put(address.clone(), entry, place);
        }
    }
}

/// Returns when `known` was seen, if the claim is credible.
fn credible_time(known: &KnownAddress, source: &AddrSource, now: Timestamp) -> Timestamp {
    let text = Timestamp::from_secs(known.time.into());
    let seen = if text < EARLIEST || text > now + MAX_FUTURE { now - AGE_OF_UNDATED } else { text };
    match source {
        AddrSource::Peer(peer) if peer.host != known.address.host => seen - TIME_PENALTY,
        _ => seen,
    }
}

#[cfg(test)]
mod tests;
