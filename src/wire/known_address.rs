//! The entries of `addr` and `addrv2` (BIP155): addresses of nodes.

use super::compact_size::{put, put_bytes, put_len};
use super::message::{KnownAddress, MAX_ADDRESSES};
use super::{Reader, Services, WireError};
use crate::address::{Host, PeerAddress};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest address of any network, in bytes (BIP155).
const MAX_ADDRESS: u64 = 512;

/// The length of an `addr` entry, in bytes: time, services, IP, port.
const ADDR_ENTRY: usize = 4 + 8 + 16 + 2;

/// The shortest `addrv2` entry, in bytes: time, services, network, an empty address, port.
const ADDRV2_ENTRY: usize = 4 + 1 + 1 + 1 + 2;

/// The prefix of Tor v2 services written as IPv6 (`OnionCat`), which no longer exist.
const TORV2_PREFIX: [u8; 6] = [0xfd, 0x87, 0xd8, 0x7e, 0xeb, 0x43];

/// The prefix that Core uses for addresses of its own bookkeeping.
const INTERNAL_PREFIX: [u8; 6] = [0xfd, 0x6b, 0x88, 0xc0, 0x87, 0x24];

/// The BIP155 numbers of networks; 3 was Tor v2.
mod network {
    pub const IPV4: u8 = 1;
    pub const IPV6: u8 = 2;
    pub const TORV3: u8 = 4;
    pub const I2P: u8 = 5;
    pub const CJDNS: u8 = 6;
}

/// Returns an IP as 16 bytes; IPv4 is mapped into IPv6.
pub(super) fn mapped(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn is_node(octets: [u8; 16]) -> bool {
    !octets.starts_with(&TORV2_PREFIX) && !octets.starts_with(&INTERNAL_PREFIX)
}

/// Decodes the entries of an `addr`; those that encode anything but an IP are left out.
pub(super) fn decode_addr(reader: &mut Reader<'_>) -> Result<Vec<KnownAddress>, WireError> {
    let count = reader.count_up_to(MAX_ADDRESSES, ADDR_ENTRY)?;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        let time = reader.u32()?;
        let services = Services(reader.u64()?);
        let octets: [u8; 16] = reader.array()?;
        let port = reader.u16_be()?;
        if is_node(octets) {
            let host = Host::from_ip(Ipv6Addr::from(octets).into());
            list.push(KnownAddress { time, services, address: PeerAddress { host, port } });
        }
    }
    Ok(list)
}

/// Encodes the entries of an `addr`: those with an IP.
pub(super) fn encode_addr(list: &[KnownAddress], out: &mut Vec<u8>) {
    let ips = || {
        list.iter().filter_map(|known| match known.address.host {
            Host::Ip(ip) => Some((known, ip)),
            _ => None,
        })
    };
    put_len(out, ips().count());
    for (known, ip) in ips() {
        out.extend_from_slice(&known.time.to_le_bytes());
        out.extend_from_slice(&known.services.0.to_le_bytes());
        out.extend_from_slice(&mapped(ip));
        out.extend_from_slice(&known.address.port.to_be_bytes());
    }
}

/// Decodes the entries of an `addrv2`; those of unknown networks are left out.
pub(super) fn decode_addrv2(reader: &mut Reader<'_>) -> Result<Vec<KnownAddress>, WireError> {
    let count = reader.count_up_to(MAX_ADDRESSES, ADDRV2_ENTRY)?;
    let mut list = Vec::with_capacity(count);
    for _ in 0..count {
        let time = reader.u32()?;
        let services = Services(reader.compact_size()?);
        let host = decode_host(reader)?;
        let port = reader.u16_be()?;
        if let Some(host) = host {
            list.push(KnownAddress { time, services, address: PeerAddress { host, port } });
        }
    }
    Ok(list)
}

/// Decodes addresses in the format of `addrv2` but without times and services, up to the end.
///
/// # Errors
/// [`WireError`] if the bytes are not such a list.
pub(crate) fn decode_addresses(bytes: &[u8]) -> Result<Vec<PeerAddress>, WireError> {
    let mut reader = Reader::new(bytes);
    let mut list = Vec::new();
    while !reader.is_empty() {
        let host = decode_host(&mut reader)?;
        let port = reader.u16_be()?;
        list.extend(host.map(|host| PeerAddress { host, port }));
    }
    Ok(list)
}

/// Decodes network, length and address. A wrong length for a known network makes the message malformed, as
/// in Core; an address that is not valid on its network is left out.
fn decode_host(reader: &mut Reader<'_>) -> Result<Option<Host>, WireError> {
    let network = reader.u8()?;
    let length = reader.compact_size()?;
    let due = match network {
        network::IPV4 => 4,
        network::IPV6 | network::CJDNS => 16,
        network::TORV3 | network::I2P => 32,
        _ => length.min(MAX_ADDRESS),
    };
    if length != due {
        return Err(WireError::AddressLength { network, length });
    }
    Ok(match network {
        network::IPV4 => Some(Host::Ip(Ipv4Addr::from(reader.array::<4>()?).into())),
        network::IPV6 => {
            let octets: [u8; 16] = reader.array()?;
            let ip = Ipv6Addr::from(octets);
            // BIP155: an address with its own network number must not be encoded as IPv6.
            (is_node(octets) && ip.to_ipv4_mapped().is_none()).then_some(Host::Ip(ip.into()))
        }
        network::TORV3 => Some(Host::TorV3(reader.array()?)),
        network::I2P => Some(Host::I2p(reader.array()?)),
        network::CJDNS => {
            let octets: [u8; 16] = reader.array()?;
            (octets[0] == 0xfc).then(|| Host::Cjdns(octets.into()))
        }
        _ => {
            let unknown = usize::try_from(length).map_err(|_| WireError::Truncated)?;
            reader.bytes(unknown)?;
            None
        }
    })
}

/// Encodes the entries of an `addrv2`, except for names, which only the user can give.
pub(super) fn encode_addrv2(list: &[KnownAddress], out: &mut Vec<u8>) {
    let hosts = || list.iter().filter(|known| !matches!(known.address.host, Host::Name(_)));
    put_len(out, hosts().count());
    for known in hosts() {
        out.extend_from_slice(&known.time.to_le_bytes());
        put(out, known.services.0);
        let (network, address): (u8, &[u8]) = match &known.address.host {
            Host::Ip(IpAddr::V4(ip)) => (network::IPV4, &ip.octets()),
            Host::Ip(IpAddr::V6(ip)) => (network::IPV6, &ip.octets()),
            Host::TorV3(key) => (network::TORV3, key),
            Host::I2p(hash) => (network::I2P, hash),
            Host::Cjdns(ip) => (network::CJDNS, &ip.octets()),
            Host::Name(_) => continue,
        };
        out.push(network);
        put_bytes(out, address);
        out.extend_from_slice(&known.address.port.to_be_bytes());
    }
}

#[cfg(test)]
mod tests;
