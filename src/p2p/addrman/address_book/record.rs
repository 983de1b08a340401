//! The form in which addresses are saved.

use crate::address::{Host, PeerAddress};
use crate::p2p::addrman::address_book::entry::Entry;
use crate::p2p::addrman::address_book::{AddressBook, BookKey, CAPACITY, Source};
use crate::util::time::Timestamp;
use crate::wire::Services;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One address with what is known of it. Times are in s since the UNIX epoch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    address: String,
    source: SourceRecord,
    services: u64,
    seen: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_try: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_success: Option<u64>,
    #[serde(default, skip_serializing_if = "is_default")]
    failures: u16,
    #[serde(default, skip_serializing_if = "is_default")]
    v1_only: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    tried: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SourceRecord {
    Dns(String),
    Fixed,
    Peer(String),
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl AddressBook {
    /// All that is worth saving, with the key.
    pub fn records(&self) -> (BookKey, Vec<Record>) {
        let records = self.entries.iter().map(|(address, entry)| Record::of(address, entry));
        (self.key, records.collect())
    }

    /// A book from what was saved. What does not belong in it is left out; so is, beyond
    /// [`CAPACITY`], what has no place.
    pub fn from_records(key: BookKey, records: &[Record], private: bool) -> Self {
        let mut book = Self::new(key, private);
        for record in records.iter().take(CAPACITY) {
            let Some((address, entry)) = record.parse() else { continue };
            if book.is_eligible(&address) && !book.entries.contains_key(&address) {
                book.restore(address, entry);
            }
        }
        book.changes = 0;
        book
    }

    fn restore(&mut self, address: PeerAddress, entry: Entry) {
        let tried = self.key.tried_place(&address);
        if entry.tried && self.tried[tried].is_none() {
            self.tried[tried] = Some(address.clone());
            self.entries.insert(address, entry);
            return;
        }
        let new = self.key.new_place(&address, &entry.source);
        if self.new[new].is_none() {
            self.put(address, entry, new);
        }
    }
}

impl Record {
    fn of(address: &PeerAddress, entry: &Entry) -> Self {
        let source = match &entry.source {
            Source::Dns(name) => SourceRecord::Dns(name.clone()),
            Source::Fixed => SourceRecord::Fixed,
            Source::Peer(peer) => SourceRecord::Peer(peer.to_string()),
        };
        Self {
            address: address.to_string(),
            source,
            services: entry.services.0,
            seen: entry.seen.as_secs(),
            last_try: entry.last_try.map(Timestamp::as_secs),
            last_success: entry.last_success.map(Timestamp::as_secs),
            failures: entry.failures,
            v1_only: entry.v1_only,
            tried: entry.tried,
        }
    }

    fn parse(&self) -> Option<(PeerAddress, Entry)> {
        let source = match &self.source {
            SourceRecord::Dns(name) => Source::Dns(name.clone()),
            SourceRecord::Fixed => Source::Fixed,
            SourceRecord::Peer(peer) => Source::Peer(parse_address(peer)?),
        };
        let entry = Entry {
            last_try: self.last_try.map(Timestamp::from_secs),
            last_success: self.last_success.map(Timestamp::from_secs),
            failures: self.failures,
            v1_only: self.v1_only,
            tried: self.tried,
            ..Entry::told(source, Services(self.services), Timestamp::from_secs(self.seen))
        };
        Some((parse_address(&self.address)?, entry))
    }
}

fn parse_address(text: &str) -> Option<PeerAddress> {
    // The port is always written.
    let address = PeerAddress::parse(text, 0).ok()?;
    Some(match address.host {
        // CJDNS is written as the IPv6 address that it looks like.
        Host::Ip(IpAddr::V6(ip)) if ip.octets()[0] == 0xfc => {
            PeerAddress { host: Host::Cjdns(ip), ..address }
        }
        _ => address,
    })
}
