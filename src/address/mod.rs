//! Where a peer can be reached.

mod autonomous_system;
pub(crate) mod netgroup;
mod overlay;
mod parse;

#[cfg(test)]
pub(crate) use autonomous_system::testing::bytes as as_database_bytes;
pub use autonomous_system::{AsDatabase, AsDatabaseError, AutonomousSystem};
pub use parse::AddressError;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The host part of an address, on one of the networks of BIP155.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Host {
    /// IPv4 or IPv6. An IPv4-mapped IPv6 address is kept as IPv4 (see [`Host::from_ip`]).
    Ip(IpAddr),
    /// A Tor v3 onion service, by its ed25519 public key.
    TorV3([u8; 32]),
    /// An I2P destination, by the SHA-256 of its keys.
    I2p([u8; 32]),
    /// A CJDNS node (`fc00::/8`).
    Cjdns(Ipv6Addr),
    /// A name from the user, resolved at each dial.
    Name(String),
}

impl Host {
    /// Returns an IP host; `::ffff:a.b.c.d` becomes `a.b.c.d`.
    pub fn from_ip(ip: IpAddr) -> Self {
        Self::Ip(ip.to_canonical())
    }
}

/// A host and a TCP port: what is dialled, and the name of a peer on screen and in the stream.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerAddress {
    /// The IP address, overlay address or name.
    pub host: Host,
    /// TCP port; 0 for I2P, which has none.
    pub port: u16,
}

impl PeerAddress {
    /// Returns the address of a socket.
    pub fn from_socket(socket: SocketAddr) -> Self {
        Self { host: Host::from_ip(socket.ip()), port: socket.port() }
    }

    /// Returns the socket, if the host is an IP address.
    pub fn socket(&self) -> Option<SocketAddr> {
        match self.host {
            Host::Ip(ip) => Some(SocketAddr::new(ip, self.port)),
            _ => None,
        }
    }
}

impl Default for PeerAddress {
    fn default() -> Self {
        Self { host: Host::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED)), port: 0 }
    }
}

/// Formats the address so that [`PeerAddress::parse`] reads it back; an IPv6 address stands in brackets.
impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port;
        match &self.host {
            Host::Ip(ip) => SocketAddr::new(*ip, port).fmt(f),
            Host::Cjdns(ip) => write!(f, "[{ip}]:{port}"),
            Host::TorV3(key) => write!(f, "{}:{port}", overlay::onion_name(key)),
            Host::I2p(hash) => write!(f, "{}:{port}", overlay::i2p_name(hash)),
            Host::Name(name) => write!(f, "{name}:{port}"),
        }
    }
}
