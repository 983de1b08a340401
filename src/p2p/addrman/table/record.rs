//! The saved form of addresses.

use crate::address::{Host, PeerAddress};
use crate::p2p::addrman::table::entry::Entry;
use crate::p2p::addrman::table::{AddrKey, AddrSource, AddrTable};
use crate::util::time::Timestamp;
use crate::wire::Services;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One address and its history. Times are in s since the UNIX epoch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddrRecord {
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

/// The saved form of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedAddresses {
    /// The secret that determines the places.
    pub key: AddrKey,
    /// The addresses, in any order.
    pub records: Vec<AddrRecord>,
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

impl AddrTable {
    /// Returns everything that a later run needs.
    pub fn to_saved(&self) -> SavedAddresses {
        let records = self.entries.iter().map(|(address, entry)| AddrRecord::of(address, entry));
        SavedAddresses { key: self.key, records: records.collect() }
    }

    /// Restores a table. Addresses that do not belong in it or find no place are left out.
    pub fn from_saved(saved: &SavedAddresses, private: bool) -> Self {
        let mut table = Self::new(saved.key, private);
        for record in saved.records.iter().take(Self::CAPACITY) {
            let Some((address, entry)) = record.parse() else { continue };
            if table.is_eligible(&address) && !table.entries.contains_key(&address) {
                table.restore(address, entry);
            }
        }
        table.changes = 0;
        table
    }

    fn restore(&mut self, address: PeerAddress, entry: Entry) {
        let tried = self.key.tried_place(&address);
        if entry.tried && !self.tried.contains_key(&tried) {
            self.tried.insert(tried, address.clone());
            self.entries.insert(address, entry);
            return;
        }
        let new = self.key.new_place(&address, &entry.source);
        if !self.new.contains_key(&new) {
            self.put(address, entry, new);
        }
    }
}

impl AddrRecord {
    fn of(address: &PeerAddress, entry: &Entry) -> Self {
        let source = match &entry.source {
            AddrSource::Dns(name) => SourceRecord::Dns(name.clone()),
            AddrSource::Fixed => SourceRecord::Fixed,
            AddrSource::Peer(peer) => SourceRecord::Peer(peer.to_string()),
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
            SourceRecord::Dns(name) => AddrSource::Dns(name.clone()),
            SourceRecord::Fixed => AddrSource::Fixed,
            SourceRecord::Peer(peer) => AddrSource::Peer(parse_address(peer)?),
        };
        let entry = Entry {
            last_try: self.last_try.map(Timestamp::from_secs),
            last_success: self.last_success.map(Timestamp::from_secs),
            failures: self.failures,
            v1_only: self.v1_only,
            tried: self.tried,
            ..Entry::new(source, Services(self.services), Timestamp::from_secs(self.seen))
        };
        Some((parse_address(&self.address)?, entry))
    }
}

fn parse_address(text: &str) -> Option<PeerAddress> {
    // A record always has a port.
    let address = PeerAddress::parse(text, 0).ok()?;
    Some(match address.host {
        // CJDNS addresses are written as IPv6 addresses.
        Host::Ip(IpAddr::V6(ip)) if ip.octets()[0] == 0xfc => {
            PeerAddress { host: Host::Cjdns(ip), ..address }
        }
        _ => address,
    })
}
