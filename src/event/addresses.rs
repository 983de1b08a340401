//! How many peer addresses are known, by network.

use crate::address::Host;
use std::fmt;
use std::net::IpAddr;

/// The networks that addresses belong to (BIP155).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AddressNetwork {
    /// IPv4 internet.
    Ipv4,
    /// IPv6 internet.
    Ipv6,
    /// Tor onion services, version 3.
    Onion,
    /// I2P.
    I2p,
    /// CJDNS.
    Cjdns,
}

impl AddressNetwork {
    /// All networks, in the order of the screen.
    pub const ALL: [Self; 5] = [Self::Ipv4, Self::Ipv6, Self::Onion, Self::I2p, Self::Cjdns];

    /// Returns the network of `host`, or `None` for a name that is not resolved yet.
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

    /// Name of the network on screen.
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

/// The number of known addresses in one network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressCounts {
    /// The network.
    pub network: AddressNetwork,
    /// Addresses that were never dialled.
    pub untried: usize,
    /// Addresses whose last dial succeeded.
    pub good: usize,
    /// Addresses whose last dial failed.
    pub failing: usize,
}
