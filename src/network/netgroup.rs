//! Which addresses are likely to belong to the same operator.

use crate::address::Host;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A part of the internet from which at most one peer is chosen: who holds many addresses there
/// still gets but one of our connections.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NetGroup {
    /// A /16 of IPv4.
    V4([u8; 2]),
    /// A /32 of IPv6.
    V6([u16; 2]),
    /// A slice of an overlay network, whose addresses cost nothing: by the first half byte.
    Overlay(u8),
}

impl NetGroup {
    /// The group of `host`; a name has none before it is resolved.
    pub fn of(host: &Host) -> Option<Self> {
        match host {
            Host::Ip(IpAddr::V4(ip)) => {
                let [a, b, ..] = ip.octets();
                Some(Self::V4([a, b]))
            }
            Host::Ip(IpAddr::V6(ip)) => {
                let [a, b, ..] = ip.segments();
                Some(Self::V6([a, b]))
            }
            Host::TorV3(key) | Host::I2p(key) => Some(Self::Overlay(key[0] >> 4)),
            // All of CJDNS begins with fc.
            Host::Cjdns(ip) => Some(Self::Overlay(ip.octets()[1] >> 4)),
            Host::Name(_) => None,
        }
    }
}

/// Whether `ip` can belong to a node of the public network. Whoever tells us addresses must not be
/// able to make us knock at doors of the network that we are in.
pub fn is_routable(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_routable_v4(ip),
        IpAddr::V6(ip) => is_routable_v6(ip),
    }
}

fn is_routable_v4(ip: Ipv4Addr) -> bool {
    // In order: RFC 1122 and 1112, RFC 6598 (shared by carriers), RFC 6890, RFC 2544 (benchmarks).
    let reserved =
        matches!(ip.octets(), [0 | 240.., ..] | [100, 64..128, ..] | [192, 0, 0, _] | [198, 18..20, ..]);
    let local = ip.is_private() || ip.is_loopback() || ip.is_link_local();
    !(reserved || local || ip.is_multicast() || ip.is_documentation())
}

fn is_routable_v6(ip: Ipv6Addr) -> bool {
    // 2000::/3 is all that is given out (RFC 4291), but for documentation and ORCHID in it.
    let [first, second, ..] = ip.segments();
    let reserved = first == 0x2001 && matches!(second, 0x0db8 | 0x0010..=0x002f);
    first >> 13 == 1 && !reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(ip: &str) -> Option<NetGroup> {
        NetGroup::of(&Host::from_ip(ip.parse().unwrap()))
    }

    #[test]
    fn a_group_is_a_16_of_ipv4_and_a_32_of_ipv6() {
        assert_eq!(group("1.2.3.4"), group("1.2.200.1"));
        assert_ne!(group("1.2.3.4"), group("1.3.3.4"));
        assert_eq!(group("::ffff:1.2.3.4"), group("1.2.3.4"));
        assert_eq!(group("2a01:4f8:1::1"), group("2a01:4f8:ffff::2"));
        assert_ne!(group("2a01:4f8::1"), group("2a01:4f9::1"));
        assert_eq!(NetGroup::of(&Host::Name("node.example".into())), None);
    }

    #[test]
    fn only_addresses_of_the_public_internet_are_routable() {
        for ip in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "198.20.0.1", "2a01:4f8::1", "2001:470::1"] {
            assert!(is_routable(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001:10::1",
        ] {
            assert!(!is_routable(ip.parse().unwrap()), "{ip}");
        }
    }
}
