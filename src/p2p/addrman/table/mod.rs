//! Who could be dialled: a bounded book of addresses, which nobody else can fill.
//!
//! An address is first heard of, and stands in the table of *new* ones. Once a handshake with it
//! was done it moves to the table of *tried* ones. Where exactly it may stand in either is given
//! (see [`place`]); a place that is taken is yielded only by who deserves it less.
//!
//! Pure: time and chance are parameters.

mod entry;
mod place;
mod record;
mod select;
mod size;

pub use entry::AddrSource;
pub use place::AddrKey;
pub use record::{AddrRecord, SavedAddresses};

use crate::address::netgroup::is_routable;
use crate::address::{Host, PeerAddress};
use crate::util::time::Timestamp;
use crate::wire::Services;
use crate::wire::message::KnownAddress;
use entry::{Entry, LONGEST_REST, MAX_FUTURE};
use foldhash::fast::RandomState;
use place::{BUCKET_SIZE, NEW_BUCKETS, TRIED_BUCKETS};
use std::collections::HashMap;
use std::time::Duration;

/// What peers tell is taken for this much older than they say, except of themselves (Core: 2 h).
const TIME_PENALTY: Duration = Duration::from_hours(2);

/// The age of what has no believable time stamp (Core: 5 days).
const AGE_OF_UNDATED: Duration = Duration::from_hours(5 * 24);

/// A time stamp before this, in s since the UNIX epoch, is none (Core: 100000000).
const EARLIEST: Timestamp = Timestamp::from_secs(100_000_000);

/// One that worked keeps its place in the table against another one for this long after its last
/// success (Core: `ADDRMAN_REPLACEMENT`).
const REPLACEMENT: Duration = Duration::from_hours(4);

/// Ports below this belong to well-known services (RFC 6335). Whoever tells us addresses must not
/// be able to make us knock at mail and web servers; Core keeps a list of such ports.
const FIRST_PLAIN_PORT: u16 = 1_024;

/// The book.
#[derive(Debug)]
pub struct AddrTable {
    key: AddrKey,
    /// Whether addresses that the public network does not route are taken: on private test networks.
    private: bool,
    entries: HashMap<PeerAddress, Entry, RandomState>,
    new: Vec<Option<PeerAddress>>,
    tried: Vec<Option<PeerAddress>>,
    changes: u64,
}

impl AddrTable {
    /// The most addresses in the table.
    pub const CAPACITY: usize = (NEW_BUCKETS + TRIED_BUCKETS) * BUCKET_SIZE;

    /// An empty book. `key` must be hard to guess; `private` says that loopback and other private
    /// addresses are welcome.
    pub fn new(key: AddrKey, private: bool) -> Self {
        Self {
            key,
            private,
            entries: HashMap::default(),
            new: vec![None; NEW_BUCKETS * BUCKET_SIZE],
            tried: vec![None; TRIED_BUCKETS * BUCKET_SIZE],
            changes: 0,
        }
    }

    /// How many addresses it holds; at most [`AddrTable::CAPACITY`].
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `source` tells of an address. Whether it was new and found a place.
    pub fn learn(&mut self, known: &KnownAddress, source: &AddrSource, now: Timestamp) -> bool {
        if !self.is_eligible(&known.address) {
            return false;
        }
        let seen = believable(known, source, now);
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
        let entry = Entry::told(source.clone(), known.services, seen);
        self.put(known.address.clone(), entry, place);
        true
    }

    /// A connection to `address` is being opened.
    pub fn begin(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
        }
    }

    /// The handshake with `address` was done, which says that it offers `services`.
    pub fn succeed(&mut self, address: &PeerAddress, services: Services, now: Timestamp) {
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

    /// The attempt to connect to `address` failed. `blame` says that it is its own fault, as others
    /// can be reached.
    pub fn fail(&mut self, address: &PeerAddress, now: Timestamp, blame: bool) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
            entry.tries = entry.tries.saturating_add(1);
            entry.failures = entry.failures.saturating_add(blame.into());
            self.changes += 1;
        }
    }

    /// The connection to `address` ended after its handshake was done: it rests for a while.
    pub fn lose(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.last_try = Some(now);
            entry.last_success = Some(now);
            entry.tries = entry.tries.saturating_add(1);
            self.changes += 1;
        }
    }

    /// `address` is of no use to us for the time being.
    pub fn shun(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(entry) = self.entries.get_mut(address) {
            entry.shunned_until = now + LONGEST_REST;
        }
    }

    /// Whether `address` is known, or said by others, not to speak the v2 transport (BIP324).
    pub fn speaks_v1_only(&self, address: &PeerAddress) -> bool {
        self.entries.get(address).is_some_and(|entry| {
            let offers_others = entry.services != Services::NONE && !entry.services.has(Services::P2P_V2);
            entry.v1_only || offers_others
        })
    }

    /// `address` speaks the v2 transport, or not.
    pub fn note_transport(&mut self, address: &PeerAddress, v1_only: bool) {
        if let Some(entry) = self.entries.get_mut(address) {
            self.changes += u64::from(entry.v1_only != v1_only);
            entry.v1_only = v1_only;
        }
    }

    /// Attempts at `address` that failed in a row.
    pub fn tries(&self, address: &PeerAddress) -> u16 {
        self.entries.get(address).map_or(0, |entry| entry.tries)
    }

    /// Grows with everything that is worth saving.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn is_eligible(&self, address: &PeerAddress) -> bool {
        let port_fits = match address.host {
            Host::Name(_) => false,
            Host::I2p(_) => address.port == 0,
            _ => address.port >= FIRST_PLAIN_PORT,
        };
        port_fits && (self.private || is_routable(&address.host))
    }

    /// Whether the new table's `place` is free, if need be by throwing out a terrible occupant.
    fn make_room(&mut self, place: usize, now: Timestamp) -> bool {
        let Some(occupant) = &self.new[place] else { return true };
        if self.entries.get(occupant).is_some_and(|entry| !entry.is_terrible(now)) {
            return false;
        }
        self.entries.remove(occupant);
        self.new[place] = None;
        true
    }

    fn put(&mut self, address: PeerAddress, mut entry: Entry, place: usize) {
        entry.tried = false;
        self.new[place] = Some(address.clone());
        self.entries.insert(address, entry);
        self.changes += 1;
    }

    /// Moves `address` from the new to the tried table, unless who stands there deserves it more.
    fn promote(&mut self, address: &PeerAddress, now: Timestamp) {
        let place = self.key.tried_place(address);
        if let Some(occupant) = self.tried[place].clone() {
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
            self.new[old] = None;
            self.tried[place] = Some(address.clone());
        }
    }

    /// Moves `address` back to the new table if it finds a place there, and forgets it otherwise.
    fn demote(&mut self, address: &PeerAddress, now: Timestamp) {
        let Some(entry) = self.entries.remove(address) else { return };
        let place = self.key.new_place(address, &entry.source);
        if self.make_room(place, now) {
            self.put(address.clone(), entry, place);
        }
    }
}

/// When `known` was seen, as far as that can be believed.
fn believable(known: &KnownAddress, source: &AddrSource, now: Timestamp) -> Timestamp {
    let said = Timestamp::from_secs(known.time.into());
    let seen = if said < EARLIEST || said > now + MAX_FUTURE { now - AGE_OF_UNDATED } else { said };
    match source {
        AddrSource::Peer(peer) if peer.host != known.address.host => seen - TIME_PENALTY,
        _ => seen,
    }
}

#[cfg(test)]
mod tests;
