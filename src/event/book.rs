//! How many addresses are known.

use crate::address::Host;
use std::fmt;
use std::net::IpAddr;

/// The networks that addresses belong to (BIP155).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AddressNetwork {
    /// The internet by IPv4.
    Ipv4,
    /// The internet by IPv6.
    Ipv6,
    /// Tor's onion services, version 3.
    Onion,
    /// I2P.
    I2p,
    /// CJDNS.
    Cjdns,
}

impl AddressNetwork {
    /// Every one, in the order of the screen.
    pub const ALL: [Self; 5] = [Self::Ipv4, Self::Ipv6, Self::Onion, Self::I2p, Self::Cjdns];

    /// The network of `host`; a name has none before it is resolved.
    pub const fn of(host: &Host) -> Option<Self> {
        match host {
            Host::Ip(IpAddr::V4(_)) => Some(Self::Ipv4),
            Host::Ip(IpAddr::V6(_)) => Some(Self::Ipv6),
            Host::TorV3(_) => Some(Self::Onion),
            Host::I2p(_) => Some(Self::I2p),
            Host::Cjdns(_) => Some(Self::Cjdns),
            Host::Name(_) => None,
        }
    }

    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
            Self::Onion => "onion",
            Self::I2p => "I2P",
            Self::Cjdns => "CJDNS",
        }
    }
}

impl fmt::Display for AddressNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The addresses of one network in the address book, by what is known of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BookSize {
    /// Which network.
    pub network: AddressNetwork,
    /// Told by others, never tried.
    pub untried: usize,
    /// Reached at the last attempt.
    pub good: usize,
    /// Not reached at the last attempt.
    pub failing: usize,
}
