//! The place of an address in the tables, by a secret key.
//!
//! As in Core's `AddrMan`, a table has a fixed number of buckets with a fixed number of places. A keyed hash
//! of its netgroup and of its source's netgroup gives each address one place. A source, or the owner of a
//! netgroup, can therefore fill only a small share of the buckets however much it sends, and cannot compute
//! which ones.

use crate::address::netgroup::NetGroup;
use crate::address::{Host, PeerAddress};
use crate::p2p::addrman::table::entry::AddrSource;
use siphasher::sip::SipHasher24;
use std::hash::{Hash, Hasher};

/// Places in a bucket (Core: `ADDRMAN_BUCKET_SIZE`).
pub const BUCKET_SIZE: usize = 64;

/// Buckets of the new table. A quarter of Core's `ADDRMAN_NEW_BUCKET_COUNT`: 16,384 places are plenty
/// for a program with at most 1,000 peers, and keep the memory at some 5 MB.
pub const NEW_BUCKETS: usize = 256;

/// Buckets of the tried table. A quarter of Core's `ADDRMAN_TRIED_BUCKET_COUNT`.
pub const TRIED_BUCKETS: usize = 64;

/// New buckets for the addresses from one source group: a sixteenth, as in Core
/// (`ADDRMAN_NEW_BUCKETS_PER_SOURCE_GROUP`).
pub(super) const NEW_BUCKETS_PER_SOURCE: u64 = 16;

/// Tried buckets for the addresses of one netgroup: a thirty-second, as in Core
/// (`ADDRMAN_TRIED_BUCKETS_PER_GROUP`).
pub(super) const TRIED_BUCKETS_PER_GROUP: u64 = 2;

/// The secret that decides the places (Core: `nKey`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddrKey(pub u64, pub u64);

impl AddrKey {
    /// The place of `address` in the tried table.
    pub fn tried_place(self, address: &PeerAddress) -> usize {
        let spread = self.hash(("tried spread", address)) % TRIED_BUCKETS_PER_GROUP;
        let bucket = self.hash(("tried bucket", group(&address.host), spread));
        self.place(("tried place", address), bucket, TRIED_BUCKETS)
    }

    /// The place of `address` in the new table, if it was learned from `source`.
    pub fn new_place(self, address: &PeerAddress, source: &AddrSource) -> usize {
        let source = source_group(source);
        let spread = self.hash(("new spread", group(&address.host), &source)) % NEW_BUCKETS_PER_SOURCE;
        let bucket = self.hash(("new bucket", &source, spread));
        self.place(("new place", address), bucket, NEW_BUCKETS)
    }

    /// A number from 0 to 1, always the same for an address and attempt.
    pub fn jitter(self, address: &PeerAddress, tries: u16) -> f64 {
        // The upper 32 bits fit into a float exactly.
        f64::from((self.hash(("jitter", address, tries)) >> 32) as u32) / f64::from(u32::MAX)
    }

    fn place(self, what: impl Hash, bucket: u64, buckets: usize) -> usize {
        let bucket = remainder(bucket, buckets);
        bucket * BUCKET_SIZE + remainder(self.hash((what, bucket)), BUCKET_SIZE)
    }

    fn hash(self, what: impl Hash) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(self.0, self.1);
        what.hash(&mut hasher);
        hasher.finish()
    }
}

fn remainder(hash: u64, divisor: usize) -> usize {
    usize::try_from(hash % divisor as u64).expect("it is less than a usize")
}

#[derive(Hash)]
enum Group<'a> {
    Net(Option<NetGroup>),
    Named(&'a str),
    Fixed,
}

fn group(host: &Host) -> Group<'_> {
    match host {
        Host::Name(name) => Group::Named(name),
        _ => Group::Net(NetGroup::of(host)),
    }
}

fn source_group(source: &AddrSource) -> Group<'_> {
    match source {
        AddrSource::Dns(name) => Group::Named(name),
        AddrSource::Fixed => Group::Fixed,
        AddrSource::Peer(address) => group(&address.host),
    }
}
